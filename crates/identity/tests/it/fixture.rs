//! A tenant with a clock that the test moves.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use kalends_identity::{Clock, Identity, NewUser, SystemIds, User};
use storage::{MasterKey, Settings, Stores};

/// A clock that stands still until it is moved.
pub struct Hands(AtomicI64);

impl Hands {
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub struct World {
    pub stores: Stores,
    pub identity: Identity,
    pub clock: Arc<Hands>,
}

pub async fn world() -> World {
    let settings = Settings::new("sqlite::memory:");
    let stores = Stores::open(settings, MasterKey::new([1; 32]))
        .await
        .unwrap();
    let store = stores.create_tenant("T").await.unwrap();
    let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000)));
    let identity = Identity::new(store, clock.clone(), Arc::new(SystemIds));
    World {
        stores,
        identity,
        clock,
    }
}

impl World {
    pub async fn person(&self, email: &str, password: Option<&str>) -> User {
        let new = NewUser {
            email: email.into(),
            name: email.into(),
            time_zone: "Europe/Berlin".into(),
            password: password.map(Into::into),
            roles: vec!["member".into()],
        };
        self.identity.create_user(new).await.unwrap()
    }
}
