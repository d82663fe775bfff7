//! The clock of a zone that brought its own rules (a VTIMEZONE).

use jiff::{Timestamp, civil::DateTime, tz::Offset};

use super::nearest;
use crate::{CustomZone, Observance, Rule, Until, When, recurrence::Compiled};

/// The observances of a custom zone, compiled.
#[derive(Debug)]
pub(crate) struct CustomClock(Vec<Onsets>);

/// The local times at which one observance sets in.
#[derive(Debug)]
struct Onsets {
    start: DateTime,
    rules: Vec<Compiled>,
    /// Ascending.
    dates: Vec<DateTime>,
    from: Offset,
    to: Offset,
}

fn instant(offset: Offset, local: DateTime) -> Timestamp {
    offset.to_timestamp(local).unwrap_or(nearest(local))
}

impl CustomClock {
    pub(crate) fn new(zone: &CustomZone) -> Self {
        let mut onsets: Vec<Onsets> = zone.observances.iter().map(Onsets::new).collect();
        // Of two that set in at once, the one that came later in the zone counts (see `max_by_key`).
        onsets.sort_by_key(|o| o.start);
        Self(onsets)
    }

    /// The offset that turns a local time into an instant.
    pub(crate) fn offset(&self, local: DateTime) -> Offset {
        self.look_up(local).0
    }

    /// That offset, and whether the local time is in a gap.
    pub(super) fn look_up(&self, local: DateTime) -> (Offset, bool) {
        let latest = self.0.iter().filter_map(|o| Some((o.latest(local)?, o)));
        let Some((onset, o)) = latest.max_by_key(|(onset, o)| instant(o.from, *onset)) else {
            return (self.before_all(), false);
        };
        let jump = i64::from(o.to.seconds()) - i64::from(o.from.seconds());
        let since = local.duration_since(onset).as_secs();
        if since < jump {
            (o.from, true)
        } else {
            (o.to, false)
        }
    }

    pub(super) fn offset_at(&self, at: Timestamp) -> Offset {
        let latest = self.0.iter().filter_map(|o| {
            let onset = o.latest(o.from.to_datetime(at))?;
            Some((instant(o.from, onset), o.to))
        });
        latest
            .max_by_key(|(onset, _)| *onset)
            .map_or(self.before_all(), |(_, offset)| offset)
    }

    /// Before its first onset the zone was where that onset comes from.
    fn before_all(&self) -> Offset {
        self.0.first().map_or(Offset::UTC, |o| o.from)
    }
}

impl Onsets {
    fn new(observance: &Observance) -> Self {
        let offset = |seconds| Offset::from_seconds(seconds).unwrap_or(Offset::UTC);
        let from = offset(observance.offset_from);
        let start = When::floating(observance.start, crate::Duration::default());
        let compile = |rule: &Rule| {
            let mut rule = rule.clone();
            // UNTIL is in UTC here (RFC 5545 3.6.5), onsets are local.
            if let Some(Until::Utc(at)) = rule.until {
                rule.until = Some(Until::Local(from.to_datetime(at)));
            }
            Compiled::new(&rule, &start)
        };
        let mut dates = observance.dates.clone();
        dates.sort_unstable();
        Self {
            start: observance.start,
            rules: observance.rules.iter().map(compile).collect(),
            dates,
            from,
            to: offset(observance.offset_to),
        }
    }

    /// The latest onset at or before a local time (in the offset that it ends).
    fn latest(&self, local: DateTime) -> Option<DateTime> {
        let before = self.dates.partition_point(|d| *d <= local);
        let date = before.checked_sub(1).map(|i| self.dates[i]);
        let start = (self.start <= local).then_some(self.start);
        let rules = self.rules.iter().filter_map(|rule| rule.latest(local));
        rules.chain(date).chain(start).max()
    }
}
