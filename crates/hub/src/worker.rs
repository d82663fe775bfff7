//! The worker: takes jobs as they come due, several at once, and puts those off that fail. It holds nothing: killed at
//! any moment, the next one goes on where it was.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use providers::Failure;
use storage::{Store, calendars, jobs};
use sync::{CalendarId, CopyId};
use tokio::{sync::watch, task::JoinSet};
use uuid::Uuid;

use crate::{
    Error, Hub, Result,
    channels::WATCH,
    lanes::{Lane, Lanes},
    links::horizon::HORIZON,
    overlaps::OVERLAPS,
    pace,
    prune::PRUNE,
    replicate,
    zones::ZONES,
};

const KINDS: [&str; 8] = [
    replicate::PULL,
    replicate::PUSH,
    replicate::RESUME,
    WATCH,
    PRUNE,
    HORIZON,
    OVERLAPS,
    ZONES,
];
/// How long a worker may be silent before another one takes its job.
const LEASE_SECONDS: i64 = 30;
/// How often a worker says that it is still at it.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Longest nap: another process may have asked for work.
const NAP: Duration = Duration::from_secs(1);
/// Longest pause after failures.
const BACKOFF_MAX_SECONDS: u64 = 900;
/// Longest pause while a provider cannot be reached: one small request costs nobody much, and when the network is there
/// again somebody waits.
const UNREACHABLE_MAX_SECONDS: u64 = 30;
/// Longest pause where the database fails: it may be back any moment.
const TROUBLE_MAX: Duration = Duration::from_secs(30);
/// How many jobs of accounts that have enough under way are passed over in one round.
const PASSED_OVER_MAX: usize = 64;
/// From when on a clock counts as set back.
const SET_BACK_MIN: SignedDuration = SignedDuration::from_secs(5);
/// How long what was begun before a clock was set back may go on working out when it is due by how late it was then.
const SET_BACK_LATE: Duration = Duration::from_secs(5);
/// Pause between two rounds of what is done daily.
const DAY: Duration = Duration::from_hours(24);

/// What time it is, as far as the worker has seen.
struct Time {
    last: Timestamp,
    /// When it was seen that the clock was set back, and how late it was before.
    set_back: Option<(Instant, Timestamp)>,
}

impl Time {
    fn at(last: Timestamp) -> Self {
        let set_back = None;
        Self { last, set_back }
    }
}

impl Hub {
    /// Works until `stop` turns true. A database that fails is tried again, more and more rarely: nobody is there to
    /// start a worker that has ended.
    pub async fn run(&self, store: Store, mut stop: watch::Receiver<bool>) {
        let owner = self.settings().node.unwrap_or_else(|| self.ids().uuid());
        // Tasks of their own: one that holds the database's only writer must go on while the next job is claimed.
        let mut running = JoinSet::new();
        let (mut seeded, mut failures) = (false, 0);
        let lanes = Arc::new(Lanes::default());
        let mut time = Time::at(self.clock().now());
        loop {
            let woken = self.inner.work.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let round = async {
                self.keep_time(&store, &mut time).await?;
                self.round(&store, owner, &lanes, &mut running, &mut seeded)
                    .await
            };
            match round.await {
                Ok(nap) => {
                    failures = 0;
                    tokio::select! {
                        _ = stop.wait_for(|stop| *stop) => return,
                        Some(ended) = running.join_next(), if !running.is_empty() => note_end(ended),
                        () = &mut woken => {}
                        () = tokio::time::sleep(nap) => {}
                    }
                }
                Err(error) => {
                    let pause = trouble(failures);
                    failures += 1;
                    tracing::error!(%error, seconds = pause.as_secs_f32(), "the worker could not get at its jobs; it tries again");
                    tokio::select! {
                        _ = stop.wait_for(|stop| *stop) => return,
                        () = tokio::time::sleep(pause) => {}
                    }
                }
            }
        }
    }

    /// Begins what is due, as far as there are hands for it. How long there is nothing to do.
    async fn round(
        &self,
        store: &Store,
        owner: Uuid,
        lanes: &Arc<Lanes>,
        running: &mut JoinSet<()>,
        seeded: &mut bool,
    ) -> Result<Duration> {
        if !*seeded {
            self.seed(store).await?;
            let left = jobs::give_back(store, owner).await?;
            if left > 0 {
                tracing::info!(
                    jobs = left,
                    "what was under way when the hub stopped is taken up again"
                );
            }
            *seeded = true;
        }
        let mut passed_over = 0;
        while running.len() < self.settings().workers && passed_over < PASSED_OVER_MAX {
            let claimed =
                jobs::claim(store, &KINDS, owner, self.clock().now(), LEASE_SECONDS).await?;
            let Some(job) = claimed else { break };
            let Some(lane) = self.lane(store, lanes, &job).await? else {
                jobs::put_back(store, &job, self.after(NAP)).await?;
                passed_over += 1;
                continue;
            };
            let (hub, store) = (self.clone(), store.clone());
            running.spawn(async move {
                let _lane = lane;
                hub.perform(&store, job).await;
            });
        }
        self.nap(store).await
    }

    /// A place among the account's jobs; `None` if it has as many under way as one account may have.
    async fn lane(
        &self,
        store: &Store,
        lanes: &Arc<Lanes>,
        job: &jobs::Job,
    ) -> Result<Option<Lane>> {
        let mut tx = store.read().await?;
        let calendar = calendars::get(&mut tx, CalendarId(job.subject)).await?;
        let account = calendar.and_then(|row| row.connection);
        let most = self.settings().workers.div_ceil(2);
        Ok(Lane::take(lanes, account, most))
    }

    /// A clock that was set back must not keep everybody waiting until it is again as late as it was.
    async fn keep_time(&self, store: &Store, time: &mut Time) -> Result<()> {
        let now = self.clock().now();
        let back = time.last.duration_since(now);
        if back > SET_BACK_MIN {
            tracing::warn!(seconds = back.as_secs(), "the clock was set back");
            jobs::bring_forward(store, back).await?;
            time.set_back = Some((Instant::now(), time.last));
        }
        time.last = now;
        if let Some((at, before)) = time.set_back
            && at.elapsed() > SET_BACK_LATE
        {
            // What was under way has come to its end meanwhile. Some of this is early then, and none of it is late.
            jobs::bring_on(store, before, now).await?;
            time.set_back = None;
        }
        Ok(())
    }

    async fn nap(&self, store: &Store) -> Result<Duration> {
        let mut tx = store.read().await?;
        let due = jobs::next_due(&mut tx, &KINDS).await?;
        let wait = due.map_or(NAP, |due| {
            Duration::try_from(due.duration_since(self.clock().now()))
                .unwrap_or(Duration::from_millis(5))
        });
        Ok(wait.clamp(Duration::from_millis(5), NAP))
    }

    async fn perform(&self, store: &Store, job: jobs::Job) {
        let calendar = CalendarId(job.subject);
        let work = async {
            match job.kind.as_str() {
                replicate::PULL => self.pull_and_schedule(store, calendar).await,
                replicate::PUSH => self.push_and_schedule(store, calendar).await,
                WATCH => self.watch(store, calendar).await,
                replicate::RESUME => self.resume(store, CopyId(job.subject)).await,
                HORIZON => self.daily(self.move_horizons(store)).await,
                OVERLAPS => self.daily(self.move_overlaps(store)).await,
                ZONES => self.daily(self.follow_zones(store)).await,
                _ => self.daily(self.prune(store)).await,
            }
        };
        // A task of its own: SQLite's statements run where they are called, so that work which is all statements leaves nobody
        // beside it in its own task a turn.
        let mut holding = JoinSet::new();
        holding.spawn(self.clone().hold(store.clone(), job.clone()));
        let outcome = tokio::select! {
            outcome = work => outcome,
            _ = holding.join_next() => return,
        };
        drop(holding);
        let ended = match outcome {
            Ok(next) => self.finish(store, &job, next).await,
            Err(error) => {
                let due = self.after(delay(job.attempts, &error));
                if let Err(error) = self.tell(store, calendar, &error).await {
                    tracing::error!(%error, "a failure could not be noted");
                }
                self.retry(store, &job, due).await
            }
        };
        if let Err(error) = ended {
            tracing::error!(%error, kind = job.kind, "a job could not be put back; its lease will run out");
        }
    }

    /// Keeps a job's lease while it is worked on; returns when the lease is lost, and the work with it.
    async fn hold(self, store: Store, job: jobs::Job) {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let until = self.after(Duration::from_secs(LEASE_SECONDS.unsigned_abs()));
            if let Ok(false) = jobs::extend(&store, &job, until).await {
                tracing::warn!(kind = job.kind, "another worker took this job");
                return;
            }
        }
    }

    async fn finish(&self, store: &Store, job: &jobs::Job, next: Option<Timestamp>) -> Result<()> {
        let mut tx = store.write().await?;
        if jobs::done(&mut tx, job).await? {
            if let Some(next) = next {
                jobs::request(&mut tx, &job.kind, job.subject, next);
            }
            tx.commit().await?;
        }
        Ok(())
    }

    async fn retry(&self, store: &Store, job: &jobs::Job, due: Timestamp) -> Result<()> {
        let mut tx = store.write().await?;
        if jobs::retry(&mut tx, job, due).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    async fn pull_and_schedule(
        &self,
        store: &Store,
        calendar: CalendarId,
    ) -> Result<Option<Timestamp>> {
        let Some(work) = self.work(store, calendar).await? else {
            return Ok(None);
        };
        let pulled = self.pull(store, calendar).await?;
        if let Some(again) = pulled.again {
            return Ok(Some(self.after(again)));
        }
        let watched = self.is_watched(store, calendar).await?;
        let mut tx = store.read().await?;
        let moved = calendars::get(&mut tx, calendar)
            .await?
            .and_then(|row| row.moved);
        drop(tx);
        let now = self.clock().now();
        if !watched && self.can_watch(&work) {
            // Whatever became of the job that renews the channel: there is none, so there shall be one.
            let mut tx = store.write().await?;
            jobs::ensure(&mut tx, WATCH, calendar.0, now).await?;
            tx.commit().await?;
        }
        let most = self.settings().poll;
        let heard = watched && self.is_heard(store, calendar).await?;
        let pause = pace::pause(&work.connector.traits(), most, moved, now, heard);
        let next = self.after(pause);
        let look = self.next_look(store, calendar).await?;
        Ok(Some(look.map_or(next, |look| look.min(next))))
    }

    /// What is done once a day.
    async fn daily<T>(&self, work: impl Future<Output = Result<T>>) -> Result<Option<Timestamp>> {
        work.await?;
        Ok(Some(self.after(DAY)))
    }

    async fn push_and_schedule(
        &self,
        store: &Store,
        calendar: CalendarId,
    ) -> Result<Option<Timestamp>> {
        let pushed = self.push(store, calendar).await?;
        Ok(pushed.again.map(|again| self.after(again)))
    }

    pub(crate) fn after(&self, pause: Duration) -> Timestamp {
        let now = self.clock().now();
        now.saturating_add(
            jiff::SignedDuration::try_from(pause).unwrap_or(jiff::SignedDuration::from_secs(60)),
        )
        .unwrap_or(now)
    }
}

/// How long to leave a failing database alone.
fn trouble(failures: u32) -> Duration {
    Duration::from_millis(100)
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(TROUBLE_MAX)
}

/// A job that broke off is taken up again when its lease has run out; what broke it should be known.
fn note_end(ended: std::result::Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a job broke off; it is taken up again in {LEASE_SECONDS} s");
    }
}

/// How long to wait after so many attempts, the last of which brought this.
fn delay(attempts: i64, error: &Error) -> Duration {
    let most = Duration::from_secs(BACKOFF_MAX_SECONDS);
    match error {
        Error::Provider(Failure::Later { after, .. }) => *after,
        Error::Provider(
            Failure::Reauthorise(_)
            | Failure::Ungranted(_)
            | Failure::Misconfigured(_)
            | Failure::CalendarGone
            | Failure::Forbidden(_),
        ) => most,
        Error::Provider(Failure::Unreachable(_)) => {
            backoff(attempts).min(Duration::from_secs(UNREACHABLE_MAX_SECONDS))
        }
        _ => backoff(attempts).min(most),
    }
}

fn backoff(attempts: i64) -> Duration {
    Duration::from_secs(1 << attempts.clamp(0, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_retried_more_and_more_rarely_and_a_named_time_is_obeyed() {
        let wait = |attempts, failure: Failure| delay(attempts, &failure.into()).as_secs();
        let unreachable = || Failure::Unreachable(String::new());
        let waits: Vec<u64> = (1..12).map(|n| wait(n, unreachable())).collect();
        assert_eq!(waits, [2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]);
        let waits: Vec<u64> = (1..12).map(|n| wait(n, Failure::CursorInvalid)).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        let later = Failure::Later {
            after: Duration::from_secs(7),
            reason: String::new(),
        };
        assert_eq!(wait(9, later), 7);
        assert_eq!(wait(1, Failure::Reauthorise(String::new())), 900);
        let pauses: Vec<u128> = (0..10).map(|n| trouble(n).as_millis()).collect();
        assert_eq!(pauses[..3], [100, 200, 400]);
        assert_eq!(pauses[9], TROUBLE_MAX.as_millis());
    }
}
