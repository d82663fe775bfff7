//! The life of an order: when its program is to prove again that it may be told, when it has ended before its time, and when
//! something could not be told. Programs of Graph that named an address for it hear of that
//! (<https://learn.microsoft.com/graph/change-notifications-lifecycle-events>); Google has nothing of the kind.

use faces::{Flavour, Watched};
use hub::Access;
use storage::{Tx, calendars, oauth::clients, shares, watchers};

use crate::{Notifier, Result, message, orders::Order};

/// What is told of an order itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Changes were not told: read everything.
    Missed,
    /// It is no more.
    Removed,
    /// Its program is to show that it is still let in.
    Reauthorize,
}

impl Event {
    /// Graph's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Removed => "subscriptionRemoved",
            Self::Reauthorize => "reauthorizationRequired",
        }
    }
}

impl Notifier {
    /// Asks whoever is due to prove again that they may be told, and ends the orders of those who may not: what time alone
    /// brings, and what happens elsewhere.
    pub(crate) async fn look_after(&self) -> Result<()> {
        if self.parts.policy.is_silent() {
            return Ok(());
        }
        let orders = self.orders().await?;
        let now = self.parts.clock.now();
        let (mut ended, mut due) = (Vec::new(), Vec::new());
        let mut tx = self.parts.store.read().await?;
        for order in orders {
            if !may_be_told(&mut tx, &order).await? {
                ended.push(order);
            } else if order.watcher.due.is_some_and(|due| due <= now) {
                due.push(order);
            }
        }
        drop(tx);
        for order in ended {
            self.end(&order).await?;
        }
        for order in due {
            self.ask(&order).await?;
        }
        Ok(())
    }

    /// Asks everybody at once who can be asked.
    ///
    /// # Errors
    /// In words, if the orders cannot be read.
    pub async fn ask_all(&self) -> Result<(), String> {
        let orders = self.orders().await.map_err(|error| error.to_string())?;
        for order in orders {
            self.tell_of(&order, Event::Reauthorize);
        }
        Ok(())
    }

    async fn ask(&self, order: &Order) -> Result<()> {
        let now = self.parts.clock.now();
        let next = faces::microsoft::next_challenge(now, order.watcher.expires);
        let mut tx = self.parts.store.write().await?;
        let mine = watchers::ask(&mut tx, order.watcher.id, now, next).await?;
        tx.commit().await?;
        if mine {
            self.tell_of(order, Event::Reauthorize);
        }
        Ok(())
    }

    /// Ends an order before its time.
    pub(crate) async fn end(&self, order: &Order) -> Result<()> {
        let mut tx = self.parts.store.write().await?;
        let mine = watchers::delete(&mut tx, order.watcher.id).await?;
        tx.commit().await?;
        if mine {
            self.tell_of(order, Event::Removed);
        }
        Ok(())
    }

    /// Tells of an order's life whoever wanted to hear of it.
    pub(crate) fn tell_of(&self, order: &Order, event: Event) {
        if let Some(request) = message::life(&self.parts, &order.watcher, event) {
            let notifier = self.clone();
            tokio::spawn(async move { notifier.send(request).await });
        }
    }
}

/// Whether whoever ordered it may still be told: the calendar is there, and they may see it; the program is one that is let in.
pub(crate) async fn may_be_told(tx: &mut Tx, order: &Order) -> Result<bool> {
    let watcher = &order.watcher;
    if let Some(program) = &watcher.program
        && clients::get(tx, program).await?.is_none()
    {
        return Ok(false);
    }
    let Some(id) = watcher.watched.calendar() else {
        return Ok(true);
    };
    let Some(calendar) = calendars::get(tx, id).await? else {
        return Ok(false);
    };
    let (Some(owner), Some(user)) = (calendar.owner, watcher.user) else {
        return Ok(true);
    };
    let least = match (watcher.watched, watcher.flavour) {
        (Watched::Rules(_), _) => Access::Write,
        (_, Flavour::Google) => Access::FreeBusy,
        (_, Flavour::Graph) => Access::Read,
    };
    Ok(owner == user || shares::access(tx, id, user).await? >= least)
}
