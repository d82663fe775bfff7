//! The Graph face.

mod answers;
mod batch;
mod beside;
mod connector;
mod delta;
mod events;
mod inviting;
mod listings;
mod manners;
mod published;
mod schedule;
mod schema;
mod sdk;
mod series;
mod sharing;
mod subscriptions;
mod tables;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use identity::oauth::{NewClient, Rotation};
use kalends_faces::{Watcher, Watchers, microsoft};
use network::{Network, Reach, Request, Response, Settings};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::World;

/// Keeps orders; refuses addresses on `refuses.example`, as a failed handshake would.
#[derive(Default)]
pub struct Orders(Mutex<Vec<Watcher>>);

#[async_trait]
impl Watchers for Orders {
    async fn open(&self, watcher: Watcher) -> Result<(), String> {
        if watcher.address.contains("refuses.example") {
            return Err("Subscription validation request failed.".to_owned());
        }
        self.0.lock().unwrap().push(watcher);
        Ok(())
    }

    async fn get(&self, id: Uuid) -> Option<Watcher> {
        self.0.lock().unwrap().iter().find(|w| w.id == id).cloned()
    }

    async fn list(&self) -> Vec<Watcher> {
        self.0.lock().unwrap().clone()
    }

    async fn renew(&self, watcher: Watcher) -> Result<bool, String> {
        if watcher.address.contains("refuses.example") {
            return Err("Subscription validation request failed.".to_owned());
        }
        let mut all = self.0.lock().unwrap();
        let found = all.iter_mut().find(|w| w.id == watcher.id);
        Ok(found.map(|w| *w = watcher).is_some())
    }

    async fn close(&self, id: Uuid) -> bool {
        let mut all = self.0.lock().unwrap();
        let before = all.len();
        all.retain(|w| w.id != id);
        all.len() < before
    }
}

/// A mailbox, and somebody who asks.
pub struct Mailbox {
    pub world: World,
    pub token: String,
    network: Network,
}

/// What was answered.
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub response: Response,
}

impl Mailbox {
    pub async fn open() -> Self {
        let world = World::watched(
            Arc::new(Orders::default()),
            microsoft::router,
            schema::check,
        )
        .await;
        let scopes = BTreeSet::from(["Calendars.ReadWrite".to_owned()]);
        let token = world
            .app
            .identity
            .new_api_token(world.user.id, "graph", scopes)
            .await
            .unwrap();
        let settings = Settings {
            reach: Reach::AlsoLoopback,
            ..Settings::default()
        };
        Self {
            world,
            token,
            network: Network::new(settings).unwrap(),
        }
    }

    pub fn root(&self) -> String {
        self.world.url("/v1.0/")
    }

    pub async fn send(&self, request: Request) -> Answer {
        let response = self
            .network
            .send(request.bearer(&self.token))
            .await
            .unwrap();
        let body = serde_json::from_slice(&response.body).unwrap_or_default();
        Answer {
            status: response.status,
            body,
            response,
        }
    }

    /// GET, expecting success.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.send(Request::get(self.url(path))).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.root())
        }
    }

    /// POST, expecting something made.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.send(Request::post(self.url(path)).json(body)).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.body
    }

    /// POST of an action, whatever comes.
    pub async fn act(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::post(self.url(path)).json(body)).await
    }

    /// PATCH, whatever comes.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::patch(self.url(path)).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> u16 {
        self.send(Request::delete(self.url(path))).await.status
    }
}

/// The access token of a program that Ada let in for this.
pub async fn program(mailbox: &Mailbox, scope: &str) -> String {
    let identity = &mailbox.world.app.identity;
    let new = NewClient {
        id: "crm".into(),
        ..NewClient::default()
    };
    identity.register_client(new).await.unwrap();
    let scopes = [scope.to_owned()];
    let refresh = identity.issue_refresh("crm", mailbox.world.user.id, &scopes);
    let refresh = refresh.await.unwrap();
    let client = identity.client("crm").await.unwrap().unwrap();
    let granted = identity.refresh(&client, &refresh, None, Rotation::Keep);
    granted.await.unwrap().unwrap().access
}

/// The code of a refusal.
pub fn code(answer: &Answer) -> &str {
    answer.body["error"]["code"].as_str().unwrap_or_default()
}

/// A single event to POST.
pub fn appointment(subject: &str) -> Value {
    json!({
        "subject": subject,
        "start": {"dateTime": "2026-11-24T09:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2026-11-24T09:30:00", "timeZone": "W. Europe Standard Time"}
    })
}

/// A weekly series to POST.
pub fn weekly(subject: &str) -> Value {
    json!({
        "subject": subject,
        "start": {"dateTime": "2026-11-23T09:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2026-11-23T10:00:00", "timeZone": "W. Europe Standard Time"},
        "recurrence": {
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"},
            "range": {"type": "numbered", "startDate": "2026-11-23", "numberOfOccurrences": 5}
        }
    })
}

/// Winter.
pub const WINDOW: &str = "startDateTime=2026-11-01T00:00:00Z&endDateTime=2027-03-01T00:00:00Z";

/// The ids of a page.
pub fn ids(page: &Value) -> Vec<&str> {
    page["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}
