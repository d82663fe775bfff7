//! Edits made here are kept with what was before, so that they can be undone.

use calendar::Event;
use identity::Actor;
use storage::{
    Tx, changes, copies,
    edits::{self, Edit},
};
use sync::{Cause, CopyId};

use crate::{Error, Hub, Precondition, Result, access};

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

    /// Undoes the edit that the change at this position of the log came from. It is an edit like any other: it flows
    /// on, and can be undone in its turn. What others changed since in the same event is not taken back with it.
    pub async fn undo(&self, actor: &Actor, position: i64) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let logged = changes::after(&mut tx, position.saturating_sub(1), 1).await?;
        let logged = logged.into_iter().find(|l| l.position == position);
        let cause = logged
            .and_then(|l| l.change.cause)
            .ok_or(Error::NotFound("change"))?;
        let found = edits::by_change(&mut tx, cause).await?;
        drop(tx);
        if found.is_empty() {
            return Err(Error::Forbidden(
                "only edits made here can be undone here".to_owned(),
            ));
        }
        for edit in found {
            self.undo_edit(actor, edit.copy, edit.before, edit.after)
                .await?;
        }
        Ok(())
    }

    async fn undo_edit(
        &self,
        actor: &Actor,
        id: CopyId,
        before: Option<Event>,
        after: Option<Event>,
    ) -> Result<()> {
        match (before, after) {
            (None, _) => self.delete_event(actor, id, Precondition::None).await,
            (Some(before), None) => self.restore_event(actor, id, before).await,
            (Some(before), Some(after)) => {
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
                self.edit_event(actor, id, Precondition::None, take_back)
                    .await
                    .map(drop)
            }
        }
    }
}
