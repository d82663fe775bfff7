//! What Graph has and the model has not: kept as it came, given back as it was.

use calendar::Event;
use serde_json::{Map, Value, json};

use super::{
    DIALECT, Side,
    fields::{Out, Scene},
    places,
    property::Property,
    wire::{self, ExtendedProperty},
};

/// What the server makes up, renews by itself, or says elsewhere too. Kept, it would look like somebody's change.
const VOLATILE: [&str; 12] = [
    "webLink",
    "bodyPreview",
    "hasAttachments",
    "isDraft",
    "onlineMeetingUrl",
    "uid",
    "iCalUId_v2",
    "instances",
    "attachments",
    "extensions",
    "calendar",
    "multiValueExtendedProperties",
];

/// Where extended properties are kept.
const PROPERTIES: &str = "singleValueExtendedProperties";

/// What is kept for showing it again, and never written.
const READ_ONLY: [&str; 5] = [
    "onlineMeeting",
    "responseStatus",
    "isOnlineMeeting",
    "onlineMeetingProvider",
    places::KEPT,
];

/// Those of them that are not written as something else.
const MADE_THERE: [&str; 4] = [
    "onlineMeeting",
    "responseStatus",
    "isOnlineMeeting",
    "onlineMeetingProvider",
];

/// Reads what is to be kept into `event`. A client names what it changes, a server says everything.
pub(super) fn read(wire: &wire::Event, event: &mut Event, side: Side<'_>) {
    let mut kept = match side {
        Side::Client | Side::Exception { .. } => already(event).cloned().unwrap_or_default(),
        Side::Server => Map::new(),
    };
    let client = matches!(side, Side::Client);
    let sent = wire.rest.iter().filter(|(name, _)| is_kept(name));
    let sent = sent.filter(|(name, _)| !client || name.as_str() != "responseStatus");
    for (name, value) in sent {
        let value = match (name.as_str(), value) {
            ("responseStatus", Value::Object(status)) => {
                json!({"response": status.get("response").cloned().unwrap_or_default()})
            }
            _ => value.clone(),
        };
        match value {
            Value::Null => drop(kept.remove(name)),
            value => drop(kept.insert(name.clone(), value)),
        }
    }
    if let Some(meeting) = wire.online_meeting.as_ref().filter(|_| !client) {
        let meeting = serde_json::to_value(meeting).unwrap_or_default();
        kept.insert("onlineMeeting".to_owned(), meeting);
    }
    properties(wire, &mut kept, client);
    if wire.location.is_some() || wire.locations.is_some() {
        match places::kept(wire) {
            Value::Array(rich) if !rich.is_empty() => {
                kept.insert(places::KEPT.to_owned(), rich.into());
            }
            _ => drop(kept.remove(places::KEPT)),
        }
    }
    event.unknown.set(DIALECT, Value::Object(kept));
}

fn is_kept(name: &str) -> bool {
    // Annotations (`@odata.type`, `calendar@odata.navigationLink`) belong to the answer, not to the event.
    !name.contains('@') && !VOLATILE.contains(&name)
}

/// Extended properties: of a service those of others, of a client all. They are set one by one.
fn properties(wire: &wire::Event, kept: &mut Map<String, Value>, client: bool) {
    let given = wire.single_value_extended_properties.iter().flatten();
    let given: Vec<&ExtendedProperty> = given
        .filter(|p| client || !Property::is_ours(&p.id))
        .collect();
    if given.is_empty() {
        return;
    }
    let before = kept.remove(PROPERTIES).unwrap_or_default();
    let mut all: Vec<ExtendedProperty> = serde_json::from_value(before).unwrap_or_default();
    for property in given {
        all.retain(|p| !p.id.eq_ignore_ascii_case(&property.id));
        all.push(property.clone());
    }
    kept.insert(
        PROPERTIES.to_owned(),
        serde_json::to_value(all).unwrap_or_default(),
    );
}

fn already(event: &Event) -> Option<&Map<String, Value>> {
    event.unknown.get(DIALECT)?.as_object()
}

/// Writes what differs from before; what is gone becomes null.
pub(super) fn write(dialect: &str, scene: &Scene<'_>, out: &mut Out) {
    if dialect != DIALECT {
        if scene.next.unknown.get(dialect).is_some() {
            let reason = "Graph has no field for what another dialect kept";
            out.lose("other", reason, "left out");
        }
        return;
    }
    let empty = Map::new();
    let next = already(scene.next).unwrap_or(&empty);
    let previous = scene.previous.and_then(already).unwrap_or(&empty);
    let writable = |name: &&String| !READ_ONLY.contains(&name.as_str());
    let made_there = |name: &str| next.get(name).is_some() && previous.get(name) != next.get(name);
    if MADE_THERE.iter().any(|name| made_there(name)) {
        out.lose(
            "other",
            "Graph makes up meetings and answers itself",
            "left out",
        );
    }
    for name in next.keys().filter(writable) {
        if previous.get(name) == next.get(name) {
            continue;
        }
        if name == PROPERTIES {
            let all: Vec<ExtendedProperty> =
                serde_json::from_value(next[name].clone()).unwrap_or_default();
            out.foreign(all.into_iter().filter(|p| !Property::is_ours(&p.id)));
        } else {
            out.set(name, &next[name]);
        }
    }
    for name in previous.keys().filter(writable) {
        // An extended property cannot be taken away.
        if !next.contains_key(name) && name != PROPERTIES {
            out.set(name, &Value::Null);
        }
    }
}
