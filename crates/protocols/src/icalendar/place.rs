//! LOCATION, GEO and CONFERENCE (RFC 5545 3.8.1.6–7, RFC 7986 5.11) to and from places.

use std::borrow::Cow;

use calendar::{Place, VirtualPlace};

use super::{
    component::Property,
    controls,
    kept::{Keeping, Kept},
    names::{Name, Table},
    out::Out,
};

/// Holds each place whole, where LOCATION and GEO cannot say all of them.
pub const PLACE: &str = "X-KALENDS-LOCATION";

/// The `geo:` URI of a GEO property (`48.2;16.37`).
pub fn coordinates(geo: &Property) -> Option<String> {
    let (lat, lon) = geo.value.split_once([';', ','])?;
    let (lat, lon) = (lat.trim().trim_end_matches('\\'), lon.trim());
    lat.parse::<f64>().ok()?;
    lon.parse::<f64>().ok()?;
    Some(format!("geo:{lat},{lon}"))
}

/// The GEO property of a `geo:` URI (RFC 5870).
fn geo(uri: &str) -> Option<Property<'static>> {
    let body = uri.strip_prefix("geo:")?;
    let mut numbers = body.split(';').next()?.split(',');
    let (lat, lon) = (numbers.next()?, numbers.next()?);
    lat.parse::<f64>().ok()?;
    lon.parse::<f64>().ok()?;
    Some(Property::new("GEO", format!("{lat};{lon}")))
}

/// What LOCATION and GEO say.
fn simple(location: Option<&Property>, geo: Option<&Property>) -> Option<Place> {
    let place = Place {
        name: location.map(Property::as_text).unwrap_or_default(),
        coordinates: geo.and_then(coordinates),
    };
    (place != Place::default()).then_some(place)
}

/// The places of an event.
pub fn read<'a, 't>(table: &Table<'a, 't>, kept: &mut Keeping<'a, 't>) -> Vec<Place> {
    // Coordinates that are none say nothing.
    let geo = table.get(Name::Geo).filter(|p| coordinates(p).is_some());
    let location = table.get(Name::Location);
    for property in location.into_iter().chain(geo) {
        kept.remember(property, "");
    }
    let simple = simple(location, geo);
    let whole: Vec<Place> = table
        .all(Name::Place)
        .map(|p| Place {
            name: p.as_text(),
            coordinates: p.parameter("GEO").map(Cow::into_owned),
        })
        .collect();
    // Whoever changed LOCATION did not know of our property: then it is stale.
    if !whole.is_empty() && first_as_simple(&whole) == simple {
        return whole;
    }
    simple.into_iter().collect()
}

fn first_as_simple(places: &[Place]) -> Option<Place> {
    let properties = write_simple(places);
    let find = |name| properties.iter().find(|p| p.is(name));
    simple(find("LOCATION"), find("GEO"))
}

fn write_simple(places: &[Place]) -> Vec<Property<'_>> {
    let Some(first) = places.first() else {
        return Vec::new();
    };
    let name = (!first.name.is_empty()).then(|| Property::text("LOCATION", &first.name));
    let geo = first.coordinates.as_deref().and_then(geo);
    name.into_iter().chain(geo).collect()
}

/// Writes the places of an event.
pub fn write<'t>(places: &'t [Place], kept: &mut Kept<'t>, out: &mut Out) {
    if let [
        Place {
            name,
            coordinates: None,
        },
    ] = places
        && !name.is_empty()
        && !controls::in_line(name)
    {
        kept.write_text("LOCATION", name, out);
        return;
    }
    let simple = write_simple(places);
    for property in &simple {
        kept.write_spelled(property, out);
    }
    if !simple.iter().any(|p| p.is("LOCATION")) {
        kept.write_empty("LOCATION", out);
    }
    if first_as_simple(places).as_ref() == places.first() && places.len() <= 1 {
        return;
    }
    for place in places {
        out.start(PLACE);
        if let Some(uri) = &place.coordinates {
            out.parameter("GEO", uri);
        }
        out.text(&place.name);
    }
}

/// The conferences of an event.
pub fn read_virtual<'a, 't>(
    table: &Table<'a, 't>,
    kept: &mut Keeping<'a, 't>,
) -> Vec<VirtualPlace> {
    table
        .all(Name::Conference)
        .map(|p| {
            let place = VirtualPlace {
                name: p.parameter("LABEL").unwrap_or_default().into_owned(),
                uri: p.value.trim().to_owned(),
            };
            kept.remember(p, &conference(&place).parameters);
            place
        })
        .collect()
}

fn conference(place: &VirtualPlace) -> Property<'_> {
    let property = Property::new("CONFERENCE", one_line(&place.uri)).with("VALUE", "URI");
    if place.name.is_empty() {
        return property;
    }
    property.with("LABEL", &place.name)
}

/// A URI holds no control characters; one that does must not end the line.
pub fn one_line(uri: &str) -> Cow<'_, str> {
    if controls::in_line(uri) {
        uri.chars().filter(|c| !controls::is_one(*c)).collect()
    } else {
        uri.into()
    }
}

/// Writes the conferences of an event.
pub fn write_virtual<'t>(places: &'t [VirtualPlace], kept: &mut Kept<'t>, out: &mut Out) {
    for place in places {
        kept.write_spelled(&conference(place), out);
    }
}
