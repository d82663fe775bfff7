//! Zones on the wire are IANA names. A zone that brought its own rules is written as the IANA zone that has the same
//! offsets around the event, or else as the calendar's zone.

use calendar::{CustomZone, Loss, Observance, Zone};
use jiff::{Span, civil::DateTime, tz::TimeZone};

/// The zone of a name from the wire. One that the database does not know keeps its name and `offset`, the seconds east
/// of UTC of the time that it came with.
pub(super) fn read(name: &str, offset: i32, losses: &mut Vec<Loss>) -> Zone {
    if let Some(zone) = Zone::iana(name) {
        return zone;
    }
    losses.push(Loss::new(
        "timeZone",
        "the time zone database does not know this zone",
        "kept under its name with the offset of the start",
    ));
    Zone::Custom(
        CustomZone {
            id: name.chars().take(100).collect(),
            observances: vec![Observance {
                daylight: false,
                name: None,
                start: DateTime::constant(1970, 1, 1, 0, 0, 0, 0),
                offset_from: offset,
                offset_to: offset,
                rules: Vec::new(),
                dates: Vec::new(),
            }],
        }
        .into(),
    )
}

/// The zone to write for `zone` around `local`, and its losses. `calendar` is the calendar's zone.
pub(super) fn write(zone: &Zone, local: DateTime, calendar: &Zone, losses: &mut Vec<Loss>) -> Zone {
    let Zone::Custom(custom) = zone else {
        return zone.clone();
    };
    let reason = "Google knows zones of the IANA database only";
    if let Some(same) = same_offsets(custom, local, calendar) {
        losses.push(Loss::new(
            "timeZone",
            reason,
            format!("the same offsets, {}", same.name()),
        ));
        return same;
    }
    losses.push(Loss::new(
        "timeZone",
        reason,
        "the calendar's zone; later occurrences may be an hour off",
    ));
    calendar.clone()
}

/// The name to write.
pub(super) fn name(zone: &Zone) -> String {
    if zone.is_utc() { "UTC" } else { zone.name() }.to_owned()
}

/// A zone with the same offset in the middle of every month of the event's year and the next.
fn same_offsets(custom: &CustomZone, local: DateTime, calendar: &Zone) -> Option<Zone> {
    let probes: Vec<_> = (0..24)
        .map(|months| local.saturating_add(Span::new().months(months)))
        .chain([local])
        .filter_map(|at| {
            let offset = custom.offset_at(at);
            Some((offset.to_timestamp(at).ok()?, offset))
        })
        .collect();
    let fits = |zone: &TimeZone| {
        probes
            .iter()
            .all(|(at, offset)| zone.to_offset(*at) == *offset)
    };
    let candidates = [calendar.name().to_owned(), custom.id.clone()];
    let known = jiff::tz::db().available().map(|name| name.to_string());
    // Names without a region are aliases, and `Etc/GMT+1` means the opposite of what people read.
    let regional = known.filter(|name| name.contains('/') && !name.starts_with("Etc/"));
    candidates
        .into_iter()
        .chain(regional)
        .find(|name| TimeZone::get(name).is_ok_and(|zone| fits(&zone)))
        .and_then(|name| Zone::iana(&name))
}
