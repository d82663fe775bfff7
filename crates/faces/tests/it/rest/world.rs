//! A hub with a person and two calendars behind the REST face, on SQLite and, if there is one, on PostgreSQL.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response},
};
use hub::Hub;
use identity::{Clock, Identity, NewUser, SystemIds, User};
use jiff::Timestamp;
use kalends_faces::{App, Dialect, Parts, feeds, push, rest, watchers::Nobody};
use serde_json::{Value, json};
use storage::{MasterKey, Store, Stores};
use tower::ServiceExt;

use super::provider::Providers;

/// A clock that moves by a second whenever it is asked, and further when it is told to.
pub struct Hands(AtomicI64);

impl Hands {
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(1, Ordering::Relaxed)).unwrap()
    }
}

/// What the tests work with.
pub struct World {
    pub hub: Hub,
    pub identity: Identity,
    pub store: Store,
    pub clock: Arc<Hands>,
    pub user: User,
    /// Ids of two calendars without a provider.
    pub calendars: [String; 2],
    token: String,
    pub router: Router,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map(|v| v.to_str().unwrap()).unwrap_or_default()
    }

    /// The body of a success.
    pub fn ok(self) -> Value {
        assert!(self.status < 300, "{self:#?}");
        self.body
    }

    /// Status and field of a problem, which must be one.
    pub fn problem(&self) -> (u16, &str) {
        let kind = self.header("content-type");
        assert_eq!(kind, "application/problem+json", "{self:#?}");
        assert_eq!(self.body["status"], self.status, "{self:#?}");
        assert!(self.body["title"].is_string() && self.body["detail"].is_string());
        let field = self.body["field"].as_str();
        (self.status, field.unwrap_or_default())
    }
}

/// A request that is being put together.
pub struct Ask<'a> {
    world: &'a World,
    request: axum::http::request::Builder,
    signed: bool,
    body: Option<String>,
}

impl Ask<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With this in place of the bearer token; empty for nothing.
    pub fn cookie(mut self, cookie: &str) -> Self {
        self.signed = false;
        if cookie.is_empty() {
            return self;
        }
        self.header("cookie", cookie)
    }

    pub fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
            .header("content-type", "application/json")
    }

    pub fn text(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }

    /// Sends it, and takes the answer as it comes.
    pub async fn open(mut self) -> Response<Body> {
        if self.signed {
            let token = format!("Bearer {}", self.world.token);
            self.request = self.request.header("authorization", token);
        }
        let body = self.body.map_or_else(Body::empty, Body::from);
        let request = self.request.body(body).unwrap();
        self.world.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(self) -> Answer {
        let response = self.open().await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        Answer {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or_else(|_| text()),
        }
    }
}

impl World {
    /// One on each database that there is.
    pub async fn all() -> Vec<Self> {
        let mut all = vec![Self::on("sqlite::memory:".to_owned()).await];
        if let Some(url) = postgres() {
            // All tests share a database there; each has a tenant of its own.
            all.push(Self::on(url).await);
        }
        all
    }

    pub async fn sqlite() -> Self {
        Self::on("sqlite::memory:".to_owned()).await
    }

    async fn on(url: String) -> Self {
        let settings = storage::Settings::new(url);
        let stores = Stores::open(settings, MasterKey::new([7; 32]))
            .await
            .unwrap();
        let store = stores.create_tenant("rest").await.unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(1_795_000_000)));
        let ids = Arc::new(SystemIds);
        let identity = Identity::new(store.clone(), clock.clone(), ids.clone());
        let new = NewUser {
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            ..NewUser::default()
        };
        let user = identity.create_user(new).await.unwrap();
        let token = identity.new_api_token(user.id, "test", [].into()).await;
        let settings = hub::Settings {
            public_url: Some("https://hub.example/".to_owned()),
            mails: true,
            ..hub::Settings::default()
        };
        let hub = Hub::new(stores, Arc::new(Providers), clock.clone(), ids, settings);
        let app = App::new(Parts {
            hub: hub.clone(),
            identity: identity.clone(),
            tenant: store.tenant(),
            public_url: "https://hub.example/".to_owned(),
            dialect: Dialect::default(),
            demo: false,
            watchers: Arc::new(Nobody),
            oldest_position: AtomicI64::new(0),
            mails: AtomicU64::new(0),
        });
        let mut world = Self {
            hub,
            identity,
            store,
            clock,
            user,
            calendars: [String::new(), String::new()],
            token: token.unwrap(),
            router: rest::router(app.clone())
                .merge(feeds::router(app.clone()))
                .merge(push::router(app)),
        };
        for (i, name) in ["Practice", "Home"].into_iter().enumerate() {
            let form = json!({"name": name, "timeZone": "Europe/Berlin"});
            let made = world.ask("POST", "/api/v1/calendars").json(&form).send();
            world.calendars[i] = text(&made.await.ok()["id"]);
        }
        world
    }

    /// A request with the person's bearer token.
    pub fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        Ask {
            world: self,
            request: Request::builder().method(method).uri(path),
            signed: true,
            body: None,
        }
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask("GET", path).send().await.ok()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path).json(body).send().await
    }

    /// Makes an event in the first calendar; its id and entity tag.
    pub async fn event(&self, body: &Value) -> (String, String) {
        let mut body = body.clone();
        body["calendar"] = json!(self.calendars[0]);
        let made = self.post("/api/v1/events", &body).await;
        assert_eq!(made.status, 201, "{made:#?}");
        let id = text(&made.body["kalends.dev:id"]);
        assert_eq!(made.header("location"), format!("/api/v1/events/{id}"));
        (id, made.header("etag").to_owned())
    }

    /// The living events of a calendar.
    pub async fn events(&self, calendar: &str) -> Vec<Value> {
        let path = format!("/api/v1/events?calendar={calendar}");
        list(&self.get(&path).await["events"])
    }

    /// What the merged view shows from 23 November 2026 until the end of the year, as «start title».
    pub async fn shown(&self) -> Vec<String> {
        let query = "start=2026-11-23T00:00:00Z&end=2027-01-01T00:00:00Z&tz=Europe/Berlin";
        let path = format!("/api/v1/occurrences?{query}&merge=true");
        let answer = self.get(&path).await;
        let line = |one: &Value| format!("{} {}", text(&one["start"]), text(&one["title"]));
        list(&answer["occurrences"]).iter().map(line).collect()
    }

    /// The newest position of the change log.
    pub async fn position(&self) -> i64 {
        let page = self.get("/api/v1/changes?after=0&limit=1000").await;
        page["position"].as_i64().unwrap()
    }
}

fn postgres() -> Option<String> {
    let url = std::env::var("KALENDS_TEST_POSTGRES").ok();
    let url = url.filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(
            std::env::var_os("KALENDS_REQUIRE_ALL").is_none(),
            "KALENDS_TEST_POSTGRES is not set"
        );
        eprintln!("SKIPPED: postgres: KALENDS_TEST_POSTGRES is not set");
    }
    url
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

/// Half an hour on 24 November 2026.
pub fn visit(title: &str) -> Value {
    json!({
        "@type": "Event", "title": title, "start": "2026-11-24T09:00:00", "timeZone": "Europe/Berlin",
        "duration": "PT30M",
    })
}

/// Four Mondays from 23 November 2026.
pub fn weekly(title: &str) -> Value {
    json!({
        "@type": "Event", "title": title, "start": "2026-11-23T10:00:00", "timeZone": "Europe/Berlin",
        "duration": "PT1H",
        "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}],
    })
}
