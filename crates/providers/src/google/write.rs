//! Making, changing and removing events.

use std::collections::BTreeMap;

use calendar::{Event, Override, RecurrenceId, Zone};
use network::{Request, Response};
use protocols::google::{Event as Wire, Exclusions, InstanceId, STAMP, patch, set_stamp, write};
use serde_json::{Map, Value, json};
use sync::{Stamp, replication::Reply};

use super::{
    answer::Refusal,
    client::{Client, Written},
    import,
    look::zone,
    series::{self, Series, etag},
    visibility::{even, unsaid},
};
use crate::{Create, Delete, Failure, Place, Update};

/// So often an exception is tried that is changed while it is written, or others of its series.
const TRIES_MAX: usize = 4;

type Changes = BTreeMap<RecurrenceId, Map<String, Value>>;

pub(super) async fn create(
    client: &Client,
    place: Place<'_>,
    create: Create<'_>,
) -> Result<Reply, Failure> {
    let zone = zone(place);
    let body = &*even(create.body);
    let create = Create { body, ..create };
    let request = if create.theirs {
        match import::request(client, place, create, &zone).await? {
            Ok(request) => request,
            Err(reply) => return Ok(reply),
        }
    } else {
        insert(client, place, create, &zone)
    };
    let master = match client.write(request).await? {
        Written::Unknown => return Ok(Reply::Unknown),
        Written::Refused(refusal) if refusal.status == 409 => {
            return Ok(if create.theirs {
                import::duplicate()
            } else {
                Reply::Exists
            });
        }
        Written::Refused(refusal) if refusal.status == 404 => return Err(Failure::CalendarGone),
        Written::Refused(refusal) => return Ok(refused(&refusal)),
        Written::Done(response) => response,
    };
    let Some(master) = event(&master) else {
        return Ok(Reply::StoredUnread);
    };
    let steps = Steps {
        client,
        place,
        zone: &zone,
        body,
    };
    Ok(steps
        .finish(Series::single(master), first_exceptions(body, &zone))
        .await)
}

pub(super) async fn update(
    client: &Client,
    place: Place<'_>,
    update: Update<'_>,
) -> Result<Reply, Failure> {
    let zone = zone(place);
    let (previous, body) = (&*even(update.previous), &*even(update.body));
    let mut current = Series::default();
    if previous.is_series() || body.is_series() {
        // The master's version says nothing about its exceptions: look at all of them first.
        match series::whole(client, place, update.id).await? {
            None => return Ok(Reply::Missing),
            Some(now) if now.version().tag != update.version.tag => return Ok(Reply::Stale),
            Some(now) => current = now,
        }
    }
    let change = patch(previous, body, &zone).value;
    let request = Request::patch(client.root.event(place.id, update.id).quiet().as_str())
        .header("if-match", etag(update.version))
        .json(&stamped(change.master.unwrap_or_default(), update.stamp));
    let response = match client.write(request).await? {
        Written::Unknown => return Ok(Reply::Unknown),
        Written::Refused(refusal) if refusal.is_missing() => return Ok(Reply::Missing),
        Written::Refused(refusal) if refusal.status == 412 => return Ok(Reply::Stale),
        Written::Refused(refusal) => return Ok(refused(&refusal)),
        Written::Done(response) => response,
    };
    let Some(master) = event(&response) else {
        return Ok(Reply::StoredUnread);
    };
    current.master = master;
    let steps = Steps {
        client,
        place,
        zone: &zone,
        body,
    };
    Ok(steps.finish(current, change.exceptions).await)
}

pub(super) async fn delete(
    client: &Client,
    place: Place<'_>,
    delete: Delete<'_>,
) -> Result<Reply, Failure> {
    match series::whole(client, place, delete.id).await? {
        None => return Ok(Reply::Missing),
        Some(now) if now.version().tag != delete.version.tag => return Ok(Reply::Stale),
        Some(_) => {}
    }
    let address = client
        .root
        .event(place.id, delete.id)
        .with("sendUpdates", "none");
    let request = Request::delete(address.as_str()).header("if-match", etag(delete.version));
    Ok(match client.write(request).await? {
        Written::Done(_) => Reply::Deleted,
        Written::Unknown => Reply::Unknown,
        Written::Refused(refusal) if refusal.is_missing() => Reply::Missing,
        Written::Refused(refusal) if refusal.status == 412 => Reply::Stale,
        Written::Refused(refusal) => refused(&refusal),
    })
}

/// What is still to be done once the master is written: its instances.
struct Steps<'a> {
    client: &'a Client,
    place: Place<'a>,
    zone: &'a Zone,
    body: &'a Event,
}

impl Steps<'_> {
    /// Writes the exceptions and says what is there now. From here on a failure leaves a part done: whoever looks finds
    /// the stamp at the master.
    async fn finish(&self, mut series: Series, exceptions: Changes) -> Reply {
        let master = series.master.id.clone().unwrap_or_default();
        let mut overtaken = false;
        let said = exceptions.into_iter();
        let said = said.filter_map(|(id, change)| Some((id, unsaid(change)?)));
        for (id, change) in said {
            let instance = InstanceId::of(&master, &self.body.when, id, self.zone).to_string();
            match self.step(&mut series, &instance, &change).await {
                Ok(Step::Done) => {}
                Ok(Step::Overtaken) => overtaken = true,
                Ok(Step::Unread) => return Reply::StoredUnread,
                Ok(Step::Refused(refusal)) => return refused(&refusal),
                Ok(Step::Unknown) | Err(_) => return Reply::Unknown,
            }
        }
        if overtaken {
            // Not all of it is there: whoever looks sees what is.
            return Reply::Unknown;
        }
        if !series.exceptions.is_empty() {
            // The versions of all parts, as they are now. If a person came between, the hub has to look.
            let now = series::with_exceptions(self.client, self.place, series.master.clone()).await;
            match now {
                Ok(now) if now.same_content(&series) => series = now,
                _ => return Reply::StoredUnread,
            }
        }
        let sighting = series.sighting(&master, self.zone).ok();
        let Some(found) = sighting.and_then(|sighting| sighting.found) else {
            return Reply::StoredUnread;
        };
        Reply::Stored {
            id: master,
            version: found.version,
            body: Box::new(found.body),
        }
    }

    /// Writes one exception, on condition that the instance is what it was before the master was written. Its version
    /// may be new all the same, from the writing of the master.
    async fn step(
        &self,
        series: &mut Series,
        instance: &str,
        change: &Map<String, Value>,
    ) -> Result<Step, Failure> {
        let address = self.client.root.event(self.place.id, instance);
        for _ in 0..TRIES_MAX {
            let there: Wire = match self.client.get(&address).await? {
                Ok(there) => there,
                Err(refusal) => return Ok(Step::Refused(refusal)),
            };
            let now = series::with_exceptions(self.client, self.place, series.master.clone());
            if !series.has_the_same(&now.await?, instance) {
                return Ok(Step::Overtaken);
            }
            let mut request = Request::patch(address.clone().quiet().as_str()).json(change);
            if let Some(etag) = &there.etag {
                request = request.header("if-match", etag);
            }
            match self.client.write(request).await? {
                Written::Done(response) => {
                    return Ok(match event(&response) {
                        Some(event) => {
                            series.exceptions.insert(instance.to_owned(), event);
                            Step::Done
                        }
                        None => Step::Unread,
                    });
                }
                Written::Refused(refusal) if refusal.status == 412 => {}
                Written::Refused(refusal) => return Ok(Step::Refused(refusal)),
                Written::Unknown => return Ok(Step::Unknown),
            }
        }
        Ok(Step::Unknown)
    }
}

/// How the writing of one exception ended.
enum Step {
    Done,
    /// Somebody else has changed the instance meanwhile.
    Overtaken,
    /// Done, but the answer cannot be read.
    Unread,
    Refused(Refusal),
    Unknown,
}

/// The exceptions of a series that was just made; those that are excluded stand in its lines.
fn first_exceptions(body: &Event, zone: &Zone) -> Changes {
    let mut next = body.clone();
    next.overrides
        .retain(|_, change| *change != Override::Excluded);
    let mut plain = next.clone();
    for change in plain.overrides.values_mut() {
        *change = Override::extra();
    }
    patch(&plain, &next, zone).value.exceptions
}

/// The request for a new event under our id.
fn insert(client: &Client, place: Place<'_>, create: Create<'_>, zone: &Zone) -> Request {
    let mut master = insertable(write(create.body, zone, Exclusions::Lines).value.master);
    master.id = create.id.map(str::to_owned);
    set_stamp(&mut master, &create.stamp.to_string());
    let address = client.root.events(place.id).quiet();
    Request::post(address.as_str()).json(&master)
}

/// What `insert` takes: an id or a UID, not both, and nothing that is Google's to say.
fn insertable(master: Wire) -> Wire {
    Wire {
        i_cal_uid: None,
        sequence: None,
        created: None,
        updated: None,
        creator: None,
        organizer: None,
        hangout_link: None,
        // An event that Gmail made cannot be made by anybody else.
        event_type: master.event_type.filter(|kind| kind != "fromGmail"),
        ..master
    }
}

/// The stamp goes with every change, also with one of the exceptions alone.
fn stamped(mut change: Map<String, Value>, stamp: Stamp) -> Map<String, Value> {
    let properties = change
        .entry("extendedProperties")
        .or_insert_with(|| json!({}));
    if !properties.is_object() {
        *properties = json!({});
    }
    if !properties["private"].is_object() {
        properties["private"] = json!({});
    }
    properties["private"][STAMP] = json!(stamp.to_string());
    change
}

fn refused(refusal: &Refusal) -> Reply {
    Reply::Refused(format!("Google refused it: {}", refusal.reason()))
}

fn event(response: &Response) -> Option<Wire> {
    response.json().ok()
}
