//! A whole iCalendar object (RFC 5545 3.4): its events, and everything else in it as it came.

use std::sync::Arc;

use calendar::{Event, Loss, Mapped};
use jiff::Timestamp;

use super::{
    Error,
    component::{Component, Property},
    compose::{Calendar, empty_calendar},
    event,
    other::Other,
    parse,
    sourced::{Gathering, Part, Sourced},
    vtimezone::{Zones, counting},
};

/// A calendar with all that is in it.
///
/// ```
/// use kalends_protocols::icalendar::Object;
///
/// let text = "BEGIN:VCALENDAR\nX-WR-CALNAME:Home\nBEGIN:VTODO\nUID:1\nDUE:20261123\nSUMMARY:Tyres\nEND:VTODO\nEND:VCALENDAR\n";
/// let objects = Object::read(text)?.value;
/// assert_eq!(objects[0].others[0].uid.as_deref(), Some("1"));
/// let again = objects[0].write(jiff::Timestamp::UNIX_EPOCH);
/// assert!(again.contains("X-WR-CALNAME:Home"));
/// assert_eq!(Object::read(&again)?.value, objects);
/// # Ok::<(), kalends_protocols::icalendar::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// What the calendar says of itself (METHOD, NAME, X-WR-CALNAME …), as it came. VERSION and PRODID speak of whoever
    /// wrote it, and are not kept.
    pub properties: Vec<Property<'static>>,
    /// Its events.
    pub events: Vec<Sourced<Event>>,
    /// Everything else: tasks, journals, availability, and events that could not be understood.
    pub others: Vec<Sourced<Other>>,
}

impl Object {
    /// Reads all objects of a text, nearly always one. Components outside every VCALENDAR are one object together.
    ///
    /// # Errors
    /// The text as a whole is not iCalendar. An event that cannot be understood is none: it is kept and reported.
    pub fn read(text: impl AsRef<[u8]>) -> Result<Mapped<Vec<Self>>, Error> {
        let (parsed, text) = parse::parse_where_it_stands(text.as_ref())?;
        let text = text.and_then(|text| std::str::from_utf8(text).ok());
        let text = text.map(Arc::<str>::from);
        let mut losses = event::repairs(&parsed);
        let (calendars, bare): (Vec<_>, Vec<_>) = parsed
            .components
            .into_iter()
            .partition(|c| c.is("VCALENDAR"));
        let bare = Component {
            components: bare,
            ..Component::default()
        };
        let bare = (!bare.components.is_empty()).then_some(bare);
        let objects = calendars
            .into_iter()
            .chain(bare)
            .map(|calendar| Self::of(&calendar, text.clone(), &mut losses))
            .collect();
        Ok(Mapped {
            value: objects,
            losses,
        })
    }

    fn of(calendar: &Component, text: Option<Arc<str>>, losses: &mut Vec<Loss>) -> Self {
        let zones = Zones::of(calendar);
        let mut source = text.map(Gathering::of);
        let mut gather = |components: &mut dyn Iterator<Item = _>| source.as_mut()?.add(components);
        let mut events = Vec::new();
        let mut strange = Vec::new();
        for (group, event) in event::read_inner(&calendar.components, &zones) {
            match event {
                Ok(event) => {
                    let whole = event.losses.is_empty() && group.components().all(is_marked);
                    let part = whole.then(|| gather(&mut group.components())).flatten();
                    events.push((event.value, part));
                    losses.extend(event.losses);
                }
                Err(error) => {
                    losses.push(Loss::new("other", error.to_string(), "kept as it came"));
                    strange.extend(group.components());
                }
            }
        }
        let (timezones, others): (Vec<_>, Vec<_>) = calendar
            .components
            .iter()
            .filter(|c| !c.is("VEVENT"))
            .partition(|c| c.is("VTIMEZONE"));
        let counting = counting(&timezones);
        let others = others.into_iter().chain(strange);
        let others: Vec<_> = others
            .map(|c| {
                let part = gather(&mut std::iter::once(c));
                (Other::of(c, &zones, &counting), part)
            })
            .collect();
        let origin = source.map(|source| source.finish(&counting));
        let origin = |part: Option<Part>| origin.as_ref().zip(part).map(|(of, part)| of(part));
        let properties = calendar.properties.iter().filter(|p| !is_ours(p));
        Self {
            properties: properties.cloned().map(Property::into_owned).collect(),
            events: events
                .into_iter()
                .map(|(event, part)| Sourced::new(event, origin(part)))
                .collect(),
            others: others
                .into_iter()
                .map(|(other, part)| Sourced::new(other, origin(part)))
                .collect(),
        }
    }

    /// Writes it as one VCALENDAR with every zone that it uses. What was read and not touched since is copied. `now` becomes
    /// DTSTAMP of the events that are written anew.
    pub fn write(&self, now: Timestamp) -> String {
        self.calendar().text(now)
    }

    fn calendar(&self) -> Calendar<'_> {
        let mut properties = empty_calendar().properties;
        properties.retain(|ours| !self.properties.iter().any(|p| p.is(&ours.name)));
        properties.extend(self.properties.iter().cloned());
        let events = self.events.iter().map(|e| (&**e, e.origin()));
        let others = self.others.iter().map(|o| (&o.component, o.origin()));
        let mut calendar = Calendar {
            properties,
            events: events.collect(),
            others: others.collect(),
            zones: self.others.iter().flat_map(|other| &other.zones).collect(),
            bare: Vec::new(),
        };
        calendar.copy_zones();
        calendar
    }
}

/// Properties that every object has and that whoever writes it gives.
fn is_ours(property: &Property) -> bool {
    property.is("VERSION")
        || property.is("PRODID")
        || property.is("CALSCALE") && property.value.trim().eq_ignore_ascii_case("GREGORIAN")
}

/// Whether it has what every event has (RFC 5545 3.6.1): what lacks it is written anew.
fn is_marked(event: &Component) -> bool {
    event.property("UID").is_some() && event.property("DTSTAMP").is_some()
}
