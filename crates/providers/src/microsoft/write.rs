//! Create, update, delete.

use calendar::Zone;
use network::{Request, Response};
use protocols::microsoft::{self as graph, Instance, Options, property, wire::Event};
use serde_json::Value;
use sync::replication::Reply;

use super::{
    answer::Refusal,
    client::{Client, Written},
    steps::{self, Steps},
    whole,
};
use crate::{Create, Delete, Failure, Found, Place, Seen, Sighting, Update};

/// Makes an event. Its stamp is its `transactionId` too: Graph makes nothing twice under one.
pub(super) async fn create(
    client: &Client,
    place: Place<'_>,
    create: Create<'_>,
) -> Result<Reply, Failure> {
    let (zone, stamp) = (zone(place), create.stamp.to_string());
    let made = whole::made(&stamp);
    let options = Options {
        zone: &zone,
        stamp: Some(&made),
    };
    let mut write = match graph::write(create.body, options) {
        Ok(mapped) => mapped.value,
        Err(error) => return Ok(Reply::Refused(error.to_string())),
    };
    write
        .master
        .insert("transactionId".to_owned(), Value::String(stamp));
    let expand = property::expand();
    let query = [("$expand", expand.as_str())];
    let url = client
        .root
        .at(&["me", "calendars", place.id, "events"], &query);
    let made = match client.write(Request::post(url).json(&write.master)).await? {
        Written::Done(response) => event(&response),
        Written::Unknown => return Ok(Reply::Unknown),
        Written::Refused(refusal) if refusal.status == 409 => return Ok(Reply::Exists),
        Written::Refused(refusal) if refusal.is_missing() => return Err(Failure::CalendarGone),
        Written::Refused(refusal) => return Ok(Reply::Refused(reason(&refusal))),
    };
    let Some(made) = made else {
        return Ok(Reply::Unknown);
    };
    if write.instances.is_empty() {
        return Ok(stored(client, place, made).await);
    }
    match Box::pin(follow(client, place, &made, &write.instances)).await {
        // Half a series must not stay.
        Reply::Refused(reason) => Ok(remove(client, place, &made, reason).await),
        reply => Ok(reply),
    }
}

/// Changes an event: the units that differ, on condition of the version.
pub(super) async fn update(
    client: &Client,
    place: Place<'_>,
    update: Update<'_>,
) -> Result<Reply, Failure> {
    let (zone, stamp) = (zone(place), update.stamp.to_string());
    let options = Options {
        zone: &zone,
        stamp: Some(&stamp),
    };
    let patch = match graph::patch(update.previous, update.body, options) {
        Ok(mapped) => mapped.value,
        Err(error) => return Ok(Reply::Refused(error.to_string())),
    };
    let expand = property::expand();
    let segments = ["me", "calendars", place.id, "events", update.id];
    let url = client.root.at(&segments, &[("$expand", expand.as_str())]);
    let request = Request::patch(url).header("if-match", whole::etag(update.version));
    let changed = match client.write(request.json(&patch.master)).await? {
        Written::Done(response) => event(&response),
        Written::Unknown => return Ok(Reply::Unknown),
        Written::Refused(refusal) => return Ok(refused(&refusal)),
    };
    let Some(changed) = changed else {
        return Ok(Reply::StoredUnread);
    };
    if patch.instances.is_empty() {
        return Ok(stored(client, place, changed).await);
    }
    Ok(Box::pin(follow(client, place, &changed, &patch.instances)).await)
}

/// Removes an event, on condition of the version.
pub(super) async fn delete(
    client: &Client,
    place: Place<'_>,
    delete: Delete<'_>,
) -> Result<Reply, Failure> {
    let url = client
        .root
        .at(&["me", "calendars", place.id, "events", delete.id], &[]);
    let request = Request::delete(url).header("if-match", whole::etag(delete.version));
    Ok(match client.write(request).await? {
        Written::Done(_) => Reply::Deleted,
        Written::Unknown => Reply::Unknown,
        Written::Refused(refusal) => refused(&refusal),
    })
}

/// The steps after a master's write. What breaks off here leaves an event with a note, so it is never «not executed»:
/// whoever looks completes it.
async fn follow(
    client: &Client,
    place: Place<'_>,
    master: &Event,
    instances: &[Instance],
) -> Reply {
    match steps::take(client, place, master, instances).await {
        Ok(Steps::Done) => Reply::StoredUnread,
        Ok(Steps::Refused(refusal)) => Reply::Refused(reason(&refusal)),
        // Not all of it is there: whoever looks sees what is.
        Ok(Steps::Overtaken | Steps::Unknown) | Err(_) => Reply::Unknown,
    }
}

/// What a write of one step stored. The answer may lack our properties and the exceptions: then the event is read, and
/// counts as the answer if it still has the answer's version.
async fn stored(client: &Client, place: Place<'_>, answer: Event) -> Reply {
    let id = answer.id.clone().unwrap_or_default();
    let whole_answer =
        answer.single_value_extended_properties.is_some() && answer.recurrence.is_none();
    let etag = answer.etag.clone();
    let seen = if whole_answer {
        whole::settled(client, place, answer).await
    } else {
        whole::get(client, place, &id).await.map(Some)
    };
    let Ok(Some(Seen::Event(sighting))) = seen else {
        return Reply::StoredUnread;
    };
    let Sighting {
        id,
        found: Some(Found { version, body, .. }),
    } = *sighting
    else {
        return Reply::StoredUnread;
    };
    if Some(whole::etag(&version)) != etag.as_deref() {
        return Reply::StoredUnread;
    }
    Reply::Stored {
        id,
        version,
        body: Box::new(body),
    }
}

async fn remove(client: &Client, place: Place<'_>, event: &Event, reason: String) -> Reply {
    let id = event.id.as_deref().unwrap_or_default();
    let url = client
        .root
        .at(&["me", "calendars", place.id, "events", id], &[]);
    match client.write(Request::delete(url)).await {
        Ok(Written::Done(_)) => Reply::Refused(reason),
        Ok(Written::Refused(refusal)) if refusal.is_missing() => Reply::Refused(reason),
        Ok(_) | Err(_) => Reply::Unknown,
    }
}

fn refused(refusal: &Refusal) -> Reply {
    if refusal.is_stale() {
        Reply::Stale
    } else if refusal.is_missing() {
        Reply::Missing
    } else {
        Reply::Refused(reason(refusal))
    }
}

fn reason(refusal: &Refusal) -> String {
    format!("Microsoft 365 refuses the event: {}", refusal.code())
}

/// The event of an answer to a write, if it can be read.
fn event(response: &Response) -> Option<Event> {
    response
        .json()
        .ok()
        .filter(|event: &Event| event.id.is_some())
}

/// The zone for floating times.
fn zone(place: Place<'_>) -> Zone {
    Zone::iana(place.time_zone).unwrap_or_else(Zone::utc)
}
