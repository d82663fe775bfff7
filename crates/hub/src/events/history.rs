//! Edits made here are kept with what was before, so that they can be undone.

use calendar::Event;
use identity::Actor;
use storage::{
    ChangeKind, Tx, changes, copies,
    edits::{self, Edit},
};
use sync::{Cause, ChangeId, CopyId};
use uuid::Uuid;

use super::edit::writable;
use crate::{Error, Hub, Result, access};

/// Most rows of the log that are looked through for what else an edit did.
const FOLLOWED_MAX: usize = 1_000;

impl Hub {
    /// Keeps what an edit did to a copy.
    pub(super) async fn keep_edit(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &copies::Row,
        cause: &Cause,
        before: Option<Event>,
        after: Option<Event>,
    ) -> Result<()> {
        let edit = Edit {
            change: cause.change,
            copy: row.copy.id,
            calendar: row.copy.calendar,
            actor: actor.log_name(),
            at: self.clock().now(),
            before,
            after,
        };
        Ok(edits::insert(tx, &edit).await?)
    }

    /// Undoes the edit that the change at this position of the log came from, all of it at once. It is an edit like any
    /// other: it flows on, and can be undone in its turn. What others changed since in the same event is not taken back
    /// with it.
    pub async fn undo(&self, actor: &Actor, position: i64) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let logged = changes::after(&mut tx, position.saturating_sub(1), 1).await?;
        let logged = logged.into_iter().find(|l| l.position == position);
        let undone = logged
            .and_then(|l| l.change.cause)
            .ok_or(Error::NotFound("change"))?;
        let found = edits::by_change(&mut tx, undone).await?;
        let Some(first) = found.first() else {
            return Err(Error::Forbidden(
                "only edits made here can be undone here".to_owned(),
            ));
        };
        let cause = self.edit_cause(first.calendar);
        let mut did = false;
        for edit in found {
            did |= self.undo_edit(&mut tx, actor, &cause, edit).await?;
        }
        if !did {
            return Err(Error::NotFound("event"));
        }
        for conflict in conflicts_of(&mut tx, undone).await? {
            self.turn_conflict(&mut tx, actor, conflict, &cause).await?;
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Undoes what an edit did to one copy; false if there is nothing there any more to undo it in.
    async fn undo_edit(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        cause: &Cause,
        edit: Edit,
    ) -> Result<bool> {
        let mut row = self.undoable(tx, actor, edit.copy).await?;
        match (edit.before, edit.after) {
            (None, _) if row.copy.alive => self.delete_in(tx, actor, &mut row, cause).await?,
            // Somebody brought it back already.
            (Some(_), None) if row.copy.alive => return Err(Error::Stale),
            (Some(before), None) => {
                self.restore_in(tx, actor, &mut row, cause, before).await?;
            }
            (Some(before), Some(after)) if row.copy.alive => {
                let units = calendar::unit::diff(&before, &after);
                let take_back = move |event: &mut Event| {
                    for unit in &units {
                        // A unit that somebody changed since is theirs.
                        if unit.same(event, &after) {
                            unit.take(event, &before);
                        }
                    }
                    Ok(())
                };
                self.edit_in(tx, actor, &mut row, cause, take_back).await?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    async fn undoable(&self, tx: &mut Tx, actor: &Actor, id: CopyId) -> Result<copies::Row> {
        let row = access::copy(tx, actor, id).await?;
        writable(tx, actor, row.copy.calendar).await?;
        Ok(row)
    }
}

/// The conflicts whose loser an edit brought back.
async fn conflicts_of(tx: &mut Tx, change: ChangeId) -> Result<Vec<Uuid>> {
    let logged = changes::by_cause(tx, change, FOLLOWED_MAX).await?;
    let about = logged
        .into_iter()
        .filter(|l| l.change.kind == ChangeKind::Conflict);
    Ok(about.map(|l| l.change.subject).collect())
}
