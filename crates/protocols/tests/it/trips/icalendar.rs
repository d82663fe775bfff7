//! Through iCalendar.

use calendar::{Event, Loss, Person, When};
use kalends_protocols::icalendar;

use super::{
    expect::{Effect, Format},
    own::lose_others,
};

/// A calendar file.
pub struct ICalendar;

impl ICalendar {
    /// There and back.
    pub fn trip(event: &Event) -> (Event, Vec<Loss>) {
        let written = icalendar::write(&[event], jiff::Timestamp::UNIX_EPOCH);
        let mut read = icalendar::read(&written.value).unwrap();
        assert_eq!(
            (read.value.len(), read.losses),
            (1, Vec::new()),
            "{}",
            written.value
        );
        (read.value.remove(0), written.losses)
    }
}

impl Format for ICalendar {
    const NAME: &'static str = "iCalendar";
    const RESPELLS: bool = false;
    const SAYS_TIMES: bool = false;

    fn lose(&self, loss: &Loss, e: &mut Event, _: Option<&Event>) -> Effect {
        match (loss.property.as_str(), loss.fallback.as_str()) {
            ("other", _) => lose_others(e, icalendar::DIALECT),
            ("timeZone", _) => {
                let end = e.when.end_instant(&jiff::tz::TimeZone::UTC);
                if let When::Timed { end_zone, .. } = &mut e.when {
                    *end_zone = end_zone
                        .take()
                        .filter(|zone| zone.to_instant(zone.to_local(end)) == end);
                }
            }
            ("participants", "the first one") => {
                let mut organizers = 0;
                for person in e.people.values_mut().filter(|p| p.organizer) {
                    organizers += 1;
                    person.organizer = organizers == 1;
                }
                e.people.retain(|_, p| p.organizer || p.role.is_some());
            }
            ("participants", _) => {
                for person in e.people.values_mut().filter(|p| p.role.is_none()) {
                    *person = Person {
                        name: person.name.clone(),
                        organizer: true,
                        ..Person::default()
                    };
                }
            }
            _ => return Effect::Unheard,
        }
        Effect::Changed
    }

    fn lose_in_series(&self, _: &Loss, _: &mut Event) -> bool {
        false
    }

    fn settle(&self, e: &mut Event) {
        // A line of a text ends in one way there.
        e.text.content = e.text.content.replace("\r\n", "\n");
    }
}
