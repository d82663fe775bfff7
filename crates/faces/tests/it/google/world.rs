//! A hub with two people and their calendars, served on a local port as a stand-in for Google.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use hub::{Hub, calendars::NewCalendar};
use identity::{Actor, Identity, NewUser, SystemClock, SystemIds};
use kalends_faces::{App, Dialect, Parts, Watcher, Watchers};
use providers::NoProviders;
use serde_json::{Value, json};
use storage::{MasterKey, Stores};
use tower::ServiceExt;
use uuid::Uuid;

use super::schema;
use crate::checked::Checked;

/// Keeps orders and carries out none.
#[derive(Default)]
pub struct Orders(Mutex<Vec<Watcher>>);

#[async_trait]
impl Watchers for Orders {
    async fn open(&self, watcher: Watcher) -> Result<(), String> {
        self.0.lock().unwrap().push(watcher);
        Ok(())
    }

    async fn get(&self, id: Uuid) -> Option<Watcher> {
        self.list().await.into_iter().find(|w| w.id == id)
    }

    async fn list(&self) -> Vec<Watcher> {
        self.0.lock().unwrap().clone()
    }

    async fn renew(&self, _: Watcher) -> Result<bool, String> {
        Ok(false)
    }

    async fn close(&self, id: Uuid) -> bool {
        self.0.lock().unwrap().retain(|w| w.id != id);
        true
    }
}

/// What the tests work with.
pub struct World {
    pub app: App,
    pub actor: Actor,
    pub token: String,
    pub address: SocketAddr,
    router: Router,
    _checked: Checked,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The body of a success.
    pub fn ok(self) -> Value {
        assert!(self.status < 300, "{self:#?}");
        self.body
    }

    /// Status and reason of a fault.
    pub fn fault(self) -> (u16, String) {
        let reason = self.body["error"]["errors"][0]["reason"].as_str();
        (self.status, reason.unwrap_or_default().to_owned())
    }
}

impl World {
    pub async fn start() -> Self {
        Self::with(Dialect {
            burned_ids: true,
            ..Dialect::default()
        })
        .await
    }

    pub async fn with(dialect: Dialect) -> Self {
        let settings = storage::Settings::new("sqlite::memory:");
        let stores = Stores::open(settings, MasterKey::new([7; 32]))
            .await
            .unwrap();
        let store = stores.create_tenant("test").await.unwrap();
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let identity = Identity::new(store.clone(), clock.clone(), ids.clone());
        let hub = Hub::new(
            stores,
            Arc::new(NoProviders),
            clock,
            ids,
            hub::Settings {
                mails: true,
                ..hub::Settings::default()
            },
        );
        let mut actors = Vec::new();
        for name in ["ada", "ben"] {
            let email = format!("{name}@example.com");
            let new = NewUser {
                email: email.clone(),
                name: name.to_owned(),
                time_zone: "Europe/Berlin".to_owned(),
                ..NewUser::default()
            };
            let user = identity.create_user(new).await.unwrap();
            let actor = Actor::person(store.tenant(), user.id);
            let new = NewCalendar {
                name: name.to_owned(),
                time_zone: Some("Europe/Berlin".to_owned()),
                slug: Some(email),
                ..NewCalendar::default()
            };
            hub.create_calendar(&actor, new).await.unwrap();
            actors.push(actor);
        }
        let actor = actors.swap_remove(0);
        let token = identity
            .new_api_token(actor.user().unwrap(), "test", [].into())
            .await
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = App::new(Parts {
            hub,
            identity,
            tenant: store.tenant(),
            public_url: format!("http://{address}/"),
            dialect,
            watchers: Arc::new(Orders::default()),
            oldest_position: AtomicI64::new(0),
            mails: AtomicU64::new(0),
            demo: false,
        });
        let checked = Checked::default();
        let router = checked.router(kalends_faces::google::router(app.clone()), schema::check);
        let served = router.clone();
        tokio::spawn(async move { axum::serve(listener, served).await });
        Self {
            app,
            actor,
            token,
            address,
            router,
            _checked: checked,
        }
    }

    pub fn mails(&self) -> u64 {
        self.app.mails.load(Ordering::Relaxed)
    }

    /// Sends a request below `/calendar/v3/`.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let uri = format!("/calendar/v3/{path}");
        let mut request = Request::builder().method(method).uri(uri);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap()
        };
        Answer {
            status,
            headers,
            body,
        }
    }

    /// POSTs a form.
    pub async fn form(&self, path: &str, headers: &[(&str, &str)], form: &str) -> Answer {
        let mut request = Request::post(format!("/calendar/v3/{path}"))
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(form.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap();
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Sends a batch and returns the answer as text.
    pub async fn batch(&self, body: &str) -> String {
        let request = Request::post("/batch/calendar/v3")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "multipart/mixed; boundary=\"b\"")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, &[], body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, &[], body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Value::Null).await
    }
}

/// The events of the signed-in person.
pub const EVENTS: &str = "calendars/primary/events";

/// Path of one of them.
pub fn path(id: &str) -> String {
    format!("{EVENTS}/{id}")
}

/// The body of an hour on 24 November 2026.
pub fn hour(title: &str) -> Value {
    json!({
        "summary": title,
        "start": {"dateTime": "2026-11-24T09:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-11-24T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    })
}

/// The same every week, with an id.
pub fn weekly(id: &str) -> Value {
    let mut event = hour("Weekly");
    event["id"] = json!(id);
    event["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=4"]);
    event
}

/// The ids of a listing.
pub fn ids(listing: &Value) -> Vec<&str> {
    let items = listing["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}
