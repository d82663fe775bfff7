//! Location and VirtualLocation objects (RFC 8984 4.2.5, 4.2.6), and the end zone that is one of the former.

use calendar::{Place, VirtualPlace, When, Zone};
use serde_json::{Map, Value, json};

use super::{
    Error,
    object::{Gathered, Object},
    pointer,
    zone::{self, Zones},
};

/// Places of one event that are read.
const MAX: usize = 100;

/// Id of the location that holds the end zone.
const END: &str = "end";

/// Writes the `locations` map.
pub fn write(places: &[Place], when: &When) -> Map<String, Value> {
    let mut out: Map<String, Value> = Map::new();
    for (index, place) in places.iter().enumerate() {
        let mut location = json!({"@type": "Location", "name": place.name});
        if let Some(coordinates) = &place.coordinates {
            location["coordinates"] = coordinates.as_str().into();
        }
        out.insert((index + 1).to_string(), location);
    }
    if let When::Timed {
        end_zone: Some(end),
        ..
    } = when
    {
        let location = json!({"@type": "Location", "relativeTo": "end", "timeZone": zone::id(end)});
        out.insert(END.to_owned(), location);
    }
    out
}

/// Reads the `locations` map: places, and the zone of the end.
pub fn read(
    event: &mut Object<'_>,
    zones: &Zones,
    gathered: &mut Gathered,
) -> Result<(Vec<Place>, Option<Zone>), Error> {
    let mut places = Vec::new();
    let mut end = None;
    for (key, value) in event.objects("locations", MAX)? {
        let mut object = Object::at(pointer::join("locations", key), value)?;
        let name = object.string("name")?.unwrap_or_default().to_owned();
        let coordinates = object.string("coordinates")?.map(str::to_owned);
        let is_end = value["relativeTo"] == "end" && !value["timeZone"].is_null();
        if is_end {
            object.get("relativeTo");
            end = zones.named(&mut object, "timeZone", gathered)?;
            if name.is_empty() && coordinates.is_none() {
                object.keep_rest(&pointer::join("locations", END), gathered);
                continue;
            }
        }
        places.push(Place { name, coordinates });
        object.keep_rest(&format!("locations/{}", places.len()), gathered);
    }
    Ok((places, end))
}

/// Writes the `virtualLocations` map.
pub fn write_virtual(places: &[VirtualPlace]) -> Map<String, Value> {
    let one = |(index, place): (usize, &VirtualPlace)| {
        let mut location = json!({"@type": "VirtualLocation", "uri": place.uri});
        if !place.name.is_empty() {
            location["name"] = place.name.as_str().into();
        }
        ((index + 1).to_string(), location)
    };
    places.iter().enumerate().map(one).collect()
}

/// Reads the `virtualLocations` map.
pub fn read_virtual(
    event: &mut Object<'_>,
    gathered: &mut Gathered,
) -> Result<Vec<VirtualPlace>, Error> {
    let mut places = Vec::new();
    for (key, value) in event.objects("virtualLocations", MAX)? {
        let mut object = Object::at(pointer::join("virtualLocations", key), value)?;
        places.push(VirtualPlace {
            name: object.string("name")?.unwrap_or_default().to_owned(),
            uri: object.required("uri", Object::string)?.to_owned(),
        });
        object.keep_rest(&format!("virtualLocations/{}", places.len()), gathered);
    }
    Ok(places)
}
