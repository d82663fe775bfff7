//! What the formats cannot say, row by row of `docs/conformance/losses.md`: the fallback, and that the loss is said.

mod content;
mod found;
mod page;
mod series;

use calendar::{Duration, Event, Loss, Override, RecurrenceId, When, Zone};
use kalends_protocols::{
    google, icalendar,
    microsoft::{self, Change, Options},
};
use serde_json::{Value, json};

use crate::microsoft::service;

fn berlin() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

/// An hour at nine in Berlin, on Tuesday, 1 December 2026.
fn single() -> Event {
    let start = "2026-12-01T09:00:00".parse().unwrap();
    let when = When::zoned(start, berlin(), Duration::hours(1));
    Event::new("x@example.com", when)
}

fn series(rule: &str) -> Event {
    let mut event = single();
    event.rules = vec![rule.parse().unwrap()];
    event
}

fn id(day: &str) -> RecurrenceId {
    format!("{day}T09:00:00").parse().unwrap()
}

/// What a format made of an event: its JSON, the losses, and the event that comes back.
struct Trip {
    master: Value,
    /// Google's exceptions, or Graph's changes of instances; a cancelled one is `null`.
    others: Vec<Value>,
    losses: Vec<Loss>,
    came: Event,
}

impl Trip {
    /// The fallbacks of a property that is lost.
    fn lost(&self, property: &str) -> Vec<&str> {
        let own = self.losses.iter().filter(|loss| loss.property == property);
        own.map(|loss| loss.fallback.as_str()).collect()
    }
}

fn at_google(event: &Event) -> Trip {
    let written = google::write(event, &berlin(), google::Exclusions::Lines);
    let exceptions: Vec<_> = written.value.exceptions.into_values().collect();
    let came = google::read(&written.value.master, &exceptions, &berlin()).unwrap();
    Trip {
        master: json!(written.value.master),
        others: exceptions.iter().map(|wire| json!(wire)).collect(),
        losses: written.losses,
        came: came.value,
    }
}

fn at_graph(event: &Event) -> Result<Trip, microsoft::Error> {
    let zone = berlin();
    let options = Options {
        zone: &zone,
        stamp: None,
    };
    let written = microsoft::write(event, options)?;
    let there = service::answer(&written.value);
    let came = microsoft::read(&there.master, &there.exceptions, &there.cancelled)?;
    let others = written
        .value
        .instances
        .iter()
        .map(|instance| match &instance.change {
            Change::Cancel => Value::Null,
            Change::Patch(fields) => json!(fields),
        });
    Ok(Trip {
        others: others.collect(),
        master: json!(written.value.master),
        losses: written.losses,
        came: came.value,
    })
}

fn as_text(event: &Event) -> (String, Event) {
    let text = icalendar::write(&[event], jiff::Timestamp::UNIX_EPOCH).value;
    let came = icalendar::read(&text).unwrap().value.remove(0);
    (text.replace("\r\n ", ""), came)
}

/// Why Graph cannot have a series.
fn why_not(event: &Event) -> String {
    let refused = microsoft::apart(None, event, &berlin()).unwrap_err();
    assert!(at_graph(event).is_err(), "both say so");
    refused.to_string()
}

/// The value of one of Graph's extended properties of ours.
fn beside<'a>(body: &'a Value, name: &str) -> &'a str {
    let all = body["singleValueExtendedProperties"].as_array().unwrap();
    let own = all
        .iter()
        .find(|p| p["id"].as_str().unwrap().ends_with(name));
    own.unwrap()["value"].as_str().unwrap()
}

fn excluded(event: &Event) -> Vec<RecurrenceId> {
    let all = event.overrides.iter();
    let all = all.filter(|(_, change)| **change == Override::Excluded);
    all.map(|(id, _)| *id).collect()
}
