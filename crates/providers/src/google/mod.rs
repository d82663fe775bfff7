//! Google Calendar v3.
//!
//! What this connector knows of Google, and does about it:
//!
//! - Changes come with a sync token, from the last page only. A series is a master and its exceptions, each with a
//!   version of its own, and an incremental listing names only those that changed: so a series is read whole
//!   (`series`).
//! - New events get ids that we choose, so that a second attempt meets the first one. An id stays burnt after its event
//!   was deleted; the generation in it makes a new one.
//! - A series with exceptions is written in steps: the master first, with the stamp, then the instances. A reader who
//!   comes between finds the stamp, and `sync` knows that the overrides are still to come.
//! - 403 is a missing right or a rate limit; only `errors[].reason` tells (`answer`).
//! - Every write says `sendUpdates=none`. A copy of somebody else's event is imported: see `import`.
//! - A series has one visibility (`visibility`).

mod answer;
mod calendars;
mod changes;
mod client;
mod import;
mod look;
mod oauth;
mod paths;
mod series;
mod visibility;
mod watch;
mod write;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use network::{Budget, Clock, Limits, Network};
use protocols::google::client_id;
use sync::{Stamp, replication::Reply};
use uuid::Uuid;

use crate::{
    Calendar, Changes, Channel, Connector, Create, Delete, Failure, Place, Seen, Tokens, Traits,
    Update, Watch,
};
use client::Client;

pub use oauth::{AUTHORIZE_PARAMETERS, AUTHORIZE_URL, ROOT, SCOPES, TOKEN_URL};

/// The name of this provider.
pub const NAME: &str = "google";

/// So many requests of one account are under way at once; Google names no number, and more gain nothing.
const CONCURRENT: u32 = 6;

/// What Google allows: 600 requests a minute and user in a new project
/// (<https://developers.google.com/workspace/calendar/api/guides/quota>), in any minute: the burst is a part of them.
pub fn limits() -> Limits {
    Limits {
        per_minute: 500,
        burst: 100,
        concurrent: CONCURRENT,
        patience: Duration::from_secs(30),
    }
}

/// One account.
pub struct Google {
    client: Client,
}

impl Google {
    /// An account at `root`: <https://www.googleapis.com/>, or a stand-in's root; `calendar/v3/` is added if it is not
    /// there.
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
impl Connector for Google {
    fn traits(&self) -> Traits {
        Traits {
            push: true,
            poll: Duration::from_mins(1),
            hurry: Duration::from_secs(15),
            concurrency: CONCURRENT as usize,
            quiet: true,
            in_parts: true,
        }
    }

    /// A sync token is answered with all deletions, as `cancelled` (events.list).
    fn tells_all(&self) -> bool {
        true
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        calendars::list(&self.client).await
    }

    async fn changes(&self, place: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        changes::read(&self.client, place, cursor).await
    }

    async fn get(&self, place: Place<'_>, id: &str) -> Result<Seen, Failure> {
        look::get(&self.client, place, id).await
    }

    async fn find(
        &self,
        place: Place<'_>,
        id: Option<&str>,
        stamp: Stamp,
    ) -> Result<Seen, Failure> {
        look::find(&self.client, place, id, stamp).await
    }

    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String> {
        let mut bytes = copy.as_bytes().to_vec();
        bytes.extend(generation.to_be_bytes());
        Some(client_id(&bytes))
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
        watch::watch(&self.client, place, watch).await
    }

    async fn unwatch(&self, channel: &Channel) -> Result<(), Failure> {
        watch::unwatch(&self.client, channel).await
    }
}
