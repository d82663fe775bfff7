//! What Graph allows, and what it says when that was too much.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use kalends_providers::{Connector, Failure, microsoft::limits};
use network::Clock;
use serde_json::{Value, json};

use super::{Fixed, at, fault, place, single};
use crate::script::Script;

/// Four requests a mailbox at once, whoever asks: here two rounds, of ten events each.
#[tokio::test]
async fn no_more_than_four_requests_are_under_way() {
    let script = Script::start().await;
    script.slow(Duration::from_millis(10));
    for round in ["A", "B"] {
        let ids: Vec<String> = (0..10).map(|n| format!("{round}{n}=")).collect();
        let all: Vec<Value> = ids
            .iter()
            .map(|id| json!({"id": id, "type": "singleInstance"}))
            .collect();
        let answer = json!({"value": all, "@odata.deltaLink": "{root}/v1.0/d"});
        script.on("GET", &[&format!("$deltatoken={round}")], 200, answer);
        for id in &ids {
            script.on("GET", &[&format!("/events/{id}?")], 200, single(id, "x"));
        }
    }
    let connector = at(&script, Arc::new(Fixed), Duration::from_secs(20));
    let cursor = |round: &str| {
        format!(
            "2028-05-23T00:00:00Z|{}/v1.0/x?$deltatoken={round}",
            script.root
        )
    };
    let (a, b) = (cursor("A"), cursor("B"));
    let (a, b) = tokio::join!(
        connector.changes(place(), Some(&a)),
        connector.changes(place(), Some(&b))
    );
    assert_eq!(
        (a.unwrap().sightings.len(), b.unwrap().sightings.len()),
        (10, 10)
    );
    script.done();
    assert_eq!(script.most(), 4);
}

#[test]
fn the_budget_is_that_of_one_app_and_mailbox() {
    let limits = limits();
    assert_eq!(limits.concurrent, 4);
    assert!(
        10 * limits.per_minute + limits.burst <= 10_000,
        "in any ten minutes: {limits:?}"
    );
}

/// An hour passes between any two looks at it.
#[derive(Default)]
struct Hours(AtomicI64);

impl Clock for Hours {
    fn now(&self) -> Timestamp {
        let hours = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_second(1_795_000_000 + hours * 3600).unwrap()
    }
}

#[tokio::test]
async fn who_is_not_told_how_long_waits_longer_each_time() {
    let script = Script::start().await;
    let connector = at(
        &script,
        Arc::new(Hours::default()),
        Duration::from_millis(50),
    );
    let mut waits = Vec::new();
    let throttled = async || {
        script.on("GET", &["/events/S=?"], 429, fault("ApplicationThrottled"));
        let answer = connector.get(place(), "S=").await;
        let Err(Failure::Later { after, reason }) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(reason, "ApplicationThrottled");
        after.as_millis()
    };
    for _ in 0..3 {
        waits.push(throttled().await);
    }
    script.on("GET", &["/events/S=?"], 200, single("S=", "x"));
    connector.get(place(), "S=").await.unwrap();
    waits.push(throttled().await);
    script.done();
    assert_eq!(waits, [500, 1_000, 2_000, 500]);
}
