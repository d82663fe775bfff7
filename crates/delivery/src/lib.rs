//! Programs that ordered it through Google's or Microsoft's API are told of changes, as these services tell them: Google
//! channels and Graph subscriptions. And people outside of the hub are sent invitations by [`mail`].
//!
//! Orders are kept in the database with how far each has been told, so that a restart loses nothing, and of several nodes
//! on one database one tells. An order outlives what it is about, or its program, only until that has been told. A message is a hint and no more: it names what changed, and nothing of what it says, unless Graph's client asked for that, sealed. One that
//! is not taken is sent twice more, and then left; whoever ordered it asks for changes now and then anyway.

mod follow;
mod life;
pub mod mail;
mod message;
mod orders;
mod policy;
mod seen;
mod send;

use std::{sync::Arc, time::Duration};

use faces::App;
use identity::{Clock, Ids};
use network::Network;
use storage::Store;
use tokio::sync::Notify;

pub use policy::{OverTls, Policy, is_loopback};

/// What it takes to carry out orders.
pub struct Parts {
    /// Whose change log is followed.
    pub store: Store,
    /// Where clients reach Google's API, with a slash at the end.
    pub google_root: String,
    /// Changes that come so close together make one message.
    pub coalesce: Duration,
    /// How often orders are looked after, for what no change tells.
    pub every: Duration,
    /// Whom it may tell.
    pub policy: Arc<dyn Policy>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Tokens for handshakes.
    pub ids: Arc<dyn Ids>,
    /// With its guard against addresses that are nobody's business.
    pub network: Network,
}

/// Keeps orders and carries them out. Cheap to clone.
#[derive(Clone)]
pub struct Notifier {
    parts: Arc<Parts>,
    due: Arc<follow::Due>,
    /// Somebody who was busy can be told again.
    again: Arc<Notify>,
    /// Where what changed is looked up for those who are told that, too.
    shows: Option<App>,
}

impl Notifier {
    /// Of these parts. Nothing is told until [`Notifier::run`].
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            due: Arc::default(),
            again: Arc::default(),
            shows: None,
        }
    }

    /// The same, which looks up what changed in this app, as whoever ordered it would see it through Microsoft's API.
    #[must_use]
    pub fn showing(self, app: App) -> Self {
        Self {
            shows: Some(app),
            ..self
        }
    }
}

/// Why an order or a message cannot be kept or carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The hub.
    #[error(transparent)]
    Hub(#[from] hub::Error),
    /// An order was written by something else.
    #[error("an order in the database cannot be read")]
    Unreadable,
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
