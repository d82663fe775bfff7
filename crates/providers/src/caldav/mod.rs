//! iCloud and every other CalDAV server (RFC 4791): discovery, incremental reads, conditional writes.
//!
//! The id of a calendar is its address; the id of an event is the path of its object below that.

mod client;
mod cursor;
mod discovery;
mod href;
mod listing;
mod objects;
mod quirks;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use network::{Budget, Clock, Limits, Network, Url};
use secrecy::SecretString;
use sync::{Stamp, replication::Reply};
use uuid::Uuid;

use self::{client::Client, quirks::Quirks};
use crate::{
    Calendar, Changes, Channel, Connector, Create, Delete, Failure, Place, Seen, Traits, Update,
    Watch,
};

/// The provider's name in the API.
pub const NAME: &str = "caldav";

/// What we ask of one account of a server, by the address that a person gave.
pub fn limits(url: &str) -> Limits {
    let quirks = typed(url).map(|root| Quirks::of(&root));
    Limits {
        per_minute: quirks.unwrap_or_else(|_| Quirks::unknown()).per_minute(),
        burst: 100,
        concurrent: 4,
        patience: Duration::from_secs(20),
    }
}

/// One account at one server.
pub struct Caldav {
    client: Client,
}

impl Caldav {
    /// An account, by the address that a person gave (a server, a home or a calendar), user name and app password.
    ///
    /// # Errors
    /// The address is none of http or https.
    pub fn new(
        network: Network,
        clock: Arc<dyn Clock>,
        budget: Arc<Budget>,
        url: &str,
        user: &str,
        password: &str,
    ) -> Result<Self, Failure> {
        let root = typed(url)?;
        let quirks = Quirks::of(&root);
        let client = Client {
            network,
            clock,
            budget,
            root,
            user: user.to_owned(),
            password: SecretString::from(password),
            quirks,
        };
        Ok(Self { client })
    }

    /// The address of a calendar, which must be one that the password may go to.
    fn collection(&self, place: Place<'_>) -> Result<Url, Failure> {
        let root = &self.client.root;
        self.client
            .trusted(root, place.id)
            .ok_or_else(|| Failure::Protocol("the calendar's address is not usable".to_owned()))
    }
}

/// An address as a person gives it: people type a host name.
fn typed(text: &str) -> Result<Url, Failure> {
    let text = text.trim();
    if text.contains("://") {
        address(text)
    } else {
        address(&format!("https://{text}"))
    }
}

fn address(text: &str) -> Result<Url, Failure> {
    let problem = |what: &str| Failure::Protocol(format!("the server's address {what}"));
    let mut url: Url = text.parse().map_err(|_| problem("is not an address"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(problem("must begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(problem("must not hold a user name or password"));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

#[async_trait]
impl Connector for Caldav {
    fn traits(&self) -> Traits {
        Traits {
            push: false,
            poll: self.client.quirks.poll(),
            hurry: self.client.quirks.hurry(),
            concurrency: 2,
            // The server itself sends invitations (RFC 6638).
            quiet: false,
            in_parts: false,
        }
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        self.client.list_calendars().await
    }

    async fn changes(&self, place: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        self.client.list(&self.collection(place)?, cursor).await
    }

    async fn read(&self, place: Place<'_>, ids: &[String]) -> Result<Changes, Failure> {
        self.client.objects(&self.collection(place)?, ids).await
    }

    async fn get(&self, place: Place<'_>, id: &str) -> Result<Seen, Failure> {
        self.client.look(&self.collection(place)?, id).await
    }

    async fn find(
        &self,
        place: Place<'_>,
        id: Option<&str>,
        _stamp: Stamp,
    ) -> Result<Seen, Failure> {
        // We always choose the name: whether what is there is ours, its stamp tells the caller.
        match id {
            Some(id) => self.get(place, id).await,
            None => Ok(Seen::Nothing),
        }
    }

    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String> {
        Some(format!("{copy}-{generation}.ics"))
    }

    async fn create(&self, place: Place<'_>, create: Create<'_>) -> Result<Reply, Failure> {
        let id = create
            .id
            .ok_or_else(|| Failure::Protocol("a new object needs a name".to_owned()))?;
        let collection = self.collection(place)?;
        self.client
            .put(&collection, id, None, create.body, create.stamp)
            .await
    }

    async fn update(&self, place: Place<'_>, update: Update<'_>) -> Result<Reply, Failure> {
        let collection = self.collection(place)?;
        let Update {
            id,
            version,
            body,
            stamp,
            ..
        } = update;
        self.client
            .put(&collection, id, Some(version), body, stamp)
            .await
    }

    async fn delete(&self, place: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure> {
        let collection = self.collection(place)?;
        self.client
            .remove(&collection, delete.id, delete.version)
            .await
    }

    async fn watch(&self, _place: Place<'_>, _watch: Watch<'_>) -> Result<Channel, Failure> {
        Err(Failure::Protocol(
            "CalDAV servers send no notifications".to_owned(),
        ))
    }

    async fn unwatch(&self, _channel: &Channel) -> Result<(), Failure> {
        Ok(())
    }
}
