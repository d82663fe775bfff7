//! A hub with a person and a calendar, served on a local port.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64},
    },
};

use axum::Router;
use hub::{CalendarView, Hub, Settings, calendars::NewCalendar};
use identity::{Actor, Identity, NewUser, SystemClock, SystemIds, User};
use kalends_faces::{App, Dialect, Parts, Watchers, watchers::Nobody};
use providers::NoProviders;
use storage::{MasterKey, Stores};

use crate::checked::{Check, Checked};

/// What the tests work with.
pub struct World {
    pub app: App,
    pub user: User,
    pub actor: Actor,
    pub calendar: CalendarView,
    /// App password of the person.
    pub password: String,
    pub address: SocketAddr,
    _checked: Checked,
}

impl World {
    /// Serves the face that `router` makes, with an eye on its answers.
    pub async fn start(router: impl FnOnce(App) -> Router, check: Check) -> Self {
        Self::with(Settings::default(), Arc::new(Nobody), router, check).await
    }

    /// The same, where notifications can be ordered, and there is a mail server.
    pub async fn watched(
        watchers: Arc<dyn Watchers>,
        router: impl FnOnce(App) -> Router,
        check: Check,
    ) -> Self {
        let settings = Settings {
            mails: true,
            ..Settings::default()
        };
        Self::with(settings, watchers, router, check).await
    }

    async fn with(
        settings: Settings,
        watchers: Arc<dyn Watchers>,
        router: impl FnOnce(App) -> Router,
        check: Check,
    ) -> Self {
        let own = settings;
        let settings = storage::Settings::new("sqlite::memory:");
        let stores = Stores::open(settings, MasterKey::new([7; 32]))
            .await
            .unwrap();
        let store = stores.create_tenant("test").await.unwrap();
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let identity = Identity::new(store.clone(), clock.clone(), ids.clone());
        let new = NewUser {
            email: "ada@example.com".into(),
            name: "Ada".into(),
            time_zone: "Europe/Berlin".into(),
            ..NewUser::default()
        };
        let user = identity.create_user(new).await.unwrap();
        let password = identity.new_app_password(user.id, "phone").await.unwrap();
        let actor = Actor::person(store.tenant(), user.id);
        let hub = Hub::new(stores, Arc::new(NoProviders), clock, ids, own);
        let new = NewCalendar {
            name: "Praxis & Söhne".into(),
            color: Some("#ff2d55".into()),
            time_zone: Some("Europe/Berlin".into()),
            slug: Some("practice".into()),
            ..NewCalendar::default()
        };
        let calendar = hub.create_calendar(&actor, new).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = App::new(Parts {
            hub,
            identity,
            tenant: store.tenant(),
            public_url: format!("http://{address}/"),
            dialect: Dialect::default(),
            watchers,
            oldest_position: AtomicI64::new(0),
            mails: AtomicU64::new(0),
            demo: false,
        });
        let checked = Checked::default();
        let router = checked.router(router(app.clone()), check);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            app,
            user,
            actor,
            calendar,
            password,
            address,
            _checked: checked,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
