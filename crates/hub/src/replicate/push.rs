//! Writing to a provider: an intent is persisted, then one conditional write is sent, then its answer is digested. An
//! unknown outcome is looked up before anything is tried again.

use std::{collections::BTreeSet, time::Duration};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use providers::{Create, Delete, Failure, Update};
use storage::{Change, ChangeKind, Store, Tx, calendars, copies, intents};
use sync::{
    CalendarId, CopyId, Intent, Law, LinkId, Operation, Outcome, Remote, Stamp,
    law::holds,
    replication::{Reply, Settled, Step, plan_without, reply, sent_without},
};

use super::{
    Work,
    mutant::{chosen, condition},
    rights,
    round::{Done, Left, Round},
};
use crate::{
    Hub, Result,
    links::{is_foreign_mirror, pilot, whose},
};

/// How many copies are taken up at once.
const BATCH: usize = 64;
/// How many steps one copy may need in one go: look, write, look again, write.
const STEPS_MAX: usize = 6;

/// How a push ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Writes that were answered.
    pub writes: usize,
    /// Something waits still, and when to try again.
    pub again: Option<Duration>,
}

impl Hub {
    /// Writes everything that waits in a calendar. What goes wrong with one event does not keep the others back; the
    /// first failure is told at the end.
    pub async fn push(&self, store: &Store, calendar: CalendarId) -> Result<Pushed> {
        let _turn = self.inner.turns.take(calendar).await;
        let Some(work) = self.work(store, calendar).await? else {
            return Ok(Pushed::default());
        };
        let mut pushed = Pushed::default();
        let round = Round::default();
        let mut tried: Vec<CopyId> = Vec::new();
        let mut unread: Vec<CopyId> = Vec::new();
        loop {
            if !unread.is_empty() && !round.is_over() {
                // Nothing is on its way now.
                Box::pin(self.read(store, calendar)).await?;
                tried.retain(|id| !unread.contains(id));
                unread.clear();
            }
            let mut tx = store.read().await?;
            let waiting = copies::pending_ids(&mut tx, calendar, tried.len() + BATCH).await?;
            drop(tx);
            let batch: Vec<CopyId> = waiting
                .into_iter()
                .filter(|id| !tried.contains(id))
                .take(BATCH)
                .collect();
            if batch.is_empty() || round.is_over() {
                break;
            }
            if work.row.read_only && !self.may_write(store, &work).await? {
                pushed.again = Some(rights::PAUSE);
                return Ok(pushed);
            }
            tried.extend(&batch);
            let writes: Vec<BoxFuture<'_, Option<Done>>> = batch
                .into_iter()
                .map(|id| self.push_in(&round, store, &work, id).boxed())
                .collect();
            let concurrency = work.connector.traits().concurrency.max(1);
            let mut results = stream::iter(writes).buffer_unordered(concurrency);
            while let Some(done) = results.next().await {
                let Some(done) = done else { continue };
                pushed.writes += done.writes;
                match done.left {
                    Left::Later(after) | Left::Wait(after) => {
                        pushed.again = Some(pushed.again.map_or(after, |a| a.max(after)));
                    }
                    Left::Read(id) => unread.push(id),
                    Left::Nothing => {}
                }
            }
        }
        match round.into_error() {
            Some(error) => {
                self.lost_right(store, &work, error).await?;
                pushed.again = Some(rights::PAUSE);
                Ok(pushed)
            }
            None => Ok(pushed),
        }
    }

    /// One copy in a round; nothing if the round is over. Never broken off: a write under way has its answer digested.
    async fn push_in(&self, round: &Round, store: &Store, work: &Work, id: CopyId) -> Option<Done> {
        if round.is_over() {
            return None;
        }
        match self.push_one(round, store, work, id).await {
            Ok(done) => {
                match done.left {
                    Left::Nothing | Left::Read(_) => {}
                    Left::Later(_) => round.trouble(),
                    Left::Wait(_) => round.end(),
                }
                Some(done)
            }
            Err(error) => {
                tracing::warn!(calendar = %work.id(), copy = %id, %error, "an event could not be written");
                round.failed(error);
                None
            }
        }
    }

    async fn push_one(
        &self,
        round: &Round,
        store: &Store,
        work: &Work,
        id: CopyId,
    ) -> Result<Done> {
        let mut writes = 0;
        for _ in 0..STEPS_MAX {
            let done = |left| Ok(Done { writes, left });
            let mut tx = store.write().await?;
            let Some(mut row) = copies::get(&mut tx, id).await? else {
                return done(Left::Nothing);
            };
            let unfinished = intents::unfinished(&mut tx, id).await?;
            let pilots = pilot::of_copy(&mut tx, &row.copy).await?;
            let step = plan_without(&row.copy, &unfinished, &pilots);
            match step {
                Step::Nothing => {
                    if row.pending {
                        row.pending = false;
                        copies::update(&mut tx, &mut row).await?;
                        self.commit(tx).await?;
                    }
                    return done(Left::Nothing);
                }
                Step::Look { intent } => {
                    drop(tx);
                    let intent = &unfinished[intent];
                    let look = self.look(store, work, &row.copy, intent, intent.outcome);
                    Box::pin(look).await?;
                }
                step => {
                    if is_made_again(&row) && round.wait_for_reading(id) {
                        return done(Left::Read(id));
                    }
                    if self.refit(&mut tx, &row, &step).boxed().await? {
                        self.commit(tx).await?;
                        continue;
                    }
                    if let Some(reason) = self.stopped(&mut tx, work, &row, &step).await? {
                        row.copy.parked = Some(reason);
                        row.pending = false;
                        copies::update(&mut tx, &mut row).await?;
                        self.commit(tx).await?;
                        return done(Left::Nothing);
                    }
                    let intent = self.intend(&mut tx, work, &row, &step, &pilots).await?;
                    if holds(Law::IntentFirst) {
                        intents::insert(&mut tx, &intent, work.id()).await?;
                    }
                    // Whoever changes the copy in the same moment has to see the intent, or does it again.
                    copies::update(&mut tx, &mut row).await?;
                    let theirs = is_anothers(&mut tx, work, &step).await?;
                    self.commit(tx).await?;
                    let answer = self.send(work, &step, &intent, theirs).await;
                    if !holds(Law::IntentFirst) {
                        self.intend_late(store, work, &intent).await?;
                    }
                    writes += 1;
                    match Box::pin(self.answered(store, work, &intent, answer)).await? {
                        Left::Nothing => {}
                        left => return Ok(Done { writes, left }),
                    }
                }
            }
        }
        let left = Left::Later(Duration::from_secs(5));
        Ok(Done { writes, left })
    }

    /// R10: what we are about to do is known before it is done.
    async fn intend(
        &self,
        tx: &mut Tx,
        work: &Work,
        row: &copies::Row,
        step: &Step,
        pilots: &BTreeSet<LinkId>,
    ) -> Result<Intent> {
        let copy = &row.copy;
        let stamp = Stamp::new(self.ids().uuid(), row.projected || is_foreign_mirror(row));
        let (operation, remote_id, version, body) = match step {
            Step::Create { body, generation } => {
                let (name, generation) = chosen(copy.id.0, *generation, stamp);
                let id = work.connector.choose_id(name, generation);
                (Operation::Create, id, None, Some((**body).clone()))
            }
            Step::Update {
                id, version, body, ..
            } => (
                Operation::Update,
                Some(id.clone()),
                Some(version.clone()),
                Some((**body).clone()),
            ),
            Step::Delete { id, version } => (
                Operation::Delete,
                Some(id.clone()),
                Some(version.clone()),
                None,
            ),
            Step::Nothing | Step::Look { .. } => unreachable!("only writes have intents"),
        };
        let feed = calendars::feed(tx, work.id()).await?;
        let mut causes = copy.causes.clone();
        causes.retain(|_, cause| !cause.came_along(pilots));
        let intent = Intent {
            stamp,
            copy: copy.id,
            operation,
            generation: copy.generation,
            remote_id,
            version,
            local: body.is_some().then(|| sent_without(copy, pilots)),
            body,
            feed,
            causes,
            life_cause: copy.life_cause.clone(),
            in_parts: work.connector.traits().in_parts,
            at: self.clock().now(),
            outcome: Outcome::Open,
        };
        Ok(intent)
    }

    async fn send(
        &self,
        work: &Work,
        step: &Step,
        intent: &Intent,
        theirs: bool,
    ) -> Result<Reply, Failure> {
        let place = work.place();
        let stamp = intent.stamp;
        match step {
            Step::Create { body, .. } => {
                let create = Create {
                    stamp,
                    id: intent.remote_id.as_deref(),
                    body,
                    theirs,
                };
                work.connector.create(place, create).await
            }
            Step::Update {
                id,
                version,
                previous,
                body,
            } => {
                work.connector
                    .update(
                        place,
                        Update {
                            id,
                            version: &condition(version, Law::ConditionalUpdates),
                            stamp,
                            previous,
                            body,
                        },
                    )
                    .await
            }
            Step::Delete { id, version } => {
                let version = &condition(version, Law::ConditionalDeletes);
                work.connector.delete(place, Delete { id, version }).await
            }
            Step::Nothing | Step::Look { .. } => unreachable!("only writes are sent"),
        }
    }

    /// Digests the answer. Says whether to go on.
    async fn answered(
        &self,
        store: &Store,
        work: &Work,
        intent: &Intent,
        answer: Result<Reply, Failure>,
    ) -> Result<Left> {
        let (answer, failure) = match answer {
            Ok(answer) => (answer, None),
            // A failure of a write says that it was not executed.
            Err(failure) => (Reply::NotSent, Some(failure)),
        };
        let unknown = answer == Reply::Unknown;
        let now = self.clock().now();
        let mut tx = store.write().await?;
        let Some(mut row) = copies::get(&mut tx, intent.copy).await? else {
            return Ok(Left::Nothing);
        };
        // A look in between may have settled it.
        let open = intents::outcome(&mut tx, intent.stamp).await? == Some(Outcome::Open);
        let feed = calendars::feed(&mut tx, work.id()).await?;
        let mut settled = Settled {
            outcome: Outcome::Done,
            look: false,
        };
        if open {
            settled = reply(&mut row.copy, intent, answer, feed);
            intents::settle(&mut tx, intent.stamp, settled.outcome, now).await?;
            if intent.operation == Operation::Update && settled.outcome == Outcome::Done {
                settle_earlier(&mut tx, work.id(), intent, now).await?;
            }
            self.store_quietly(&mut tx, &mut row).await?;
            self.note_write(&mut tx, work, intent);
        }
        self.commit(tx).await?;
        if settled.look {
            let look = self.look(store, work, &row.copy, intent, settled.outcome);
            Box::pin(look).await?;
        }
        match failure {
            None if unknown => Ok(Left::Later(Duration::from_millis(200))),
            None => Ok(Left::Nothing),
            Some(Failure::Later { after, .. }) => Ok(Left::Wait(after)),
            Some(Failure::Unreachable(_)) => Ok(Left::Later(Duration::from_secs(5))),
            Some(Failure::Protocol(reason)) if self.put_aside(store, intent, &reason).await? => {
                Ok(Left::Nothing)
            }
            Some(other) => Err(other.into()),
        }
    }

    /// Tells followers that something was written: the activity page is live.
    fn note_write(&self, tx: &mut Tx, work: &Work, intent: &Intent) {
        tx.log(Change {
            kind: ChangeKind::Write,
            subject: intent.stamp.0,
            calendar: Some(work.id()),
            actor: "sync".to_owned(),
            cause: intent
                .causes
                .values()
                .next()
                .or(intent.life_cause.as_ref())
                .map(|c| c.change),
            at: self.clock().now(),
            removed: false,
        });
    }
}

/// Whether an event that is about to be made is organised by somebody whom the calendar does not belong to.
async fn is_anothers(tx: &mut Tx, work: &Work, step: &Step) -> Result<bool> {
    let Step::Create { body, .. } = step else {
        return Ok(false);
    };
    let mut organizers = body.people.iter().filter(|(_, person)| person.organizer);
    let Some((organizer, _)) = organizers.next() else {
        return Ok(false);
    };
    let own = whose::addresses(tx, &work.row).await?;
    Ok(!own.contains(organizer))
}

/// Whether an event of a person's that is gone from its provider is about to be made again. Whoever took it away may have
/// brought it back, from the bin or from another calendar, and the feed tells of that.
fn is_made_again(row: &copies::Row) -> bool {
    !row.projected && matches!(row.copy.remote, Remote::Gone { .. })
}

/// A conditional write went through: whatever we sent before it for the same event can only be refused now.
async fn settle_earlier(
    tx: &mut Tx,
    calendar: CalendarId,
    intent: &Intent,
    now: jiff::Timestamp,
) -> Result<()> {
    for earlier in intents::unfinished_in(tx, calendar, intent.copy).await? {
        if earlier.operation != Operation::Create && earlier.stamp != intent.stamp {
            intents::settle(tx, earlier.stamp, Outcome::Refused, now).await?;
        }
    }
    Ok(())
}
