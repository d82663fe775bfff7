//! A hub with model providers, worked by hand: no worker, no waiting.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use calendar::{Duration, Event, When, Zone};
use identity::{Actor, Clock, Ids, SystemIds};
use jiff::Timestamp;
use kalends_hub::{
    CalendarId, Hub, LinkMember, Mask, Role, Settings, connections::PasswordAccount,
    links::LinkEdit,
};
use storage::{MasterKey, Store, Stores};

use crate::model::{Model, Models};

/// A clock that moves by a second whenever it is asked.
#[derive(Default)]
pub struct Steps(AtomicI64);

impl Clock for Steps {
    fn now(&self) -> Timestamp {
        let second = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }
}

/// The world.
pub struct World {
    pub hub: Hub,
    pub store: Store,
    pub actor: Actor,
    pub calendars: Vec<CalendarId>,
    pub models: Vec<Model>,
}

impl World {
    /// So many providers with a calendar each, connected and read.
    pub async fn new(count: usize) -> Self {
        let stores = Stores::open(
            storage::Settings::new("sqlite::memory:"),
            MasterKey::new([7; 32]),
        )
        .await
        .unwrap();
        let store = stores.create_tenant("world").await.unwrap();
        let models: Vec<Model> = (0..count).map(|_| Model::default()).collect();
        let named = models
            .iter()
            .enumerate()
            .map(|(i, model)| (format!("user{i}"), model.clone()));
        let directory = Arc::new(Models(named.collect()));
        let ids: Arc<dyn Ids> = Arc::new(SystemIds);
        let hub = Hub::new(
            stores,
            directory,
            Arc::new(Steps::default()),
            ids,
            Settings::default(),
        );
        let actor = Actor::system(store.tenant());
        let mut world = Self {
            hub,
            store,
            actor,
            calendars: Vec::new(),
            models,
        };
        for i in 0..count {
            let account = PasswordAccount {
                provider: "model".to_owned(),
                url: "https://model.example/".to_owned(),
                username: format!("user{i}"),
                password: "secret".to_owned(),
            };
            world
                .hub
                .connect_password(&world.actor, account)
                .await
                .unwrap();
        }
        world.calendars = world
            .hub
            .calendars(&world.actor)
            .await
            .unwrap()
            .iter()
            .map(|c| c.id)
            .collect();
        world.settle().await;
        world
    }

    /// Links calendars with these roles and masks.
    pub async fn link(&self, members: &[(usize, Role, Mask)]) {
        let members = members.iter().map(|(i, role, mask)| LinkMember {
            calendar: self.calendars[*i],
            role: *role,
            mask: mask.clone(),
        });
        let edit = LinkEdit {
            name: "Link".to_owned(),
            members: members.collect(),
        };
        self.hub.create_link(&self.actor, edit).await.unwrap();
        self.settle().await;
    }

    /// Reads and writes until nothing moves; how many writes that took.
    pub async fn settle(&self) -> usize {
        let before = self.writes();
        for _ in 0..20 {
            let round = self.writes();
            for calendar in &self.calendars {
                self.hub.pull(&self.store, *calendar).await.unwrap();
                self.hub.push(&self.store, *calendar).await.unwrap();
            }
            if self.writes() == round {
                for calendar in &self.calendars {
                    self.hub.pull(&self.store, *calendar).await.unwrap();
                    self.hub.push(&self.store, *calendar).await.unwrap();
                }
                if self.writes() == round {
                    return self.writes() - before;
                }
            }
        }
        panic!("it does not come to rest");
    }

    /// Writes that reached the providers.
    pub fn writes(&self) -> usize {
        self.models
            .iter()
            .map(|m| m.writes.load(Ordering::Relaxed))
            .sum()
    }

    /// Titles at a provider, sorted.
    pub fn titles(&self, model: usize) -> Vec<String> {
        let mut titles: Vec<String> = self.models[model]
            .living()
            .into_iter()
            .map(|(_, e)| e.title)
            .collect();
        titles.sort();
        titles
    }

    /// The id under which a provider has the event with this title.
    pub fn id_of(&self, model: usize, title: &str) -> String {
        self.models[model]
            .living()
            .into_iter()
            .find(|(_, e)| e.title == title)
            .unwrap()
            .0
    }
}

/// An hour in Berlin.
pub fn event(uid: &str, title: &str, start: &str) -> Event {
    let when = When::zoned(
        start.parse().unwrap(),
        Zone::iana("Europe/Berlin").unwrap(),
        Duration::hours(1),
    );
    Event {
        title: title.to_owned(),
        ..Event::new(uid, when)
    }
}
