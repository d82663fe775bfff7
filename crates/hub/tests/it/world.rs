//! A hub with model providers, worked by hand: no worker, no waiting.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use calendar::{Duration, Event, When, Zone};
use identity::{Actor, Clock, Ids, SystemIds};
use jiff::Timestamp;
use kalends_hub::{
    CalendarId, CalendarView, ConflictRow, ConflictView, EventView, Filter, Hub, LinkId,
    LinkMember, Mask, OnConflict, Role, Settings, WhichConflicts,
    connections::PasswordAccount,
    links::{LinkChange, LinkEdit},
};
use storage::{MasterKey, Store, Stores};
use tempfile::TempDir;
use tokio::{sync::watch, time::Instant};

use crate::model::{Model, Models, NARROW};

/// A tenth of a second: no lease runs out because a worker asks what time it is.
const STEP_MILLIS: i64 = 100;
/// When it begins.
const BEGIN_MILLIS: i64 = 1_795_000_000_000;

/// A clock that moves by a step whenever it is asked.
#[derive(Default)]
pub struct Steps(AtomicI64);

impl Clock for Steps {
    fn now(&self) -> Timestamp {
        at(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

impl Steps {
    /// What time it is, without asking.
    pub fn peek(&self) -> Timestamp {
        at(self.asked())
    }

    /// How often it was asked, and time that passed.
    pub fn asked(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Lets time pass.
    pub fn advance(&self, seconds: i64) {
        let steps = seconds * 1_000 / STEP_MILLIS;
        self.0.fetch_add(steps, Ordering::Relaxed);
    }
}

fn at(steps: i64) -> Timestamp {
    Timestamp::from_millisecond(BEGIN_MILLIS + steps * STEP_MILLIS).unwrap()
}

/// Where worlds live: a SQLite file, or a PostgreSQL database; each has a tenant of its own there.
#[derive(Clone)]
pub struct Database {
    pub settings: storage::Settings,
    folder: Option<Arc<TempDir>>,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = storage::Settings::sqlite(&folder.path().join("kalends.db"));
        Self {
            settings,
            folder: Some(Arc::new(folder)),
        }
    }

    pub fn postgres() -> Option<Self> {
        let url = std::env::var("KALENDS_TEST_POSTGRES").ok();
        let Some(url) = url.filter(|url| !url.is_empty()) else {
            assert!(
                std::env::var_os("KALENDS_REQUIRE_ALL").is_none(),
                "KALENDS_TEST_POSTGRES is not set"
            );
            #[expect(clippy::print_stderr, reason = "says what was not tested")]
            {
                eprintln!("SKIPPED: postgres: KALENDS_TEST_POSTGRES is not set");
            }
            return None;
        };
        let settings = storage::Settings {
            connections: 4,
            ..storage::Settings::new(url)
        };
        Some(Self {
            settings,
            folder: None,
        })
    }

    /// The SQLite database as it is now, while nobody writes.
    pub fn snapshot(&self) -> Self {
        let copy = tempfile::tempdir().unwrap();
        let folder = self.folder.as_ref().unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        Self {
            settings: storage::Settings::sqlite(&copy.path().join("kalends.db")),
            folder: Some(Arc::new(copy)),
        }
    }

    /// The database, as one more process opens it.
    pub async fn open(&self) -> Stores {
        Stores::open(self.settings.clone(), MasterKey::new([7; 32]))
            .await
            .unwrap()
    }
}

/// The world.
pub struct World {
    pub hub: Hub,
    pub store: Store,
    pub actor: Actor,
    pub calendars: Vec<CalendarId>,
    pub models: Vec<Model>,
    pub directory: Arc<Models>,
    pub clock: Arc<Steps>,
    pub database: Database,
}

impl World {
    /// So many providers with a calendar each, connected and read.
    pub async fn new(database: &Database, count: usize) -> Self {
        let mut world = Self::empty(database, Settings::default(), count).await;
        for i in 0..count {
            world.connect(i).await;
        }
        world.find_calendars().await;
        world.settle().await;
        world
    }

    /// The same before anything is connected, with settings.
    pub async fn empty(database: &Database, settings: Settings, count: usize) -> Self {
        let models = (0..count).map(|_| Model::default()).collect();
        Self::of(database, settings, models).await
    }

    /// Another installation that is connected with the same accounts: it shares nothing else.
    pub async fn beside(&self) -> Self {
        let mut world = Self::of(&self.database, Settings::default(), self.models.clone()).await;
        for i in 0..world.models.len() {
            world.connect(i).await;
        }
        world.find_calendars().await;
        world.settle().await;
        world
    }

    async fn of(database: &Database, settings: Settings, models: Vec<Model>) -> Self {
        let stores = database.open().await;
        let store = stores.create_tenant("world").await.unwrap();
        let mut named: BTreeMap<String, Model> = models
            .iter()
            .enumerate()
            .map(|(i, model)| (format!("user{i}"), model.clone()))
            .collect();
        if let Some(first) = models.first() {
            named.insert("oauth".to_owned(), first.clone());
        }
        let directory = Arc::new(Models {
            all: named,
            ..Models::default()
        });
        let clock = Arc::new(Steps::default());
        let hub = Hub::new(
            stores,
            directory.clone(),
            clock.clone(),
            Arc::new(SystemIds),
            settings,
        );
        Self {
            hub,
            actor: Actor::system(store.tenant()),
            store,
            calendars: Vec::new(),
            models,
            directory,
            clock,
            database: database.clone(),
        }
    }

    /// Another process that goes on with the same database: the first one is gone.
    pub async fn restart(&mut self) {
        self.hub = self.other_hub(Arc::new(SystemIds)).await;
        self.store = self.hub.store(self.store.tenant()).await.unwrap();
    }

    /// Another process on the same database.
    pub async fn other_hub(&self, ids: Arc<dyn Ids>) -> Hub {
        let stores = self.database.open().await;
        let (directory, clock) = (self.directory.clone(), self.clock.clone());
        Hub::new(stores, directory, clock, ids, Settings::default())
    }

    /// The same, where the last of them has only Graph's series.
    pub async fn with_narrow(database: &Database, count: usize) -> Self {
        let mut world = Self::empty(database, Settings::default(), count).await;
        for i in 0..count {
            let narrow = i + 1 == count;
            world.models[i].manners().narrow = narrow;
            let provider = if narrow { NARROW } else { "model" };
            world.connect_at(i, provider).await;
        }
        world.find_calendars().await;
        world.settle().await;
        world
    }

    pub async fn connect(&self, model: usize) {
        self.connect_at(model, "model").await;
    }

    /// An account that was disconnected is connected again: its calendar is a new one.
    pub async fn connect_again(&mut self, model: usize) {
        let narrow = self.models[model].manners().narrow;
        let provider = if narrow { NARROW } else { "model" };
        self.connect_at(model, provider).await;
        let old = self.calendars.clone();
        self.find_calendars().await;
        let new = self.calendars.iter().find(|id| !old.contains(id));
        let new = *new.expect("it is a calendar like any new one");
        self.calendars = old;
        self.calendars[model] = new;
        self.settle().await;
    }

    async fn connect_at(&self, model: usize, provider: &str) {
        let account = PasswordAccount {
            provider: provider.to_owned(),
            url: "https://model.example/".to_owned(),
            username: format!("user{model}"),
            password: "secret".to_owned(),
        };
        self.hub
            .connect_password(&self.actor, account)
            .await
            .unwrap();
    }

    /// Connects the first provider with OAuth.
    pub async fn connect_oauth(&mut self) {
        let state = self
            .hub
            .authorize(&self.actor, "oauth", "https://hub.example/");
        let state = state.await.unwrap();
        self.hub
            .authorized(&self.actor, &state, "code")
            .await
            .unwrap();
        self.find_calendars().await;
    }

    /// What the hub says of a calendar.
    pub async fn view(&self, calendar: usize) -> CalendarView {
        let id = self.calendars[calendar];
        self.hub.calendar(&self.actor, id).await.unwrap()
    }

    /// The event with a title, as the hub shows it.
    pub async fn event(&self, calendar: usize, title: &str) -> EventView {
        let mut tx = self.store.read().await.unwrap();
        let id = self.calendars[calendar];
        let rows = storage::copies::page(&mut tx, id, None, 1_000, false);
        let rows = rows.await.unwrap();
        drop(tx);
        let row = rows.into_iter().find(|r| r.copy.local.title == title);
        let id = row.unwrap().copy.id;
        self.hub.event(&self.actor, id).await.unwrap()
    }

    /// Titles of the living local copies, sorted.
    pub async fn hub_titles(&self, calendar: usize) -> Vec<String> {
        let mut tx = self.store.read().await.unwrap();
        let id = self.calendars[calendar];
        let rows = storage::copies::page(&mut tx, id, None, 10_000, false);
        let rows = rows.await.unwrap();
        let mut titles: Vec<String> = rows.into_iter().map(|r| r.copy.local.title).collect();
        titles.sort();
        titles
    }

    /// All conflicts, newest first.
    pub async fn conflicts(&self) -> Vec<ConflictRow> {
        let views = self.views().await.into_iter();
        views.map(|view| view.row).collect()
    }

    /// The same, as people read them.
    pub async fn views(&self) -> Vec<ConflictView> {
        let all = WhichConflicts::All;
        let page = self.hub.conflicts(&self.actor, all, None, 100);
        page.await.unwrap().items
    }

    /// Sets a worker to work; it stops with what is returned.
    pub fn start(&self) -> watch::Sender<bool> {
        let (stop, stopped) = watch::channel(false);
        let (hub, store) = (self.hub.clone(), self.store.clone());
        tokio::spawn(async move { hub.run(store, stopped).await });
        stop
    }

    /// Asks for all that can be asked for.
    pub async fn sync_now(&self) {
        for connection in self.hub.connections(&self.actor).await.unwrap() {
            self.hub.sync_now(&self.actor, connection.id).await.unwrap();
        }
    }

    pub async fn find_calendars(&mut self) {
        let all = self.hub.calendars(&self.actor).await.unwrap();
        self.calendars = all.iter().map(|c| c.id).collect();
    }

    /// Links calendars with these roles and masks.
    pub async fn link(&self, members: &[(usize, Role, Mask)]) -> LinkId {
        self.link_with(members, OnConflict::Newest).await
    }

    /// The same, with a rule for conflicts.
    pub async fn link_with(
        &self,
        members: &[(usize, Role, Mask)],
        on_conflict: OnConflict,
    ) -> LinkId {
        let edit = LinkEdit {
            name: "Link".to_owned(),
            pilot: false,
            allow_notify: false,
            on_conflict,
            members: self.members(members),
        };
        let made = self.hub.create_link(&self.actor, edit).await.unwrap();
        self.settle().await;
        made.link.id
    }

    /// Calendars of a link.
    pub fn members(&self, members: &[(usize, Role, Mask)]) -> Vec<LinkMember> {
        let members = members.iter().map(|(i, role, mask)| LinkMember {
            calendar: self.calendars[*i],
            role: *role,
            mask: mask.clone(),
            filter: Filter::default(),
            away: false,
        });
        members.collect()
    }

    /// Changes a link; what waits to be written then.
    pub async fn change(&self, link: LinkId, change: LinkChange) -> i64 {
        let changed = self.hub.change_link(&self.actor, link, change).await;
        changed.unwrap().waiting
    }

    /// Reads and writes until nothing moves; how many writes that took.
    pub async fn settle(&self) -> usize {
        let before = self.writes();
        for _ in 0..20 {
            let round = self.writes();
            for calendar in 0..self.calendars.len() {
                self.pull(calendar).await;
                self.push(calendar).await;
            }
            if self.writes() == round {
                for calendar in 0..self.calendars.len() {
                    self.pull(calendar).await;
                    self.push(calendar).await;
                }
                if self.writes() == round {
                    return self.writes() - before;
                }
            }
        }
        panic!("it does not come to rest");
    }

    /// Reads one calendar. (On the heap: a story waits for many of these, and a test's stack is small.)
    pub async fn pull(&self, calendar: usize) {
        let id = self.calendars[calendar];
        Box::pin(self.hub.pull(&self.store, id)).await.unwrap();
    }

    /// Writes what waits in one calendar.
    pub async fn push(&self, calendar: usize) {
        let id = self.calendars[calendar];
        Box::pin(self.hub.push(&self.store, id)).await.unwrap();
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

/// Waits until something is so.
pub async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + std::time::Duration::from_secs(20);
    while !so().await {
        assert!(Instant::now() < deadline, "it never came about: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
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
