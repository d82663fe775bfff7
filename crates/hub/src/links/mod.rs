//! Links between calendars: making, previewing, removing them, and what flows along them.

pub mod flow;
mod manage;
mod project;

pub use manage::{Kept, LinkEdit, Planned, PlannedOperation, Preview};
