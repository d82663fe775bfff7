//! The worker: takes jobs as they come due, several at once, and puts those off that fail. It holds nothing: killed at
//! any moment, the next one goes on where it was.

use std::time::Duration;

use jiff::Timestamp;
use providers::Failure;
use storage::{Health, Store, calendars, connections, jobs};
use sync::{CalendarId, ConnectionId};
use tokio::{sync::watch, task::JoinSet};

use crate::{Error, Hub, Result, channels::WATCH, replicate};

const KINDS: [&str; 3] = [replicate::PULL, replicate::PUSH, WATCH];
/// How long a worker may be silent before another one takes its job.
const LEASE_SECONDS: i64 = 30;
/// How often a worker says that it is still at it.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Longest nap: another process may have asked for work.
const NAP: Duration = Duration::from_secs(1);
/// How much more rarely a calendar with working notifications is read all the same: a lost one is found soon.
const WATCHED_FACTOR: u32 = 3;
/// Longest pause after failures.
const BACKOFF_MAX_SECONDS: u64 = 900;

impl Hub {
    /// Works until `stop` turns true.
    pub async fn run(&self, store: Store, mut stop: watch::Receiver<bool>) -> Result<()> {
        let owner = self.ids().uuid();
        // Tasks of their own: one that holds the database's only writer must go on while the next job is claimed.
        let mut running = JoinSet::new();
        loop {
            let woken = self.inner.work.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            while running.len() < self.settings().workers {
                let claimed =
                    jobs::claim(&store, &KINDS, owner, self.clock().now(), LEASE_SECONDS).await?;
                let Some(job) = claimed else { break };
                let (hub, store) = (self.clone(), store.clone());
                running.spawn(async move { hub.perform(&store, job).await });
            }
            let nap = self.nap(&store).await?;
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                Some(_) = running.join_next(), if !running.is_empty() => {}
                () = &mut woken => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
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
                _ => self.watch(store, calendar).await,
            }
        };
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = self.hold(store, &job) => return,
        };
        let ended = match outcome {
            Ok(next) => self.finish(store, &job, next).await,
            Err(error) => {
                let due = self.put_off(&job, &error);
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
    async fn hold(&self, store: &Store, job: &jobs::Job) {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let until = self.after(Duration::from_secs(LEASE_SECONDS.unsigned_abs()));
            if let Ok(false) = jobs::extend(store, job, until).await {
                tracing::warn!(kind = job.kind, "another worker took this job");
                return;
            }
        }
    }

    async fn finish(&self, store: &Store, job: &jobs::Job, next: Option<Timestamp>) -> Result<()> {
        let mut tx = store.write().await?;
        if jobs::done(&mut tx, job).await? {
            if let Some(next) = next {
                jobs::request(&mut tx, &job.kind, job.subject, next).await?;
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
        self.pull(store, calendar).await?;
        let usual = work.connector.traits().poll;
        let mut pause = self.settings().poll.map_or(usual, |most| most.min(usual));
        if self.is_watched(store, calendar).await? {
            pause *= WATCHED_FACTOR;
        }
        Ok(Some(self.after(pause)))
    }

    async fn push_and_schedule(
        &self,
        store: &Store,
        calendar: CalendarId,
    ) -> Result<Option<Timestamp>> {
        let pushed = self.push(store, calendar).await?;
        Ok(pushed.again.map(|again| self.after(again)))
    }

    /// When to try again after a failure.
    fn put_off(&self, job: &jobs::Job, error: &Error) -> Timestamp {
        let backoff = Duration::from_secs(1 << job.attempts.clamp(0, 10))
            .min(Duration::from_secs(BACKOFF_MAX_SECONDS));
        self.after(match error {
            Error::Provider(Failure::Later { after, .. }) => *after,
            Error::Provider(
                Failure::Reauthorise(_) | Failure::CalendarGone | Failure::Forbidden(_),
            ) => Duration::from_secs(BACKOFF_MAX_SECONDS),
            _ => backoff,
        })
    }

    fn after(&self, pause: Duration) -> Timestamp {
        let now = self.clock().now();
        now.saturating_add(
            jiff::SignedDuration::try_from(pause).unwrap_or(jiff::SignedDuration::from_secs(60)),
        )
        .unwrap_or(now)
    }

    /// Shows the failure where people look: at the calendar, and at the account if that is what is wrong.
    async fn tell(&self, store: &Store, calendar: CalendarId, error: &Error) -> Result<()> {
        if matches!(error, Error::Provider(Failure::Later { .. })) {
            return Ok(());
        }
        tracing::warn!(%calendar, %error, "sync failed; it is tried again later");
        let state = match error {
            Error::Provider(Failure::Reauthorise(_)) => Health::Reconnect,
            _ => Health::Failing,
        };
        let mut tx = store.write().await?;
        let Some(mut row) = calendars::get(&mut tx, calendar).await? else {
            return Ok(());
        };
        let message = Some(error.to_string());
        if row.state == state && row.message == message {
            return Ok(());
        }
        row.state = state;
        row.message.clone_from(&message);
        calendars::update(&mut tx, &row).await?;
        self.log_calendar(&mut tx, "sync".to_owned(), calendar, false);
        if let (Health::Reconnect, Some(connection)) = (state, row.connection) {
            self.needs_reconnect(&mut tx, connection, message).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn needs_reconnect(
        &self,
        tx: &mut storage::Tx,
        id: ConnectionId,
        message: Option<String>,
    ) -> Result<()> {
        if let Some(mut connection) = connections::get(tx, id).await? {
            connection.state = Health::Reconnect;
            connection.message = message;
            connections::update(tx, &connection).await?;
            self.log_connection(tx, "sync".to_owned(), id, false);
        }
        Ok(())
    }
}
