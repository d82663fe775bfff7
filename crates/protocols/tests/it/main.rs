//! The wire formats against the texts that are met in the world, and what the mappings promise as properties.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod arbitrary;
mod caldav;
mod google;
mod icalendar;
mod itip;
mod jscalendar;
mod losses;
mod microsoft;
mod trips;
mod zones;
