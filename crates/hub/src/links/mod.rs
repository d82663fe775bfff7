//! Links between calendars: making, previewing, changing and removing them, and what flows along them.

mod change;
mod doubled;
pub mod flow;
pub mod horizon;
mod manage;
mod meet;
mod moved;
mod parts;
pub(crate) mod pilot;
mod preview;
mod private;
mod project;
mod save;
pub(crate) mod sieve;
mod take_up;
mod told;
pub(crate) mod whose;

pub use change::LinkChange;
pub use manage::{Kept, LinkEdit, LinkView};
pub use preview::{Planned, PlannedOperation, Preview};
pub(crate) use project::is_foreign_mirror;
pub use told::Exploded;
