//! From the event to JSON.

use calendar::{Event, FreeBusy, Override, Privacy, Status, When, Zone};
use serde_json::{Map, Value, json};

use super::{DIALECT, NOTHING, alert, people, place, pointer, rule, zone};

/// Our own property for the shades that `freeBusyStatus` has no word for.
pub const FREE_BUSY: &str = "kalends.dev:freeBusyStatus";

/// Writes an event as a JSCalendar Event (RFC 8984 5.1).
///
/// Properties with their default value are left out, except `status`, `freeBusyStatus` and `privacy`.
pub fn to_json(event: &Event) -> Value {
    let mut out = single(event);
    if !event.rules.is_empty() {
        let rules = event.rules.iter().map(|r| rule::write(r, &event.when));
        out.insert("recurrenceRules".into(), rules.collect());
    }
    if !event.excluded_rules.is_empty() {
        let rules = event.excluded_rules.iter();
        let rules = rules.map(|r| rule::write(r, &event.when));
        out.insert("excludedRecurrenceRules".into(), rules.collect());
    }
    if !event.overrides.is_empty() {
        out.insert("recurrenceOverrides".into(), overrides(event).into());
    }
    out.into()
}

/// An event without its recurrence.
pub(super) fn single(event: &Event) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
    put("@type", "Event".into());
    put("uid", event.uid.as_str().into());
    let mut nonzero = |name: &str, n: u32| {
        if n > 0 {
            put(name, n.into());
        }
    };
    nonzero("sequence", event.sequence);
    nonzero("priority", event.priority.into());
    for (name, at) in [("created", event.created), ("updated", event.updated)] {
        if let Some(at) = at {
            put(name, at.to_string().into());
        }
    }
    if !event.title.is_empty() {
        put("title", event.title.as_str().into());
    }
    if !event.text.is_empty() {
        put("description", event.text.content.as_str().into());
    }
    if event.text.html {
        put("descriptionContentType", "text/html".into());
    }
    put("start", event.when.local_start().to_string().into());
    put("duration", event.when.duration().to_string().into());
    match &event.when {
        When::AllDay { .. } => put("showWithoutTime", true.into()),
        When::Timed { zone, .. } => {
            if let Some(zone) = zone {
                put("timeZone", zone::id(zone).into());
            }
        }
    }
    let mut map = |name: &str, map: Map<String, Value>| {
        if !map.is_empty() {
            put(name, map.into());
        }
    };
    map("timeZones", custom_zones(&event.when));
    map("locations", place::write(&event.places, &event.when));
    map(
        "virtualLocations",
        place::write_virtual(&event.virtual_places),
    );
    map("participants", people::write(&event.people));
    let keywords = event.categories.iter();
    map(
        "keywords",
        keywords.map(|k| (k.clone(), true.into())).collect(),
    );
    match &event.reminders {
        None => put("useDefaultAlerts", true.into()),
        Some(reminders) => put("alerts", alert::write(reminders).into()),
    }
    if let Some(color) = &event.color {
        put("color", color.as_str().into());
    }
    states(event, put);
    add_unknown(event, &mut out);
    out
}

fn states(event: &Event, mut put: impl FnMut(&str, Value)) {
    let status = match event.status {
        Status::Confirmed => "confirmed",
        Status::Tentative => "tentative",
        Status::Cancelled => "cancelled",
    };
    put("status", status.into());
    let (free_busy, shade) = match event.busy {
        FreeBusy::Busy => ("busy", None),
        FreeBusy::Free => ("free", None),
        FreeBusy::Tentative => ("busy", Some("tentative")),
        FreeBusy::OutOfOffice => ("busy", Some("out-of-office")),
        FreeBusy::WorkingElsewhere => ("free", Some("working-elsewhere")),
    };
    put("freeBusyStatus", free_busy.into());
    if let Some(shade) = shade {
        put(FREE_BUSY, shade.into());
    }
    let privacy = match event.privacy {
        Privacy::Public => "public",
        Privacy::Private => "private",
        Privacy::Secret => "secret",
    };
    put("privacy", privacy.into());
}

fn custom_zones(when: &When) -> Map<String, Value> {
    let When::Timed { zone, end_zone, .. } = when else {
        return Map::new();
    };
    [zone, end_zone]
        .into_iter()
        .flatten()
        .filter_map(|zone| match zone {
            Zone::Custom(custom) => Some((zone::id(zone), zone::write(custom))),
            Zone::Iana(_) => None,
        })
        .collect()
}

/// Unknown properties go where they were; one whose surroundings are gone goes with them.
fn add_unknown(event: &Event, out: &mut Map<String, Value>) {
    let Some(Value::Object(unknown)) = event.unknown.get(DIALECT) else {
        return;
    };
    for (path, value) in unknown.iter().filter(|(path, _)| *path != NOTHING) {
        let taken = !path.contains('/') && out.contains_key(path);
        if !taken {
            let _gone = pointer::set(out, path, value.clone(), false);
        }
    }
}

/// Each override as a patch of whole properties of its occurrence.
fn overrides(event: &Event) -> Map<String, Value> {
    let mut plain_event = event.clone();
    plain_event.overrides.clear();
    event
        .overrides
        .iter()
        .map(|(id, change)| {
            let patch = match (change, plain_event.occurrence(*id)) {
                (Override::Patch(patch), Some(plain)) => {
                    let before = single(&plain);
                    let mut own = plain;
                    patch.apply(&mut own);
                    difference(&before, single(&own)).into()
                }
                _ => json!({"excluded": true}),
            };
            (id.to_string(), patch)
        })
        .collect()
}

fn difference(plain: &Map<String, Value>, own: Map<String, Value>) -> Map<String, Value> {
    let gone = plain.keys().filter(|name| !own.contains_key(*name));
    let gone: Vec<String> = gone.cloned().collect();
    let mut patch: Map<String, Value> = own
        .into_iter()
        .filter(|(name, value)| plain.get(name) != Some(value))
        .collect();
    patch.extend(gone.into_iter().map(|name| (name, Value::Null)));
    patch
}
