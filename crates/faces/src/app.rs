//! What every face works with.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use hub::{Hub, TenantId};
use identity::Identity;

use crate::{Watchers, caldav::Listings, turns::Turns};

/// What every face works with. Cheap to clone; the state of every router.
#[derive(Clone)]
pub struct App(Arc<Parts>, Arc<Listings>, Arc<Turns>);

/// The parts of an [`App`].
pub struct Parts {
    /// The use cases.
    pub hub: Hub,
    /// People, sessions, tokens.
    pub identity: Identity,
    /// Whose calendars these are.
    pub tenant: TenantId,
    /// How clients reach us, with a slash at the end.
    pub public_url: String,
    /// What a stand-in for a real service does as that service does it.
    pub dialect: Dialect,
    /// Who wants to be told of changes through a vendor's API.
    pub watchers: Arc<dyn Watchers>,
    /// Positions of the change log before this one are no longer accepted as sync tokens.
    pub oldest_position: AtomicI64,
    /// How many mails to people a real service would have sent.
    pub mails: AtomicU64,
    /// Whether this is the demo, which has a page of its own at `/demo`.
    pub demo: bool,
}

/// What a real service does and we would not do of ourselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// An id stays used up after its event was deleted.
    pub burned_ids: bool,
    /// Most items on a page, whatever the client asks for; 0 for the protocol's own maximum.
    pub page_max: usize,
    /// How many days back somebody may ask for what was changed since; 0 for any number.
    pub changed_days: u32,
    /// Video conferences are set up for whoever asks for one; they lead nowhere.
    pub conferences: bool,
    /// Colleagues see when each other is busy, as in an organization that has changed nothing.
    pub colleagues: bool,
}

impl App {
    /// An app of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::default(), Arc::default())
    }

    /// The same app behind a path of ours: what it says of where it is found has that path in it.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        let parts = Parts {
            hub: self.hub.clone(),
            identity: self.identity.clone(),
            tenant: self.tenant,
            public_url: format!("{}{path}/", self.public_url),
            dialect: self.dialect,
            watchers: self.watchers.clone(),
            oldest_position: AtomicI64::new(self.oldest_position.load(Ordering::Relaxed)),
            mails: AtomicU64::new(0),
            demo: self.demo,
        };
        Self(Arc::new(parts), Arc::default(), self.2.clone())
    }

    /// What the CalDAV face knows of the objects of calendars.
    pub(crate) fn listings(&self) -> &Listings {
        &self.1
    }

    /// Whose requests are under way.
    pub(crate) fn turns(&self) -> &Turns {
        &self.2
    }

    /// Makes all sync tokens given out so far invalid.
    pub fn expire_sync_tokens(&self, latest: i64) {
        self.oldest_position
            .store(latest.saturating_add(1), Ordering::Relaxed);
    }

    /// Counts mails that the real service would have sent because of a request.
    pub fn would_mail(&self, people: usize) {
        self.mails.fetch_add(people as u64, Ordering::Relaxed);
    }

    /// Whether a sync token of this position is still accepted.
    pub fn accepts_position(&self, position: i64) -> bool {
        position >= self.oldest_position.load(Ordering::Relaxed)
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
