//! After a change there is silence.

use std::{collections::BTreeMap, time::Duration};

use network::Request;

use crate::{
    apps::{ALL, HOP, ahead, all_have},
    practice::Practice,
    until::until,
};

/// How long everything may take to come to rest.
const REST: Duration = Duration::from_secs(30);

/// A new event costs one write at each provider, and no echo; then nothing is written without a cause.
pub async fn one_change_is_one_write_each(practice: &Practice) {
    settled(practice).await;
    for at in ALL {
        let before = practice.writes().await;
        let title = format!("Quiet at {at:?}");
        at.create(practice, &title, ahead(8, 9)).await;
        let expected = [(title.clone(), ahead(8, 9))];
        all_have(practice, &title, HOP, &expected, |found| found == title).await;
        let expected = before.map(|writes| writes + 1);
        nothing_follows(practice).await;
        let writes = practice.writes().await;
        assert_eq!(writes, expected, "{title}: Google, Microsoft, CalDAV");
    }
}

/// A minute in which no provider is written to, where everything is required; elsewhere as many reads.
pub async fn a_quiet_minute(practice: &Practice) {
    settled(practice).await;
    let before = practice.writes().await;
    nothing_follows(practice).await;
    if std::env::var_os("KALENDS_REQUIRE_ALL").is_some() {
        // The only wait that is not for a condition: nothing may happen in it.
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    nothing_follows(practice).await;
    let after = practice.writes().await;
    assert_eq!(after, before, "writes without a cause");
}

/// Has every calendar read twice: an echo that a write brought about would be answered now. Then waits for rest.
pub async fn nothing_follows(practice: &Practice) {
    for _ in 0..2 {
        read_everywhere(practice).await;
    }
    settled(practice).await;
}

async fn read_everywhere(practice: &Practice) {
    let before = last_reads(practice).await;
    let connections = practice.hub_json("api/v1/connections").await;
    for connection in connections.as_array().unwrap() {
        let id = connection["id"].as_str().unwrap();
        let path = format!("api/v1/connections/{id}/sync");
        practice.hub_text(Request::post, &path).await;
    }
    until("a read of every calendar", REST, async || {
        let after = last_reads(practice).await;
        match before.iter().find(|(id, read)| after[*id] <= **read) {
            None => Ok(()),
            Some((id, read)) => Err(format!("calendar {id} was last read at {read}")),
        }
    })
    .await;
}

/// When each calendar was last read.
async fn last_reads(practice: &Practice) -> BTreeMap<String, jiff::Timestamp> {
    let calendars = practice.hub_json("api/v1/calendars").await;
    let read = |calendar: &serde_json::Value| {
        let id = calendar["id"].as_str().unwrap().to_owned();
        let at = calendar["health"]["lastSync"].as_str().unwrap();
        (id, at.parse().unwrap())
    };
    let all: BTreeMap<_, _> = calendars.as_array().unwrap().iter().map(read).collect();
    assert!(all.len() >= 4, "{all:?}");
    all
}

/// Waits until a second has passed without a write.
pub async fn settled(practice: &Practice) {
    until("silence", REST, async || {
        let before = practice.writes().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let after = practice.writes().await;
        if before == after {
            Ok(())
        } else {
            Err(format!("writes went from {before:?} to {after:?}"))
        }
    })
    .await;
}
