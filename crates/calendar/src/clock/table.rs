//! A zone of the database as sorted arrays.

use jiff::{Timestamp, tz::TimeZone};

use super::is_gap;
use crate::recurrence::civil;

/// First second of 2101: what comes later is asked of the zone itself.
pub(super) const END: i64 = 4_133_980_800;

/// No zone jumps by more; instants and civil seconds of what is farther apart are in the same order.
const DAY: i64 = 86_400;

/// The offsets of a zone by civil second.
///
/// At an instant T a zone goes from offset a to b. For a civil second the offset a counts up to T + max(a, b), in a gap
/// (a < b: RFC 5545 3.3.5) as in an overlap (the first one): one boundary says it all.
#[derive(Debug)]
pub(crate) struct Table {
    zone: TimeZone,
    /// Ascending civil seconds at which another offset sets in.
    bounds: Vec<i64>,
    /// The instants of the same changes.
    changes: Vec<i64>,
    /// Seconds east of UTC before the first bound, and from each on.
    offsets: Vec<i64>,
    /// Civil second up to which the arrays speak for the zone.
    end: i64,
}

impl Table {
    pub(super) fn new(zone: &TimeZone) -> Self {
        let mut offset = i64::from(zone.to_offset(Timestamp::MIN).seconds());
        let mut table = Self {
            bounds: Vec::new(),
            changes: Vec::new(),
            offsets: vec![offset],
            end: END - DAY,
            zone: zone.clone(),
        };
        for transition in zone.following(Timestamp::MIN) {
            let at = transition.timestamp().as_second();
            if at >= END {
                break;
            }
            let next = i64::from(transition.offset().seconds());
            if next == offset {
                continue;
            }
            let bound = at + offset.max(next);
            if table.bounds.last().is_some_and(|last| *last >= bound) {
                // Two changes within one jump: no zone has that, and if one does it is asked itself.
                table.end = i64::MIN;
                break;
            }
            table.bounds.push(bound);
            table.changes.push(at);
            table.offsets.push(next);
            offset = next;
        }
        table
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// `near` is where the last answer was found: the next one mostly is there, too.
    pub(super) fn instant_of(&self, second: i64, near: &mut usize) -> i64 {
        if second >= self.end {
            return super::resolve(&self.zone, civil::to_local(second)).as_second();
        }
        let is_there = (*near == 0 || self.bounds[*near - 1] <= second)
            && self.bounds.get(*near).is_none_or(|bound| second < *bound);
        if !is_there {
            *near = self.index(second);
        }
        second - self.offsets[*near]
    }

    /// The second that the wall clock shows at an instant.
    pub(super) fn local_of(&self, instant: i64) -> i64 {
        if instant >= self.end {
            let at = Timestamp::from_second(instant).unwrap_or(Timestamp::MAX);
            return instant + i64::from(self.zone.to_offset(at).seconds());
        }
        let index = self.changes.partition_point(|change| *change <= instant);
        instant + self.offsets[index]
    }

    /// Whether no other offset sets in between two civil seconds; `false` where the arrays do not tell.
    pub(super) fn is_steady(&self, from: i64, to: i64) -> bool {
        to < self.end && self.index(from) == self.index(to)
    }

    pub(super) fn skips(&self, second: i64) -> bool {
        if second >= self.end {
            return is_gap(&self.zone, civil::to_local(second));
        }
        let index = self.index(second);
        self.bounds.get(index).is_some_and(|bound| {
            let jump = self.offsets[index + 1] - self.offsets[index];
            second >= bound - jump
        })
    }

    /// How many bounds are at or before a civil second.
    fn index(&self, second: i64) -> usize {
        self.bounds.partition_point(|bound| *bound <= second)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Every zone, around every change and far from all: what the array says is what the zone itself says.
    #[test]
    fn says_what_the_zone_says() {
        let (mut asked, mut near) = (0, 0);
        for name in jiff::tz::db().available() {
            let Ok(zone) = TimeZone::get(name.as_str()) else {
                continue;
            };
            let table = Table::new(&zone);
            near = near.min(table.bounds.len());
            assert!(table.end > 0, "{name} has two changes within one jump");
            let steps = [-7200, -3600, -1800, -1, 0, 1, 1800, 3600, 7200];
            let around = (table.bounds.iter()).flat_map(|b| steps.map(|d| b + d));
            let far = [-5_000_000_000, 0, 1_785_000_000, END + 15_000_000];
            for second in around.chain(far) {
                let local = civil::to_local(second);
                let expect = super::super::resolve(&zone, local).as_second();
                assert_eq!(
                    table.instant_of(second, &mut near),
                    expect,
                    "{name} {local}"
                );
                let at = Timestamp::from_second(second).unwrap();
                let shown = second + i64::from(zone.to_offset(at).seconds());
                assert_eq!(table.local_of(second), shown, "{name} {at}");
                assert_eq!(table.skips(second), is_gap(&zone, local), "{name} {local}");
                asked += 1;
            }
        }
        assert!(asked > 10_000 || jiff::tz::db().available().next().is_none());
        let berlin = Table::new(&TimeZone::get("Europe/Berlin").unwrap());
        assert!(berlin.bounds.len() > 150);
    }
}
