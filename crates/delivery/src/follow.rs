//! Following the change log, and telling each order what it is due. A slow receiver keeps nobody else waiting, and is told
//! once of all that happened meanwhile.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use faces::Flavour;
use hub::{Change, ChangeKind, Logged};
use storage::{changes, watchers};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use crate::{Notifier, Result, life, message, orders::Order, seen};

/// Most changes that are read at once.
const CHANGES_MAX: usize = 1_000;

/// What is due, by order.
#[derive(Default)]
pub(crate) struct Due(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: HashMap<Uuid, Waiting>,
    /// Those that are being told.
    busy: HashSet<Uuid>,
}

/// What somebody has not been told yet.
#[derive(Default)]
struct Waiting {
    changes: Vec<Change>,
    /// The last one's place.
    position: i64,
    /// There are more than one message has.
    cut_short: bool,
}

impl Waiting {
    fn add(&mut self, logged: &Logged) {
        let change = &logged.change;
        // The latest of each event; what is too much for one message is found by asking, as after every message.
        self.changes.retain(|other| other.subject != change.subject);
        if self.changes.len() < message::VALUES_MAX {
            self.changes.push(change.clone());
        } else {
            self.cut_short = true;
        }
        self.position = self.position.max(logged.position);
    }
}

impl Due {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What can be told now, of which each is busy from here on.
    fn take(&self) -> Vec<(Uuid, Waiting)> {
        let mut state = self.state();
        let State { waiting, busy } = &mut *state;
        let free: Vec<Uuid> = waiting
            .keys()
            .filter(|id| !busy.contains(id))
            .copied()
            .collect();
        let taken = free.into_iter().filter_map(|id| waiting.remove_entry(&id));
        let taken: Vec<_> = taken.collect();
        busy.extend(taken.iter().map(|(id, _)| *id));
        taken
    }
}

impl Notifier {
    /// Follows the change log until its task is ended.
    pub async fn run(self) {
        let mut newest = self.parts.store.subscribe();
        let now = *newest.borrow_and_update();
        let mut position = self.told_up_to().await.unwrap_or(now);
        let mut tick = tokio::time::interval(self.parts.every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut look_after = true;
        loop {
            match self.look(&mut position).await {
                Ok(lists) => look_after |= lists,
                Err(error) => {
                    tracing::warn!(%error, "changes could not be read; they are told with the next ones");
                }
            }
            self.tell();
            if std::mem::take(&mut look_after)
                && let Err(error) = self.look_after().await
            {
                tracing::warn!(%error, "orders could not be looked after");
            }
            tokio::select! {
                changed = newest.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    tokio::time::sleep(self.parts.coalesce).await;
                    newest.borrow_and_update();
                }
                () = self.again.notified() => {}
                _ = tick.tick() => look_after = true,
            }
        }
    }

    /// Where those were left who were told least. `None`: there is nobody.
    async fn told_up_to(&self) -> Option<i64> {
        let orders = self.orders().await.ok()?;
        orders.iter().map(|order| order.position).min()
    }

    /// Reads on, and notes who is due what. True: there may be a calendar less than before, for everybody or for somebody.
    async fn look(&self, position: &mut i64) -> Result<bool> {
        let mut lists = false;
        loop {
            let mut tx = self.parts.store.read().await?;
            let logged = changes::after(&mut tx, *position, CHANGES_MAX).await?;
            drop(tx);
            let Some(last) = logged.last().map(|logged| logged.position) else {
                return Ok(lists);
            };
            let told = |logged: &&Logged| {
                matches!(
                    logged.change.kind,
                    ChangeKind::Event | ChangeKind::Calendar | ChangeKind::Grant
                )
            };
            let told: Vec<&Logged> = logged.iter().filter(told).collect();
            lists |= told.iter().any(|l| l.change.kind != ChangeKind::Event);
            if !told.is_empty() {
                self.note(&self.orders().await?, &told);
            }
            *position = last;
        }
    }

    fn note(&self, orders: &[Order], changes: &[&Logged]) {
        if self.parts.policy.is_silent() {
            return;
        }
        let mut state = self.due.state();
        for order in orders {
            let own = |logged: &&&Logged| {
                seen::concerns(order.watcher.watched, logged) && logged.position > order.position
            };
            for logged in changes.iter().filter(own) {
                state
                    .waiting
                    .entry(order.watcher.id)
                    .or_default()
                    .add(logged);
            }
        }
    }

    fn tell(&self) {
        for (id, waiting) in self.due.take() {
            let notifier = self.clone();
            tokio::spawn(async move {
                if let Err(error) = notifier.deliver(id, &waiting).await {
                    tracing::warn!(%error, "a notification could not be written");
                }
                notifier.due.state().busy.remove(&id);
                notifier.again.notify_one();
            });
        }
    }

    async fn deliver(&self, id: Uuid, waiting: &Waiting) -> Result<()> {
        let Some(order) = self.claim(id, waiting.position).await? else {
            return Ok(());
        };
        let request = match order.watcher.flavour {
            Flavour::Google => Some(message::google(&self.parts, &order, "exists").await?),
            Flavour::Graph => self.graph(&order, &waiting.changes).await?,
        };
        let delivered = match request {
            Some(request) => self.send(request).await,
            None => true,
        };
        if !delivered || waiting.cut_short {
            self.tell_of(&order, life::Event::Missed);
        }
        Ok(())
    }

    /// The order, if it is for this node to tell of what happened up to a position.
    async fn claim(&self, id: Uuid, up_to: i64) -> Result<Option<Order>> {
        let mut tx = self.parts.store.write().await?;
        let Some(row) = watchers::get(&mut tx, id).await? else {
            return Ok(None);
        };
        let order = Order::read(&row)?;
        if !life::may_be_told(&mut tx, &order).await? {
            drop(tx);
            self.end(&order).await?;
            return Ok(None);
        }
        let seen = seen::now(&mut tx, &order.watcher).await?;
        if seen.is_some() && seen == order.seen {
            watchers::pass(&mut tx, id, up_to).await?;
            tx.commit().await?;
            return Ok(None);
        }
        let mine = watchers::claim(&mut tx, id, up_to).await?;
        if let Some(seen) = seen {
            watchers::saw(&mut tx, id, seen).await?;
        }
        // Its number is known only now: there may be other nodes.
        let row = watchers::get(&mut tx, id).await?.filter(|_| mine);
        tx.commit().await?;
        row.as_ref().map(Order::read).transpose()
    }
}
