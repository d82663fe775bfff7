//! What several formats lose in the same way.

use calendar::{Event, When, Zone};

/// Only one dialect's own things stay.
pub fn lose_others(e: &mut Event, dialect: &str) {
    let others: Vec<_> = e.unknown.dialects().map(str::to_owned).collect();
    for other in others.iter().filter(|other| *other != dialect) {
        e.unknown.set(other, serde_json::Value::Null);
    }
}

/// Replaces zones with rules of their own by this one, where its clocks show the same.
pub fn known(when: &mut When, name: &str) {
    let zone = Zone::iana(name).unwrap();
    let When::Timed {
        start,
        zone: own,
        end_zone,
        ..
    } = when
    else {
        return;
    };
    let start = *start;
    let same = |own: &Zone| {
        let months = (0..24).map(|n| start.saturating_add(jiff::Span::new().weeks(n * 2)));
        months
            .into_iter()
            .all(|at| own.to_instant(at) == zone.to_instant(at))
    };
    for own in own.iter_mut().chain(end_zone.iter_mut()) {
        if matches!(own, Zone::Custom(_)) && same(own) {
            *own = zone.clone();
        }
    }
    if own == end_zone {
        *end_zone = None;
    }
}
