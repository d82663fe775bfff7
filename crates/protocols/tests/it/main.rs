//! The wire formats against the texts that are met in the world.
#![expect(clippy::unwrap_used, reason = "tests")]

mod arbitrary;
mod caldav;
mod icalendar;
mod jscalendar;
