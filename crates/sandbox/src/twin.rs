//! One stand-in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::Method, middleware};
use delivery::Notifier;
use faces::{App, Dialect, Parts};
use hub::{Hub, TenantId};
use identity::{Clock, Identity, Ids};
use network::Network;
use providers::NoProviders;
use storage::{MasterKey, Stores};

use crate::{
    Result, Settings, faults,
    faults::Faults,
    notify::ThisMachine,
    people::{self, OauthClient, Person},
    tester,
};

/// Changes that come so close together make one notification.
const COALESCE: Duration = Duration::from_millis(20);
/// How often it is looked who is to be told without a change.
const LOOK_AFTER: Duration = Duration::from_secs(2);

/// Which service a stand-in stands in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Google Calendar v3.
    Google,
    /// Microsoft Graph.
    Microsoft,
    /// An iCloud-like CalDAV server.
    Caldav,
}

impl Kind {
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 3] = [Self::Google, Self::Microsoft, Self::Caldav];

    /// Its name in `sandbox.json`, in files and in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Caldav => "caldav",
        }
    }

    /// Distance from the first port.
    pub fn offset(self) -> u16 {
        match self {
            Self::Google => 0,
            Self::Microsoft => 1,
            Self::Caldav => 2,
        }
    }

    /// Whether a path belongs to the calendar API rather than to sign-in.
    pub(crate) fn is_api(self, path: &str) -> bool {
        match self {
            Self::Google => path.starts_with("/calendar/") || path.starts_with("/batch/"),
            Self::Microsoft => path.starts_with("/v1.0/"),
            Self::Caldav => !path.starts_with("/sandbox"),
        }
    }

    /// Whether a request changes events.
    pub(crate) fn is_write(self, method: &Method, path: &str) -> bool {
        let changes = matches!(
            *method,
            Method::POST | Method::PUT | Method::PATCH | Method::DELETE
        );
        let events = match self {
            Self::Google | Self::Microsoft => path.contains("/events") && !path.ends_with("/watch"),
            Self::Caldav => path.contains("/calendars/") && !path.ends_with('/'),
        };
        changes && events
    }

    fn dialect(self) -> Dialect {
        Dialect {
            burned_ids: self == Self::Google,
            changed_days: if self == Self::Google { 28 } else { 0 },
            page_max: 0,
            conferences: true,
            colleagues: self == Self::Microsoft,
        }
    }
}

/// Where a stand-in is reached, each with a slash at the end.
pub(crate) struct Roots {
    pub plain: String,
    pub tls: Option<String>,
}

/// One running stand-in.
pub struct Twin {
    /// Which service it stands in for.
    pub kind: Kind,
    /// Its hub and people.
    pub app: App,
    /// The same for those who come over TLS: addresses in its answers are https. `None` without TLS.
    pub tls_app: Option<App>,
    /// Its fault layer.
    pub faults: Arc<Faults>,
    /// Its people, with the secrets that clients need.
    pub people: Vec<Person>,
    pub(crate) notifier: Notifier,
}

impl Twin {
    /// Opens its database and makes its people, if they are not there yet.
    pub(crate) async fn open(
        settings: &Settings,
        kind: Kind,
        roots: &Roots,
        clients: &OauthClient,
        network: Network,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self> {
        let file = settings.data.join(format!("{}.db", kind.name()));
        let master = MasterKey::load_or_create(&settings.data.join("sandbox.key"), None)?;
        let stores = Stores::open(storage::Settings::sqlite(&file), master).await?;
        let tenant: TenantId = match stores.tenants().await?.first() {
            Some(tenant) => *tenant,
            None => stores.create_tenant("sandbox").await?.tenant(),
        };
        let store = stores.of(tenant).await?;
        let faults = Arc::new(Faults::default());
        let notifier = Notifier::new(delivery::Parts {
            store: store.clone(),
            google_root: roots.plain.clone(),
            coalesce: COALESCE,
            every: LOOK_AFTER,
            policy: Arc::new(ThisMachine(faults.clone())),
            clock: clock.clone(),
            ids: ids.clone(),
            network,
        });
        let nobody = Arc::new(NoProviders);
        let hub = Hub::new(
            stores,
            nobody,
            clock.clone(),
            ids.clone(),
            hub::Settings::default(),
        );
        let identity = Identity::new(store, clock, ids);
        let app_at = |root: &String| {
            App::new(Parts {
                hub: hub.clone(),
                identity: identity.clone(),
                tenant,
                public_url: root.clone(),
                dialect: Dialect {
                    // The tester's accounts ask each other for busy time.
                    colleagues: settings.tester || kind.dialect().colleagues,
                    ..kind.dialect()
                },
                watchers: Arc::new(notifier.clone()),
                oldest_position: AtomicI64::new(0),
                mails: AtomicU64::new(0),
                demo: false,
            })
        };
        let (app, tls_app) = (app_at(&roots.plain), roots.tls.as_ref().map(app_at));
        let people = if settings.tester && kind == Kind::Caldav {
            tester::settle(&app).await?;
            Vec::new()
        } else {
            people::settle(&app, kind, settings, clients).await?
        };
        Ok(Self {
            kind,
            app,
            tls_app,
            faults,
            people,
            notifier,
        })
    }

    /// Its routes behind its fault layer.
    pub fn router(&self) -> Router {
        self.routes(&self.app)
    }

    /// The same for TLS, if it has that.
    pub fn tls_router(&self) -> Option<Router> {
        self.tls_app.as_ref().map(|app| self.routes(app))
    }

    fn routes(&self, app: &App) -> Router {
        let face = match self.kind {
            Kind::Google => faces::google::router(app.clone()).merge(faces::oauth::router(
                app.clone(),
                faces::oauth::Paths::google(),
            )),
            Kind::Microsoft => faces::microsoft::router(app.clone()).merge(faces::oauth::router(
                app.clone(),
                faces::oauth::Paths::microsoft(),
            )),
            Kind::Caldav => faces::caldav::router(app.clone())
                .merge(faces::caldav::scratch::router(app.clone())),
        };
        face.layer(middleware::from_fn_with_state(
            (self.kind, self.faults.clone()),
            faults::layer,
        ))
        .layer(middleware::from_fn(crate::pages::cross_origin))
    }

    /// How many mails to people the real service would have sent.
    pub fn mails(&self) -> u64 {
        self.apps()
            .map(|app| app.mails.load(Ordering::Relaxed))
            .sum()
    }

    /// Makes all its sync tokens invalid.
    pub async fn expire_sync_tokens(&self) -> Result<()> {
        let actor = identity::Actor::system(self.app.tenant);
        let before = self.app.hub.position(&actor).await?;
        // What is given out from now on is newer than all that was given out before.
        self.app.hub.move_on(&actor).await?;
        for app in self.apps() {
            app.expire_sync_tokens(before);
        }
        Ok(())
    }

    /// Asks the programs of all subscriptions that have an address for it to prove again that they may be told.
    pub async fn ask_to_reauthorize(&self) -> std::result::Result<(), String> {
        self.notifier.ask_all().await
    }

    /// Ends all access tokens that its OAuth server gave out; refresh tokens and those of `sandbox.json` go on.
    pub async fn expire_access_tokens(&self) -> Result<()> {
        self.app.identity.expire_access_tokens().await?;
        Ok(())
    }

    fn apps(&self) -> impl Iterator<Item = &App> {
        [&self.app].into_iter().chain(&self.tls_app)
    }
}
