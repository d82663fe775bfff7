//! Reads many events whole, four at a time. A delta answer has neither our properties nor exceptions, and gives
//! occurrences bare; only ids are taken from it.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use protocols::microsoft::{
    property,
    wire::{Collection, Event},
};

use super::{CONCURRENT, client::Client, paths::instant, whole};
use crate::{Failure, Malformed, Place, Seen, Sighting, aside::Aside};

/// From so many events on, those that begin in the window are read by the page.
const MANY: usize = 25;
/// So many pages of events are read.
const PAGES_MAX: usize = 2_000;

/// Reads events by id. One that is not there any more is a certain deletion.
pub(super) async fn all(
    client: &Client,
    place: Place<'_>,
    ids: &BTreeSet<String>,
    full: bool,
) -> Result<(Vec<Sighting>, Vec<Malformed>), Failure> {
    let mut ready = BTreeMap::new();
    if full && ids.len() >= MANY {
        ready = pages(client, place).await?;
    }
    let work = ids.iter().map(|id| {
        let event = ready.remove(id);
        async move { (id, one(client, place, id, event).await) }
    });
    let work: Vec<_> = work.collect();
    let mut all = stream::iter(work).buffered(CONCURRENT as usize);
    let (mut sightings, mut malformed) = (Vec::new(), Vec::new());
    let mut aside = Aside::default();
    while let Some((id, seen)) = all.next().await {
        match seen {
            Ok(Seen::Event(sighting)) => sightings.push(*sighting),
            Ok(Seen::Nothing) => sightings.push(Sighting {
                id: id.clone(),
                found: None,
            }),
            Ok(Seen::Malformed(bad)) => malformed.push(bad),
            Err(failure) => malformed.push(aside.put(id, failure)?),
        }
    }
    Ok((sightings, malformed))
}

async fn one(
    client: &Client,
    place: Place<'_>,
    id: &str,
    ready: Option<Event>,
) -> Result<Seen, Failure> {
    if let Some(event) = ready
        && let Some(seen) = whole::settled(client, place, event).await?
    {
        return Ok(seen);
    }
    whole::get(client, place, id).await
}

/// Single events and masters that begin in the window, with our properties. What cannot be read here is read by id.
async fn pages(client: &Client, place: Place<'_>) -> Result<BTreeMap<String, Event>, Failure> {
    let (from, to) = (instant(place.from), instant(place.to));
    let filter = format!("start/dateTime ge '{from}' and start/dateTime lt '{to}'");
    let expand = property::expand();
    let query = [
        ("$filter", filter.as_str()),
        ("$expand", expand.as_str()),
        ("$top", "100"),
    ];
    let mut next = Some(
        client
            .root
            .at(&["me", "calendars", place.id, "events"], &query),
    );
    let mut all = BTreeMap::new();
    for _ in 0..PAGES_MAX {
        let Some(url) = next.take() else { break };
        let page: Collection<serde_json::Value> = match client.get(&url).await? {
            Ok(page) => page,
            // A convenience only.
            Err(_) => break,
        };
        for event in page.value {
            if let Ok(event) = serde_json::from_value::<Event>(event)
                && let Some(id) = event.id.clone()
            {
                all.insert(id, event);
            }
        }
        next = match page.next_link {
            Some(link) => Some(client.root.own(&link)?.to_owned()),
            None => None,
        };
    }
    Ok(all)
}
