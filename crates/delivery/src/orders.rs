//! Orders at rest, and taking them.

use async_trait::async_trait;
use faces::{Flavour, Terms, Watched, Watcher, Watchers};
use hub::{CalendarId, UserId};
use serde::{Deserialize, Serialize};
use storage::{changes, watchers};
use url::Url;
use uuid::Uuid;

use crate::{Error, Notifier, Result, message, seen};

/// Most orders at a time.
const ORDERS_MAX: usize = 1_000;

/// An order and how many messages it has brought.
#[derive(Clone)]
pub(crate) struct Order {
    pub watcher: Watcher,
    pub number: i64,
    /// Changes up to this one have been told.
    pub position: i64,
    /// What was there when it was last told.
    pub seen: Option<[u8; 32]>,
}

/// What is watched; which calendar is not sealed.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Subject {
    #[default]
    Events,
    Rules,
    Calendars,
    Settings,
}

impl Subject {
    fn of(watched: Watched) -> Self {
        match watched {
            Watched::Events(_) => Self::Events,
            Watched::Rules(_) => Self::Rules,
            Watched::Calendars => Self::Calendars,
            Watched::Settings => Self::Settings,
        }
    }

    fn read(self, calendar: Option<CalendarId>) -> Result<Watched> {
        let calendar = calendar.ok_or(Error::Unreadable);
        Ok(match self {
            Self::Events => Watched::Events(calendar?),
            Self::Rules => Watched::Rules(calendar?),
            Self::Calendars => Watched::Calendars,
            Self::Settings => Watched::Settings,
        })
    }
}

/// What of an order is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    subject: Subject,
    client_id: String,
    address: String,
    token: String,
    graph: bool,
    #[serde(default)]
    terms: Terms,
    user: Option<UserId>,
    program: Option<String>,
}

impl Order {
    pub(crate) fn read(row: &watchers::Watcher) -> Result<Self> {
        let kept: Kept = serde_json::from_slice(&row.content).map_err(|_| Error::Unreadable)?;
        let flavour = if kept.graph {
            Flavour::Graph
        } else {
            Flavour::Google
        };
        Ok(Self {
            watcher: Watcher {
                id: row.id,
                client_id: kept.client_id,
                watched: kept.subject.read(row.calendar)?,
                address: kept.address,
                token: kept.token,
                expires: row.expires,
                due: row.due,
                flavour,
                terms: kept.terms,
                user: kept.user,
                program: kept.program,
            },
            number: row.number,
            position: row.position,
            seen: row.seen,
        })
    }

    fn write(&self) -> Result<watchers::Watcher> {
        let watcher = self.watcher.clone();
        let kept = Kept {
            subject: Subject::of(watcher.watched),
            client_id: watcher.client_id,
            address: watcher.address,
            token: watcher.token,
            graph: watcher.flavour == Flavour::Graph,
            terms: watcher.terms,
            user: watcher.user,
            program: watcher.program,
        };
        Ok(watchers::Watcher {
            id: watcher.id,
            calendar: watcher.watched.calendar(),
            expires: watcher.expires,
            position: self.position,
            number: self.number,
            seen: self.seen,
            due: watcher.due,
            content: serde_json::to_vec(&kept).map_err(|_| Error::Unreadable)?,
        })
    }
}

impl Notifier {
    /// The orders that have not ended.
    pub(crate) async fn orders(&self) -> Result<Vec<Order>> {
        let mut tx = self.parts.store.read().await?;
        let rows = watchers::living(&mut tx, self.parts.clock.now()).await?;
        // One that cannot be read keeps no other from being carried out.
        Ok(rows
            .iter()
            .filter_map(|row| Order::read(row).ok())
            .collect())
    }

    async fn keep(&self, watcher: Watcher) -> Result<Order> {
        let mut tx = self.parts.store.write().await?;
        watchers::prune(&mut tx, self.parts.clock.now()).await?;
        let order = Order {
            seen: seen::now(&mut tx, &watcher).await?,
            position: changes::latest(&mut tx).await?,
            watcher,
            number: 1,
        };
        watchers::insert(&mut tx, &order.write()?).await?;
        tx.commit().await?;
        Ok(order)
    }

    async fn renewed(&self, watcher: Watcher) -> Result<bool> {
        let mut tx = self.parts.store.write().await?;
        let Some(row) = watchers::get(&mut tx, watcher.id).await? else {
            return Ok(false);
        };
        let order = Order {
            watcher,
            ..Order::read(&row)?
        };
        let found = watchers::renew(&mut tx, &order.write()?).await?;
        tx.commit().await?;
        Ok(found)
    }

    async fn ended(&self, id: Uuid) -> Result<bool> {
        let mut tx = self.parts.store.write().await?;
        let found = watchers::delete(&mut tx, id).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Why an address is not told anything.
    fn refusal(&self, address: &str) -> Option<&'static str> {
        match Url::parse(address) {
            Ok(url) => self.parts.policy.refuses(&url),
            Err(_) => Some("this is no address"),
        }
    }
}

/// What the database did not do is in the log; whoever asked hears that there is nothing.
fn or_nothing<T: Default>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| {
        tracing::error!(%error, "orders for notifications cannot be read or kept");
        T::default()
    })
}

#[async_trait]
impl Watchers for Notifier {
    async fn open(&self, watcher: Watcher) -> Result<(), String> {
        let lifecycle = watcher.terms.lifecycle.clone();
        let addresses: Vec<String> = [Some(watcher.address.clone()), lifecycle]
            .into_iter()
            .flatten()
            .collect();
        if let Some(why) = addresses.iter().find_map(|address| self.refusal(address)) {
            return Err(why.to_owned());
        }
        if or_nothing(self.orders().await).len() >= ORDERS_MAX {
            return Err(format!("there are {ORDERS_MAX} orders already"));
        }
        if watcher.flavour == Flavour::Graph {
            for address in &addresses {
                self.shake_hands(address).await?;
            }
        }
        let order = self.keep(watcher).await.map_err(|error| {
            tracing::error!(%error, "an order for notifications could not be kept");
            "the order could not be kept; please try again".to_owned()
        })?;
        if order.watcher.flavour == Flavour::Google && !self.parts.policy.is_silent() {
            let notifier = self.clone();
            tokio::spawn(async move {
                match message::google(&notifier.parts, &order, "sync").await {
                    Ok(request) => {
                        notifier.send(request).await;
                    }
                    Err(error) => tracing::warn!(%error, "a notification could not be written"),
                }
            });
        }
        Ok(())
    }

    async fn get(&self, id: Uuid) -> Option<Watcher> {
        self.list()
            .await
            .into_iter()
            .find(|watcher| watcher.id == id)
    }

    async fn list(&self) -> Vec<Watcher> {
        let all = or_nothing(self.orders().await).into_iter();
        all.map(|order| order.watcher).collect()
    }

    async fn renew(&self, watcher: Watcher) -> Result<bool, String> {
        let Some(known) = self.get(watcher.id).await else {
            return Ok(false);
        };
        if known.address != watcher.address {
            if let Some(why) = self.refusal(&watcher.address) {
                return Err(why.to_owned());
            }
            self.shake_hands(&watcher.address).await?;
        }
        Ok(or_nothing(self.renewed(watcher).await))
    }

    async fn close(&self, id: Uuid) -> bool {
        or_nothing(self.ended(id).await)
    }
}
