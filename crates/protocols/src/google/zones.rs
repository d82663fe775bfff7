//! Zones on the wire are IANA names. A zone that brought its own rules is written as the IANA zone that has the same
//! offsets while the event lasts, or else as the calendar's zone.

use std::borrow::Cow;

use calendar::{CustomZone, Event, Loss, Observance, Zone};
use jiff::civil::DateTime;

use crate::zones::in_known_zones;

const KNOWN_ONLY: &str = "Google knows zones of the IANA database only";

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

/// The event with its own zones replaced by those of the database that show the same times, and the losses.
pub(super) fn known<'e>(event: &'e Event, preferred: &[&Zone]) -> (Cow<'e, Event>, Vec<Loss>) {
    in_known_zones(event, preferred, KNOWN_ONLY)
}

/// The zone to write for `zone`, and its losses. `calendar` is the calendar's zone.
pub(super) fn write(zone: &Zone, calendar: &Zone, losses: &mut Vec<Loss>) -> Zone {
    if matches!(zone, Zone::Iana(_)) {
        return zone.clone();
    }
    losses.push(Loss::new(
        "timeZone",
        KNOWN_ONLY,
        "the calendar's zone; later occurrences may be an hour off",
    ));
    calendar.clone()
}

/// The name to write.
pub(super) fn name(zone: &Zone) -> String {
    if zone.is_utc() { "UTC" } else { zone.name() }.to_owned()
}
