//! Google Calendar v3.

mod changes;
mod events;
mod recorded;
mod round_trip;
