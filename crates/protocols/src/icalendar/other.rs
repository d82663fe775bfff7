//! Components that are no events of the model (VTODO, VJOURNAL, VFREEBUSY, VAVAILABILITY, X-…): kept as they came, with
//! what is needed to find them.

use calendar::Duration;

use super::{
    Error,
    component::{Component, Property},
    parse, text,
    value::{self, Moment},
    vtimezone::Zones,
    write,
};
use crate::zones::zone_named;

/// A component that is kept as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// The component.
    pub component: Component<'static>,
    /// Its UID.
    pub uid: Option<String>,
    /// When it begins (DTSTART), if it says.
    pub start: Option<Moment>,
    /// When it ends or is due (DTEND, DUE, or DTSTART and DURATION), if it says. Its rules may go on beyond that.
    pub end: Option<Moment>,
    /// The VTIMEZONEs of the zones that it names, as they came, unless the name alone says which zone it is.
    pub zones: Vec<Component<'static>>,
}

impl Other {
    /// Takes a component out of its calendar.
    pub(super) fn of(component: &Component, zones: &Zones, timezones: &[&Component]) -> Self {
        let moment = |name| {
            let property = component.property(name)?;
            value::moment(property, &property.value, zones).ok()
        };
        let start = moment("DTSTART");
        let end = moment("DTEND")
            .or_else(|| moment("DUE"))
            .or_else(|| after(start.as_ref()?, component.property("DURATION")?));
        let mut named = Vec::new();
        for_each_tzid(component, &mut |id| named.push(id.to_owned()));
        Self {
            uid: component
                .property("UID")
                .map(|p| p.as_text().trim().to_owned())
                .filter(|uid| !uid.is_empty()),
            component: component.clone().into_owned(),
            start,
            end,
            zones: timezones
                .iter()
                .filter(|zone| {
                    let id = zone.property("TZID").map(Property::as_text);
                    id.is_some_and(|id| named.contains(&id) && zone_named(&id).is_none())
                })
                .map(|zone| (*zone).clone().into_owned())
                .collect(),
        }
    }

    /// One text that holds it with its zones. [`Self::open`] reads it.
    pub fn sealed(&self) -> String {
        let mut calendar = super::empty_calendar();
        calendar.components.extend(self.zones.iter().cloned());
        calendar.components.push(self.component.clone());
        write::write(&calendar)
    }

    /// Reads what [`Self::sealed`] wrote.
    ///
    /// # Errors
    /// It is something else.
    pub fn open(text: &str) -> Result<Self, Error> {
        let parsed = parse::parse(text)?;
        let calendar = parsed.components.first().ok_or(Error::NotCalendar)?;
        let timezones: Vec<&Component> = calendar
            .components
            .iter()
            .filter(|c| c.is("VTIMEZONE"))
            .collect();
        let component = calendar.components.iter().find(|c| !c.is("VTIMEZONE"));
        let component = component.ok_or(Error::NotCalendar)?;
        Ok(Self::of(component, &Zones::of(calendar), &timezones))
    }
}

/// The end of what starts and lasts.
fn after(start: &Moment, duration: &Property) -> Option<Moment> {
    let length: Duration = duration.value.trim().parse().ok()?;
    let local = start
        .civil()
        .checked_add(jiff::Span::new().days(i64::from(length.days)))
        .and_then(|at| at.checked_add(jiff::SignedDuration::from_secs(length.seconds.into())))
        .ok()?;
    Some(match start {
        Moment::Date(_) => Moment::Date(local.date()),
        Moment::Floating(_) => Moment::Floating(local),
        Moment::Zoned(_, zone) => Moment::Zoned(local, zone.clone()),
        Moment::Utc(_) => Moment::Utc(value::utc(local)),
    })
}

/// Calls `each` with the TZIDs that a component and those inside it name.
pub(super) fn for_each_tzid(component: &Component, each: &mut impl FnMut(&str)) {
    for property in &component.properties {
        if memchr::memchr2(b'Z', b'z', property.parameters.as_bytes()).is_none() {
            continue;
        }
        for (name, raw) in property.parameters() {
            if name.trim().eq_ignore_ascii_case("TZID") {
                let id = text::decode_parameter(raw);
                if !id.is_empty() {
                    each(&id);
                }
            }
        }
    }
    for inner in &component.components {
        for_each_tzid(inner, each);
    }
}
