//! Google Calendar v3.

mod events;
mod recorded;
mod round_trip;
