//! Use cases on events: reading local copies, and editing them.

mod create;
mod edit;
mod history;
mod read;
mod relocate;
mod texts;

pub use create::NewEvent;
pub use edit::Scope;
pub(crate) use edit::writable;
pub use read::EVENTS_MAX;
pub use texts::Place;
