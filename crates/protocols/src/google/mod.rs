//! Google Calendar v3: the wire types of its discovery document (revision 20261030), and the mapping between its events
//! and [`calendar::Event`].
//!
//! Google stores a series as a *master* with raw RFC 5545 lines and one separate event for every occurrence that is
//! different (an *exception*). [`read`] makes one [`calendar::Event`] of them, [`write()`] takes it apart again, and
//! [`patch`] says what a PATCH has to carry for one state to become another.
//!
//! What Google has no field for is kept in private extended properties (`kalends.…`), which only this copy has. Each is
//! a hint that counts only as long as the visible field beside it still is what we wrote, so that an edit made by a
//! person in Google's own app always wins. What the model has no field for is kept in `unknown["google"]` under
//! Google's own names and goes back unchanged.

mod availability;
mod calendars;
mod channel;
mod colors;
mod conference;
mod event;
mod extended;
mod failure;
mod free_busy;
mod ids;
mod patch;
mod people;
mod read;
mod recurrence;
mod reminders;
mod text;
mod times;
mod write;
mod zones;

pub use calendars::{Calendar, CalendarList, CalendarListEntry};
pub use channel::Channel;
pub use colors::EVENT_COLORS;
pub use event::{
    Attendee, Event, EventDateTime, Events, ExtendedProperties, Principal, Reminder, Reminders,
};
pub use extended::{STAMP, set_stamp, stamp};
pub use failure::{Failure, FailureBody, FailureItem};
pub use free_busy::{
    FreeBusyCalendar, FreeBusyRequest, FreeBusyRequestItem, FreeBusyResponse, TimePeriod,
};
pub use ids::{InstanceId, client_id};
pub use patch::{Patch, patch};
pub use read::{original_start, read};
pub use recurrence::{has_its_rules, is_recurrence_line};
pub use write::{Exclusions, Write, original_start_time, write};

/// The key of Google's unmodelled fields in [`calendar::Unknown`].
pub const DIALECT: &str = "google";

/// What can be wrong with an event that came from Google.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field without which the event has no meaning.
    #[error("{field} is missing; ask for the whole event resource")]
    Missing {
        /// The field's path, such as `start`.
        field: &'static str,
    },
    /// A field in another form than the schema says.
    #[error("{field} is not {expected}")]
    Malformed {
        /// The field's path, such as `start.dateTime`.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// More entries than we take from outside.
    #[error("{field} has more than {limit} entries")]
    TooMany {
        /// The field's path.
        field: &'static str,
        /// The most that is accepted.
        limit: usize,
    },
    /// A cancelled master: at Google this means that the event was deleted, so there is nothing to read.
    #[error("status is cancelled: the event was deleted")]
    Deleted,
}
