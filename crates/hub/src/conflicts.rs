//! Two people changed the same thing: what lost is kept, and where a link asks, a person decides.

use identity::Actor;
use storage::{Change, ChangeKind, Tx, calendars, conflicts, copies};
use sync::{Cause, CauseKind, ChangeId, Conflict, replication::decide};
use uuid::Uuid;

use crate::{Error, Hub, Result, access, links::flow::Flow};

/// Whose value a person wants, of the two that a conflict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The one that Kalends has: it came along a link, or was written here.
    Local,
    /// The one that the calendar's provider has.
    Remote,
}

impl Hub {
    /// Answers an open question. The value that is kept goes to the provider, or flows on along the links, like an edit.
    ///
    /// # Errors
    /// [`Error::Stale`] if it is not open any more: somebody has answered it, or changed the same thing again.
    pub async fn decide_conflict(&self, actor: &Actor, id: Uuid, keep: Keep) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let found = conflicts::get(&mut tx, id).await?;
        let mut kept = found.ok_or(Error::NotFound("conflict"))?;
        let mut row = access::copy(&mut tx, actor, kept.copy).await?;
        let held = row.copy.held.clone();
        let asked = row.copy.held_units().contains(&kept.conflict.unit);
        let (conflicts::State::Open, Some(held), true) = (kept.state, held, asked) else {
            return Err(Error::Stale);
        };
        if !row.copy.alive {
            // The event was deleted meanwhile: there is nothing to decide any more, and what nobody took stays kept.
            kept.state = conflicts::State::Resolved;
            kept.conflict.remote_won = Some(false);
            conflicts::update(&mut tx, &kept).await?;
            self.log_conflict(&mut tx, actor.log_name(), &kept);
            tx.commit().await?;
            return Err(Error::Stale);
        }
        let calendar = calendars::get(&mut tx, row.copy.calendar).await?;
        if keep == Keep::Local && calendar.is_some_and(|c| c.read_only) {
            return Err(Error::Forbidden(
                "this calendar is read-only at its provider: only its value can be kept".to_owned(),
            ));
        }
        kept.state = conflicts::State::Resolved;
        kept.conflict.local = row.copy.local.clone();
        kept.conflict.remote = held;
        kept.conflict.remote_won = Some(keep == Keep::Remote);
        conflicts::update(&mut tx, &kept).await?;
        self.log_conflict(&mut tx, actor.log_name(), &kept);
        decide(&mut row.copy, &kept.conflict.unit, keep == Keep::Remote);
        let cause = Cause {
            kind: CauseKind::Edit,
            from: row.copy.calendar,
            link: None,
            change: ChangeId(self.ids().uuid()),
            modified: Some(self.clock().now()),
        };
        Flow::new(self, &mut tx, actor.log_name(), cause)
            .changed(&mut row)
            .await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Closes the questions about a copy that nobody has to answer any more: the copy died, or somebody wrote another value
    /// at the provider, about which `again` may ask anew.
    pub(crate) async fn close_answered(
        &self,
        tx: &mut Tx,
        row: &copies::Row,
        again: &[Conflict],
    ) -> Result<()> {
        let held = row.copy.held_units();
        for mut open in conflicts::open_of_copy(tx, row.copy.id).await? {
            let unit = &open.conflict.unit;
            if held.contains(unit) && !again.iter().any(|conflict| conflict.unit == *unit) {
                continue;
            }
            open.state = conflicts::State::Resolved;
            // What nobody took has lost, also where ours has become another one meanwhile.
            let taken = unit.same(&row.copy.local, &open.conflict.remote);
            open.conflict.remote_won = Some(taken);
            conflicts::update(tx, &open).await?;
            self.log_conflict(tx, "sync".to_owned(), &open);
        }
        Ok(())
    }

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
