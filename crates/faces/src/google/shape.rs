//! How a client wants to see events: in which zone, and with how many guests.

use calendar::Zone;
use jiff::{Timestamp, tz::TimeZone};
use protocols::google::{Event as Wire, EventDateTime};

use super::{Fault, check::is_zone, place::Place, query::Query};

/// How a client wants to see events.
pub(super) struct Shape {
    zone: TimeZone,
    guests: Option<usize>,
}

impl Shape {
    /// `timeZone` and `maxAttendees`. Times are in the calendar's zone unless another one is asked for.
    pub(super) fn of(query: &Query, place: &Place) -> Result<Self, Fault> {
        let named = query.get("timeZone").filter(|name| !name.is_empty());
        if named.is_some_and(|name| !is_zone(name)) {
            return Err(Fault::parameter("timeZone", "Invalid time zone."));
        }
        let zone = named.and_then(Zone::iana);
        let zone = zone.as_ref().unwrap_or(&place.zone);
        Ok(Self {
            zone: TimeZone::get(zone.name()).unwrap_or(TimeZone::UTC),
            guests: query.count("maxAttendees")?,
        })
    }

    /// An event as it is wanted.
    pub(super) fn apply(&self, mut wire: Wire) -> Wire {
        let times = [
            &mut wire.start,
            &mut wire.end,
            &mut wire.original_start_time,
        ];
        times.into_iter().flatten().for_each(|time| self.show(time));
        // Of too many guests only the one who asks is told.
        if let (Some(most), Some(guests)) = (self.guests, &mut wire.attendees)
            && guests.len() > most
        {
            guests.retain(|guest| guest.is_self == Some(true));
            wire.attendees_omitted = Some(true);
        }
        wire
    }

    fn show(&self, time: &mut EventDateTime) {
        let said = time.date_time.as_deref();
        let Some(at) = said.and_then(|text| text.parse::<Timestamp>().ok()) else {
            return;
        };
        let offset = self.zone.to_offset(at);
        time.date_time = Some(if offset.is_zero() {
            at.to_string()
        } else {
            at.display_with_offset(offset).to_string()
        });
    }
}
