//! Edits made here are kept with what was before, so that they can be undone.

use calendar::Event;
use identity::Actor;
use storage::{
    ChangeKind, Tx, changes, copies,
    edits::{self, Edit},
};
use sync::{CalendarId, Cause, ChangeId, CopyId};
use uuid::Uuid;

use super::edit::writable;
use crate::{Error, Hub, Result, access, scheduling::Scheduling};

/// Most rows of the log that are looked through for what else an edit did.
const FOLLOWED_MAX: usize = 1_000;

impl Hub {
    /// Keeps what an edit did to a copy.
    pub(crate) async fn keep_edit(
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
        Box::pin(self.undo_change(&mut tx, actor, undone)).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// Undoes all that one change did to events and conflicts.
    pub(crate) async fn undo_change(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        undone: ChangeId,
    ) -> Result<()> {
        let found = edits::by_change(tx, undone).await?;
        let decided = conflicts_of(tx, undone).await?;
        let calendar = found.first().map(|edit| edit.calendar);
        let Some(calendar) = calendar.or(decided.first().map(|(_, calendar)| *calendar)) else {
            return Err(Error::Forbidden(
                "only edits made here can be undone here".to_owned(),
            ));
        };
        let cause = self.edit_cause(calendar);
        let mut did = found.is_empty();
        for edit in found {
            did |= Box::pin(self.undo_edit(tx, actor, &cause, edit)).await?;
        }
        if !did {
            return Err(Error::NotFound("event"));
        }
        for (conflict, _) in decided {
            self.turn_conflict(tx, actor, conflict, undone, &cause)
                .await?;
        }
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
            (None, _) if row.copy.alive => {
                self.remove_in(tx, actor, &mut row, cause, Scheduling::SILENT)
                    .await?;
            }
            // Somebody brought it back already.
            (Some(_), None) if row.copy.alive => return Err(Error::Stale),
            (Some(before), None) => {
                self.bring_back_in(tx, actor, &mut row, cause, before)
                    .await?;
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
                let silent = (Scheduling::SILENT, take_back);
                let edit = self.alter_in(tx, actor, &mut row, cause, silent);
                Box::pin(edit).await?;
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

/// The conflicts about which a change decided, and their calendars.
async fn conflicts_of(tx: &mut Tx, change: ChangeId) -> Result<Vec<(Uuid, CalendarId)>> {
    let logged = changes::by_cause(tx, change, FOLLOWED_MAX).await?;
    let about = logged
        .into_iter()
        .filter(|l| l.change.kind == ChangeKind::Conflict);
    Ok(about
        .filter_map(|l| Some((l.change.subject, l.change.calendar?)))
        .collect())
}
