//! Use cases on events: reading local copies, and editing them.

mod edit;
mod history;
mod read;

pub use edit::{NewEvent, Scope};
