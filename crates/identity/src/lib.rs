//! People, sessions, sign-in, the OAuth server, and who is acting.
//!
//! Tokens of every kind are 256 random bits, kept only as keyed hashes. Passwords that people choose are kept as
//! argon2id hashes.

mod actor;
mod authenticate;
mod clock;
mod devices;
mod error;
mod ids;
pub mod oauth;
mod password;
mod people;
mod prune;
mod secrets;

use std::sync::Arc;

use storage::{Store, believed::Believed};

pub use actor::{Actor, Kind};
pub use clock::{Clock, SystemClock};
pub use error::Error;
pub use ids::{Ids, SystemIds};
pub use people::{NewUser, UserChange};
pub use secrets::{pkce_challenge, same_secret};
pub use storage::{app_passwords::AppPassword, users::User};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The people of one tenant and everything by which they prove who they are. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// Who signed in of late, by a keyed hash of name and app password: devices send theirs with every request.
    verified: Arc<Believed<[u8; 32], User>>,
}

impl Identity {
    /// Over a tenant's store.
    pub fn new(store: Store, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self {
            store,
            clock,
            ids,
            verified: Arc::default(),
        }
    }

    fn in_seconds(&self, seconds: i64) -> jiff::Timestamp {
        let now = self.clock.now();
        now.saturating_add(jiff::SignedDuration::from_secs(seconds))
            .unwrap_or(now)
    }
}
