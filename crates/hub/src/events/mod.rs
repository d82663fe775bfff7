//! Use cases on events: reading local copies, and editing them.

mod create;
mod edit;
mod history;
mod named;
mod read;
mod relocate;
mod telling;
mod texts;

pub use create::NewEvent;
pub use edit::Scope;
pub(crate) use edit::{put, writable};
pub use named::Named;
pub use read::{EVENTS_MAX, Taken};
pub use telling::Terms;
pub(crate) use texts::text_of;
pub use texts::{InWindow, Kept, Place, Told, Written};

use identity::Actor;
use storage::{Change, ChangeKind, Tx, copies};

use crate::Hub;

impl Hub {
    /// Those who follow an event see it again.
    pub(crate) fn log_event(&self, tx: &mut Tx, actor: &Actor, row: &copies::Row) {
        tx.log(Change {
            kind: ChangeKind::Event,
            subject: row.copy.id.0,
            calendar: Some(row.copy.calendar),
            actor: actor.log_name(),
            cause: None,
            at: self.clock().now(),
            removed: !row.copy.alive,
        });
    }
}
