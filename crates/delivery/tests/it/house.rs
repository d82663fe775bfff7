//! A hub with one calendar, and a program that is told of its changes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::HeaderMap};
use calendar::Privacy;
use faces::{App, Flavour, Terms, Watched, Watcher};
use hub::{
    Access, CalendarId, CalendarView, Hub, Whom,
    calendars::{CalendarEdit, NewCalendar},
    events::NewEvent,
};
use identity::{Actor, Clock, Identity, NewUser, SystemIds, oauth::NewClient};
use jiff::{SignedDuration, Timestamp};
use kalends_delivery::{Notifier, OverTls, Parts};
use network::{Network, Reach};
use providers::NoProviders;
use storage::{MasterKey, Store, Stores};
use tokio::{
    sync::{
        OwnedRwLockWriteGuard, RwLock,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    time::timeout,
};
use uuid::Uuid;

/// A clock that the test moves.
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Who is told.
#[derive(Clone)]
struct Receiver {
    sender: UnboundedSender<(String, String)>,
    /// Held by whoever wants it to be slow.
    gate: Arc<RwLock<()>>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap) {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let said = (text("x-goog-resource-state"), text("x-goog-message-number"));
    let _ = receiver.sender.send(said);
    drop(receiver.gate.read().await);
}

pub struct House {
    settings: storage::Settings,
    hub: Hub,
    store: Store,
    actor: Actor,
    calendar: CalendarView,
    clock: Arc<Hands>,
    address: String,
    gate: Arc<RwLock<()>>,
    arrived: UnboundedReceiver<(String, String)>,
}

/// The PostgreSQL that `KALENDS_TEST_POSTGRES` names. Without it says what is not tested, or fails where nothing may be
/// skipped.
pub fn postgres() -> Option<storage::Settings> {
    let url = std::env::var("KALENDS_TEST_POSTGRES").ok();
    let url = url.filter(|url| !url.is_empty());
    if url.is_none() {
        let missing = "KALENDS_TEST_POSTGRES is not set";
        assert!(
            std::env::var_os("KALENDS_REQUIRE_ALL").is_none(),
            "{missing}"
        );
        #[expect(clippy::print_stderr, reason = "says what was not tested")]
        {
            eprintln!("SKIPPED: postgres: {missing}");
        }
    }
    url.map(storage::Settings::new)
}

impl House {
    pub async fn new() -> Self {
        Self::on(storage::Settings::new("sqlite::memory:")).await
    }

    /// On this database, as a tenant of its own.
    pub async fn on(settings: storage::Settings) -> Self {
        let key = MasterKey::new([7; 32]);
        let stores = Stores::open(settings.clone(), key).await.unwrap();
        let store = stores.create_tenant("test").await.unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000)));
        let ids = Arc::new(SystemIds);
        let identity = Identity::new(store.clone(), clock.clone(), ids.clone());
        let new = NewUser {
            email: "ada@example.com".into(),
            ..NewUser::default()
        };
        let user = identity.create_user(new).await.unwrap();
        let actor = Actor::person(store.tenant(), user.id);
        let hub_settings = hub::Settings::default();
        let nobody = Arc::new(NoProviders);
        let hub = Hub::new(stores, nobody, clock.clone(), ids, hub_settings);
        let new = NewCalendar {
            name: "Practice".into(),
            ..NewCalendar::default()
        };
        let calendar = hub.create_calendar(&actor, new).await.unwrap();
        let (sender, arrived) = unbounded_channel();
        let gate = Arc::new(RwLock::new(()));
        let receiver = Receiver {
            sender,
            gate: gate.clone(),
        };
        let router = Router::new().fallback(take).with_state(receiver);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/push", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            settings,
            hub,
            store,
            actor,
            calendar,
            clock,
            address,
            gate,
            arrived,
        }
    }

    /// The node on which everything else here happens.
    pub fn notifier(&self) -> Notifier {
        self.node(self.store.clone())
    }

    /// Another one, which hears of changes from the database alone, as long as its stores are open.
    pub async fn elsewhere(&self) -> (Stores, Notifier) {
        let key = MasterKey::new([7; 32]);
        let stores = Stores::open(self.settings.clone(), key).await.unwrap();
        let store = stores.of(self.store.tenant()).await.unwrap();
        (stores, self.node(store))
    }

    fn node(&self, store: Store) -> Notifier {
        let network = Network::new(network::Settings {
            reach: Reach::AlsoLoopback,
            ..network::Settings::default()
        });
        Notifier::new(Parts {
            store,
            google_root: "https://hub.example/google/".into(),
            coalesce: Duration::from_millis(5),
            every: Duration::from_millis(20),
            policy: Arc::new(OverTls),
            clock: self.clock.clone(),
            ids: Arc::new(SystemIds),
            network: network.unwrap(),
        })
    }

    /// An order of one hour.
    pub fn order(&self) -> Watcher {
        Watcher {
            id: Uuid::from_u128(7),
            client_id: "channel".into(),
            watched: Watched::Events(self.calendar.id),
            address: self.address.clone(),
            token: String::new(),
            expires: self.clock.now() + SignedDuration::from_hours(1),
            due: None,
            flavour: Flavour::Google,
            terms: Terms::default(),
            user: self.actor.user(),
            program: None,
        }
    }

    /// Somebody else orders the same, to whom the calendar is opened or closed.
    pub async fn order_of_another(&self) -> Watcher {
        Watcher {
            user: self.another().await.user(),
            ..self.order()
        }
    }

    /// Somebody else comes into the house.
    pub async fn another(&self) -> Actor {
        let new = NewUser {
            email: "ben@example.com".into(),
            ..NewUser::default()
        };
        let user = self.identity().create_user(new).await.unwrap();
        Actor::person(self.store.tenant(), user.id)
    }

    fn identity(&self) -> Identity {
        Identity::new(self.store.clone(), self.clock.clone(), Arc::new(SystemIds))
    }

    /// A program is registered.
    pub async fn let_in(&self, program: &str) {
        let client = NewClient {
            id: program.into(),
            ..NewClient::default()
        };
        self.identity().register_client(client).await.unwrap();
    }

    /// It is removed.
    pub async fn let_out(&self, program: &str) {
        assert!(self.identity().remove_client(program).await.unwrap());
    }

    pub async fn delete_calendar(&self) {
        let deleted = self.hub.delete_calendar(&self.actor, self.calendar.id);
        deleted.await.unwrap();
    }

    pub fn calendar(&self) -> CalendarId {
        self.calendar.id
    }

    pub async fn edit(&self, edit: CalendarEdit) {
        let edited = self
            .hub
            .update_calendar(&self.actor, self.calendar.id, edit);
        edited.await.unwrap();
    }

    pub async fn add_calendar(&self, name: &str, of: Option<&Actor>) {
        let new = NewCalendar {
            name: name.into(),
            ..NewCalendar::default()
        };
        let of = of.unwrap_or(&self.actor);
        self.hub.create_calendar(of, new).await.unwrap();
    }

    pub async fn open_to_another(&self, level: Access) {
        let whom = Whom::Person("ben@example.com".into());
        let shared = self.hub.share(&self.actor, self.calendar.id, whom, level);
        shared.await.unwrap();
    }

    pub fn forward(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The hub as its faces see it.
    pub fn app(&self) -> App {
        App::new(faces::Parts {
            hub: self.hub.clone(),
            identity: self.identity(),
            tenant: self.store.tenant(),
            public_url: "https://hub.example/".into(),
            dialect: faces::Dialect::default(),
            watchers: Arc::new(self.notifier()),
            oldest_position: AtomicI64::new(0),
            mails: AtomicU64::new(0),
            demo: false,
        })
    }

    /// Somebody makes an event.
    pub async fn change(&self, title: &str) {
        self.add(title, Privacy::Public).await;
    }

    /// The same, which is nobody else's business.
    pub async fn change_privately(&self, title: &str) {
        self.add(title, Privacy::Private).await;
    }

    async fn add(&self, title: &str, privacy: Privacy) {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t\r\nBEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:20261101T000000Z\r\n\
             DTSTART:20261124T090000Z\r\nDTEND:20261124T100000Z\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            identity::Ids::uuid(&SystemIds)
        );
        let mut event = protocols::icalendar::read(&text).unwrap().value.remove(0);
        event.privacy = privacy;
        let new = NewEvent { name: None, event };
        let made = self.hub.create_event(&self.actor, self.calendar.id, new);
        made.await.unwrap();
    }

    /// State and number of the next message.
    pub async fn heard(&mut self) -> (String, String) {
        let next = timeout(Duration::from_secs(10), self.arrived.recv());
        next.await.unwrap().unwrap()
    }

    pub async fn is_silent(&mut self, wait: Duration) -> bool {
        timeout(wait, self.arrived.recv()).await.is_err()
    }

    /// From here on the receiver answers only once this is dropped.
    pub async fn be_slow(&self) -> OwnedRwLockWriteGuard<()> {
        self.gate.clone().write_owned().await
    }
}
