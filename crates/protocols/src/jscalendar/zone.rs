//! Time zones: names, and TimeZone objects for zones with their own rules (RFC 8984 4.7).

use std::sync::Arc;

use calendar::{CustomZone, Observance, When, Zone};
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::{
    Error,
    object::{self, Gathered, Object},
    pointer, rule,
};
use crate::{
    icalendar::value::{offset, write_offset},
    zones::zone_named,
};

/// Zones of one event, and observances of one zone, that are read.
const MAX: usize = 200;

/// The `timeZone` value of a zone: zones that are not IANA's begin with a slash.
pub fn id(zone: &Zone) -> String {
    match zone {
        Zone::Iana(name) => name.to_string(),
        Zone::Custom(custom) => format!("/{}", custom.id),
    }
}

/// The entry of `timeZones` for a zone that is not IANA's.
pub fn write(zone: &CustomZone) -> Value {
    let of = |daylight| -> Vec<Value> {
        zone.observances
            .iter()
            .filter(|o| o.daylight == daylight)
            .map(write_observance)
            .collect()
    };
    json!({"@type": "TimeZone", "tzId": zone.id, "standard": of(false), "daylight": of(true)})
}

fn write_observance(o: &Observance) -> Value {
    let mut out = json!({
        "@type": "TimeZoneRule",
        "start": o.start.to_string(),
        "offsetFrom": write_offset(o.offset_from),
        "offsetTo": write_offset(o.offset_to),
    });
    let floating = When::floating(o.start, calendar::Duration::default());
    if !o.rules.is_empty() {
        out["recurrenceRules"] = o.rules.iter().map(|r| rule::write(r, &floating)).collect();
    }
    if !o.dates.is_empty() {
        let dates = o.dates.iter().map(|d| (d.to_string(), json!({})));
        out["recurrenceOverrides"] = Value::Object(dates.collect());
    }
    if let Some(name) = &o.name {
        out["names"] = json!({ name: true });
    }
    out
}

/// The zones of an event by `timeZone` value.
pub struct Zones(Map<String, Value>);

impl Zones {
    /// From the event's `timeZones`.
    pub fn of(event: &mut Object<'_>) -> Result<Self, Error> {
        let entries = event.objects("timeZones", MAX)?;
        let entries = entries
            .into_iter()
            .map(|(id, v)| (id.to_owned(), v.clone()));
        Ok(Self(entries.collect()))
    }

    /// The zone that a property names.
    pub fn named(
        &self,
        object: &mut Object<'_>,
        property: &'static str,
        gathered: &mut Gathered,
    ) -> Result<Option<Zone>, Error> {
        let Some(name) = object.string(property)? else {
            return Ok(None);
        };
        if let Some(value) = self.0.get(name) {
            let path = pointer::join("timeZones", name);
            return read(path, name, value, gathered).map(Some);
        }
        let zone = zone_named(name);
        zone.map(Some).ok_or_else(|| {
            object.bad(
                property,
                "an IANA time zone, or the key of an entry of timeZones, is needed",
            )
        })
    }
}

fn read(path: String, key: &str, value: &Value, gathered: &mut Gathered) -> Result<Zone, Error> {
    let mut object = Object::at(path, value)?;
    let id = object
        .string("tzId")?
        .unwrap_or(key.trim_start_matches('/'))
        .to_owned();
    let mut observances = Vec::new();
    for (name, daylight) in [("standard", false), ("daylight", true)] {
        for (index, value) in object.array(name, MAX)?.iter().enumerate() {
            let path = format!("{}/{index}", object.path(name));
            observances.push(observance(path, value, daylight, gathered)?);
        }
    }
    object.report_rest("timeZones", gathered);
    if observances.is_empty()
        && let Some(zone) = zone_named(&id)
    {
        return Ok(zone);
    }
    Ok(Zone::Custom(Arc::new(CustomZone { id, observances })))
}

fn observance(
    path: String,
    value: &Value,
    daylight: bool,
    gathered: &mut Gathered,
) -> Result<Observance, Error> {
    let mut object = Object::at(path, value)?;
    let start = object.required("start", Object::local)?;
    let seconds = |object: &mut Object<'_>, name| {
        let text = object.required(name, Object::string)?;
        offset(text).ok_or_else(|| object.bad(name, "an offset such as +0100 is needed"))
    };
    let offset_from = seconds(&mut object, "offsetFrom")?;
    let offset_to = seconds(&mut object, "offsetTo")?;
    let floating = When::floating(start, calendar::Duration::default());
    let mut rules = Vec::new();
    for (index, value) in object.array("recurrenceRules", 10)?.iter().enumerate() {
        let path = format!("{}/{index}", object.path("recurrenceRules"));
        rules.push(rule::read(path, value, &floating, gathered)?);
    }
    let dates = object.objects("recurrenceOverrides", 1000)?;
    let dates: Option<Vec<DateTime>> = dates.iter().map(|(id, _)| object::local(id)).collect();
    let dates = dates.ok_or_else(|| object.bad("recurrenceOverrides", "keys are local times"))?;
    let name = object.set("names", 10)?.first().map(|n| (*n).to_owned());
    object.report_rest("timeZones", gathered);
    Ok(Observance {
        daylight,
        name,
        start,
        offset_from,
        offset_to,
        rules,
        dates,
    })
}
