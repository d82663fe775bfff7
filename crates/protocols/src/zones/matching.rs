//! Zones that brought their own rules, for targets that know zones by name alone: the zone of the database whose clocks
//! show the same, while the event lasts.

use std::borrow::Cow;

use calendar::{CustomZone, Event, Loss, Override, When, Zone, recurrence::Last};
use jiff::{
    Span, Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use super::{PRIMARY, zone_named};

/// Clocks are compared for at least so long, and at most ten times that.
const DAYS: i64 = 366;

/// The event with the zones that it brought replaced by known ones, and what that changes. Zones that no known one is
/// equal to stay. `preferred` are tried first.
pub(crate) fn in_known_zones<'e>(
    event: &'e Event,
    preferred: &[&Zone],
    reason: &str,
) -> (Cow<'e, Event>, Vec<Loss>) {
    let mut losses = Vec::new();
    if !whens(event).any(|when| zones(when).any(|zone| matches!(zone, Zone::Custom(_)))) {
        return (Cow::Borrowed(event), losses);
    }
    let span = span(event);
    let mut found: Vec<(Zone, Option<Zone>)> = Vec::new();
    let mut event = event.clone();
    let patched = event.overrides.values_mut().filter_map(|o| match o {
        Override::Patch(patch) => patch.when.as_mut(),
        Override::Excluded => None,
    });
    for when in patched.chain([&mut event.when]) {
        let When::Timed { zone, end_zone, .. } = when else {
            continue;
        };
        for zone in zone.iter_mut().chain(end_zone.iter_mut()) {
            let Zone::Custom(custom) = &*zone else {
                continue;
            };
            let at = found.iter().position(|(own, _)| own == zone);
            let at = at.unwrap_or_else(|| {
                let same = same_clocks(zone, custom, span, preferred);
                found.push((zone.clone(), same));
                found.len() - 1
            });
            if let Some(known) = &found[at].1 {
                *zone = known.clone();
            }
        }
        if end_zone == zone {
            *end_zone = None;
        }
    }
    for known in found.iter().filter_map(|(_, known)| known.as_ref()) {
        let fallback = format!("the same offsets, {}", known.name());
        losses.push(Loss::new("timeZone", reason, fallback));
    }
    (Cow::Owned(event), losses)
}

/// All times that an event names.
fn whens(event: &Event) -> impl Iterator<Item = &When> {
    let patched = event.overrides.values().filter_map(|o| match o {
        Override::Patch(patch) => patch.when.as_ref(),
        Override::Excluded => None,
    });
    patched.chain([&event.when])
}

fn zones(when: &When) -> impl Iterator<Item = &Zone> {
    let (start, end) = match when {
        When::AllDay { .. } => (None, None),
        When::Timed { zone, end_zone, .. } => (zone.as_ref(), end_zone.as_ref()),
    };
    start.into_iter().chain(end)
}

/// From when to when clocks are compared.
fn span(event: &Event) -> (Timestamp, Timestamp) {
    let starts = whens(event).map(When::local_start);
    let ids = event.overrides.keys().map(|id| id.0);
    let first: DateTime = starts.chain(ids).min().unwrap_or_default();
    let from = later(Offset::UTC.to_timestamp(first).unwrap_or_default(), -1);
    let (least, most) = (later(from, DAYS), later(from, 10 * DAYS));
    let to = match event.last_end(&TimeZone::UTC) {
        Last::At(at) => later(at, 1).clamp(least, most),
        Last::Endless | Last::Never | Last::Unknown => most,
    };
    (from, to)
}

fn later(at: Timestamp, days: i64) -> Timestamp {
    let span = Span::new().hours(days * 24);
    at.saturating_add(span).unwrap_or(at)
}

/// The zone of the database whose clocks show the same all the time between two instants.
fn same_clocks(
    zone: &Zone,
    custom: &CustomZone,
    (from, to): (Timestamp, Timestamp),
    preferred: &[&Zone],
) -> Option<Zone> {
    if custom.observances.is_empty() {
        return None;
    }
    let shown = shown(zone, from, to);
    let fits = |name: &str| {
        TimeZone::get(name).is_ok_and(|known| {
            let same = |(at, offset): &(Timestamp, i64)| seconds(known.to_offset(*at)) == *offset;
            shown.iter().all(same)
        })
    };
    let own = zone_named(&custom.id);
    let likely = preferred.iter().copied().chain(own.as_ref());
    let mut likely = likely.filter(|zone| matches!(zone, Zone::Iana(_)));
    let likely = likely.find(|zone| fits(zone.name())).cloned();
    // Names without a region are aliases, and `Etc/GMT+1` means the opposite of what people read.
    let regional = |name: &&str| name.contains('/') && !name.starts_with("Etc/GMT");
    let primary = || PRIMARY.iter().copied().filter(regional);
    likely
        .or_else(|| primary().find(|name| fits(name)).and_then(Zone::iana))
        .or_else(|| {
            let mut rest = jiff::tz::db().available().map(|name| name.to_string());
            let name = rest.find(|name| regional(&name.as_str()) && fits(name))?;
            Zone::iana(&name)
        })
}

/// What a zone's clocks are ahead of UTC: once a week, and on either side of each change.
fn shown(zone: &Zone, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, i64)> {
    let offset = |at: Timestamp| {
        let local = Offset::UTC.to_timestamp(zone.to_local(at)).unwrap_or(at);
        local.as_second() - at.as_second()
    };
    let mut shown = vec![(from, offset(from))];
    let mut before = from;
    while before < to {
        let after = later(before, 7);
        if after == before {
            break;
        }
        if offset(before) != offset(after) {
            let (mut low, mut high) = (before.as_second(), after.as_second());
            let at = |second| Timestamp::from_second(second).unwrap_or(after);
            while high - low > 1 {
                let middle = low.midpoint(high);
                if offset(at(middle)) == offset(before) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            shown.extend([low, high].map(|second| (at(second), offset(at(second)))));
        }
        shown.push((after, offset(after)));
        before = after;
    }
    shown
}

fn seconds(offset: Offset) -> i64 {
    offset.seconds().into()
}
