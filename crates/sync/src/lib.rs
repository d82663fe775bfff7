//! Keeping calendars in step, as pure functions.
//!
//! [`replication`] keeps a local copy equal to its provider's event; [`links`] keeps the local copies of one linked
//! event in step with each other. Both are pure: state in, state and things to do out. No I/O, no clock, no
//! randomness; ids and times come as parameters. The rules (R1–R10, L1–L9) are named where they are applied.

pub mod conflict;
pub mod copy;
pub mod ids;
pub mod intent;
pub mod law;
pub mod links;
pub mod loose;
pub mod merge;
pub mod observation;
pub mod own;
pub mod replication;

pub use conflict::{Conflict, OnConflict, Policy, Ruling, Side};
pub use copy::{Base, Cause, CauseKind, Copy, Remote, Version};
pub use ids::{
    CalendarId, ChangeId, ConnectionId, CopyId, LinkId, LinkedId, Stamp, TenantId, UserId,
};
pub use intent::{Intent, Operation, Outcome};
pub use law::Law;
pub use links::{Filter, Linked, Mask, MaskKind, Member, Part, Relinked, Role};
pub use observation::Observation;
pub use own::Own;
