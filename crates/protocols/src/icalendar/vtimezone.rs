//! VTIMEZONE components (RFC 5545 3.6.5): what the TZIDs of a text mean.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use calendar::{CustomZone, Loss, Observance, Zone};

use super::{
    component::{Component, Property},
    text::escape,
    value,
};
use crate::zones::zone_named;

/// Observances of one zone that are read.
const OBSERVANCES_MAX: usize = 200;

/// Names that are remembered of one text.
const NAMES_MAX: usize = 64;

/// The zones of one VCALENDAR by TZID.
#[derive(Debug, Default)]
pub struct Zones {
    by_tzid: HashMap<String, Zone>,
    /// TZIDs that only their names explain, as they were met.
    by_name: RefCell<Vec<(String, Zone)>>,
    /// TZIDs that nothing explains, met on the way.
    unexplained: RefCell<Vec<String>>,
}

impl Zones {
    /// Reads the VTIMEZONEs of a calendar.
    pub fn of(calendar: &Component) -> Self {
        let by_tzid = calendar
            .components
            .iter()
            .filter(|c| c.is("VTIMEZONE"))
            .filter_map(|c| {
                let id = c.property("TZID")?.as_text();
                let zone = zone(&id, c);
                Some((id, zone))
            })
            .collect();
        Self {
            by_tzid,
            ..Self::default()
        }
    }

    /// The zone that a TZID means. The name decides where it is known; then the VTIMEZONE.
    pub fn named(&self, tzid: &str) -> Zone {
        if let Some(zone) = self.by_tzid.get(tzid) {
            return zone.clone();
        }
        if let Some((_, zone)) = self.by_name.borrow().iter().find(|(id, _)| id == tzid) {
            return zone.clone();
        }
        let zone = zone_named(tzid).unwrap_or_else(|| {
            self.unexplained.borrow_mut().push(tzid.to_owned());
            custom(tzid, Vec::new())
        });
        let mut by_name = self.by_name.borrow_mut();
        if by_name.len() < NAMES_MAX {
            by_name.push((tzid.to_owned(), zone.clone()));
        }
        zone
    }

    /// What is lost because a TZID came without its rules.
    pub fn losses(&self) -> Option<Loss> {
        let unexplained = self.unexplained.borrow();
        (!unexplained.is_empty()).then(|| {
            Loss::new(
                "timeZone",
                "the zone's name is not known and it came without its rules",
                "the name is kept; its times count as UTC",
            )
        })
    }
}

/// The VTIMEZONEs that count, by TZID: of several with the same one the last, as [`Zones::of`] has it.
pub fn counting<'c, 't>(timezones: &[&'c Component<'t>]) -> Vec<&'c Component<'t>> {
    let named = timezones.iter().filter_map(|zone| {
        let id = zone.property("TZID")?.as_text();
        Some((id, *zone))
    });
    named.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn custom(id: &str, observances: Vec<Observance>) -> Zone {
    Zone::Custom(Arc::new(CustomZone {
        id: id.to_owned(),
        observances,
    }))
}

/// The zone that a VTIMEZONE is, under its TZID.
pub fn zone(id: &str, component: &Component) -> Zone {
    let named = |name: &str| {
        let property = component.property(name)?;
        zone_named(&property.as_text())
    };
    zone_named(id)
        .or_else(|| named("X-LIC-LOCATION"))
        .or_else(|| named("TZID-ALIAS-OF"))
        .unwrap_or_else(|| {
            let observances = component.components.iter().take(OBSERVANCES_MAX);
            custom(id, observances.filter_map(observance).collect())
        })
}

/// An observance; one that lacks its onset or an offset says nothing and is left out.
fn observance(component: &Component) -> Option<Observance> {
    let daylight = component.is("DAYLIGHT");
    if !daylight && !component.is("STANDARD") {
        return None;
    }
    let local = |text: &str| Some(value::date_time(text)?.0);
    let offset = |name| value::offset(&component.property(name)?.value);
    Some(Observance {
        daylight,
        name: component.property("TZNAME").map(Property::as_text),
        start: local(component.property("DTSTART")?.value.trim())?,
        offset_from: offset("TZOFFSETFROM")?,
        offset_to: offset("TZOFFSETTO")?,
        rules: component
            .all("RRULE")
            .filter_map(|p| p.value.parse().ok())
            .collect(),
        dates: component
            .all("RDATE")
            .flat_map(Property::as_list)
            .filter_map(local)
            .collect(),
    })
}

/// Writes a custom zone with the rules that it brought. `None` if it brought none.
pub fn write_custom(zone: &CustomZone) -> Option<Component<'static>> {
    let mut component =
        Component::new("VTIMEZONE").with(Property::new("TZID", escape(&zone.id).into_owned()));
    for o in &zone.observances {
        let mut part = Component::new(if o.daylight { "DAYLIGHT" } else { "STANDARD" })
            .with(Property::new("DTSTART", value::write_local(o.start)))
            .with(Property::new(
                "TZOFFSETFROM",
                value::write_offset(o.offset_from),
            ))
            .with(Property::new(
                "TZOFFSETTO",
                value::write_offset(o.offset_to),
            ));
        for rule in &o.rules {
            part = part.with(Property::new("RRULE", rule.to_string()));
        }
        for date in &o.dates {
            part = part.with(Property::new("RDATE", value::write_local(*date)));
        }
        if let Some(name) = &o.name {
            part = part.with(Property::new("TZNAME", escape(name).into_owned()));
        }
        component.components.push(part);
    }
    (!zone.observances.is_empty()).then_some(component)
}
