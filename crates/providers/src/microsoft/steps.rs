//! Changes of single instances, which follow a master's write.

use calendar::Zone;
use jiff::{SignedDuration, Timestamp};
use network::Request;
use protocols::microsoft::{
    self as graph, CLEARED, Change, Instance, Options, Pending, completed, property::Property,
    wire::Event,
};
use serde_json::json;

use super::{
    answer::Refusal,
    client::{Client, Written},
    whole,
};
use crate::{Failure, Place};

/// Around an instance's original start: it may begin a little earlier on its clock than on ours.
const AROUND: SignedDuration = SignedDuration::from_hours(36);
/// More instances than this are looked up together.
const FEW: usize = 4;
/// Graph lists instances of at most 1,825 days.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(1_800 * 24);

/// So often an instance is tried that is changed while it is written, or others of its series.
const TRIES_MAX: usize = 4;

/// How the steps ended.
pub(super) enum Steps {
    /// All done, and the note cleared.
    Done,
    /// The same, but for what somebody else had changed meanwhile: that was left as they have it.
    Overtaken,
    /// Graph does not take one of them; the others were not tried.
    Refused(Refusal),
    /// One of them may have been done, and the rest has not.
    Unknown,
}

/// Does to instances what has to be done, then clears the note on the master.
pub(super) async fn take(
    client: &Client,
    place: Place<'_>,
    master: &Event,
    instances: &[Instance],
) -> Result<Steps, Failure> {
    let id = master.id.as_deref().unwrap_or_default();
    let found = locate(client, place, master, instances).await?;
    let mut overtaken = false;
    for (instance, found) in instances.iter().zip(found) {
        match Box::pin(step(client, place, master, instance, found)).await? {
            Steps::Done => {}
            Steps::Overtaken => overtaken = true,
            Steps::Refused(refusal) => {
                // It would be refused again.
                clear(client, place, id).await?;
                return Ok(Steps::Refused(refusal));
            }
            Steps::Unknown => return Ok(Steps::Unknown),
        }
    }
    Ok(match clear(client, place, id).await? {
        Steps::Done if overtaken => Steps::Overtaken,
        cleared => cleared,
    })
}

/// One of them, on condition that it is what it was when its master was written.
async fn step(
    client: &Client,
    place: Place<'_>,
    master: &Event,
    instance: &Instance,
    mut found: Option<Event>,
) -> Result<Steps, Failure> {
    for _ in 0..TRIES_MAX {
        // Not there: cancelled already, by whomever. What is there is read afterwards anyway.
        let Some(there) = found else {
            return Ok(Steps::Done);
        };
        if instance.is_overtaken(master, &there) {
            return Ok(Steps::Overtaken);
        }
        let id = there.id.as_deref().unwrap_or_default();
        let url = client
            .root
            .at(&["me", "calendars", place.id, "events", id], &[]);
        let mut request = match &instance.change {
            Change::Cancel => Request::delete(url),
            Change::Patch(fields) => Request::patch(url).json(fields),
        };
        if let Some(etag) = &there.etag {
            request = request.header("if-match", etag);
        }
        match client.write(request).await? {
            Written::Done(_) => return Ok(Steps::Done),
            Written::Refused(refusal) if refusal.is_missing() => return Ok(Steps::Done),
            Written::Refused(refusal) if refusal.is_stale() => {}
            Written::Refused(refusal) => return Ok(Steps::Refused(refusal)),
            Written::Unknown => return Ok(Steps::Unknown),
        }
        let again = locate(client, place, master, std::slice::from_ref(instance)).await?;
        found = again.into_iter().next().flatten();
    }
    Ok(Steps::Unknown)
}

async fn clear(client: &Client, place: Place<'_>, id: &str) -> Result<Steps, Failure> {
    let url = client
        .root
        .at(&["me", "calendars", place.id, "events", id], &[]);
    let cleared = json!({"singleValueExtendedProperties": [Property::Pending.with(CLEARED)]});
    Ok(
        match client.write(Request::patch(url).json(&cleared)).await? {
            Written::Done(_) => Steps::Done,
            Written::Refused(refusal) => Steps::Refused(refusal),
            Written::Unknown => Steps::Unknown,
        },
    )
}

/// Ends a write that was broken off: does what its note says. Steps that Graph refuses are given up.
pub(super) async fn complete(
    client: &Client,
    place: Place<'_>,
    master: &Event,
    body: &calendar::Event,
    note: &Pending,
) -> Result<(), Failure> {
    let zone = Zone::iana(place.time_zone).unwrap_or_else(Zone::utc);
    let wanted = completed(body, note);
    let patch = graph::patch(
        body,
        &wanted,
        Options {
            zone: &zone,
            stamp: None,
        },
    );
    let instances = patch.map(|patch| patch.value.instances).unwrap_or_default();
    match take(client, place, master, &instances).await? {
        Steps::Done | Steps::Overtaken | Steps::Refused(_) => Ok(()),
        Steps::Unknown => {
            let reason = "a write that was broken off could not be completed".to_owned();
            Err(Failure::Unreachable(reason))
        }
    }
}

/// Instances as they are there, in the same order. Exceptions may be anywhere; plain occurrences are where the pattern has
/// them.
async fn locate(
    client: &Client,
    place: Place<'_>,
    master: &Event,
    instances: &[Instance],
) -> Result<Vec<Option<Event>>, Failure> {
    let series = whole::series(client, place, master.clone()).await?;
    let mut known = series.map(|series| series.exceptions).unwrap_or_default();
    let id = master.id.as_deref().unwrap_or_default();
    let missing: Vec<&Instance> = instances
        .iter()
        .filter(|i| !known.iter().any(|k| i.is(k)))
        .collect();
    for (from, to) in stretches(&missing) {
        known.extend(whole::instances(client, place, id, from, to).await?);
    }
    let find = |instance: &Instance| known.iter().find(|k| instance.is(k)).cloned();
    Ok(instances.iter().map(find).collect())
}

/// What to list so as to see these instances: each by itself, or all between the first and the last.
fn stretches(instances: &[&Instance]) -> Vec<(Timestamp, Timestamp)> {
    let around = |from: Timestamp, to: Timestamp| {
        let from = from.saturating_sub(AROUND).unwrap_or(Timestamp::MIN);
        (from, to.saturating_add(AROUND).unwrap_or(Timestamp::MAX))
    };
    let first = instances.iter().map(|i| i.start).min();
    let last = instances.iter().map(|i| i.start).max();
    match (first, last) {
        (Some(first), Some(last))
            if instances.len() > FEW && last.duration_since(first) < SPAN_MAX =>
        {
            vec![around(first, last)]
        }
        _ => instances.iter().map(|i| around(i.start, i.start)).collect(),
    }
}
