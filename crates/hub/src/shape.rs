//! What queries need to know of an event: its first and last instant.

use calendar::{Event, recurrence::Last};
use jiff::tz::TimeZone;
use storage::copies::Shape;

/// Days and floating times are civil: an event may be anywhere from UTC−12 to UTC+14, so its stretch is widened by as
/// much as a zone can shift it.
const CIVIL_SLACK_US: i64 = 14 * 3_600_000_000;

/// The stretch of time that an event can touch.
pub fn of(event: &Event) -> Shape {
    let slack = if event.when.zone().is_some() {
        0
    } else {
        CIVIL_SLACK_US
    };
    let start = event
        .first_start(&TimeZone::UTC)
        .unwrap_or_else(|| event.when.start_instant(&TimeZone::UTC));
    let end = match event.last_end(&TimeZone::UTC) {
        Last::Endless | Last::Unknown => None,
        Last::At(end) => Some(end.as_microsecond() + slack),
        Last::Never => Some(event.when.end_instant(&TimeZone::UTC).as_microsecond() + slack),
    };
    Shape {
        start: start.as_microsecond() - slack,
        end,
        recurring: event.is_series(),
        admitted: true,
    }
}
