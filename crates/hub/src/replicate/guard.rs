//! What is not written although it waits: everything after a backup was restored (`restored.rs`), what would make a provider notify
//! somebody (`silence.rs`), what is rewritten again and again, and what fails again and again.

use std::time::Duration;

use calendar::{Unit, unit};
use jiff::Timestamp;
use storage::{Store, Tx, copies, intents, jobs};
use sync::{CalendarId, CauseKind, CopyId, Intent, Operation, Outcome, replication::Step};

use super::{PUSH, RESUME, Work};
use crate::{Hub, Result, restored};

/// So often one event gets the same value within an hour.
const REWRITES_MAX: usize = 3;
/// How many of its latest writes are looked at.
const WRITES: usize = 32;
/// How long somebody else may go on with it.
const PAUSE: Duration = Duration::from_hours(1);
/// So often an event is tried whose write fails in its own way.
const TRIES_MAX: usize = 5;
/// How many refused events are tried again at once.
const UNPARKED_MAX: usize = 500;
/// How the reason begins, by which a pause is known.
const PAUSED: &str = "paused: ";

impl Hub {
    /// Why a write may not be made now, if so.
    pub(super) async fn stopped(
        &self,
        tx: &mut Tx,
        work: &Work,
        row: &copies::Row,
        step: &Step,
    ) -> Result<Option<String>> {
        // Asked again: it may have been approved since the work was taken up, and what is held now would stay so.
        if work.restored && restored::since(tx).await?.is_some() {
            return Ok(Some(restored::REASON.to_owned()));
        }
        if let Some(reason) = self.would_notify(tx, work, &row.copy, step).await? {
            return Ok(Some(reason));
        }
        let since = self.clock().now().saturating_sub(
            jiff::SignedDuration::try_from(PAUSE).unwrap_or(jiff::SignedDuration::MAX),
        );
        let since = since.unwrap_or(Timestamp::MIN);
        let latest = intents::of_copy_since(tx, row.copy.id, since, WRITES).await?;
        // Another value of ours in between means that nobody undoes what we write: it is the person who goes back and forth.
        let same = latest
            .iter()
            .map(|(intent, ..)| intent)
            // What was refused wrote nothing, and what landed in part is written again by ourselves: neither counts, nor ends
            // the tug-of-war.
            .filter(|intent| intent.outcome == Outcome::Done && concerns(step, intent))
            .take_while(|intent| is_repeated(row, step, intent))
            .count();
        if same < REWRITES_MAX {
            return Ok(None);
        }
        jobs::request(tx, RESUME, row.copy.id.0, self.after(PAUSE));
        Ok(Some(format!(
            "{PAUSED}this value was written {same} times within an hour, and somebody else changed it back each time. It goes \
             on when you edit the event here, or in an hour"
        )))
    }

    /// An event whose write fails again and again, always in a way of its own, is parked like one that is refused. Whether
    /// this was the last attempt at what `intent` wrote.
    pub(super) async fn put_aside(
        &self,
        store: &Store,
        intent: &Intent,
        reason: &str,
    ) -> Result<bool> {
        let mut tx = store.write().await?;
        let latest = intents::of_copy(&mut tx, intent.copy, TRIES_MAX).await?;
        let failed = latest.iter().filter(|(earlier, ..)| {
            earlier.outcome == Outcome::Refused
                && earlier.operation == intent.operation
                && earlier.body == intent.body
        });
        if failed.count() < TRIES_MAX {
            return Ok(false);
        }
        let Some(mut row) = copies::get(&mut tx, intent.copy).await? else {
            return Ok(false);
        };
        row.copy.parked = Some(format!("it failed {TRIES_MAX} times: {reason}"));
        self.store_quietly(&mut tx, &mut row).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Has everything that was refused tried again: a person asks for it, or has connected the account anew, and what it
    /// may do may have changed. What is held for other reasons is held again.
    pub(crate) async fn unpark(&self, tx: &mut Tx, calendar: CalendarId) -> Result<()> {
        for mut row in copies::parked(tx, calendar, UNPARKED_MAX).await? {
            row.copy.parked = None;
            self.store_quietly(tx, &mut row).await?;
        }
        Ok(())
    }

    /// Takes a paused event up again.
    pub(crate) async fn resume(&self, store: &Store, id: CopyId) -> Result<Option<Timestamp>> {
        let mut tx = store.write().await?;
        let Some(mut row) = copies::get(&mut tx, id).await? else {
            return Ok(None);
        };
        let paused = |reason: &String| reason.starts_with(PAUSED);
        if row.copy.parked.as_ref().is_some_and(paused) {
            row.copy.parked = None;
            self.store_quietly(&mut tx, &mut row).await?;
            let now = self.clock().now();
            jobs::request(&mut tx, PUSH, row.copy.calendar.0, now);
            self.commit(tx).await?;
            self.wake();
        }
        Ok(None)
    }
}

/// Whether an earlier write is one of the same units.
fn concerns(step: &Step, earlier: &Intent) -> bool {
    match step {
        Step::Update { previous, body, .. } => {
            let units = unit::diff(previous, body);
            units.iter().any(|unit| earlier.causes.contains_key(unit))
        }
        _ => true,
    }
}

/// Whether an earlier write wrote what this one would: the same units with the same values. Somebody who drags an event
/// about writes another value each time. What a person sets through the hub in this very calendar is no repetition.
fn is_repeated(row: &copies::Row, step: &Step, earlier: &Intent) -> bool {
    let Some(sent) = earlier.body.as_ref() else {
        return false;
    };
    match step {
        Step::Create { body, .. } => {
            earlier.operation == Operation::Create && unit::diff(sent, body).is_empty()
        }
        Step::Update { previous, body, .. } => {
            let units = unit::diff(previous, body);
            let by_hand = |unit: &Unit| {
                let cause = row.copy.causes.get(unit);
                cause.is_some_and(|c| c.kind == CauseKind::Edit && c.link.is_none())
            };
            // To make an event is no rewriting yet.
            let wrote = |unit: &Unit| {
                earlier.operation == Operation::Update && earlier.causes.contains_key(unit)
            };
            let again = |unit: &Unit| wrote(unit) && unit.same(sent, body);
            !units.is_empty() && !units.iter().any(by_hand) && units.iter().all(again)
        }
        Step::Delete { .. } | Step::Nothing | Step::Look { .. } => false,
    }
}
