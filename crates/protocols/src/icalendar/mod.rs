//! iCalendar (RFC 5545, with 7986 and 6868): text to and from events.
//!
//! ```
//! use kalends_protocols::icalendar;
//!
//! let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261123T090000Z\r\nX-MOOD:good\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
//! let events = icalendar::read(text)?.value;
//! let again = icalendar::write(&[&events[0]], jiff::Timestamp::UNIX_EPOCH).value;
//! assert!(again.contains("X-MOOD:good"));
//! assert_eq!(icalendar::read(&again)?.value, events);
//! # Ok::<(), icalendar::Error>(())
//! ```

mod alarm;
mod apart;
pub mod component;
mod compose;
mod content;
mod controls;
mod error;
mod event;
mod expand;
mod flaw;
mod forms;
pub mod html;
mod kept;
mod lines;
mod lost;
mod names;
mod nesting;
mod object;
mod old;
mod other;
mod out;
pub mod parse;
mod people;
pub mod pieces;
mod place;
mod series;
mod sourced;
pub mod text;
mod timezones;
mod tree;
pub mod value;
mod vtimezone;
mod when;
pub mod write;

pub use compose::{empty_calendar, tree, write};
pub use error::Error;
pub(crate) use event::read_tree;
pub use event::{Named, read, read_each, read_named, read_parsed};
pub use expand::expand;
pub use kept::DIALECT;
pub use object::Object;
pub use other::Other;
pub use series::in_terms_of;
pub use sourced::Sourced;
pub use timezones::zone_component;
pub(crate) use vtimezone::Zones;

/// Property by which the CalDAV connector marks what it writes. Here it is unknown like any other.
pub const STAMP: &str = "X-KALENDS-STAMP";
