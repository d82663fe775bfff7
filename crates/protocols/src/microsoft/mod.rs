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

mod error;
pub mod property;
pub mod recurrence;
pub mod wire;

pub use error::Error;

/// The name under which [`calendar::Unknown`] keeps what only Graph knows.
pub const DIALECT: &str = "microsoft";
