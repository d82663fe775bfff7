//! Taking back what a person decided about a conflict.

use identity::Actor;
use storage::{Tx, conflicts, conflicts::State, copies, intents};
use sync::{Cause, ChangeId, replication::hold_again};
use uuid::Uuid;

use crate::{Error, Hub, Result, access};

impl Hub {
    /// Takes back what a person did last about a conflict, with what it did to the event. A question is asked again: as before
    /// if the provider still has its value, else with both values as they were. Done twice, an undone decision about what a rule
    /// decided is made again.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if nobody has decided anything.
    pub async fn undo_conflict(&self, actor: &Actor, id: Uuid) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let row = conflicts::get(&mut tx, id).await?;
        let row = row.ok_or(Error::NotFound("conflict"))?;
        access::copy(&mut tx, actor, row.copy)
            .await
            .map_err(|_| Error::NotFound("conflict"))?;
        let undoable = row.last.filter(|_| row.state != State::Open);
        let Some(deed) = undoable else {
            return Err(Error::Forbidden(
                "nobody has decided about this conflict: there is nothing to take back".to_owned(),
            ));
        };
        Box::pin(self.undo_change(&mut tx, actor, deed.change)).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// A conflict about which somebody had decided is as it was before: what was decided by `undone` was just taken back by
    /// `cause`.
    pub(crate) async fn turn_conflict(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: Uuid,
        undone: ChangeId,
        cause: &Cause,
    ) -> Result<()> {
        // It may have been forgotten since, or decided in another way.
        let Some(mut row) = conflicts::get(tx, id).await? else {
            return Ok(());
        };
        let Some(deed) = row.last.take().filter(|deed| deed.change == undone) else {
            return Ok(());
        };
        row.since = self.clock().now();
        let was = std::mem::replace(&mut row.state, deed.before);
        let again = conflicts::Deed {
            before: was,
            change: cause.change,
            actor: actor.log_name(),
            at: row.since,
        };
        if row.state == State::Open {
            row.conflict.remote_won = None;
            let held = self.ask_again(tx, &row).await?;
            row.last = (!held).then_some(again);
        } else {
            row.last = Some(again);
        }
        conflicts::update(tx, &row).await?;
        self.log_conflict(tx, actor.log_name(), &row, Some(cause.change));
        Ok(())
    }

    /// Holds the unit of a question again. Not if it may have been written meanwhile.
    async fn ask_again(&self, tx: &mut Tx, asked: &conflicts::Row) -> Result<bool> {
        let Some(mut row) = copies::get(tx, asked.copy).await? else {
            return Ok(false);
        };
        let under_way = !intents::unfinished(tx, asked.copy).await?.is_empty();
        if under_way || !hold_again(&mut row.copy, &asked.conflict) {
            return Ok(false);
        }
        self.store_quietly(tx, &mut row).await?;
        Ok(true)
    }
}
