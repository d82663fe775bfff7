//! Notifications that clients order through a vendor's API (Google channels, Graph subscriptions).

use async_trait::async_trait;
use hub::{CalendarId, UserId};
use identity::Actor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who is told, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Our id of the order. Google: any id; the client's own channel id is in `client_id`.
    pub id: Uuid,
    /// The id that the client gave it (Google channel id); empty for Graph.
    pub client_id: String,
    /// What is watched.
    pub watched: Watched,
    /// Where to POST.
    pub address: String,
    /// Secret that goes with every notification (channel token, clientState).
    pub token: String,
    /// When it ends.
    pub expires: Timestamp,
    /// When its program is to be asked to prove again that it may be told (Graph); `None`: never.
    pub due: Option<Timestamp>,
    /// In which form.
    pub flavour: Flavour,
    /// What else a Graph subscription says.
    pub terms: Terms,
    /// For whom it was ordered.
    pub user: Option<UserId>,
    /// By which program that they let in, if it was one. Nobody else sees it or ends it.
    pub program: Option<String>,
}

impl Watcher {
    /// Whether this actor ordered it.
    #[must_use]
    pub fn is_of(&self, actor: &Actor) -> bool {
        self.user == actor.user() && self.program.as_deref() == actor.program()
    }
}

/// What can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The events of a calendar.
    Events(CalendarId),
    /// To whom a calendar is opened (Google's `acl`).
    Rules(CalendarId),
    /// The list of a person's calendars (Google's `calendarList`).
    Calendars,
    /// What a person has set (Google's `settings`).
    Settings,
}

impl Watched {
    /// The calendar that it is about; `None`: none in particular.
    #[must_use]
    pub fn calendar(self) -> Option<CalendarId> {
        match self {
            Self::Events(calendar) | Self::Rules(calendar) => Some(calendar),
            Self::Calendars | Self::Settings => None,
        }
    }
}

/// What a Graph subscription says besides; Google has nothing of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What is watched, in the client's words.
    pub resource: String,
    /// Which changes it wants to hear of: `created`, `updated`, `deleted`, with commas between them. Empty: of all.
    pub changes: String,
    /// Where life-cycle events go. It shakes hands, too.
    pub lifecycle: Option<String>,
    /// What changed is told along, sealed for whoever holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealing: Option<Sealing>,
}

/// For whom resource data is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealing {
    /// What the client calls the certificate.
    pub id: String,
    /// The certificate: X.509 in base64.
    pub certificate: String,
}

impl Terms {
    /// Whether a change of this kind is to be told.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.changes.is_empty() || self.changes.split(',').any(|wanted| wanted.trim() == kind)
    }
}

/// The form of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Headers only: `X-Goog-Channel-ID`, `X-Goog-Resource-State` …
    Google,
    /// A JSON body: `{"value":[{"subscriptionId", "clientState", "resource", …}]}`.
    Graph,
}

/// Keeps orders and carries them out.
#[async_trait]
pub trait Watchers: Send + Sync {
    /// Takes an order. For [`Flavour::Google`] the first message (`sync`) is sent; for [`Flavour::Graph`] the
    /// validation handshake is made first, and its failure is the error's text.
    async fn open(&self, watcher: Watcher) -> Result<(), String>;

    /// The order with this id.
    async fn get(&self, id: Uuid) -> Option<Watcher>;

    /// All orders.
    async fn list(&self) -> Vec<Watcher>;

    /// Takes what is changed of an order: when it ends, when its program is asked, and its address, which shakes hands if it
    /// is another one. False if there is none.
    ///
    /// # Errors
    /// In words, if the new address is not told anything.
    async fn renew(&self, watcher: Watcher) -> Result<bool, String>;

    /// Ends an order; false if there is none.
    async fn close(&self, id: Uuid) -> bool;
}

/// Where nothing is delivered.
pub struct Nobody;

#[async_trait]
impl Watchers for Nobody {
    async fn open(&self, _: Watcher) -> Result<(), String> {
        Err("notifications are not available here".to_owned())
    }

    async fn get(&self, _: Uuid) -> Option<Watcher> {
        None
    }

    async fn list(&self) -> Vec<Watcher> {
        Vec::new()
    }

    async fn renew(&self, _: Watcher) -> Result<bool, String> {
        Ok(false)
    }

    async fn close(&self, _: Uuid) -> bool {
        false
    }
}
