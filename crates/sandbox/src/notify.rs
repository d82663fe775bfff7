//! Notifications as the real services send them: Google channels and Graph subscriptions, to loopback addresses only.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use faces::{Flavour, Terms, Watcher, Watchers};
use hub::{CalendarId, Change, ChangeKind, Logged};
use identity::{Clock, Ids};
use jiff::Timestamp;
use network::{Network, Request};
use serde::{Deserialize, Serialize};
use storage::{Store, changes, meta};
use url::{Host, Url};
use uuid::Uuid;

use crate::{Faults, Result, message};

/// Changes that come so close together make one notification.
const COALESCE: Duration = Duration::from_millis(20);
/// How long a receiver may take. Graph's own limit before it counts as slow is 3 s.
const DEADLINE: Duration = Duration::from_secs(5);
/// When a notification that failed is sent again.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(3)];
/// Most changes that are read at once.
const CHANGES_MAX: usize = 1_000;
/// Most orders at a time.
const ORDERS_MAX: usize = 1_000;
/// Where the orders are kept, sealed.
const KEPT: &str = "watchers";

/// What it takes to carry out orders.
pub(crate) struct Parts {
    /// Whose change log is followed.
    pub store: Store,
    /// Root of the stand-in's API, with a slash at the end.
    pub root: String,
    pub faults: Arc<Faults>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub network: Network,
}

/// Keeps orders and carries them out. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Notifier {
    parts: Arc<Parts>,
    orders: Arc<Mutex<HashMap<Uuid, Order>>>,
}

/// An order and how many messages it has brought.
#[derive(Clone)]
pub(crate) struct Order {
    pub watcher: Watcher,
    pub number: u64,
}

/// An order at rest.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: Uuid,
    client_id: String,
    calendar: CalendarId,
    address: String,
    token: String,
    expires: Timestamp,
    graph: bool,
    number: u64,
    #[serde(default)]
    terms: Terms,
}

impl Notifier {
    /// With the orders of the last run.
    pub(crate) async fn open(parts: Parts) -> Result<Self> {
        let mut tx = parts.store.read().await?;
        let kept = meta::get_secret(&mut tx, KEPT).await?;
        drop(tx);
        // What cannot be read is lost: its clients poll, and order again when the time has come.
        let kept: Vec<Kept> = kept
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let orders = kept
            .into_iter()
            .map(|kept| (kept.id, Order::from(kept)))
            .collect();
        Ok(Self {
            parts: Arc::new(parts),
            orders: Arc::new(Mutex::new(orders)),
        })
    }

    /// Follows the change log until its task is ended.
    pub(crate) async fn run(self) {
        let mut newest = self.parts.store.subscribe();
        let mut position = *newest.borrow_and_update();
        while newest.changed().await.is_ok() {
            tokio::time::sleep(COALESCE).await;
            newest.borrow_and_update();
            match self.since(position).await {
                Ok((changes, reached)) => {
                    position = reached;
                    self.tell(&changes);
                }
                Err(error) => {
                    tracing::warn!(%error, "changes could not be read; nobody is told of them");
                }
            }
        }
    }

    async fn since(&self, mut position: i64) -> Result<(Vec<Change>, i64)> {
        let mut found = Vec::new();
        let mut tx = self.parts.store.read().await?;
        loop {
            let logged: Vec<Logged> = changes::after(&mut tx, position, CHANGES_MAX).await?;
            let Some(last) = logged.last() else {
                return Ok((found, position));
            };
            position = last.position;
            found.extend(
                logged
                    .into_iter()
                    .map(|l| l.change)
                    .filter(|c| c.kind == ChangeKind::Event),
            );
        }
    }

    /// Sends what each order is due; slow receivers keep nobody else waiting.
    fn tell(&self, changes: &[Change]) {
        if self.parts.faults.plan().no_push {
            return;
        }
        let now = self.parts.clock.now();
        let touched: HashSet<CalendarId> = changes.iter().filter_map(|c| c.calendar).collect();
        let due = |order: &&mut Order| {
            order.watcher.expires > now && touched.contains(&order.watcher.calendar)
        };
        for order in self.lock().values_mut().filter(due) {
            order.number += 1;
            let own: Vec<Change> = changes
                .iter()
                .filter(|c| c.calendar == Some(order.watcher.calendar))
                .cloned()
                .collect();
            let (notifier, order) = (self.clone(), order.clone());
            tokio::spawn(async move { notifier.deliver(&order, &own).await });
        }
    }

    async fn deliver(&self, order: &Order, changes: &[Change]) {
        let request = match order.watcher.flavour {
            Flavour::Google => message::google(&self.parts, order, "exists")
                .await
                .map(Some),
            Flavour::Graph => message::graph(&self.parts, order, changes).await,
        };
        match request {
            Ok(Some(request)) => self.send(request).await,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a notification could not be written"),
        }
    }

    async fn send(&self, request: Request) {
        let request = request.deadline(DEADLINE).body_limit(64 * 1024);
        for wait in AGAIN.iter().map(Some).chain([None]) {
            match self.parts.network.send(request.clone()).await {
                Ok(response) if response.status < 500 => return,
                Ok(response) => {
                    tracing::info!(status = response.status, "a notification was not taken");
                }
                Err(error) => tracing::info!(%error, "a notification was not taken"),
            }
            if let Some(wait) = wait {
                tokio::time::sleep(*wait).await;
            }
        }
    }

    /// Graph's handshake: the receiver answers with the token that it was sent.
    async fn shake_hands(&self, address: &str) -> Result<(), String> {
        let token = self.parts.ids.token();
        let mut url = Url::parse(address).map_err(|error| error.to_string())?;
        url.query_pairs_mut().append_pair("validationToken", &token);
        let request = Request::post(&url)
            .body("text/plain; charset=utf-8", "")
            .deadline(DEADLINE);
        let refusal = "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.";
        match self.parts.network.send(request).await {
            Ok(response)
                if response.status == 200
                    && response.text().is_ok_and(|text| text.trim() == token) =>
            {
                Ok(())
            }
            Ok(_) | Err(_) => Err(refusal.to_owned()),
        }
    }

    async fn keep(&self) -> Result<()> {
        let now = self.parts.clock.now();
        let kept: Vec<Kept> = {
            let mut orders = self.lock();
            orders.retain(|_, order| order.watcher.expires > now);
            orders.values().cloned().map(Kept::from).collect()
        };
        let mut tx = self.parts.store.write().await?;
        meta::set_secret(
            &mut tx,
            KEPT,
            &serde_json::to_vec(&kept).unwrap_or_default(),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeping orders is for the next start; this run goes on without.
    async fn keep_or_say(&self) {
        if let Err(error) = self.keep().await {
            tracing::warn!(%error, "orders for notifications are lost at the next start");
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an address is on this machine. A stand-in tells nobody else anything.
fn is_loopback(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(v4)) => IpAddr::from(v4).is_loopback(),
        Some(Host::Ipv6(v6)) => IpAddr::from(v6).is_loopback(),
        None => false,
    };
    here && matches!(url.scheme(), "http" | "https")
}

#[async_trait]
impl Watchers for Notifier {
    async fn open(&self, watcher: Watcher) -> Result<(), String> {
        let lifecycle = watcher.terms.lifecycle.as_deref();
        let addresses = [Some(watcher.address.as_str()), lifecycle];
        if !addresses
            .iter()
            .flatten()
            .all(|address| is_loopback(address))
        {
            return Err("the sandbox notifies addresses on this machine only".to_owned());
        }
        if self.lock().len() >= ORDERS_MAX {
            return Err(format!("there are {ORDERS_MAX} orders already"));
        }
        if watcher.flavour == Flavour::Graph {
            for address in addresses.iter().flatten() {
                self.shake_hands(address).await?;
            }
        }
        let order = Order { watcher, number: 1 };
        self.lock().insert(order.watcher.id, order.clone());
        self.keep_or_say().await;
        if order.watcher.flavour == Flavour::Google && !self.parts.faults.plan().no_push {
            let notifier = self.clone();
            tokio::spawn(async move {
                match message::google(&notifier.parts, &order, "sync").await {
                    Ok(request) => notifier.send(request).await,
                    Err(error) => tracing::warn!(%error, "a notification could not be written"),
                }
            });
        }
        Ok(())
    }

    async fn get(&self, id: Uuid) -> Option<Watcher> {
        self.lock().get(&id).map(|order| order.watcher.clone())
    }

    async fn list(&self) -> Vec<Watcher> {
        self.lock()
            .values()
            .map(|order| order.watcher.clone())
            .collect()
    }

    async fn renew(&self, id: Uuid, expires: Timestamp) -> bool {
        let found = self
            .lock()
            .get_mut(&id)
            .map(|order| order.watcher.expires = expires)
            .is_some();
        if found {
            self.keep_or_say().await;
        }
        found
    }

    async fn close(&self, id: Uuid) -> bool {
        let found = self.lock().remove(&id).is_some();
        if found {
            self.keep_or_say().await;
        }
        found
    }
}

impl From<Kept> for Order {
    fn from(kept: Kept) -> Self {
        let watcher = Watcher {
            id: kept.id,
            client_id: kept.client_id,
            calendar: kept.calendar,
            address: kept.address,
            token: kept.token,
            expires: kept.expires,
            flavour: if kept.graph {
                Flavour::Graph
            } else {
                Flavour::Google
            },
            terms: kept.terms,
        };
        Self {
            watcher,
            number: kept.number,
        }
    }
}

impl From<Order> for Kept {
    fn from(Order { watcher, number }: Order) -> Self {
        Self {
            id: watcher.id,
            client_id: watcher.client_id,
            calendar: watcher.calendar,
            address: watcher.address,
            token: watcher.token,
            expires: watcher.expires,
            graph: watcher.flavour == Flavour::Graph,
            number,
            terms: watcher.terms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn nobody_else_is_told_anything() {
        for here in [
            "http://127.0.0.1:8420/push/1",
            "https://localhost/x",
            "http://[::1]:9/",
            "http://127.8.9.1/",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "https://example.com/",
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
            "x",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
