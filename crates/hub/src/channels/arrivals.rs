//! What a notification does. It is a hint and no more: the calendar is read soon. Providers send them in storms, each occurrence of a
//! series that is edited its own; those that come while others are being noted are noted together afterwards, in one transaction,
//! and each channel once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use storage::{
    Tx, channels as rows, jobs,
    locks::{Locked, lock},
};
use sync::TenantId;
use tokio::sync::{OwnedMutexGuard, oneshot};
use uuid::Uuid;

use super::WATCH;
use crate::{Error, Hub, Result, replicate::PULL};

/// How many may wait to be noted. Those that are too many are refused: their calendars are read anyway, for others say the same, or
/// in their time.
const WAITING_MAX: usize = 20_000;
/// How many are noted in one transaction.
const AT_ONCE: usize = 1_000;

/// What a notification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// Something in the calendar has changed.
    Changed,
    /// The channel is about to end, and must be renewed before its time.
    Ending,
    /// The channel has ended: nothing comes through it any more.
    Ended,
}

/// Notifications that have arrived and are not noted yet.
#[derive(Default)]
pub(crate) struct Arrivals {
    waiting: Mutex<Vec<Arrival>>,
    /// Whoever has it notes what waits. Most who wait for it find theirs noted when they get it.
    turn: Arc<tokio::sync::Mutex<()>>,
}

struct Arrival {
    tenant: TenantId,
    channel: Uuid,
    token: String,
    news: News,
    /// Whether it was believed.
    answer: oneshot::Sender<bool>,
}

impl Arrivals {
    fn waiting(&self) -> MutexGuard<'_, Vec<Arrival>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, arrival: Arrival) -> Result<()> {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING_MAX {
            return Err(busy("too many notifications wait"));
        }
        waiting.push(arrival);
        Ok(())
    }

    /// Those that have waited for longest.
    fn next(&self) -> Vec<Arrival> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(AT_ONCE);
        waiting.drain(..count).collect()
    }
}

impl Hub {
    /// A notification arrived. `token` is what it bears; a wrong one is told from no channel by nobody. Whatever it says,
    /// the calendar is read: something may have gone unsaid. Returns whether it was believed.
    ///
    /// # Errors
    /// [`storage::Error::Busy`] if too many wait; whatever the database says.
    pub async fn notified(
        &self,
        tenant: TenantId,
        channel: Uuid,
        token: &str,
        news: News,
    ) -> Result<bool> {
        let (answer, mut told) = oneshot::channel();
        let arrivals = &self.inner.arrivals;
        arrivals.add(Arrival {
            tenant,
            channel,
            token: token.to_owned(),
            news,
            answer,
        })?;
        loop {
            let turn = arrivals.turn.clone().lock_owned().await;
            match told.try_recv() {
                Ok(believed) => return Ok(believed),
                Err(oneshot::error::TryRecvError::Closed) => {
                    return Err(busy("notifications could not be noted"));
                }
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let hub = self.clone();
            // A task of its own: whoever sent this one may hang up, and others wait for what is noted with it.
            let noted = tokio::spawn(async move { hub.note_arrivals(turn).await });
            match noted.await {
                Ok(noted) => noted?,
                Err(_) => return Err(busy("notifications could not be noted")),
            }
        }
    }

    /// Notes what has waited for longest. If that fails, all of them hear of it.
    async fn note_arrivals(&self, _turn: OwnedMutexGuard<()>) -> Result<()> {
        let mut by_tenant: BTreeMap<TenantId, Vec<Arrival>> = BTreeMap::new();
        for arrival in self.inner.arrivals.next() {
            by_tenant.entry(arrival.tenant).or_default().push(arrival);
        }
        for (tenant, arrivals) in by_tenant {
            self.note(tenant, arrivals).await?;
        }
        Ok(())
    }

    async fn note(&self, tenant: TenantId, arrivals: Vec<Arrival>) -> Result<()> {
        let store = self.store(tenant).await?;
        let mut tx = store.read().await?;
        let ids: BTreeSet<Uuid> = arrivals.iter().map(|arrival| arrival.channel).collect();
        let mut channels = BTreeMap::new();
        for id in ids {
            if let Some(row) = rows::get(&mut tx, id).await? {
                channels.insert(id, row);
            }
        }
        drop(tx);
        let (mut weightiest, mut believed, mut answers) = (BTreeMap::new(), false, Vec::new());
        for arrival in arrivals {
            let channel = channels.get(&arrival.channel);
            let true_one = channel.is_some_and(|row| row.bears_token(&arrival.token));
            if true_one {
                let news = weightiest.entry(arrival.channel).or_insert(arrival.news);
                *news = arrival.news.max(*news);
            }
            believed |= true_one;
            answers.push((arrival.answer, true_one));
        }
        // A forged one costs no write.
        if believed {
            let now = self.clock().now();
            let mut tx = store.write().await?;
            for (channel, news) in weightiest {
                note_one(&mut tx, channel, news, now).await?;
            }
            self.commit(tx).await?;
            self.wake();
        }
        for (answer, believed) in answers {
            // Whoever has hung up does not hear it.
            let _ = answer.send(believed);
        }
        Ok(())
    }
}

fn busy(why: &'static str) -> Error {
    Error::Storage(storage::Error::Busy(why.into()))
}

async fn note_one(tx: &mut Tx, channel: Uuid, news: News, now: Timestamp) -> Result<()> {
    // Read again: the channel may have been confirmed meanwhile, or ended.
    lock(tx, Locked::Channel(channel)).await?;
    let Some(mut row) = rows::get(tx, channel).await? else {
        return Ok(());
    };
    row.last_message = Some(now);
    if news != News::Changed {
        row.renew_at = row.renew_at.min(now);
        jobs::request(tx, WATCH, row.calendar.0, now);
    }
    if news == News::Ended {
        row.state = rows::State::Stopped;
    }
    rows::update(tx, &row).await?;
    jobs::request(tx, PULL, row.calendar.0, now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_too_many_are_refused_and_the_others_taken_in_order() {
        let arrivals = Arrivals::default();
        let add = |number: usize| {
            arrivals.add(Arrival {
                tenant: TenantId(Uuid::nil()),
                channel: Uuid::from_u128(number as u128),
                token: String::new(),
                news: News::Changed,
                answer: oneshot::channel().0,
            })
        };
        for number in 0..WAITING_MAX {
            assert!(add(number).is_ok());
        }
        assert!(matches!(add(0), Err(Error::Storage(_))));
        let first = arrivals.next();
        assert_eq!(first.len(), AT_ONCE);
        assert_eq!(first[1].channel, Uuid::from_u128(1));
        assert!(add(0).is_ok());
    }
}
