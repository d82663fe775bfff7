//! The real hub on a real database, with providers in memory.

use std::{path::Path, sync::Arc};

use hub::{
    CalendarId, Filter, Hub, LinkId, LinkMember, Mask, OnConflict, Role, Settings,
    connections::PasswordAccount, links::LinkEdit,
};
use identity::{Actor, SystemClock, SystemIds};
use providers::Directory;
use storage::{MasterKey, Store, Stores};
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    Fallible,
    provider::{self, Memories, Memory},
};

/// The key of databases that live as long as a measurement.
const KEY: [u8; 32] = [7; 32];

/// A hub and what is connected to it.
pub struct Desk {
    pub hub: Hub,
    pub stores: Stores,
    pub store: Store,
    pub actor: Actor,
    /// In the order in which they were connected.
    pub calendars: Vec<CalendarId>,
}

impl Desk {
    /// A hub without accounts, in a new tenant.
    pub async fn over(stores: Stores, directory: Arc<dyn Directory>) -> Fallible<Self> {
        let store = stores.create_tenant("bench").await?;
        let settings = Settings {
            public_url: Some("https://bench.example/".to_owned()),
            ..Settings::default()
        };
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        Ok(Self {
            hub: Hub::new(stores.clone(), directory, clock, ids, settings),
            actor: Actor::system(store.tenant()),
            stores,
            store,
            calendars: Vec::new(),
        })
    }

    /// A hub with so many accounts in memory, with a calendar each.
    pub async fn with_memories(
        database: storage::Settings,
        memories: &[Arc<Memory>],
    ) -> Fallible<Self> {
        let directory = Arc::new(Memories {
            name: provider::NAME,
            all: memories.to_vec(),
        });
        let stores = Stores::open(database, MasterKey::new(KEY)).await?;
        let mut desk = Self::over(stores, directory).await?;
        for number in 0..memories.len() {
            let url = "https://memory.example/";
            desk.connect(provider::NAME, url, &number.to_string())
                .await?;
        }
        desk.find_calendars().await?;
        Ok(desk)
    }

    /// Connects an account.
    pub async fn connect(&self, provider: &str, url: &str, username: &str) -> Fallible {
        let account = PasswordAccount {
            provider: provider.to_owned(),
            url: url.to_owned(),
            username: username.to_owned(),
            password: "secret".to_owned(),
        };
        self.hub.connect_password(&self.actor, account).await?;
        Ok(())
    }

    /// Notes the calendars that are there now, those of accounts that were connected first before the others.
    pub async fn find_calendars(&mut self) -> Fallible {
        let mut all = self.hub.calendars(&self.actor).await?;
        all.sort_by_key(|calendar| calendar.id);
        self.calendars = all.iter().map(|calendar| calendar.id).collect();
        Ok(())
    }

    /// Links two calendars both ways, with everything shown.
    pub async fn link(&self, one: usize, other: usize) -> Fallible<LinkId> {
        let place = |number: usize| LinkMember {
            calendar: self.calendars[number],
            role: Role::Both,
            mask: Mask::everything(),
            filter: Filter::default(),
            away: false,
        };
        let edit = LinkEdit {
            name: "Bench".to_owned(),
            on_conflict: OnConflict::Newest,
            pilot: false,
            allow_notify: false,
            members: vec![place(one), place(other)],
        };
        Ok(self.hub.create_link(&self.actor, edit).await?.link.id)
    }

    /// Has the hub work until what is returned says true.
    pub fn start(&self) -> (watch::Sender<bool>, JoinHandle<()>) {
        let (stop, stopped) = watch::channel(false);
        let (hub, store) = (self.hub.clone(), self.store.clone());
        (
            stop,
            tokio::spawn(async move { hub.run(store, stopped).await }),
        )
    }

    /// Reads a calendar.
    pub async fn pull(&self, number: usize) -> Fallible<usize> {
        let pulled = self.hub.pull(&self.store, self.calendars[number]).await?;
        Ok(pulled.sightings)
    }

    /// Writes what waits in a calendar.
    pub async fn push(&self, number: usize) -> Fallible<usize> {
        let pushed = self.hub.push(&self.store, self.calendars[number]).await?;
        Ok(pushed.writes)
    }
}

/// SQLite in a folder, as the program opens it.
pub fn sqlite(folder: &Path, durable: bool) -> storage::Settings {
    storage::Settings {
        durable,
        ..storage::Settings::sqlite(&folder.join("kalends.db"))
    }
}
