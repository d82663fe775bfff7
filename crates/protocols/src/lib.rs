//! The wire formats of the calendar world, and their mapping to and from [`calendar::Event`].
//!
//! Pure: text or JSON in, values out. Every mapping returns what it could not express ([`calendar::Mapped`]), and what
//! the event has no field for rides along in [`calendar::Unknown`] under the dialect's name.

pub mod caldav;
pub mod dialect;
pub mod google;
pub mod icalendar;
pub mod itip;
pub mod jscalendar;
pub mod microsoft;
pub mod zones;
