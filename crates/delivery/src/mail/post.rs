//! The post: takes what waits in the database and gives it to the mail server, under a lease, so that of several nodes one does.

use std::{sync::Arc, time::Duration};

use hub::{Hub, NodeId};
use identity::Ids;
use jiff::{SignedDuration, Timestamp};
use storage::{
    Store,
    jobs::{self, Job},
    mail::{self, MAIL, Mail, State},
};

use super::{Failure, Server, Speaker, compose};
use crate::Result;

/// How long a node may be silent before another one takes its message; longer than a message may take.
const LEASE_SECONDS: i64 = 120;
/// How long it is tried.
const TRIED: SignedDuration = SignedDuration::from_hours(72);
/// The pauses between tries, in minutes; the last one again and again.
const PAUSES_MINUTES: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];
/// Most tries of one message, those of which nobody knows how they ended among them.
pub const ATTEMPTS_MAX: i64 = 30;
/// Longest nap: somebody may have asked for a message on another node.
const NAP: Duration = Duration::from_secs(2);
/// Pause where the database fails.
const TROUBLE: Duration = Duration::from_secs(10);

/// Sends what waits. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    parts: Arc<Parts>,
}

struct Parts {
    hub: Hub,
    store: Store,
    server: Server,
    speaker: Speaker,
    owner: NodeId,
}

impl Post {
    /// Of this store's messages, through this server. Nothing is sent until [`Post::run`] or [`Post::next`].
    pub fn new(
        hub: Hub,
        store: Store,
        (server, speaker): (Server, Speaker),
        ids: &dyn Ids,
    ) -> Self {
        let parts = Parts {
            hub,
            store,
            server,
            speaker,
            owner: ids.uuid(),
        };
        Self {
            parts: Arc::new(parts),
        }
    }

    /// Sends what comes due, until its task is ended.
    pub async fn run(self) {
        let mut newest = self.parts.store.subscribe();
        loop {
            newest.borrow_and_update();
            let pause = match self.next().await {
                Ok(true) => continue,
                Ok(false) => NAP,
                Err(error) => {
                    tracing::warn!(%error, "messages could not be read; they are sent later");
                    TROUBLE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = newest.changed() => if changed.is_err() {
                    return;
                }
            }
        }
    }

    /// Tries the message that has been due for longest; false if none is due, or none is mailed since a backup was restored.
    pub async fn next(&self) -> Result<bool> {
        let parts = &self.parts;
        if parts.hub.restored(&parts.store).await?.is_some() {
            return Ok(false);
        }
        let now = parts.hub.clock().now();
        let job = jobs::claim(&parts.store, &[MAIL], parts.owner, now, LEASE_SECONDS).await?;
        let Some(job) = job else {
            return Ok(false);
        };
        if let Some(mail) = self.begin(&job).await? {
            match self.tried(&mail).await {
                Ok(state) => self.end(&job, &mail, state).await?,
                Err(()) => self.put_off(&job, mail.attempts).await?,
            }
        }
        Ok(true)
    }

    /// The message of a job, with the try written down; `None` if it is not to be sent.
    async fn begin(&self, job: &Job) -> Result<Option<Mail>> {
        let now = self.parts.hub.clock().now();
        let mut tx = self.parts.store.write().await?;
        if !jobs::check(&mut tx, job).await? {
            return Ok(None);
        }
        let mail = mail::get(&mut tx, job.subject).await?;
        let waiting = mail.filter(|mail| mail.state == State::Waiting);
        let Some(mut mail) = waiting else {
            jobs::done(&mut tx, job).await?;
            tx.commit().await?;
            return Ok(None);
        };
        let due = after(mail.updated, mail.attempts);
        if mail.attempts > 0 && now < due {
            // Somebody began and was killed: whether it was sent nobody knows, and the pause is the same.
            jobs::retry(&mut tx, job, due).await?;
            tx.commit().await?;
            return Ok(None);
        }
        let late = now.duration_since(mail.wanted) > TRIED && mail.attempts > 0;
        if late || mail.attempts >= ATTEMPTS_MAX {
            drop(tx);
            self.end(job, &mail, State::GivenUp).await?;
            tracing::warn!(message = %mail.id, attempts = mail.attempts, "a message was given up: no mail server took it");
            return Ok(None);
        }
        mail::begin(&mut tx, &mail, now).await?;
        mail.attempts += 1;
        tx.commit().await?;
        Ok(Some(mail))
    }

    /// Gives it to the server; an error if it is to be tried again.
    async fn tried(&self, mail: &Mail) -> Result<State, ()> {
        let message = match compose(mail, &self.parts.speaker) {
            Ok(message) => message,
            Err(unfit) => {
                tracing::warn!(message = %mail.id, %unfit, "a message cannot be sent");
                return Ok(State::Refused);
            }
        };
        match self.parts.server.send(&message).await {
            Ok(()) => Ok(State::Sent),
            Err(Failure::Refused(code)) => {
                tracing::info!(message = %mail.id, code, "a message was refused");
                Ok(State::Refused)
            }
            Err(Failure::Later(reason)) => {
                tracing::info!(message = %mail.id, attempts = mail.attempts, %reason, "a message was not taken; it is tried again");
                Err(())
            }
        }
    }

    async fn end(&self, job: &Job, mail: &Mail, state: State) -> Result<()> {
        let Parts { hub, store, .. } = &*self.parts;
        Ok(hub.mail_ended(store, (job, mail), state).await?)
    }

    async fn put_off(&self, job: &Job, attempts: i64) -> Result<()> {
        let due = after(self.parts.hub.clock().now(), attempts);
        let mut tx = self.parts.store.write().await?;
        jobs::retry(&mut tx, job, due).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// When it is tried again after so many tries.
fn after(now: Timestamp, attempts: i64) -> Timestamp {
    let last = PAUSES_MINUTES.len() - 1;
    let at = usize::try_from(attempts - 1).unwrap_or(0).min(last);
    let pause = SignedDuration::from_mins(PAUSES_MINUTES[at]);
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
