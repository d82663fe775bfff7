//! Which components a calendar holds (RFC 4791 5.2.3): events unless it was made for something else.

use hub::{
    CalendarView,
    calendars::{COMPONENTS, components},
};
use protocols::caldav::{Name, name};
use serde_json::{Map, Value, json};

use super::dead;

/// Under which name a calendar keeps what CalDAV clients said of it.
pub(super) const DIALECT: &str = "caldav";
/// What a calendar holds that was made without saying so.
pub(super) const ANY: [&str; 3] = ["VEVENT", "VTODO", "VJOURNAL"];
/// What can be kept.
const KEPT: [&str; 4] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"];

/// Whether a component can be kept in a calendar that was made for it.
pub(super) fn is_kept(name: &str) -> bool {
    KEPT.contains(&name)
}

/// What is kept of a calendar that holds these components.
pub fn of(held: &[&str]) -> Map<String, Value> {
    let kept = json!({ COMPONENTS: held });
    Map::from_iter([(DIALECT.to_owned(), kept)])
}

/// Whether what is in a calendar makes nobody busy (RFC 6638 9.1).
pub(super) fn is_transparent(calendar: &CalendarView) -> bool {
    let said = dead::get(calendar, &name::SCHEDULE_CALENDAR_TRANSP);
    let word = Name::new(name::CALDAV, "transparent");
    said.is_some_and(|said| said.child(&word).is_some())
}

/// The components that a calendar holds.
pub(super) fn held(calendar: &CalendarView) -> Vec<String> {
    let held = components(&calendar.kept).into_iter();
    held.map(str::to_owned).collect()
}
