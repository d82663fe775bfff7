//! The time parts of a rule (BYHOUR, BYMINUTE, BYSECOND, and the frequencies below a day) as seconds of the day.

use std::collections::BTreeSet;

use super::{
    civil::{self, DAY_SECONDS},
    days::position_rank,
};
use crate::{Frequency, Rule};

/// Which times a day has, if the day parts of the rule allow the day.
#[derive(Debug)]
pub(super) enum Times {
    /// The same ones every day, ascending.
    Fixed(Vec<u32>),
    /// Others from day to day: the interval does not divide a day.
    Drifting(Drift),
}

/// Periods (hours, minutes or seconds) that recur at a step that does not divide a day.
#[derive(Debug)]
pub(super) struct Drift {
    /// A civil second at which one of the periods begins.
    anchor: i64,
    /// Seconds from one period to the next.
    step: i64,
    /// Seconds of the day at which a period may begin, ascending; each can be reached on some day.
    allowed: Vec<u32>,
    /// Whether the parts of the rule shut out no beginning that can be reached.
    unlimited: bool,
    /// The times in a period, relative to its beginning, ascending.
    members: Vec<u32>,
}

impl Times {
    /// For a rule that starts at a civil second. `positions` is BYSETPOS where its period is a day or shorter.
    pub(super) fn new(rule: &Rule, start: i64, positions: &[i32]) -> Self {
        let unit: u32 = match rule.frequency {
            Frequency::Secondly => 1,
            Frequency::Minutely => 60,
            Frequency::Hourly => 3600,
            _ => 86_400,
        };
        if unit == 86_400 && positions.is_empty() && has_own_time(rule) {
            return Self::Fixed(vec![civil::split(start).1]);
        }
        let members = pick(members(rule, start, unit), positions);
        if i64::from(unit) == DAY_SECONDS {
            return Self::Fixed(members);
        }
        let step = i64::from(unit) * i64::from(rule.interval.max(1));
        let anchor = start.div_euclid(unit.into()) * i64::from(unit);
        let stride = gcd(step, DAY_SECONDS);
        let first = u32::try_from(anchor.rem_euclid(stride)).unwrap_or(0);
        let stride_seconds = u32::try_from(stride).unwrap_or(86_400);
        let reachable = (first..86_400).step_by(stride_seconds as usize);
        let allowed: Vec<u32> = reachable.filter(|t| may_begin(rule, unit, *t)).collect();
        if step == stride {
            let times = allowed
                .iter()
                .flat_map(|t| members.iter().map(move |m| t + m));
            return Self::Fixed(times.collect());
        }
        if members.is_empty() || allowed.is_empty() {
            return Self::Fixed(Vec::new());
        }
        Self::Drifting(Drift {
            anchor,
            step,
            unlimited: allowed.len() as u64 == u64::from(86_400 / stride_seconds),
            allowed,
            members,
        })
    }
}

impl Drift {
    /// Appends the times of a day, ascending. The answer is how much work it was.
    pub(super) fn times_on(&self, day: i32, times: &mut Vec<u32>) -> u64 {
        let midnight = i64::from(day) * DAY_SECONDS;
        let first = self.first_at_or_after(midnight);
        let last = midnight + DAY_SECONDS;
        let steps = u64::try_from((last - first).max(0) / self.step + 1).unwrap_or(1);
        let mut add = |begin: u32| times.extend(self.members.iter().map(|m| begin + m));
        if self.unlimited || steps <= self.allowed.len() as u64 {
            let mut at = first;
            while at < last {
                let begin = u32::try_from(at - midnight).unwrap_or(0);
                if self.unlimited || self.allowed.binary_search(&begin).is_ok() {
                    add(begin);
                }
                at += self.step;
            }
            return steps;
        }
        let offset = (midnight - self.anchor).rem_euclid(self.step);
        for begin in &self.allowed {
            if (offset + i64::from(*begin)) % self.step == 0 {
                add(*begin);
            }
        }
        self.allowed.len() as u64
    }

    /// How many times a day has, and how much work it was to know.
    pub(super) fn count_on(&self, day: i32, buffer: &mut Vec<u32>) -> (u64, u64) {
        if self.unlimited {
            let midnight = i64::from(day) * DAY_SECONDS;
            let first = self.first_at_or_after(midnight);
            let periods = (midnight + DAY_SECONDS - first + self.step - 1) / self.step;
            let periods = u64::try_from(periods.max(0)).unwrap_or(0);
            return (periods * self.members.len() as u64, 1);
        }
        buffer.clear();
        let work = self.times_on(day, buffer);
        (buffer.len() as u64, work)
    }

    fn first_at_or_after(&self, second: i64) -> i64 {
        second + (self.anchor - second).rem_euclid(self.step)
    }

    /// The day of the first period that begins on `day` or later.
    pub(super) fn next_day(&self, day: i32) -> i32 {
        civil::split(self.first_at_or_after(i64::from(day) * DAY_SECONDS)).0
    }
}

/// Whether the time of day is that of the start.
fn has_own_time(rule: &Rule) -> bool {
    rule.by_hour.is_empty() && rule.by_minute.is_empty() && rule.by_second.is_empty()
}

/// The seconds within a period of `unit` seconds that the rule names, relative to its beginning.
fn members(rule: &Rule, start: i64, unit: u32) -> Vec<u32> {
    let (_, second) = civil::split(start);
    let given = |set: &BTreeSet<u8>, own: u32, limit: u32| -> Vec<u32> {
        if set.is_empty() {
            return vec![own];
        }
        // A leap second (BYSECOND=60) is no second of a civil day.
        set.iter()
            .map(|n| (*n).into())
            .filter(|n| *n < limit)
            .collect()
    };
    let hours = match unit {
        86_400 => given(&rule.by_hour, second / 3600, 24),
        _ => vec![0],
    };
    let minutes = match unit {
        1 | 60 => vec![0],
        _ => given(&rule.by_minute, second / 60 % 60, 60),
    };
    let seconds = match unit {
        1 => vec![0],
        _ => given(&rule.by_second, second % 60, 60),
    };
    let mut times = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
    for h in &hours {
        for m in &minutes {
            times.extend(seconds.iter().map(|s| h * 3600 + m * 60 + s));
        }
    }
    times
}

/// Whether a period may begin at this second of the day.
fn may_begin(rule: &Rule, unit: u32, at: u32) -> bool {
    let allows = |set: &BTreeSet<u8>, n: u32| {
        set.is_empty() || u8::try_from(n).is_ok_and(|n| set.contains(&n))
    };
    allows(&rule.by_hour, at / 3600)
        && (unit > 60 || allows(&rule.by_minute, at / 60 % 60))
        && (unit > 1 || allows(&rule.by_second, at % 60))
}

fn pick(times: Vec<u32>, positions: &[i32]) -> Vec<u32> {
    if positions.is_empty() {
        return times;
    }
    let total = u32::try_from(times.len()).unwrap_or(0);
    let ranks: BTreeSet<u32> = positions
        .iter()
        .filter_map(|p| position_rank(*p, total))
        .collect();
    ranks.iter().map(|rank| times[*rank as usize]).collect()
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
