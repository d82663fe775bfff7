//! Microsoft 365 through Graph v1.0.
//!
//! What this connector knows of Graph, and does about it:
//!
//! - Changes come from `calendarView/delta` in a fixed window. It gives occurrences, sometimes as bare stubs, and no
//!   extended properties: so it only says *which* events to read (`changes.rs`), and they are read whole (`whole.rs`).
//! - A series is its master, its exceptions and its cancelled occurrences; Graph tells the latter two when asked by
//!   `$select` and `$expand`, else they are worked out from `/instances`.
//! - `@removed` may mean that an event left the window. Such ids are doubtful, and the hub looks.
//! - A series with overrides is written in steps. The first carries a note of the others, and whoever reads an event
//!   with such a note completes the work first (`steps.rs`).
//! - Attendees are never written. But changing or deleting a meeting that has some may mail them: see
//!   [`Traits::quiet`].
//!
//! Ids are immutable ids (`Prefer: IdType="ImmutableId"`) throughout, times are asked for in UTC.

mod answer;
mod calendars;
mod changes;
mod client;
mod hydrate;
mod oauth;
mod paths;
mod steps;
mod watch;
mod whole;
mod write;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use network::{Budget, Clock, Limits, Network};
use sync::{Stamp, replication::Reply};
use uuid::Uuid;

use crate::{
    Calendar, Changes, Channel, Connector, Create, Delete, Failure, Place, Seen, Tokens, Traits,
    Update, Watch,
};
use client::Client;

pub use oauth::{AUTHORITY, ROOT, SCOPES, endpoint_urls};

/// The name of this provider.
pub const NAME: &str = "microsoft";

/// So many requests of one mailbox may be under way (Graph's limits for Outlook, per app and mailbox).
const CONCURRENT: u32 = 4;

/// What Graph allows one app for one mailbox: 10,000 requests in ten minutes, the burst among them, four at a time.
pub fn limits() -> Limits {
    Limits {
        per_minute: 980,
        burst: 200,
        concurrent: CONCURRENT,
        patience: Duration::from_secs(30),
    }
}

/// One mailbox.
pub struct Microsoft {
    client: Client,
}

impl Microsoft {
    /// A mailbox at `root`: <https://graph.microsoft.com/>, or a stand-in's root; `v1.0/` is added if it is not there.
    ///
    /// # Errors
    /// [`Failure::Protocol`] if `root` is not a URL.
    pub fn new(
        network: Network,
        clock: Arc<dyn Clock>,
        budget: Arc<Budget>,
        root: &str,
        tokens: Arc<dyn Tokens>,
    ) -> Result<Self, Failure> {
        let root = paths::Root::new(root)?;
        let client = Client {
            network,
            clock,
            budget,
            root,
            tokens,
        };
        Ok(Self { client })
    }
}

#[async_trait]
impl Connector for Microsoft {
    fn traits(&self) -> Traits {
        Traits {
            push: true,
            poll: Duration::from_mins(2),
            hurry: Duration::from_secs(30),
            concurrency: CONCURRENT as usize,
            quiet: false,
            in_parts: true,
        }
    }

    async fn account(&self) -> Result<Option<String>, Failure> {
        calendars::account(&self.client).await
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        calendars::list(&self.client).await
    }

    async fn changes(&self, place: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        changes::read(&self.client, place, cursor).await
    }

    async fn get(&self, place: Place<'_>, id: &str) -> Result<Seen, Failure> {
        whole::get(&self.client, place, id).await
    }

    async fn find(
        &self,
        place: Place<'_>,
        _id: Option<&str>,
        stamp: Stamp,
    ) -> Result<Seen, Failure> {
        whole::find(&self.client, place, stamp).await
    }

    /// Graph chooses ids; a repeated creation is recognised by its `transactionId`, which is the stamp.
    fn choose_id(&self, _copy: Uuid, _generation: u32) -> Option<String> {
        None
    }

    async fn create(&self, place: Place<'_>, create: Create<'_>) -> Result<Reply, Failure> {
        write::create(&self.client, place, create).await
    }

    async fn update(&self, place: Place<'_>, update: Update<'_>) -> Result<Reply, Failure> {
        write::update(&self.client, place, update).await
    }

    async fn delete(&self, place: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure> {
        write::delete(&self.client, place, delete).await
    }

    async fn watch(&self, place: Place<'_>, watch: Watch<'_>) -> Result<Channel, Failure> {
        watch::create(&self.client, place, watch).await
    }

    async fn prolong(
        &self,
        channel: &Channel,
        until: jiff::Timestamp,
    ) -> Result<Option<Channel>, Failure> {
        watch::prolong(&self.client, channel, until).await
    }

    async fn unwatch(&self, channel: &Channel) -> Result<(), Failure> {
        watch::delete(&self.client, channel).await
    }
}
