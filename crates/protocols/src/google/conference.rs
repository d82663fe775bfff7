//! Conferences: `conferenceData.entryPoints` and the older `hangoutLink`.
//!
//! A conference of Google's own (Meet) is bound to its event: it is given back as it came or not at all. Any other is
//! written the way that conferencing add-ons do, solution type `addOn` with its entry points.

use calendar::{Loss, VirtualPlace};
use serde_json::{Value, json};

use super::Event as Wire;

const ENTRY_POINTS_MAX: usize = 50;
const URI_CHARS_MAX: usize = 1300;
const LABEL_CHARS_MAX: usize = 512;

pub(super) fn read(wire: &Wire) -> Vec<VirtualPlace> {
    let points = wire
        .conference_data
        .as_ref()
        .and_then(|data| data.get("entryPoints")?.as_array());
    let text = |point: &Value, name| point.get(name).and_then(Value::as_str).map(str::to_owned);
    let places: Vec<_> = points
        .into_iter()
        .flatten()
        .take(ENTRY_POINTS_MAX)
        .filter_map(|point| {
            Some(VirtualPlace {
                name: text(point, "label").unwrap_or_default(),
                uri: text(point, "uri")?,
            })
        })
        .collect();
    match &wire.hangout_link {
        Some(link) if places.is_empty() => vec![VirtualPlace {
            name: String::new(),
            uri: link.clone(),
        }],
        _ => places,
    }
}

/// `wire` already has the conference that was kept.
pub(super) fn write(places: &[VirtualPlace], wire: &mut Wire, losses: &mut Vec<Loss>) {
    if read(wire) == places {
        return;
    }
    wire.hangout_link = None;
    wire.conference_data = data(places, losses);
}

/// Whether `conferenceData` says no more than the places.
pub(super) fn is_plain(data_kept: &Value, places: &[VirtualPlace]) -> bool {
    data(places, &mut Vec::new()).as_ref() == Some(data_kept)
}

fn data(places: &[VirtualPlace], losses: &mut Vec<Loss>) -> Option<Value> {
    let mut points = Vec::new();
    let (mut video, mut sip) = (false, false);
    for place in places {
        let scheme = place.uri.split(':').next().unwrap_or_default();
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" if !std::mem::replace(&mut video, true) => "video",
            "sip" if !std::mem::replace(&mut sip, true) => "sip",
            "tel" => "phone",
            _ => "",
        };
        let fits = place.uri.chars().count() <= URI_CHARS_MAX
            && place.name.chars().count() <= LABEL_CHARS_MAX;
        if kind.is_empty() || !fits {
            let reason = "Google has one web address, one SIP address and telephones a conference";
            losses.push(Loss::new("virtualLocations", reason, "left out"));
            continue;
        }
        let mut point = json!({"entryPointType": kind, "uri": place.uri});
        if !place.name.is_empty() {
            point["label"] = json!(place.name);
        }
        points.push(point);
    }
    let name = points.iter().find_map(|point| point.get("label").cloned());
    let name = name.unwrap_or_else(|| json!("Conference"));
    (!points.is_empty()).then(|| {
        json!({
            "conferenceSolution": {"key": {"type": "addOn"}, "name": name},
            "entryPoints": points,
        })
    })
}
