//! Two people changed the same thing: what lost is kept, where a link asks, a person decides, and whatever was decided can be
//! decided otherwise, and taken back.

mod decide;
mod inbox;
mod undo;

use storage::{Change, ChangeKind, Tx, conflicts, copies};
use sync::{ChangeId, Conflict};

pub use decide::Keep;
pub use inbox::{ConflictPage, ConflictView, Cursor, Origin, Stands, UnitView};

use crate::{Hub, Result};

impl Hub {
    /// Closes the questions about a copy that nobody has to answer any more: the copy died, or somebody wrote another value
    /// at the provider, about which `again` may ask anew.
    pub(crate) async fn close_answered(
        &self,
        tx: &mut Tx,
        row: &copies::Row,
        again: &[Conflict],
    ) -> Result<()> {
        let held = row.copy.held_units();
        for open in conflicts::open_of_copy(tx, row.copy.calendar, row.copy.id).await? {
            let unit = &open.conflict.unit;
            if open.last.is_some() && row.copy.alive {
                // Asked again after it was decided: nothing is held, so nothing at the provider answers it.
                continue;
            }
            if held.contains(unit) && !again.iter().any(|conflict| conflict.unit == *unit) {
                continue;
            }
            // What nobody took has lost, also where ours has become another one meanwhile.
            let taken = unit.same(&row.copy.local, &open.conflict.remote);
            self.close(tx, "sync".to_owned(), open, taken).await?;
        }
        Ok(())
    }

    /// Closes a question that nobody has to answer any more. What nobody took stays kept.
    async fn close(
        &self,
        tx: &mut Tx,
        actor: String,
        mut open: conflicts::Row,
        remote_won: bool,
    ) -> Result<()> {
        open.state = conflicts::State::Resolved;
        open.conflict.remote_won = Some(remote_won);
        open.last = None;
        open.since = self.clock().now();
        conflicts::update(tx, &open).await?;
        self.log_conflict(tx, actor, &open, None);
        Ok(())
    }

    /// Keeps the values that lost in a copy, and the questions.
    pub(crate) async fn keep_losers(
        &self,
        tx: &mut Tx,
        row: &copies::Row,
        losers: &[Conflict],
    ) -> Result<()> {
        let now = self.clock().now();
        for conflict in losers {
            let state = match conflict.remote_won {
                None => conflicts::State::Open,
                Some(_) => conflicts::State::Resolved,
            };
            let kept = conflicts::Row {
                id: self.ids().uuid(),
                copy: row.copy.id,
                calendar: row.copy.calendar,
                at: now,
                since: now,
                state,
                conflict: conflict.clone(),
                last: None,
            };
            conflicts::insert(tx, &kept).await?;
            self.log_conflict(tx, "sync".to_owned(), &kept, None);
        }
        Ok(())
    }

    fn log_conflict(
        &self,
        tx: &mut Tx,
        actor: String,
        row: &conflicts::Row,
        cause: Option<ChangeId>,
    ) {
        tx.log(Change {
            kind: ChangeKind::Conflict,
            subject: row.id,
            calendar: Some(row.calendar),
            actor,
            cause,
            at: self.clock().now(),
            removed: false,
        });
    }
}
