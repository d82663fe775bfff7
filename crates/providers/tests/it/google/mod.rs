//! Google Calendar v3.

mod quiet;
mod reading;
mod watching;
mod writing;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use kalends_providers::{
    Failure, Place, Tokens,
    google::{self, Google},
};
use network::{Budget, Clock, Limits, Network, Reach, Settings};
use serde_json::{Value, json};

use crate::script::Script;

/// Access tokens that are numbered: a renewed one is another one.
#[derive(Default)]
struct Numbered(AtomicU32);

#[async_trait]
impl Tokens for Numbered {
    async fn access(&self) -> Result<String, Failure> {
        Ok(format!("token{}", self.0.load(Ordering::Relaxed)))
    }

    async fn renew(&self, _stale: &str) -> Result<String, Failure> {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.access().await
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }
}

/// A connector that talks to the script.
fn connector(script: &Script) -> Google {
    at(script, Arc::new(Still))
}

fn at(script: &Script, clock: Arc<dyn Clock>) -> Google {
    let settings = Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    };
    let network = Network::new(settings).unwrap();
    let limits = Limits {
        patience: Duration::from_millis(50),
        ..google::limits()
    };
    let budget = Arc::new(Budget::new(limits));
    let tokens = Arc::new(Numbered::default());
    Google::new(network, clock, budget, &script.root, tokens).unwrap()
}

fn place() -> Place<'static> {
    Place {
        id: "ada@example.com",
        time_zone: "Europe/Berlin",
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    }
}

/// A single event as Google shows it.
fn single(id: &str, etag: &str, title: &str) -> Value {
    json!({
        "kind": "calendar#event", "id": id, "etag": etag, "status": "confirmed",
        "iCalUID": format!("{id}@google.com"),
        "created": "2026-11-01T10:00:00.000Z", "updated": "2026-11-02T10:00:00.000Z",
        "summary": title,
        "start": {"dateTime": "2026-11-24T09:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-11-24T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "reminders": {"useDefault": true},
    })
}

/// A weekly series from 24 November 2026, 09:00.
fn weekly(id: &str, etag: &str) -> Value {
    let mut event = single(id, etag, "Weekly");
    event["recurrence"] = json!(["RRULE:FREQ=WEEKLY"]);
    event
}

/// The instance of a weekly series on 1 December, with another title.
fn exception(series: &str, etag: &str, title: &str) -> Value {
    let mut event = single(series, etag, title);
    event["id"] = json!(format!("{series}_20261201T080000Z"));
    event["recurringEventId"] = json!(series);
    event["originalStartTime"] =
        json!({"dateTime": "2026-12-01T09:00:00+01:00", "timeZone": "Europe/Berlin"});
    event["start"]["dateTime"] = json!("2026-12-01T09:00:00+01:00");
    event["end"]["dateTime"] = json!("2026-12-01T10:00:00+01:00");
    event
}

/// A cancelled instance with nothing but what Google guarantees.
fn cancelled(series: &str) -> Value {
    json!({
        "id": format!("{series}_20261208T080000Z"), "status": "cancelled", "recurringEventId": series,
        "originalStartTime": {"dateTime": "2026-12-08T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    })
}

fn failure(code: u16, reason: &str) -> Value {
    json!({"error": {"code": code, "message": "x", "errors": [{"domain": "x", "reason": reason, "message": "x"}]}})
}

fn events(items: &[Value]) -> Value {
    json!({"kind": "calendar#events", "items": items, "nextSyncToken": "sync1"})
}
