//! The calendar event: single or series, its overrides, its zones, its people, and the instants at which it happens.
#![doc = include_str!("../README.md")]
//! ## Where things are
//!
//! One [`Event`] is one UID: a single event, or a series together with all its moved, edited and cancelled occurrences,
//! in one value. [`rule`] has rules as data, text and words; [`recurrence`] expands them; [`busy`] merges them.

pub mod busy;
mod clock;
pub mod event;
pub mod loss;
pub mod overrides;
pub mod people;
pub mod recurrence;
pub mod reminder;
pub mod rule;
pub mod unit;
pub mod unknown;
pub mod when;
pub mod zone;

pub use event::{Event, FreeBusy, Place, Privacy, Status, Text, VirtualPlace};
pub use loss::{Loss, Mapped};
pub use overrides::{Override, Patch};
pub use people::{Address, Participation, People, Person, PersonKind, Role};
pub use recurrence::{
    Backwards, Compiled, Equality, Instances, Last, Occurrence, Occurrences, OccurrencesBefore,
    Window,
};
pub use reminder::{Reminder, Trigger};
pub use rule::set as parts;
pub use rule::{BadRule, English, Frequency, NthWeekday, Phrase, Rule, Skip, Until, Words};
pub use unit::Unit;
pub use unknown::Unknown;
pub use when::{Duration, RecurrenceId, When};
pub use zone::{CustomZone, Observance, Zone};
