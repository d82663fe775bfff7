//! An event whole: a single event, or a master with all its exceptions.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use calendar::Zone;
use jiff::Timestamp;
use protocols::google::{Event, Events, STAMP, client_id, read, stamp};
use serde_json::Value;
use sync::Version;

use super::client::Client;
use crate::{Failure, Found, Malformed, Place, Sighting};

/// Pages of one series' exceptions that are read at most; 2,500 events each.
const PAGES_MAX: usize = 8;

/// A master, or a single event, and its exceptions by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Series {
    pub(super) master: Event,
    pub(super) exceptions: BTreeMap<String, Event>,
    /// An exception could not be read.
    pub(super) broken: bool,
}

impl Series {
    pub(super) fn single(master: Event) -> Self {
        Self {
            master,
            ..Self::default()
        }
    }

    /// The master's etag, which `If-Match` gets; for a series with exceptions also a digest of theirs, because an edit
    /// of an instance leaves the master's version alone.
    pub(super) fn version(&self) -> Version {
        let etag = self.master.etag.clone().unwrap_or_else(|| "*".to_owned());
        if self.exceptions.is_empty() {
            return Version {
                tag: etag,
                order: micros(&self.master),
            };
        }
        let mut text = String::new();
        for (id, exception) in &self.exceptions {
            text.push_str(id);
            text.push(' ');
            // A cancelled instance may come without one; it cannot change further.
            text.push_str(exception.etag.as_deref().unwrap_or("cancelled"));
            text.push('\n');
        }
        let digest = client_id(&digest(&SHA256, text.as_bytes()).as_ref()[..10]);
        // One part that does not say when it changed makes the order of the whole unknown.
        let parts = self.exceptions.values().chain([&self.master]);
        let order = parts.map(micros).collect::<Option<Vec<_>>>();
        Version {
            tag: format!("{etag} {digest}"),
            order: order.and_then(|all| all.into_iter().max()),
        }
    }

    /// As the hub sees it.
    pub(super) fn sighting(&self, id: &str, zone: &Zone) -> Result<Sighting, Malformed> {
        let malformed = |reason: String| Malformed {
            id: id.to_owned(),
            reason,
        };
        if self.broken {
            return Err(malformed(
                "an exception is not an event resource".to_owned(),
            ));
        }
        let exceptions: Vec<_> = self.exceptions.values().cloned().collect();
        let found = match read(&self.master, &exceptions, zone) {
            Ok(mapped) => Some(Found {
                version: self.version(),
                body: mapped.value,
                stamp: stamp(&self.master).and_then(|stamp| stamp.parse().ok()),
                modified: self.modified(),
            }),
            Err(protocols::google::Error::Deleted) => None,
            Err(error) => return Err(malformed(error.to_string())),
        };
        Ok(Sighting {
            id: id.to_owned(),
            found,
        })
    }

    fn modified(&self) -> Option<Timestamp> {
        let parts = self.exceptions.values().chain([&self.master]);
        let times = parts.filter_map(|part| part.updated.as_deref()?.parse().ok());
        times.max()
    }

    /// Whether both say the same, whatever versions they bear.
    pub(super) fn same_content(&self, other: &Self) -> bool {
        let plain = |series: &Self| {
            let mut series = series.clone();
            for part in series.exceptions.values_mut().chain([&mut series.master]) {
                unversioned(part);
            }
            series
        };
        plain(self) == plain(other)
    }

    /// Whether an instance says the same in `now` as here, as far as it is an exception there. It has the stamp of its
    /// master, which was just written.
    pub(super) fn has_the_same(&self, now: &Self, instance: &str) -> bool {
        let of = |series: &Self| {
            let mut exception = series.exceptions.get(instance).cloned()?;
            unversioned(&mut exception);
            let properties = exception.extended_properties.as_mut();
            if let Some(private) = properties.and_then(|properties| properties.private.as_mut()) {
                private.remove(STAMP);
            }
            Some(exception)
        };
        of(now).is_none_or(|now| of(self) == Some(now))
    }
}

/// Without what tells one version from another.
fn unversioned(part: &mut Event) {
    part.etag = None;
    part.updated = None;
    part.sequence = None;
    part.html_link = None;
}

/// The part of a version's tag that `If-Match` gets.
pub(super) fn etag(version: &Version) -> &str {
    version
        .tag
        .split_once(' ')
        .map_or(version.tag.as_str(), |(etag, _)| etag)
}

fn micros(event: &Event) -> Option<i64> {
    let updated: Timestamp = event.updated.as_deref()?.parse().ok()?;
    Some(updated.as_microsecond())
}

/// Reads an event whole. `None`: there is nothing under the id, or it is deleted.
pub(super) async fn whole(
    client: &Client,
    place: Place<'_>,
    id: &str,
) -> Result<Option<Series>, Failure> {
    let address = client.root.event(place.id, id);
    match client.get::<Event>(&address).await? {
        Ok(event) if event.is_cancelled() => Ok(None),
        Ok(event) => with_exceptions(client, place, event).await.map(Some),
        Err(refusal) if refusal.is_missing() => Ok(None),
        Err(refusal) => Err(refusal.failure()),
    }
}

/// Adds the exceptions of a series to its master.
pub(super) async fn with_exceptions(
    client: &Client,
    place: Place<'_>,
    master: Event,
) -> Result<Series, Failure> {
    let mut series = Series::single(master);
    let is_series = series
        .master
        .recurrence
        .as_ref()
        .is_some_and(|lines| !lines.is_empty());
    let Some(uid) = series.master.i_cal_uid.clone().filter(|_| is_series) else {
        return Ok(series);
    };
    let mut token: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut address = client.root.events(place.id).with("iCalUID", &uid);
        address = address
            .with("showDeleted", "true")
            .with("maxResults", "2500");
        if let Some(token) = &token {
            address = address.with("pageToken", token);
        }
        let page: Events<Value> = client.get(&address).await?.map_err(|r| r.failure())?;
        for item in page.items {
            series.take(item);
        }
        token = page.next_page_token;
        if token.is_none() {
            return Ok(series);
        }
    }
    Err(Failure::Protocol(
        "the exceptions of a series do not end".to_owned(),
    ))
}

impl Series {
    /// Takes an item of a listing by UID: an exception, or a newer state of the master.
    fn take(&mut self, item: Value) {
        let Ok(item) = serde_json::from_value::<Event>(item) else {
            self.broken = true;
            return;
        };
        if item.id == self.master.id {
            if !item.is_cancelled() {
                self.master = item;
            }
        } else if item.recurring_event_id == self.master.id
            && let Some(id) = item.id.clone()
        {
            self.exceptions.insert(id, item);
        }
    }
}
