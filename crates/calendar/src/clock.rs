//! Zones made ready for many questions: what a wall clock shows at an instant, and the other way round.

use std::{cell::RefCell, sync::Arc};

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};

use crate::{CustomZone, Observance, Rule, Until, When, recurrence::Compiled};

/// Custom zones that a thread remembers.
const RECENT_MAX: usize = 8;

/// A zone that was looked up once.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// From the database.
    Database(TimeZone),
    /// With its own rules.
    Custom(Arc<CustomClock>),
}

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

impl Clock {
    pub(crate) fn utc() -> Self {
        Self::Database(TimeZone::UTC)
    }

    /// A custom zone, compiled; the last few are remembered, because a calendar asks for the same ones again and
    /// again.
    pub(crate) fn of_custom(zone: &Arc<CustomZone>) -> Self {
        thread_local! {
            static RECENT: RefCell<Vec<(Arc<CustomZone>, Arc<CustomClock>)>> = const { RefCell::new(Vec::new()) };
        }
        RECENT.with_borrow_mut(|recent| {
            let known = recent.iter().find(|(z, _)| Arc::ptr_eq(z, zone));
            if let Some((_, clock)) = known {
                return Self::Custom(clock.clone());
            }
            let clock = Arc::new(CustomClock::new(zone));
            if recent.len() >= RECENT_MAX {
                recent.remove(0);
            }
            recent.push((zone.clone(), clock.clone()));
            Self::Custom(clock)
        })
    }

    /// RFC 5545 3.3.5: in a gap the offset before it counts, in an overlap the first.
    pub(crate) fn to_instant(&self, local: DateTime) -> Timestamp {
        match self {
            Self::Database(zone) => resolve(zone, local),
            Self::Custom(clock) => instant(clock.offset(local), local),
        }
    }

    pub(crate) fn to_local(&self, at: Timestamp) -> DateTime {
        match self {
            Self::Database(zone) => zone.to_datetime(at),
            Self::Custom(clock) => clock.offset_at(at).to_datetime(at),
        }
    }

    /// Whether the wall clock never shows this time: it jumps over it.
    pub(crate) fn skips(&self, local: DateTime) -> bool {
        match self {
            Self::Database(zone) => {
                let offset = zone.to_ambiguous_timestamp(local).offset();
                matches!(offset, AmbiguousOffset::Gap { .. })
            }
            Self::Custom(clock) => clock.look_up(local).1,
        }
    }
}

/// RFC 5545 3.3.5 for a zone of the database.
pub(crate) fn resolve(zone: &TimeZone, local: DateTime) -> Timestamp {
    let resolved = zone.to_ambiguous_timestamp(local).compatible();
    resolved.unwrap_or(nearest(local))
}

fn instant(offset: Offset, local: DateTime) -> Timestamp {
    offset.to_timestamp(local).unwrap_or(nearest(local))
}

/// For civil times at the very edges, whose instant is out of range.
fn nearest(local: DateTime) -> Timestamp {
    if local.year() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    }
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
    fn look_up(&self, local: DateTime) -> (Offset, bool) {
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

    fn offset_at(&self, at: Timestamp) -> Offset {
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
