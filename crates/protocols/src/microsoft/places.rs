//! Places, and conferences as places.
//!
//! `location` and `locations` correspond: writing one replaces both. A conference of ours goes in as a place named by
//! its link, and a place that is named by a link is read as a conference; the meeting that Teams or Skype keeps for an
//! event is read, and never written. What a location has beyond name and coordinates (an address, the mailbox of a
//! room) is kept in `unknown` and goes back as long as the place keeps its name.

use calendar::{Event, Loss, Place, VirtualPlace};
use serde_json::{Value, json};

use super::{
    DIALECT,
    fields::Out,
    wire::{self, Coordinates, Location},
};

/// Where `unknown` keeps locations with more to them than the model has.
pub(super) const KEPT: &str = "locations";

/// Reads both into `event`.
pub(super) fn read(wire: &wire::Event, event: &mut Event) {
    let given = given(wire);
    if let Some(locations) = &given {
        let named = |l: &&Location| l.display_name.as_deref().is_some_and(|n| !n.is_empty());
        let (links, places): (Vec<&Location>, Vec<&Location>) = locations
            .iter()
            .filter(named)
            .partition(|l| is_link(name(l)));
        event.places = places.into_iter().map(place).collect();
        event.virtual_places = links.into_iter().map(conference).collect();
    }
    let answered = wire
        .online_meeting
        .as_ref()
        .and_then(|m| m.join_url.as_deref());
    let join = answered.or(join_url(event)).map(str::to_owned);
    if let Some(uri) = join.filter(|uri| !uri.is_empty())
        && !event.virtual_places.iter().any(|v| v.uri == uri)
    {
        let name = String::new();
        event.virtual_places.insert(0, VirtualPlace { name, uri });
    }
}

/// `locations` if they say something, else `location`.
fn given(wire: &wire::Event) -> Option<Vec<Location>> {
    match (&wire.locations, &wire.location) {
        (Some(all), _) if !all.is_empty() => Some(all.clone()),
        (_, Some(one)) => Some(vec![one.clone()]),
        (Some(_), None) => Some(Vec::new()),
        (None, None) => None,
    }
}

fn name(location: &Location) -> &str {
    location.display_name.as_deref().unwrap_or_default()
}

fn is_link(name: &str) -> bool {
    let scheme = name.starts_with("https://") || name.starts_with("http://");
    scheme && !name.contains(char::is_whitespace) && !name.contains(';')
}

fn conference(location: &Location) -> VirtualPlace {
    VirtualPlace {
        name: String::new(),
        uri: name(location).to_owned(),
    }
}

fn place(location: &Location) -> Place {
    let coordinates = location.coordinates.as_ref().and_then(|c| {
        let plane = format!("geo:{},{}", c.latitude?, c.longitude?);
        Some(match c.altitude {
            Some(altitude) if altitude != 0.0 => format!("{plane},{altitude}"),
            _ => plane,
        })
    });
    Place {
        name: name(location).to_owned(),
        coordinates,
    }
}

/// Locations worth keeping: those with more than the model has. Empty if there are none.
pub(super) fn kept(wire: &wire::Event) -> Value {
    let rich: Vec<Location> = given(wire)
        .unwrap_or_default()
        .into_iter()
        .filter(has_more)
        .collect();
    serde_json::to_value(rich).unwrap_or_default()
}

/// Whether there is more than the server makes up from a name.
fn has_more(location: &Location) -> bool {
    let empty = |value: &Value| match value {
        Value::Object(map) => map.values().all(Value::is_null),
        Value::String(text) => text.is_empty(),
        other => other.is_null(),
    };
    let made_up = |(key, value): (&String, &Value)| match (key.as_str(), value.as_str()) {
        ("locationType", Some(word)) => word.eq_ignore_ascii_case("default"),
        ("uniqueIdType", Some(_)) => true,
        ("uniqueId", Some(id)) => id == name(location),
        (key, _) => key.starts_with("@odata") || empty(value),
    };
    !name(location).is_empty() && !location.rest.iter().all(made_up)
}

/// The locations of an event, its conferences behind its places.
pub(super) fn locations(event: &Event, losses: &mut Vec<Loss>) -> Vec<Location> {
    let rich = rich(event);
    let join = join_url(event);
    let mut all = Vec::new();
    for place in &event.places {
        if place.name.is_empty() {
            losses.push(Loss::new("locations", "it has no name", "left out"));
            continue;
        }
        let mut location = rich
            .iter()
            .find(|l| name(l) == place.name)
            .cloned()
            .unwrap_or_default();
        location.display_name = Some(place.name.clone());
        location.coordinates = place.coordinates.as_deref().and_then(coordinates);
        if place.coordinates.is_some() && location.coordinates.is_none() {
            losses.push(Loss::new(
                "locations",
                "not plain coordinates",
                "the name alone",
            ));
        }
        if is_link(&place.name) {
            losses.push(Loss::new(
                "locations",
                "its name is a link",
                "shown as a conference",
            ));
        }
        all.push(location);
    }
    for conference in event
        .virtual_places
        .iter()
        .filter(|v| Some(v.uri.as_str()) != join)
    {
        if !conference.name.is_empty() || !is_link(&conference.uri) {
            let reason = "conferences of others are places that are named by their link";
            losses.push(Loss::new("virtualLocations", reason, "a place"));
        }
        all.push(Location {
            display_name: Some(conference.uri.clone()),
            ..Location::default()
        });
    }
    all
}

fn rich(event: &Event) -> Vec<Location> {
    event
        .unknown
        .get(DIALECT)
        .and_then(|known| known.get(KEPT))
        .and_then(|kept| serde_json::from_value(kept.clone()).ok())
        .unwrap_or_default()
}

/// The link of the meeting that Graph itself keeps for the event.
pub(super) fn join_url(event: &Event) -> Option<&str> {
    event
        .unknown
        .get(DIALECT)?
        .get("onlineMeeting")?
        .get("joinUrl")?
        .as_str()
}

/// `geo:` with two or three plain numbers (RFC 5870).
fn coordinates(uri: &str) -> Option<Coordinates> {
    let mut numbers = uri
        .strip_prefix("geo:")?
        .split(',')
        .map(|n| n.parse::<f64>().ok());
    let (latitude, longitude) = (numbers.next()??, numbers.next()??);
    let altitude = match numbers.next() {
        None => None,
        Some(altitude) => Some(altitude?),
    };
    Some(Coordinates {
        latitude: Some(latitude),
        longitude: Some(longitude),
        altitude,
        ..Coordinates::default()
    })
}

/// Writes them. One place is written as `location`, several as `locations`.
pub(super) fn write(event: &Event, out: &mut Out) {
    let all = locations(event, &mut out.losses);
    match &all[..] {
        [] => out.set("location", &json!({"displayName": ""})),
        [one] => out.set("location", one),
        _ => out.set("locations", &all),
    }
}
