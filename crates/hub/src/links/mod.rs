//! Links between calendars: making, previewing, changing and removing them, and what flows along them.

mod change;
pub mod flow;
pub mod horizon;
mod manage;
mod meet;
pub(crate) mod pilot;
mod preview;
mod project;
pub(crate) mod sieve;
pub(crate) mod whose;

pub use change::LinkChange;
pub use manage::{Kept, LinkEdit, LinkView};
pub use preview::{Planned, PlannedOperation, Preview};
