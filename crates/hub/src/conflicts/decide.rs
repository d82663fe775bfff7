//! A person decides about a conflict: a question that waits, or what a rule made of it.

use calendar::Event;
use identity::Actor;
use storage::{Tx, calendars, conflicts, conflicts::State, copies};
use sync::{Cause, Conflict, merge, replication::decide};
use uuid::Uuid;

use crate::{Error, Hub, Precondition, Result, access, links::flow::Flow};

/// What a person wants to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The value that Kalends had: it came along a link, or was written here.
    Local,
    /// The one that the calendar's provider had.
    Remote,
    /// Of a question, both in one, where that can be; else what was made of it, as it stands.
    Merge,
    /// The one that lost.
    Loser,
}

impl Hub {
    /// Decides about a conflict. The value that is kept goes to the provider, or flows on along the links, like an edit; the
    /// rest of the event stays as it is by now. It can be taken back ([`Hub::undo_conflict`]). `seen` is what the caller knows
    /// to have become of it.
    ///
    /// # Errors
    /// [`Error::Stale`] if something else has become of it: somebody else decided, the event was deleted, or the same thing was
    /// changed again. [`Error::Forbidden`] for what cannot be kept.
    pub async fn decide_conflict(
        &self,
        actor: &Actor,
        id: Uuid,
        keep: Keep,
        seen: Option<State>,
    ) -> Result<()> {
        access::may_write(actor)?;
        // It carries whole events, and is part of whatever waits for it.
        Box::pin(self.decide_in(actor, id, keep, seen)).await
    }

    async fn decide_in(
        &self,
        actor: &Actor,
        id: Uuid,
        keep: Keep,
        seen: Option<State>,
    ) -> Result<()> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let found = conflicts::get(&mut tx, id).await?;
        let mut kept = found.ok_or(Error::NotFound("conflict"))?;
        let mut row = access::copy(&mut tx, actor, kept.copy).await?;
        if seen.is_some_and(|seen| seen != kept.state) {
            return Err(Error::Stale);
        }
        let held = row.copy.held_units().contains(&kept.conflict.unit);
        match kept.state {
            State::Open if !row.copy.alive => {
                // The event was deleted meanwhile: there is nothing to decide any more.
                self.close(&mut tx, actor.log_name(), kept, false).await?;
                self.commit(tx).await?;
                return Err(Error::Stale);
            }
            State::Open if held => {
                Box::pin(self.answer(&mut tx, actor, &mut kept, &mut row, keep)).await?;
            }
            State::Open if kept.last.is_none() => return Err(Error::Stale),
            _ => Box::pin(self.overrule(&mut tx, actor, &mut kept, keep)).await?,
        }
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// Answers a question: until now the unit moved in neither direction.
    async fn answer(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        kept: &mut conflicts::Row,
        row: &mut copies::Row,
        keep: Keep,
    ) -> Result<()> {
        let calendar = calendars::get(tx, row.copy.calendar).await?;
        if keep != Keep::Remote && calendar.is_some_and(|c| c.read_only) {
            return Err(Error::Forbidden(
                "this calendar is read-only at its provider: only its value can be kept".to_owned(),
            ));
        }
        let unit = kept.conflict.unit.clone();
        unit.take(&mut kept.conflict.local, &row.copy.local);
        if let Some(held) = &row.copy.held {
            unit.take(&mut kept.conflict.remote, held);
        }
        let value = wanted(&kept.conflict, keep)?;
        let cause = self.edit_cause(row.copy.calendar);
        let before = row.copy.local.clone();
        decide(&mut row.copy, &unit, keep == Keep::Remote);
        if keep != Keep::Remote {
            row.copy.set(&unit, &value, &cause);
        }
        let after = Some(row.copy.local.clone());
        self.keep_edit(tx, actor, row, &cause, Some(before), after)
            .await?;
        kept.conflict.remote_won = Some(keep == Keep::Remote);
        self.done(tx, actor, kept, State::Resolved, &cause).await?;
        let mut flow = Flow::new(self, tx, actor.log_name(), cause);
        Box::pin(flow.changed(row)).await
    }

    /// Decides otherwise than it was decided, or confirms what was.
    async fn overrule(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        kept: &mut conflicts::Row,
        keep: Keep,
    ) -> Result<()> {
        let cause = self.edit_cause(kept.calendar);
        let asked = kept.state == State::Open;
        let stands = keep == Keep::Merge && !asked;
        if !stands {
            let mut row = self
                .editable(tx, actor, kept.copy, Precondition::None)
                .await?;
            let (unit, value) = (kept.conflict.unit.clone(), wanted(&kept.conflict, keep)?);
            let bring_back = move |event: &mut Event| {
                unit.take(event, &value);
                Ok(())
            };
            let changed = self
                .edit_in(tx, actor, &mut row, &cause, bring_back)
                .await?;
            if asked {
                kept.conflict.remote_won = Some(keep == Keep::Remote);
                return self.done(tx, actor, kept, State::Resolved, &cause).await;
            }
            if changed {
                let lost = keep == loser(&kept.conflict) || keep == Keep::Loser;
                let state = if lost {
                    State::Restored
                } else {
                    State::Resolved
                };
                return self.done(tx, actor, kept, state, &cause).await;
            }
        }
        // What is wanted stands already. Twice is once.
        if kept.state == State::Resolved || (stands && kept.state == State::Restored) {
            return self.done(tx, actor, kept, State::Confirmed, &cause).await;
        }
        Ok(())
    }

    /// Notes what a person did, so that it can be taken back.
    async fn done(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        kept: &mut conflicts::Row,
        state: State,
        cause: &Cause,
    ) -> Result<()> {
        kept.since = self.clock().now();
        kept.last = Some(conflicts::Deed {
            before: kept.state,
            change: cause.change,
            actor: actor.log_name(),
            at: kept.since,
        });
        kept.state = state;
        conflicts::update(tx, kept).await?;
        self.log_conflict(tx, actor.log_name(), kept, Some(cause.change));
        Ok(())
    }
}

/// Which value lost. While nobody has decided, none has.
fn loser(conflict: &Conflict) -> Keep {
    match conflict.remote_won {
        Some(true) => Keep::Local,
        Some(false) => Keep::Remote,
        None => Keep::Loser,
    }
}

/// The event that has the wanted value.
fn wanted(conflict: &Conflict, keep: Keep) -> Result<Event> {
    let keep = if keep == Keep::Loser {
        loser(conflict)
    } else {
        keep
    };
    match keep {
        Keep::Local => Ok(conflict.local.clone()),
        Keep::Remote => Ok(conflict.remote.clone()),
        Keep::Loser => Err(Error::Forbidden(
            "nobody has won this conflict yet: decide it first".to_owned(),
        )),
        Keep::Merge => both(conflict).ok_or_else(|| {
            Error::Forbidden("these two values cannot be merged: keep one of them".to_owned())
        }),
    }
}

/// Both values in one, if a person is asked and they can be.
pub(super) fn both(conflict: &Conflict) -> Option<Event> {
    let Conflict {
        unit,
        base,
        local,
        remote,
        ..
    } = conflict;
    merge::both(unit, base, local, remote)
}
