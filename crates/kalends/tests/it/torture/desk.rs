//! Somebody at the hub itself, who works through its REST API while it is killed under their hands.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use network::{Request, Response};
use serde_json::{Value, json};

use super::{
    people::pause,
    rng::Rng,
    words::{self, Slot},
    world::World,
};

const NAME: &str = "the hub";

/// Until they are told to stop.
pub async fn work(world: &World, mut rng: Rng, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let (calendar, _) = rng.pick(&world.calendars).unwrap();
        let mut events = events(world, &calendar).await.unwrap_or_default();
        events.retain(|event| mark(event).is_some());
        if let Some(event) = rng.pick(&events)
            && let Some(event) = opened(world, &event).await
        {
            act(world, &event, &mut rng).await;
        }
        pause(&mut rng).await;
    }
}

/// A calendar's events, if the hub answers.
pub async fn events(world: &World, calendar: &str) -> Option<Vec<Value>> {
    let (mut events, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("api/v1/events?calendar={calendar}{cursor}");
        let page: Value = world.hub(Request::get, &path).await?.json().ok()?;
        events.extend(page["events"].as_array()?.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Some(events),
        }
    }
}

/// The event by itself, which tells more than a list. What a provider has apart from its series is an occurrence, of which our
/// slots know nothing.
async fn opened(world: &World, event: &Value) -> Option<Value> {
    let path = format!("api/v1/events/{}", event["kalends.dev:id"].as_str()?);
    let event: Value = world.hub(Request::get, &path).await?.json().ok()?;
    (mark(&event).is_some() && event["kalends.dev:occurrence"].is_null()).then_some(event)
}

fn mark(event: &Value) -> Option<u32> {
    words::mark(event["title"].as_str()?)
}

async fn act(world: &World, event: &Value, rng: &mut Rng) {
    let mark = mark(event).expect("one of ours");
    let series = event["recurrenceRules"].is_array();
    let path = format!(
        "api/v1/events/{}",
        event["kalends.dev:id"].as_str().unwrap()
    );
    if rng.chance(8) {
        return delete(world, event, mark, &path).await;
    }
    let slot = match rng.below(4) {
        0 if !series => Slot::Start,
        0 | 1 => Slot::Title,
        2 => Slot::Place,
        _ => Slot::Text,
    };
    let number = world.ledger().number();
    let start = words::start(world.epoch, number).to_zoned(TimeZone::UTC);
    let text = words::text(number);
    let (patch, saw) = match slot {
        Slot::Start => (
            json!({ "start": start.datetime().to_string(), "timeZone": "Etc/UTC" }),
            start_of(event).and_then(|start| words::number_of_start(world.epoch, start)),
        ),
        Slot::Place => (
            json!({ "locations": { "1": { "@type": "Location", "name": text } } }),
            words::number(&event["locations"].to_string()),
        ),
        Slot::Text => (
            json!({ "description": text }),
            words::number(event["description"].as_str().unwrap_or_default()),
        ),
        _ => (
            json!({ "title": words::title(mark, number) }),
            words::number(event["title"].as_str().unwrap()),
        ),
    };
    // Noted first: whoever is answered by nobody may have been heard all the same.
    world.ledger().edited(number, (mark, slot), saw, NAME);
    let request = |url: String| Request::patch(url).json(&patch);
    match send(world, event, request, &path).await {
        Some(response) if response.is_success() => world.ledger().deeds += 1,
        Some(response) => {
            assert!(refused(&response), "{path}: {:?}", response.text());
            world.ledger().edits.remove(&number);
        }
        None => world.ledger().unsure(number),
    }
}

async fn delete(world: &World, event: &Value, mark: u32, path: &str) {
    let mut saw: Vec<u32> = words::numbers(&event.to_string()).collect();
    saw.extend(start_of(event).and_then(|start| words::number_of_start(world.epoch, start)));
    let answer = send(world, event, Request::delete, path).await;
    // Without an answer it may be deleted or not; what was seen may be gone, and it may be there.
    let done = match &answer {
        Some(response) => {
            assert!(
                response.is_success() || refused(response),
                "{path}: {:?}",
                response.text()
            );
            response.is_success()
        }
        None => false,
    };
    let mut ledger = world.ledger();
    if done {
        ledger.deleted(mark, saw, NAME);
        ledger.deeds += 1;
    } else if answer.is_none() {
        ledger.maybe_deleted(saw);
    }
}

async fn send(
    world: &World,
    event: &Value,
    request: impl Fn(String) -> Request,
    path: &str,
) -> Option<Response> {
    let etag = event["kalends.dev:etag"].as_str().unwrap();
    world
        .hub(|url| request(url).header("if-match", etag), path)
        .await
}

/// Somebody else was faster.
fn refused(response: &Response) -> bool {
    matches!(response.status, 404 | 409 | 410 | 412)
}

fn start_of(event: &Value) -> Option<Timestamp> {
    let local: DateTime = event["start"].as_str()?.parse().ok()?;
    TimeZone::UTC.to_timestamp(local).ok()
}
