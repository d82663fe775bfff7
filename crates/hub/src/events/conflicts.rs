//! Bringing a value back that lost a conflict.

use identity::Actor;
use storage::{Change, ChangeKind, Tx, conflicts};
use sync::Cause;
use uuid::Uuid;

use crate::{Error, Hub, Precondition, Result, access};

impl Hub {
    /// Makes the value that lost a conflict the value of its unit: an edit like any other, which flows on and can be
    /// undone. The rest of the event stays as it is by now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] while nobody has decided who wins.
    pub async fn restore_conflict(&self, actor: &Actor, id: Uuid) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let row = conflicts::get(&mut tx, id).await?;
        let row = row.ok_or(Error::NotFound("conflict"))?;
        let mut copy = self
            .editable(&mut tx, actor, row.copy, Precondition::None)
            .await?;
        let Some(remote_won) = row.conflict.remote_won else {
            return Err(Error::Forbidden(
                "nobody has won this conflict yet: decide it first".to_owned(),
            ));
        };
        if row.state == conflicts::State::Restored {
            return Ok(());
        }
        let (unit, loser) = if remote_won {
            (row.conflict.unit, row.conflict.local)
        } else {
            (row.conflict.unit, row.conflict.remote)
        };
        let cause = self.edit_cause(copy.copy.calendar);
        let bring_back = move |event: &mut calendar::Event| {
            unit.take(event, &loser);
            Ok(())
        };
        self.edit_in(&mut tx, actor, &mut copy, &cause, bring_back)
            .await?;
        self.turn_conflict(&mut tx, actor, id, &cause).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// A decided conflict whose loser was brought back is restored; if that is undone, it is only decided again.
    pub(super) async fn turn_conflict(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: Uuid,
        cause: &Cause,
    ) -> Result<()> {
        // It may have been forgotten since.
        let Some(row) = conflicts::get(tx, id).await? else {
            return Ok(());
        };
        let state = match row.state {
            conflicts::State::Restored => conflicts::State::Resolved,
            conflicts::State::Resolved => conflicts::State::Restored,
            conflicts::State::Open => return Ok(()),
        };
        conflicts::set_state(tx, id, state).await?;
        tx.log(Change {
            kind: ChangeKind::Conflict,
            subject: id,
            calendar: Some(row.calendar),
            actor: actor.log_name(),
            cause: Some(cause.change),
            at: self.clock().now(),
            removed: false,
        });
        Ok(())
    }
}
