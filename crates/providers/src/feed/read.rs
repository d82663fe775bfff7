//! What is in the file of a feed.

use std::collections::HashMap;

use aws_lc_rs::digest::{Context, SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use calendar::Event;
use protocols::{
    icalendar::{Error, component::Component, parse, pieces::Pieces, read_named},
    zones::zone_named,
};
use sync::Version;

use super::pace;
use crate::{Failure, Found, Malformed, Sighting};

/// Longer UIDs stand under their hash.
const ID_MAX: usize = 250;

/// A feed, read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What the calendar calls itself.
    pub(super) name: Option<String>,
    /// `#rrggbb`.
    pub(super) color: Option<String>,
    /// IANA name.
    pub(super) time_zone: Option<String>,
    /// How soon its publisher says that it is worth while to ask again, in seconds.
    pub(super) refresh: Option<u64>,
    /// Its events.
    pub(super) sightings: Vec<Sighting>,
    /// Those that cannot be read.
    pub(super) malformed: Vec<Malformed>,
    /// The same for the same content.
    pub(super) print: String,
}

/// Reads a file. Whatever type it says it has: many servers call a calendar text/plain.
pub(super) fn reading(body: &[u8]) -> Result<Reading, Failure> {
    let pieces = Pieces::of(body).map_err(|error| not_a_calendar(body, &error))?;
    let mut reading = Reading::default();
    let head = pieces.head();
    if let Ok(head) = parse::parse(&head)
        && let Some(calendar) = head.components.first()
    {
        reading.take_head(calendar);
    }
    let mut ids: HashMap<String, usize> = HashMap::new();
    for text in pieces.texts() {
        match read_named(&text) {
            Ok(events) => {
                for (uid, event) in events {
                    let event = event.map(|mapped| mapped.value);
                    reading.take(id(&uid, &mut ids), event.map_err(|e| e.to_string()));
                }
            }
            // Events too large to be read at all.
            Err(error) => {
                let name = id(&hash(&text), &mut ids);
                reading.take(name, Err(error.to_string()));
            }
        }
    }
    reading.print = reading.print();
    Ok(reading)
}

impl Reading {
    fn take_head(&mut self, calendar: &Component<'_>) {
        let text = |name: &str| {
            let text = calendar.property(name)?.as_text();
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        self.name = text("NAME").or_else(|| text("X-WR-CALNAME"));
        self.color = text("X-APPLE-CALENDAR-COLOR")
            .or_else(|| text("COLOR"))
            .and_then(|color| hex(&color));
        self.time_zone =
            text("X-WR-TIMEZONE").and_then(|name| Some(zone_named(&name)?.name().to_owned()));
        self.refresh = text("REFRESH-INTERVAL")
            .and_then(|told| pace::duration(&told))
            .or_else(|| pace::duration(&text("X-PUBLISHED-TTL")?));
    }

    fn take(&mut self, id: String, event: Result<Event, String>) {
        match event {
            Ok(mut body) => {
                if id != body.uid && id.starts_with(&body.uid) {
                    // One of several that have this UID.
                    body.uid.clone_from(&id);
                }
                self.sightings.push(Sighting {
                    found: Some(found(body)),
                    id,
                });
            }
            Err(reason) => self.malformed.push(Malformed { id, reason }),
        }
    }

    fn print(&self) -> String {
        let mut all: Vec<(&str, &str)> = Vec::with_capacity(self.sightings.len());
        for sighting in &self.sightings {
            let tag = sighting.found.as_ref().map_or("", |f| &f.version.tag);
            all.push((&sighting.id, tag));
        }
        all.extend(
            self.malformed
                .iter()
                .map(|m| (m.id.as_str(), m.reason.as_str())),
        );
        all.sort_unstable();
        let mut print = Context::new(&SHA256);
        for (id, tag) in all {
            for part in [id, "\n", tag, "\n"] {
                print.update(part.as_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(print.finish())
    }
}

/// An event with a version of our own: feeds have none. It is that of its content; when it was last touched says nothing, since
/// many feeds are made anew for each request.
fn found(body: Event) -> Found {
    let bare = Event {
        created: None,
        updated: None,
        ..body
    };
    let tag = hash(&serde_json::to_vec(&bare).unwrap_or_default());
    Found {
        version: Version { tag, order: None },
        modified: None,
        stamp: None,
        body: bare,
    }
}

/// The id of an event: its UID, as long as no other one has that.
fn id(uid: &str, ids: &mut HashMap<String, usize>) -> String {
    let name = if uid.len() > ID_MAX {
        hash(uid.as_bytes())
    } else {
        uid.to_owned()
    };
    let count = ids.entry(name.clone()).or_default();
    *count += 1;
    match count {
        1 => name,
        n => format!("{name}#{n}"),
    }
}

fn hash(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, bytes))
}

fn hex(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#')?;
    let valid = matches!(digits.len(), 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    valid.then(|| format!("#{}", digits[..6].to_ascii_lowercase()))
}

/// Why a file is not taken for the calendar.
fn not_a_calendar(body: &[u8], error: &Error) -> Failure {
    let begin = body.trim_ascii_start();
    let what = match error {
        _ if begin.is_empty() => "the feed's answer is empty".to_owned(),
        Error::NotCalendar if begin.starts_with(b"<") => {
            "the feed's address answers with a web page, not with a calendar: is it the address of the feed itself?".to_owned()
        }
        error => format!("the feed is no calendar that can be read: {error}"),
    };
    Failure::Protocol(what)
}
