//! The clock of a zone that brought its own rules (a VTIMEZONE).

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use jiff::{Timestamp, civil::DateTime, tz::Offset};

use super::{
    nearest,
    pieces::{Gathered, Pieces},
};
use crate::{
    CustomZone, Observance, Rule, Until, When,
    recurrence::{Compiled, civil},
};

/// Where the list of onsets ends: a bit after the arrays do.
const LISTED_END: DateTime = DateTime::constant(2102, 1, 1, 0, 0, 0, 0);

/// Questions that are answered by the rules before it is worth listing the onsets.
const ASKED_MAX: u32 = 8;

/// The observances of a custom zone, compiled; and as sorted arrays once it was asked for more than a few times.
#[derive(Debug)]
pub(crate) struct CustomClock {
    onsets: Vec<Onsets>,
    asked: AtomicU32,
    pieces: OnceLock<Pieces>,
}

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
        Self {
            onsets,
            asked: AtomicU32::new(0),
            pieces: OnceLock::new(),
        }
    }

    /// The arrays, if they are worth it by now.
    fn pieces(&self) -> Option<&Pieces> {
        if let Some(pieces) = self.pieces.get() {
            return Some(pieces);
        }
        let is_worth_it = self.asked.fetch_add(1, Ordering::Relaxed) >= ASKED_MAX;
        is_worth_it.then(|| self.pieces.get_or_init(|| self.listed()))
    }

    fn listed(&self) -> Pieces {
        let mut gathered = Gathered::default();
        for (index, onsets) in self.onsets.iter().enumerate() {
            let offsets = (onsets.from, onsets.to);
            let dates = onsets.dates.iter().chain([&onsets.start]).copied();
            let mut dates: Vec<i64> = dates.map(civil::seconds_of).collect();
            dates.sort_unstable();
            gathered.add(index, offsets, dates.into_iter());
            for rule in &onsets.rules {
                let seconds = rule.seconds_between(onsets.start, LISTED_END);
                gathered.add(index, offsets, seconds);
            }
        }
        Pieces::new(self.before_all(), gathered)
    }

    /// The offset that turns a local time into an instant.
    pub(crate) fn offset(&self, local: DateTime) -> Offset {
        self.look_up(local).0
    }

    /// That offset, and whether the local time is in a gap.
    pub(super) fn look_up(&self, local: DateTime) -> (Offset, bool) {
        let listed = self
            .pieces()
            .and_then(|pieces| pieces.look_up(civil::seconds_of(local)));
        listed.unwrap_or_else(|| self.look_up_by_rules(local))
    }

    /// The instant of a civil second, if the arrays tell it.
    pub(super) fn instant_of(&self, second: i64) -> Option<i64> {
        let (offset, _) = self.pieces()?.look_up(second)?;
        Some(second - i64::from(offset.seconds()))
    }

    /// The civil second of an instant, if the arrays tell it.
    pub(super) fn local_of(&self, instant: i64) -> Option<i64> {
        let offset = self.pieces()?.offset_at(instant)?;
        Some(instant + i64::from(offset.seconds()))
    }

    fn look_up_by_rules(&self, local: DateTime) -> (Offset, bool) {
        let latest = self
            .onsets
            .iter()
            .filter_map(|o| Some((o.latest(local)?, o)));
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
        let second = at.as_nanosecond().div_euclid(1_000_000_000);
        let second = i64::try_from(second).unwrap_or(i64::MAX);
        let listed = self.pieces().and_then(|pieces| pieces.offset_at(second));
        listed.unwrap_or_else(|| self.offset_at_by_rules(at))
    }

    fn offset_at_by_rules(&self, at: Timestamp) -> Offset {
        let latest = self.onsets.iter().filter_map(|o| {
            let onset = o.latest(o.from.to_datetime(at))?;
            Some((instant(o.from, onset), o.to))
        });
        latest
            .max_by_key(|(onset, _)| *onset)
            .map_or(self.before_all(), |(_, offset)| offset)
    }

    /// Before its first onset the zone was where that onset comes from.
    fn before_all(&self) -> Offset {
        self.onsets.first().map_or(Offset::UTC, |o| o.from)
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn observance(start: &str, (from, to): (i32, i32), rule: &str) -> Observance {
        Observance {
            daylight: to > from,
            name: None,
            start: start.parse().unwrap(),
            offset_from: from,
            offset_to: to,
            rules: rule.parse().into_iter().collect(),
            dates: Vec::new(),
        }
    }

    fn zones() -> Vec<Vec<Observance>> {
        let hours = |from: i32, to: i32| (from * 3600, to * 3600);
        let winter = "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU";
        let summer = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU";
        let until = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20200329T010000Z";
        let mut dated = observance("1990-05-01T00:00", hours(1, 3), "");
        dated.dates = ["2026-03-29T02:00", "1980-01-01T00:00", "2026-03-29T02:30"]
            .map(|date| date.parse().unwrap())
            .into();
        vec![
            Vec::new(),
            vec![observance("1970-01-01T00:00", hours(1, 1), "")],
            vec![
                observance("1601-10-25T03:00", hours(2, 1), winter),
                observance("1601-03-25T02:00", hours(1, 2), summer),
            ],
            // Offsets that do not fit each other, two at one instant, and one inside of a jump.
            vec![
                observance("2000-10-29T03:00", hours(2, 1), winter),
                observance("2000-03-26T02:00", hours(0, 5), summer),
                observance("2010-03-28T02:00", hours(0, 9), summer),
                observance("2010-03-28T02:30", hours(-3, 1), until),
                dated,
            ],
            // More onsets than are listed.
            vec![
                observance("2026-01-01T00:00", hours(0, 1), "FREQ=DAILY"),
                observance("2026-01-01T12:00", hours(1, 0), "FREQ=DAILY"),
            ],
        ]
    }

    /// Around every change that there is and far from all: what the arrays say is what the rules say.
    #[test]
    fn the_arrays_say_what_the_rules_say() {
        for (number, observances) in zones().into_iter().enumerate() {
            let zone = CustomZone {
                id: "Own".into(),
                observances,
            };
            let clock = CustomClock::new(&zone);
            let pieces = clock.listed();
            let around = pieces.edges().flat_map(|edge| {
                [
                    -36_000, -7200, -3600, -1800, -1, 0, 1, 1799, 3600, 7200, 40_000,
                ]
                .map(|off| edge + off)
            });
            let far = [
                -70_000_000_000,
                -5_000_000_000,
                0,
                1_785_000_000,
                4_200_000_000,
            ];
            let mut told = 0;
            for second in around.chain(far) {
                let local = civil::to_local(second);
                let at = Timestamp::from_second(second).unwrap();
                if let Some(found) = pieces.look_up(second) {
                    assert_eq!(
                        found,
                        clock.look_up_by_rules(local),
                        "zone {number}, {local}"
                    );
                    told += 1;
                }
                if let Some(found) = pieces.offset_at(second) {
                    assert_eq!(found, clock.offset_at_by_rules(at), "zone {number}, {at}");
                    told += 1;
                }
            }
            assert!(
                told > pieces.edges().count() && told >= 6,
                "zone {number}: {told}"
            );
        }
    }
}
