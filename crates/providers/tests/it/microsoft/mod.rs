//! Microsoft 365.

mod limits;
mod quiet;
mod reading;
mod watching;
mod writing;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::script::Script;
use async_trait::async_trait;
use calendar::{Event, When, Zone};
use jiff::Timestamp;
use kalends_providers::{
    Failure, Place, Tokens,
    microsoft::{Microsoft, limits},
};
use network::{Budget, Clock, Network, Reach, Settings};
use serde_json::{Value, json};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }
}

/// Gives `t1`, and `t2` once that was refused.
#[derive(Default)]
pub struct Two(Mutex<bool>);

#[async_trait]
impl Tokens for Two {
    async fn access(&self) -> Result<String, Failure> {
        Ok(if *self.0.lock().unwrap() { "t2" } else { "t1" }.to_owned())
    }

    async fn renew(&self, stale: &str) -> Result<String, Failure> {
        assert_eq!(stale, "t1");
        *self.0.lock().unwrap() = true;
        Ok("t2".to_owned())
    }
}

fn microsoft(script: &Script) -> Microsoft {
    at(script, Arc::new(Fixed), Duration::from_millis(50))
}

/// The same with a clock, and with more patience.
fn at(script: &Script, clock: Arc<dyn Clock>, patience: Duration) -> Microsoft {
    let settings = Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    };
    let mut limits = limits();
    limits.patience = patience;
    let budget = Arc::new(Budget::new(limits));
    let tokens = Arc::new(Two::default());
    let network = Network::new(settings).unwrap();
    Microsoft::new(network, clock, budget, &script.root, tokens).unwrap()
}

fn place() -> Place<'static> {
    Place {
        id: "CAL=",
        time_zone: "Europe/Berlin",
        from: "2026-08-23T00:00:00Z".parse().unwrap(),
        to: "2028-05-23T00:00:00Z".parse().unwrap(),
    }
}

/// A single event as Graph answers it.
fn single(id: &str, subject: &str) -> Value {
    json!({
        "@odata.etag": format!("W/\"{id}1\""), "id": id, "subject": subject, "type": "singleInstance",
        "showAs": "busy", "lastModifiedDateTime": "2026-11-23T07:00:00Z", "iCalUId": format!("uid-{id}"),
        "originalStartTimeZone": "W. Europe Standard Time", "originalEndTimeZone": "W. Europe Standard Time",
        "body": {"contentType": "html", "content": ""}, "isReminderOn": false,
        "start": {"dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-24T10:00:00.0000000", "timeZone": "UTC"},
        "attendees": [], "singleValueExtendedProperties": []
    })
}

/// A weekly series as Graph answers it.
fn series(id: &str) -> Value {
    let mut master = single(id, "Recall");
    master["type"] = json!("seriesMaster");
    master["start"] = json!({"dateTime": "2026-11-23T08:00:00.0000000", "timeZone": "UTC"});
    master["end"] = json!({"dateTime": "2026-11-23T09:00:00.0000000", "timeZone": "UTC"});
    master["recurrence"] = json!({
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday", "index": "first", "month": 0, "dayOfMonth": 0},
        "range": {"type": "numbered", "startDate": "2026-11-23", "endDate": "0001-01-01", "recurrenceTimeZone": "W. Europe Standard Time", "numberOfOccurrences": 5}
    });
    master
}

/// The same series in the model.
fn series_event() -> Event {
    let zone = Zone::iana("Europe/Berlin").unwrap();
    let start = "2026-11-23T09:00:00".parse().unwrap();
    let mut event = Event::new(
        "x@example.com",
        When::zoned(start, zone, calendar::Duration::hours(1)),
    );
    event.title = "Recall".into();
    event.reminders = Some(Vec::new());
    let mut rule = calendar::Rule::every(calendar::Frequency::Weekly);
    rule.by_day = [calendar::NthWeekday::every(jiff::civil::Weekday::Monday)].into();
    rule.count = Some(5);
    event.rules = vec![rule];
    event
}

/// What belongs to the series, as Graph tells it when asked.
fn told(id: &str, cancelled: &[&str], exceptions: Vec<Value>) -> Value {
    let mut told = series(id);
    let oid = |day: &&str| json!(format!("OID.{id}.{day}"));
    told["cancelledOccurrences"] = cancelled.iter().map(oid).collect();
    told["exceptionOccurrences"] = exceptions.into();
    told
}

fn fault(code: &str) -> Value {
    json!({"error": {"code": code, "message": "x", "innerError": {"request-id": "1"}}})
}
