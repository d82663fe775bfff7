//! What changed: everything, or since a sync token.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Zone;
use protocols::google::{Event, Events};
use serde_json::Value;

use super::{
    client::Client,
    look::zone,
    series::{self, Series},
};
use crate::{Changes, Failure, Malformed, Place, Sighting, aside::Aside};

/// Pages that are read at most; 2,500 events each.
const PAGES_MAX: usize = 400;

pub(super) async fn read(
    client: &Client,
    place: Place<'_>,
    cursor: Option<&str>,
) -> Result<Changes, Failure> {
    let mut listing = Listing::default();
    let mut token: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let page = page(client, place, cursor, token.as_deref()).await?;
        for item in page.items {
            listing.take(item);
        }
        // Only the last page has one; short and empty pages before it are legal.
        if let Some(next) = page.next_sync_token {
            let mut changes = Changes {
                cursor: next,
                full: cursor.is_none(),
                malformed: std::mem::take(&mut listing.malformed),
                ..Changes::default()
            };
            if changes.full {
                listing.all(&zone(place), &mut changes);
            } else {
                listing.changed(client, place, &mut changes).await?;
            }
            return Ok(changes);
        }
        token = page.next_page_token;
        if token.is_none() {
            let what = "the last page of the events has no sync token";
            return Err(Failure::Protocol(what.to_owned()));
        }
    }
    Err(Failure::Protocol(
        "the list of events does not end".to_owned(),
    ))
}

/// One page. Parameters must be the same with and without a sync token, and most are forbidden with one: so there are
/// none.
async fn page(
    client: &Client,
    place: Place<'_>,
    cursor: Option<&str>,
    token: Option<&str>,
) -> Result<Events<Value>, Failure> {
    let mut address = client.root.events(place.id).with("maxResults", "2500");
    if let Some(cursor) = cursor {
        address = address.with("syncToken", cursor);
    }
    if let Some(token) = token {
        address = address.with("pageToken", token);
    }
    client
        .get(&address)
        .await?
        .map_err(|refusal| match refusal.status {
            // 410 is a token that has grown old, 400 one that Google never gave, or a page that is gone.
            410 => Failure::CursorInvalid,
            400 if cursor.is_some() || token.is_some() => Failure::CursorInvalid,
            _ => refusal.failure(),
        })
}

/// The items of a listing, the latest state of each.
#[derive(Default)]
struct Listing {
    /// Single events and masters.
    whole: BTreeMap<String, Event>,
    /// Instances, by their series.
    instances: BTreeMap<String, BTreeMap<String, Event>>,
    malformed: Vec<Malformed>,
}

impl Listing {
    fn take(&mut self, item: Value) {
        let id = item
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let event: Event = match serde_json::from_value(item) {
            Ok(event) if !id.is_empty() => event,
            Ok(_) => {
                let reason = "id is missing".to_owned();
                return self.malformed.push(Malformed { id, reason });
            }
            Err(error) => {
                let reason = format!("not an event resource ({:?})", error.classify());
                return self.malformed.push(Malformed { id, reason });
            }
        };
        match event.recurring_event_id.clone() {
            Some(series) => drop(self.instances.entry(series).or_default().insert(id, event)),
            None => drop(self.whole.insert(id, event)),
        }
    }

    /// A full listing holds all exceptions, the cancelled ones included.
    fn all(mut self, zone: &Zone, changes: &mut Changes) {
        for (id, master) in std::mem::take(&mut self.whole) {
            let exceptions = self.instances.remove(&id).unwrap_or_default();
            let series = Series {
                exceptions,
                ..Series::single(master)
            };
            report(series.sighting(&id, zone), changes);
        }
        for instances in self.instances.into_values() {
            orphans(instances, zone, changes);
        }
    }

    /// An incremental listing names the parts that changed: their series are read whole.
    async fn changed(
        mut self,
        client: &Client,
        place: Place<'_>,
        changes: &mut Changes,
    ) -> Result<(), Failure> {
        let zone = zone(place);
        let mut aside = Aside::default();
        let ids: BTreeSet<String> = self
            .whole
            .keys()
            .chain(self.instances.keys())
            .cloned()
            .collect();
        for id in ids {
            let instances = self.instances.remove(&id).unwrap_or_default();
            let series = match self.whole.remove(&id) {
                Some(event) if event.is_cancelled() => Ok(None),
                Some(event) => series::with_exceptions(client, place, event)
                    .await
                    .map(Some),
                None => series::whole(client, place, &id).await,
            };
            match series {
                Ok(Some(series)) => report(series.sighting(&id, &zone), changes),
                Ok(None) => {
                    changes.sightings.push(Sighting { id, found: None });
                    orphans(instances, &zone, changes);
                }
                Err(failure) => changes.malformed.push(aside.put(&id, failure)?),
            }
        }
        Ok(())
    }
}

/// Instances whose series cannot be seen, because the account was invited to them alone: single events.
fn orphans(instances: BTreeMap<String, Event>, zone: &Zone, changes: &mut Changes) {
    for (id, instance) in instances {
        report(Series::single(instance).sighting(&id, zone), changes);
    }
}

fn report(sighting: Result<Sighting, Malformed>, changes: &mut Changes) {
    match sighting {
        Ok(sighting) => changes.sightings.push(sighting),
        Err(malformed) => changes.malformed.push(malformed),
    }
}
