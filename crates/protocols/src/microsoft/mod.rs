//! Microsoft Graph v1.0 calendars: wire types, and their mapping to and from [`calendar::Event`].
//!
//! Property names and enumerations are those of the published v1.0 schema; what they mean for a mapping is said
//! where it is done. In short:
//!
//! - Graph keeps a series as a master with a pattern and a range, exceptions as events of their own, and cancelled
//!   occurrences as a list of days on the master. Here they are one [`calendar::Event`]: see [`read()`].
//! - A write goes the other way, in two parts: what the master gets, and what single instances get afterwards: see
//!   [`write()`] for a new event and [`patch()`] for a changed one.
//! - What Graph has no property for and Kalends must not forget (the IANA zone, whether a time is floating, finer
//!   states) rides in extended properties: see [`property`].
//! - The mapping never writes attendees: Graph mails them at once, and a mirror must be silent.

mod apart;
mod body;
mod categories;
mod error;
mod fields;
pub mod html;
mod overlay;
mod patch;
mod pending;
mod people;
mod places;
pub mod property;
mod read;
pub mod recurrence;
mod reminders;
mod render;
mod state;
mod time;
mod unknown;
pub mod wire;
mod write;

pub use apart::apart;
pub use error::Error;
pub use overlay::{Side, overlay};
pub use patch::{Patch, patch};
pub use pending::{CLEARED, Pending, Redo, completed, pending};
pub use read::{Original, read};
pub use render::{Shown, render};
pub use time::wire_name;
pub use write::{Change, Fields, Instance, Options, Write, write};

/// The name under which [`calendar::Unknown`] keeps what only Graph knows.
pub const DIALECT: &str = "microsoft";
