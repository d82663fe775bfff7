//! What changed in a calendar: a round of `calendarView/delta`.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use protocols::microsoft::wire::{Collection, Event, EventType};
use serde_json::Value;

use super::{client::Client, hydrate, paths::instant};
use crate::{Changes, Failure, Malformed, Place};

/// So many pages a round may have.
const PAGES_MAX: usize = 5_000;
/// How many events are asked for per page.
const PAGE: &str = "odata.maxpagesize=200";
/// A round's window is fixed. When the wanted one has moved on by this much, a new round begins.
const DRIFT_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Where the next round begins: the link, and the end of the window that it is for.
struct Cursor<'a> {
    to: Timestamp,
    link: &'a str,
}

impl<'a> Cursor<'a> {
    fn parse(text: &'a str) -> Result<Self, Failure> {
        let (to, link) = text.split_once('|').ok_or(Failure::CursorInvalid)?;
        let to = to.parse().map_err(|_| Failure::CursorInvalid)?;
        Ok(Self { to, link })
    }

    fn serves(&self, place: Place<'_>) -> bool {
        place.to.duration_since(self.to).abs() <= DRIFT_MAX
    }
}

/// What one round named.
#[derive(Default)]
struct Round {
    /// Single events and masters that are there.
    present: BTreeSet<String>,
    removed: BTreeSet<String>,
    malformed: Vec<Malformed>,
    link: Option<String>,
}

/// Reads a round to its end, then each event that it named.
pub(super) async fn read(
    client: &Client,
    place: Place<'_>,
    cursor: Option<&str>,
) -> Result<Changes, Failure> {
    let cursor = cursor
        .map(Cursor::parse)
        .transpose()?
        .filter(|cursor| cursor.serves(place));
    let full = cursor.is_none();
    let (to, start) = match &cursor {
        Some(cursor) => {
            // Another root was configured since: its links are not ours to keep.
            let own = client.root.own(cursor.link);
            (
                cursor.to,
                own.map_err(|_| Failure::CursorInvalid)?.to_owned(),
            )
        }
        None => (place.to, first_page(client, place)),
    };
    let mut round = round(client, start, full).await?;
    let link = round.link.take();
    let link = link.ok_or_else(|| Failure::Protocol("a round without a delta link".to_owned()))?;
    let (sightings, malformed) = hydrate::all(client, place, &round.present, full).await?;
    round.malformed.extend(malformed);
    Ok(Changes {
        sightings,
        doubtful: round.removed.difference(&round.present).cloned().collect(),
        malformed: round.malformed,
        cursor: format!("{to}|{link}"),
        full,
        ..Changes::default()
    })
}

fn first_page(client: &Client, place: Place<'_>) -> String {
    let (from, to) = (instant(place.from), instant(place.to));
    let query = [
        ("startDateTime", from.as_str()),
        ("endDateTime", to.as_str()),
    ];
    client.root.at(
        &["me", "calendars", place.id, "calendarView", "delta"],
        &query,
    )
}

/// One round, from its first page or from where the last one ended.
async fn round(client: &Client, start: String, full: bool) -> Result<Round, Failure> {
    let mut round = Round::default();
    let mut next = Some(start);
    for _ in 0..PAGES_MAX {
        let Some(url) = next.take() else {
            return Ok(round);
        };
        let page: Collection<Value> = match client.get_preferring(&url, PAGE).await? {
            Ok(page) => page,
            Err(refusal) if refusal.is_stale_link() => return Err(Failure::CursorInvalid),
            // Whatever Graph has against a link of its own: asked for again it would say the same, for ever.
            Err(refusal) if refusal.status == 400 && !full => return Err(Failure::CursorInvalid),
            Err(refusal) => return Err(refusal.failure()),
        };
        for item in page.value {
            round.take(item);
        }
        round.link = page.delta_link;
        next = match page.next_link {
            Some(link) => Some(client.root.own(&link)?.to_owned()),
            None => None,
        };
    }
    Err(Failure::Protocol("a round that does not end".to_owned()))
}

impl Round {
    /// Notes which event an item is about: of an occurrence or an exception, its master.
    fn take(&mut self, item: Value) {
        let id = item
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let Ok(event) = serde_json::from_value::<Event>(item) else {
            let reason = "an item of a delta answer is not an event".to_owned();
            self.malformed.push(Malformed { id, reason });
            return;
        };
        if event.removed.is_some() {
            self.removed.insert(id);
            return;
        }
        let of_series = matches!(
            event.kind,
            Some(EventType::Occurrence | EventType::Exception)
        );
        match event.series_master_id {
            Some(master) if of_series || event.kind.is_none() => self.present.insert(master),
            _ => self.present.insert(id),
        };
    }
}
