//! One event, whole: master, exceptions, cancelled occurrences, and our own properties.

use calendar::{Mapped, Override, RecurrenceId, Window};
use jiff::tz::TimeZone;
use protocols::microsoft::{
    self as graph, Original, pending, property,
    wire::{self, Collection, Event, EventType},
};
use sync::{Stamp, Version};

use super::{answer::Refusal, client::Client, paths::instant, steps};
use crate::{Failure, Found, Malformed, Place, Seen, Sighting};

/// The properties of exceptions: what is selected of the master is what its exceptions have.
const SELECT: &str = "id,subject,body,importance,sensitivity,showAs,isAllDay,isCancelled,isReminderOn,\
    reminderMinutesBeforeStart,start,end,originalStart,originalStartTimeZone,originalEndTimeZone,location,locations,\
    attendees,organizer,categories,type,seriesMasterId,onlineMeeting,isOnlineMeeting,onlineMeetingProvider,\
    responseRequested,hideAttendees,allowNewTimeProposals,cancelledOccurrences,exceptionOccurrences";
/// So many pages of instances are read.
const PAGES_MAX: usize = 100;
/// A series that is changed again and again while it is read is read so often.
const READS_MAX: usize = 3;

/// A master with all that belongs to it.
pub(super) struct Series {
    pub(super) master: Event,
    pub(super) exceptions: Vec<Event>,
    /// Occurrences that are not there, where the master does not say so itself.
    absent: Vec<RecurrenceId>,
}

/// The event with this id.
pub(super) async fn get(client: &Client, place: Place<'_>, id: &str) -> Result<Seen, Failure> {
    for _ in 0..READS_MAX {
        let Some(event) = master(client, place, id).await? else {
            return Ok(Seen::Nothing);
        };
        if let Some(seen) = settled(client, place, event).await? {
            return Ok(seen);
        }
    }
    let reason = "the event is changed faster than it can be read".to_owned();
    Err(Failure::Unreachable(reason))
}

/// The event, unless its write had to be completed or it was changed meanwhile: then it has to be read again.
pub(super) async fn settled(
    client: &Client,
    place: Place<'_>,
    event: Event,
) -> Result<Option<Seen>, Failure> {
    let id = event.id.clone().unwrap_or_default();
    if matches!(
        event.kind,
        Some(EventType::Occurrence | EventType::Exception)
    ) {
        // An id of an instance is not an event of ours: its series is.
        return Ok(Some(Seen::Nothing));
    }
    let etag = event.etag.clone();
    let note = pending(&event);
    let Some(series) = Box::pin(series(client, place, event)).await? else {
        return Ok(Some(Seen::Nothing));
    };
    if series.master.etag != etag {
        return Ok(None);
    }
    match (seen(&id, &series), note) {
        (Seen::Event(sighting), Some(note)) => {
            let body = sighting.found.map(|found| found.body);
            if let Some(body) = body {
                Box::pin(steps::complete(client, place, &series.master, &body, &note)).await?;
            }
            Ok(None)
        }
        (seen, _) => Ok(Some(seen)),
    }
}

/// The master or single event, with our properties. `None` if it is not there.
pub(super) async fn master(
    client: &Client,
    place: Place<'_>,
    id: &str,
) -> Result<Option<Event>, Failure> {
    let expand = property::expand();
    let url = client.root.at(
        &["me", "calendars", place.id, "events", id],
        &[("$expand", &expand)],
    );
    match client.get(&url).await? {
        Ok(event) => Ok(Some(event)),
        Err(refusal) if refusal.is_missing() => Ok(None),
        Err(refusal) => Err(refusal.failure()),
    }
}

/// Adds to a master what belongs to it. `None` if it is not there any more.
pub(super) async fn series(
    client: &Client,
    place: Place<'_>,
    master: Event,
) -> Result<Option<Series>, Failure> {
    if master.recurrence.is_none() {
        return Ok(Some(Series {
            master,
            exceptions: Vec::new(),
            absent: Vec::new(),
        }));
    }
    let id = master.id.clone().unwrap_or_default();
    let query = [("$select", SELECT), ("$expand", "exceptionOccurrences")];
    let url = client
        .root
        .at(&["me", "calendars", place.id, "events", &id], &query);
    let told: Event = match client.get(&url).await? {
        Ok(told) => told,
        Err(refusal) if refusal.is_missing() => return Ok(None),
        Err(refusal) if refusal.status == 400 || refusal.status == 501 => {
            return from_instances(client, place, master).await.map(Some);
        }
        Err(refusal) => return Err(refusal.failure()),
    };
    let (Some(cancelled), Some(named)) = (told.cancelled_occurrences, told.exception_occurrences)
    else {
        return from_instances(client, place, master).await.map(Some);
    };
    let mut exceptions = Vec::with_capacity(named.len());
    for exception in named {
        exceptions.extend(hydrated(client, place, exception).await?);
    }
    let master = Event {
        cancelled_occurrences: Some(cancelled),
        etag: told.etag.or(master.etag.clone()),
        ..master
    };
    Ok(Some(Series {
        master,
        exceptions,
        absent: Vec::new(),
    }))
}

/// An exception that came without content is asked for by itself.
async fn hydrated(
    client: &Client,
    place: Place<'_>,
    exception: Event,
) -> Result<Option<Event>, Failure> {
    let named = exception.original_start.is_some() || exception.occurrence_id.is_some();
    if !exception.is_stub() && named {
        return Ok(Some(exception));
    }
    match exception.id.as_deref() {
        Some(id) => master(client, place, id).await,
        None => Ok(None),
    }
}

/// Where Graph does not tell exceptions and cancelled occurrences: what its instances in the window show.
async fn from_instances(
    client: &Client,
    place: Place<'_>,
    master: Event,
) -> Result<Series, Failure> {
    let id = master.id.clone().unwrap_or_default();
    let all = instances(client, place, &id, place.from, place.to).await?;
    let exceptions: Vec<Event> = all
        .iter()
        .filter(|i| i.kind == Some(EventType::Exception))
        .cloned()
        .collect();
    let absent = match graph::read(&master, &exceptions, &[]) {
        Ok(read) => absent(&read, &all, place),
        Err(_) => Vec::new(),
    };
    Ok(Series {
        master,
        exceptions,
        absent,
    })
}

/// Occurrences of the window that the rule has and the instances have not.
fn absent(read: &Mapped<calendar::Event>, all: &[Event], place: Place<'_>) -> Vec<RecurrenceId> {
    let when = &read.value.when;
    let there: Vec<RecurrenceId> = all
        .iter()
        .filter_map(|i| Original::of(i).map(|o| o.recurrence_id(when)))
        .collect();
    let window = Window {
        from: place.from,
        to: place.to,
    };
    let inside = |o: &calendar::Occurrence| o.start >= place.from && o.end <= place.to;
    read.value
        .occurrences(window, &TimeZone::UTC)
        .filter(inside)
        .filter_map(|o| o.id)
        .filter(|id| !there.contains(id))
        .collect()
}

/// The instances of a series in a stretch of time.
pub(super) async fn instances(
    client: &Client,
    place: Place<'_>,
    master: &str,
    from: jiff::Timestamp,
    to: jiff::Timestamp,
) -> Result<Vec<Event>, Failure> {
    let (from, to, expand) = (instant(from), instant(to), property::expand());
    let query = [
        ("startDateTime", from.as_str()),
        ("endDateTime", to.as_str()),
        ("$expand", expand.as_str()),
        ("$top", "100"),
    ];
    let segments = ["me", "calendars", place.id, "events", master, "instances"];
    let mut next = Some(client.root.at(&segments, &query));
    let mut all = Vec::new();
    for _ in 0..PAGES_MAX {
        let Some(url) = next.take() else { break };
        let page: Collection<Event> = match client.get(&url).await? {
            Ok(page) => page,
            Err(refusal) if refusal.is_missing() => return Ok(all),
            Err(refusal) => return Err(refusal.failure()),
        };
        all.extend(page.value);
        next = match page.next_link {
            Some(link) => Some(client.root.own(&link)?.to_owned()),
            None => None,
        };
    }
    Ok(all)
}

/// What was read, as the hub wants it.
pub(super) fn seen(id: &str, series: &Series) -> Seen {
    let malformed = |reason: String| {
        Seen::Malformed(Malformed {
            id: id.to_owned(),
            reason,
        })
    };
    let Some(etag) = series.master.etag.clone() else {
        return malformed("`@odata.etag` of the Graph event is missing".to_owned());
    };
    let mut body = match graph::read(&series.master, &series.exceptions, &[]) {
        Ok(read) => read.value,
        Err(error) => return malformed(error.to_string()),
    };
    for absent in &series.absent {
        body.overrides.insert(*absent, Override::Excluded);
    }
    let modified = series.master.last_modified_date_time;
    Seen::Event(Box::new(Sighting {
        id: id.to_owned(),
        found: Some(Found {
            version: Version {
                tag: tag(&etag, series),
                order: modified.map(jiff::Timestamp::as_microsecond),
            },
            body,
            stamp: stamp_of(&series.master),
            modified,
        }),
    }))
}

/// Between the etag and what else the version depends on. No etag has it.
const AND: &str = " +";

/// The master's etag, and those of its exceptions, digested: whether a change of an exception changes its master's
/// etag is not documented.
fn tag(etag: &str, series: &Series) -> String {
    let mut etags: Vec<&str> = series
        .exceptions
        .iter()
        .filter_map(|e| e.etag.as_deref().or(e.change_key.as_deref()))
        .collect();
    if etags.is_empty() {
        return etag.to_owned();
    }
    etags.sort_unstable();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, etags.join("\n").as_bytes());
    let (first, _) = digest.as_ref().split_at(8);
    let first = first
        .iter()
        .fold(0u64, |all, byte| all << 8 | u64::from(*byte));
    format!("{etag}{AND}{first:016x}")
}

/// What `If-Match` gets.
pub(super) fn etag(version: &Version) -> &str {
    version
        .tag
        .split_once(AND)
        .map_or(&version.tag, |(etag, _)| etag)
}

/// What is before a stamp in its property until the event is changed for the first time.
const MADE: &str = "made ";

/// What the property says of a stamp when its event is made.
pub(super) fn made(stamp: &str) -> String {
    format!("{MADE}{stamp}")
}

/// The stamp that an event bears. People copy events with all their properties; but not the `transactionId` of the request that
/// made one, which Graph returns where an app has set it, and which nobody can set later (event resource type, v1.0).
pub(super) fn stamp_of(event: &wire::Event) -> Option<Stamp> {
    let value = property::Property::Stamp.of(event)?;
    match value.strip_prefix(MADE) {
        Some(made) if event.transaction_id.as_deref() != Some(made) => None,
        Some(made) => made.parse().ok(),
        None => value.parse().ok(),
    }
}

/// The event that was made by the request with a stamp. Should a copy of it have all that it has, it is the first.
pub(super) async fn find(client: &Client, place: Place<'_>, stamp: Stamp) -> Result<Seen, Failure> {
    let filter = property::stamp_filter(&made(&stamp.to_string()));
    let expand = property::expand();
    let query = [
        ("$filter", filter.as_str()),
        ("$expand", expand.as_str()),
        ("$top", "20"),
    ];
    let url = client
        .root
        .at(&["me", "calendars", place.id, "events"], &query);
    let page: Result<Collection<Event>, Refusal> = client.get(&url).await?;
    let found = page.map_err(|refusal| refusal.failure())?.value;
    let ours = found.iter().filter(|e| stamp_of(e) == Some(stamp));
    let first = ours.min_by_key(|event| event.created_date_time);
    match first.and_then(|event| event.id.as_deref()) {
        Some(id) => get(client, place, id).await,
        None => Ok(Seen::Nothing),
    }
}
