//! A whole iCalendar object (RFC 5545 3.4): its events, and everything else in it as it came.

use calendar::{Event, Loss, Mapped};
use jiff::Timestamp;

use super::{
    Error,
    component::{Component, Property},
    compose::{Calendar, empty_calendar},
    event,
    other::Other,
    parse,
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
    pub events: Vec<Event>,
    /// Everything else: tasks, journals, availability, and events that could not be understood.
    pub others: Vec<Other>,
}

impl Object {
    /// Reads all objects of a text, nearly always one. Components outside every VCALENDAR are one object together.
    ///
    /// # Errors
    /// The text as a whole is not iCalendar. An event that cannot be understood is none: it is kept and reported.
    pub fn read(text: impl AsRef<[u8]>) -> Result<Mapped<Vec<Self>>, Error> {
        let parsed = parse::parse(text.as_ref())?;
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
            .map(|calendar| Self::of(&calendar, &mut losses))
            .collect();
        Ok(Mapped {
            value: objects,
            losses,
        })
    }

    fn of(calendar: &Component, losses: &mut Vec<Loss>) -> Self {
        let zones = Zones::of(calendar);
        let mut events = Vec::new();
        let mut strange = Vec::new();
        for (group, event) in event::read_inner(&calendar.components, &zones) {
            match event {
                Ok(event) => {
                    events.push(event.value);
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
        let others = others
            .into_iter()
            .chain(strange)
            .map(|c| Other::of(c, &zones, &counting))
            .collect();
        let properties = calendar.properties.iter().filter(|p| !is_ours(p));
        Self {
            properties: properties.cloned().map(Property::into_owned).collect(),
            events,
            others,
        }
    }

    /// Writes it as one VCALENDAR with every zone that it uses. `now` becomes DTSTAMP of the events.
    pub fn write(&self, now: Timestamp) -> String {
        self.calendar().text(now)
    }

    /// The tree of what [`Self::write`] writes.
    pub fn tree(&self, now: Timestamp) -> Component<'_> {
        self.calendar().tree(now)
    }

    fn calendar(&self) -> Calendar<'_> {
        let mut properties = empty_calendar().properties;
        properties.retain(|ours| !self.properties.iter().any(|p| p.is(&ours.name)));
        properties.extend(self.properties.iter().cloned());
        Calendar {
            properties,
            events: self.events.iter().collect(),
            others: self.others.iter().map(|other| &other.component).collect(),
            zones: self.others.iter().flat_map(|other| &other.zones).collect(),
        }
    }
}

/// Properties that every object has and that whoever writes it gives.
fn is_ours(property: &Property) -> bool {
    property.is("VERSION")
        || property.is("PRODID")
        || property.is("CALSCALE") && property.value.trim().eq_ignore_ascii_case("GREGORIAN")
}
