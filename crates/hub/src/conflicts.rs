//! Two people changed the same thing: what lost is kept.

use storage::{Change, ChangeKind, Tx, conflicts, copies};
use sync::Conflict;

use crate::{Hub, Result};

impl Hub {
    /// Keeps the values that lost in a copy, and the questions.
    pub(crate) async fn keep_losers(
        &self,
        tx: &mut Tx,
        row: &copies::Row,
        losers: &[Conflict],
    ) -> Result<()> {
        for conflict in losers {
            let state = match conflict.remote_won {
                None => conflicts::State::Open,
                Some(_) => conflicts::State::Resolved,
            };
            let kept = conflicts::Row {
                id: self.ids().uuid(),
                copy: row.copy.id,
                calendar: row.copy.calendar,
                at: self.clock().now(),
                state,
                conflict: conflict.clone(),
            };
            conflicts::insert(tx, &kept).await?;
            self.log_conflict(tx, "sync".to_owned(), &kept);
        }
        Ok(())
    }

    fn log_conflict(&self, tx: &mut Tx, actor: String, row: &conflicts::Row) {
        tx.log(Change {
            kind: ChangeKind::Conflict,
            subject: row.id,
            calendar: Some(row.calendar),
            actor,
            cause: None,
            at: self.clock().now(),
            removed: false,
        });
    }
}
