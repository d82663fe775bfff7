//! What must hold when nothing happens any more: both sides have the same, once, and nobody writes.

use std::{collections::BTreeMap, time::Duration};

use network::Request;
use serde_json::Value;
use tokio::time::sleep;

use super::{Checked, here::Here, pair::Pair, there::Server};
use crate::{ics::vevents, mounted::hub::Hub, until::within};

/// How long everything may take to come to rest.
const REST: Duration = Duration::from_secs(60);
/// How long nobody may write.
const SILENCE: Duration = Duration::from_secs(3);

/// How often each title is there: events and series, without their occurrences.
type Titles = BTreeMap<String, u32>;

pub async fn at_rest(pair: &Pair) -> Checked {
    rests(&pair.hub).await?;
    silence(&pair.hub, &[(&pair.server, &pair.there)]).await?;
    let here = titles_here(&pair.here()).await?;
    let there = titles_there(&pair.server, &pair.there).await?;
    if here != there {
        return Err(format!("here {here:?}, there {there:?}"));
    }
    let expected = ["Old 3", "Dentist, moved", "Week of leave", "Yearly review"];
    let lost = expected.iter().find(|title| !here.contains_key(**title));
    match (lost, here.iter().find(|(_, count)| **count > 1)) {
        (None, None) => Ok(()),
        other => Err(format!("lost or doubled: {other:?}")),
    }
}

/// Waits until nothing is on its way, and every calendar has been read twice since.
pub async fn rests(hub: &Hub) -> Checked {
    within("nothing waits", REST, async || {
        let links = hub.ok(hub.rest(Request::get, "links")).await;
        match &links[0]["waiting"] {
            waiting if *waiting == 0 => Ok(()),
            waiting => Err(format!("{waiting} copies")),
        }
    })
    .await?;
    for _ in 0..2 {
        let before = reads(hub).await;
        within("every calendar is read", REST, async || {
            let now = reads(hub).await;
            match now.iter().find(|(id, read)| before[*id] == **read) {
                Some((id, _)) => Err(id.clone()),
                None => Ok(()),
            }
        })
        .await?;
    }
    Ok(())
}

/// When each calendar of a provider was last read.
async fn reads(hub: &Hub) -> BTreeMap<String, Value> {
    let all = hub.ok(hub.rest(Request::get, "calendars")).await;
    let linked = |one: &&Value| {
        one["provider"].is_string()
            && one["selected"] == true
            && one["name"]
                .as_str()
                .is_some_and(|name| name.starts_with("interop"))
    };
    let read = |one: &Value| {
        (
            one["id"].as_str().unwrap().to_owned(),
            one["health"]["lastSync"].clone(),
        )
    };
    all.as_array()
        .unwrap()
        .iter()
        .filter(linked)
        .map(read)
        .collect()
}

/// No object may get another tag, come or go.
pub async fn silence(hub: &Hub, calendars: &[(&Server, &str)]) -> Checked {
    for (server, calendar) in calendars {
        let before = server.tags(calendar).await?;
        rests(hub).await?;
        sleep(SILENCE).await;
        let after = server.tags(calendar).await?;
        if before != after {
            return Err(format!("written at rest: {before:?} became {after:?}"));
        }
    }
    Ok(())
}

pub async fn titles_here(here: &Here<'_>) -> Result<Titles, String> {
    let mut titles = Titles::new();
    for event in here.events().await? {
        let title = event["title"].as_str().unwrap_or_default();
        *titles.entry(title.to_owned()).or_default() += 1;
    }
    Ok(titles)
}

pub async fn titles_there(server: &Server, calendar: &str) -> Result<Titles, String> {
    let mut titles = Titles::new();
    for object in server.objects(calendar).await? {
        let events = vevents(&object.text);
        for event in events.iter().filter(|event| !event.is_override()) {
            *titles.entry(event.title()).or_default() += 1;
        }
    }
    Ok(titles)
}
