//! The use cases: authorise, load, call a pure crate, commit. And the workers that follow the change log.
//!
//! Faces call [`Hub`] and nothing else; they read and write local copies. What happens at providers is
//! [`replicate`]'s, what happens between copies is [`links`]'s.

mod access;
pub mod accounts;
pub mod activity;
mod adopt;
pub mod calendars;
pub mod changes;
pub mod channels;
mod conflicts;
pub mod connections;
mod enclosures;
pub mod erasure;
pub mod error;
pub mod events;
pub mod feeds;
pub mod homes;
mod lanes;
pub mod links;
pub mod object;
mod overlaps;
mod pace;
pub mod prune;
mod replay;
pub mod replicate;
mod restored;
pub mod runs;
pub mod scheduling;
pub mod shape;
pub mod shares;
mod troubles;
mod turns;
pub mod view;
pub mod worker;
mod zones;

use std::{sync::Arc, time::Duration};

use identity::{Clock, Ids};
use providers::Directory;
use storage::{Store, Stores};
use tokio::sync::Notify;
use uuid::Uuid;

pub use conflicts::{ConflictPage, ConflictView, Cursor, Keep, Origin, Stands, UnitView};
pub use error::Error;
pub use object::{Content as ObjectContent, Object};
pub use overlaps::{OverlapPage, OverlapView};
/// How one connects with a provider.
pub use providers::Auth;
pub use replay::Key;
/// Faces see ids, links and the change log's entries through the hub.
pub use storage::enclosures::{Enclosure, Kind as EnclosureKind};
/// Grants of calendars.
pub use storage::shares::{Access, Share, Whom};
pub use storage::takes::Takes;
pub use storage::{
    Change, ChangeKind, Health, Logged,
    conflicts::{Row as ConflictRow, State as ConflictState, Which as WhichConflicts},
    connections::Connection,
    links::{Link, LinkMember, State as LinkState},
    overlaps::{Met, Row as OverlapRow, Rule as FirstBy},
};
/// The parts of a link's filters.
pub use sync::links::filter;
pub use sync::{
    CalendarId, ChangeId, ConnectionId, CopyId, Filter, LinkId, LinkedId, Mask, MaskKind,
    OnConflict, Operation, Outcome, Role, TenantId, UserId,
};
pub use view::{CalendarView, EventView, Precondition};

/// A hub's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What tells one process from all others that work on the same database.
pub type NodeId = Uuid;

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    stores: Stores,
    providers: Arc<dyn Directory>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    settings: Settings,
    accounts: accounts::Accounts,
    /// Wakes the worker when a job was requested in this process.
    work: Notify,
    /// One reads or writes a calendar at a time.
    turns: turns::Turns,
    /// Calendars that were found at their addresses of late: a device asks for one object after the other.
    addresses: calendars::Addresses,
    /// Notifications that are not noted yet.
    arrivals: channels::Arrivals,
}

/// What the administrator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where providers can reach this hub, such as `https://calendar.example.com/`; without it nothing is watched and
    /// everything is polled.
    pub public_url: Option<String>,
    /// Zone for floating times where a calendar has none.
    pub time_zone: String,
    /// The longest pause between two looks at a calendar; each provider's own pace if it is shorter (`pace.rs`).
    pub poll: Option<Duration>,
    /// How many calendars are worked on at once.
    pub workers: usize,
    /// Who this process is, the same after every start: what its former self held is taken up again at once, and not
    /// only when its leases have run out. `None` for somebody new each time.
    pub node: Option<NodeId>,
    /// How much of a series that a provider cannot have is mirrored there as single events.
    pub explode: Explode,
    /// Whether people who are not of this hub are written to by mail: there is somebody who sends what waits.
    pub mails: bool,
}

/// How much of a series that a provider cannot have is mirrored there as single events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explode {
    /// From so many days before today on.
    pub days_before: u32,
    /// Until so many days after today, inclusive.
    pub days_after: u32,
    /// At most so many, the first ones.
    pub most: usize,
}

impl Default for Explode {
    fn default() -> Self {
        Self {
            days_before: 1,
            days_after: 90,
            most: 100,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            time_zone: "Etc/UTC".to_owned(),
            poll: None,
            workers: 8,
            node: None,
            explode: Explode::default(),
            mails: false,
        }
    }
}

impl Hub {
    /// A hub over these stores and providers.
    pub fn new(
        stores: Stores,
        providers: Arc<dyn Directory>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        settings: Settings,
    ) -> Self {
        let accounts = accounts::Accounts::default();
        let inner = Inner {
            stores,
            providers,
            clock,
            ids,
            settings,
            accounts,
            work: Notify::new(),
            turns: turns::Turns::default(),
            addresses: calendars::Addresses::default(),
            arrivals: channels::Arrivals::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The store of a tenant.
    pub async fn store(&self, tenant: TenantId) -> Result<Store> {
        Ok(self.inner.stores.of(tenant).await?)
    }

    /// All stores.
    pub fn stores(&self) -> &Stores {
        &self.inner.stores
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// The source of ids and secrets.
    pub fn ids(&self) -> &dyn Ids {
        &*self.inner.ids
    }

    /// What the administrator decided.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The providers that calendars can be connected from.
    pub fn providers(&self) -> &dyn Directory {
        &*self.inner.providers
    }

    pub(crate) fn wake(&self) {
        self.inner.work.notify_waiters();
    }
}
