//! The calendar event: single or series, its overrides, its zones, its people, and the instants at which it happens.
//!
//! Pure: no I/O, no clock, no randomness. Semantics follow JSCalendar (RFC 8984) and iCalendar (RFC 5545);
//! no provider is known here. One [`Event`] is one UID: a single event, or a series together with all its
//! moved, edited and cancelled occurrences, in one value.

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
pub use recurrence::{Compiled, Instances, Last, Occurrence, Occurrences, Window};
pub use reminder::{Reminder, Trigger};
pub use rule::{BadRule, Frequency, NthWeekday, Rule, Skip, Until};
pub use unit::Unit;
pub use unknown::Unknown;
pub use when::{Duration, RecurrenceId, When};
pub use zone::{CustomZone, Observance, Zone};
