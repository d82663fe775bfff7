//! The time parts of a rule (BYHOUR, BYMINUTE, BYSECOND, and the frequencies below a day) as seconds of the day.

use std::{collections::BTreeSet, sync::OnceLock};

use super::{
    civil::{self, DAY_SECONDS},
    days::{gcd, position_rank},
};
use crate::{Frequency, Rule, parts::TimeSet};

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
    /// Days after which the same beginnings come again.
    cycle: i64,
    /// The allowed beginnings by the day of the cycle on which each is reached, ascending, once that was asked for.
    begins: OnceLock<Vec<Begin>>,
}

/// Allowed beginnings that are listed for the sake of a single day.
const FEW: usize = 4096;

/// Day of the cycle and second of the day on which a period begins, as one number: day × 2^17 + second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Begin(u64);

impl Begin {
    fn day(self) -> i64 {
        i64::try_from(self.0 >> 17).unwrap_or(0)
    }

    fn second(self) -> u32 {
        u32::try_from(self.0 & 0x1_ffff).unwrap_or(0)
    }
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
        let may_begin = Limits::new(rule, unit);
        let reachable = (first..86_400).step_by(stride_seconds as usize);
        let allowed: Vec<u32> = reachable.filter(|t| may_begin.allow(*t)).collect();
        if step == stride {
            let times = allowed
                .iter()
                .flat_map(|t| members.iter().map(move |m| t + m));
            return Self::Fixed(times.collect());
        }
        if members.is_empty() || allowed.is_empty() {
            return Self::Fixed(Vec::new());
        }
        let unlimited = allowed.len() as u64 == u64::from(86_400 / stride_seconds);
        Self::Drifting(Drift {
            anchor,
            step,
            unlimited,
            members,
            cycle: step / stride,
            begins: OnceLock::new(),
            allowed,
        })
    }
}

/// The inverse of a number modulo another one that shares no divisor with it (Euclid).
fn inverse(number: i64, modulus: i64) -> i64 {
    let (mut low, mut high) = ((number, 1), (modulus, 0));
    while low.0 != 0 {
        let times = high.0 / low.0;
        (low, high) = ((high.0 - times * low.0, high.1 - times * low.1), low);
    }
    high.1.rem_euclid(modulus.max(1))
}

impl Drift {
    /// Whether another one has the same times on all days.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.step == other.step
            && (self.anchor - other.anchor) % self.step == 0
            && self.allowed == other.allowed
            && self.members == other.members
    }

    /// Appends the times of a day, ascending. The answer is how much work it was.
    pub(super) fn times_on(&self, day: i32, times: &mut Vec<u32>) -> u64 {
        let midnight = i64::from(day) * DAY_SECONDS;
        let first = self.first_at_or_after(midnight);
        let last = midnight + DAY_SECONDS;
        let steps = u64::try_from((last - first).max(0) / self.step + 1).unwrap_or(1);
        let mut add = |begin: u32| times.extend(self.members.iter().map(|m| begin + m));
        if !self.unlimited && (self.allowed.len() <= FEW || self.begins.get().is_some()) {
            self.on_day(day).for_each(|begin| add(begin.second()));
            return 1;
        }
        let mut at = first;
        while at < last {
            let begin = u32::try_from(at - midnight).unwrap_or(0);
            if self.unlimited || self.allowed.binary_search(&begin).is_ok() {
                add(begin);
            }
            at += self.step;
        }
        steps
    }

    /// How many times a day has.
    pub(super) fn count_on(&self, day: i32) -> u64 {
        let periods = if self.unlimited {
            let midnight = i64::from(day) * DAY_SECONDS;
            let first = self.first_at_or_after(midnight);
            let periods = (midnight + DAY_SECONDS - first + self.step - 1) / self.step;
            u64::try_from(periods.max(0)).unwrap_or(0)
        } else {
            let day = i64::from(day).rem_euclid(self.cycle);
            let before = |day| self.begins().partition_point(|begin| begin.day() < day);
            (before(day + 1) - before(day)) as u64
        };
        periods * self.members.len() as u64
    }

    /// The allowed beginnings that are reached on a day.
    fn on_day(&self, day: i32) -> impl Iterator<Item = Begin> {
        let day = i64::from(day).rem_euclid(self.cycle);
        let begins = self.begins();
        let from = begins.partition_point(|begin| begin.day() < day);
        let ahead = begins[from..].iter().copied();
        ahead.take_while(move |begin| begin.day() == day)
    }

    /// On which day of the cycle each beginning is reached. Day d with 86,400 d + begin ≡ anchor modulo the step: both
    /// sides are divisible by what step and day share, and what is left of 86,400 has an inverse modulo the cycle.
    fn begins(&self) -> &[Begin] {
        self.begins.get_or_init(|| {
            let stride = self.step / self.cycle;
            // An interval has 32 bits, so the cycle has, and no product here more than 64.
            let cycle = self.cycle.unsigned_abs();
            let inverse = inverse(DAY_SECONDS / stride % self.cycle, self.cycle).unsigned_abs();
            let begins = self.allowed.iter().map(|begin| {
                let steps = (self.anchor - i64::from(*begin)) / stride;
                let day = steps.rem_euclid(self.cycle).unsigned_abs() * inverse % cycle;
                Begin(day << 17 | u64::from(*begin))
            });
            let mut begins: Vec<Begin> = begins.collect();
            begins.sort_unstable();
            begins
        })
    }

    /// Whether a period ever begins on a day of a calendar that repeats itself after so many days, told by any day that
    /// has the same place there.
    pub(super) fn meets(&self, calendar: i64) -> impl Fn(i32) -> bool {
        let shared = gcd(self.cycle, calendar);
        let place = move |day: i64| usize::try_from(day.rem_euclid(shared)).unwrap_or(0);
        // Very many beginnings are not worth a list: they reach nearly all days.
        let many = self.allowed.len() > FEW;
        let mut met = vec![many; place(shared - 1) + 1];
        if !many {
            let days = self.begins().iter().map(|begin| place(begin.day()));
            days.for_each(|day| met[day] = true);
        }
        move |day| met[place(day.into())]
    }

    fn first_at_or_after(&self, second: i64) -> i64 {
        second + (self.anchor - second).rem_euclid(self.step)
    }

    /// The first day, `day` or later, on which a period begins.
    pub(super) fn next_day(&self, day: i32) -> i32 {
        if self.unlimited {
            return civil::split(self.first_at_or_after(i64::from(day) * DAY_SECONDS)).0;
        }
        let begins = self.begins();
        let now = i64::from(day).rem_euclid(self.cycle);
        let ahead = begins.get(begins.partition_point(|begin| begin.day() < now));
        let again = begins.first().map(|begin| begin.day() + self.cycle);
        let ahead = ahead.map(|begin| begin.day()).or(again);
        by(day, ahead.map_or(0, |ahead| ahead - now))
    }

    /// The last day, `day` or earlier, on which a period begins.
    pub(super) fn previous_day(&self, day: i32) -> i32 {
        if self.unlimited {
            let end = (i64::from(day) + 1) * DAY_SECONDS - 1;
            return civil::split(end - (end - self.anchor).rem_euclid(self.step)).0;
        }
        let begins = self.begins();
        let now = i64::from(day).rem_euclid(self.cycle);
        let behind = begins
            .partition_point(|begin| begin.day() <= now)
            .checked_sub(1);
        let again = begins.last().map(|begin| begin.day() - self.cycle);
        let behind = behind.map(|index| begins[index].day()).or(again);
        by(day, behind.map_or(0, |behind| behind - now))
    }
}

/// A day so many days later, or one outside of all years.
fn by(day: i32, days: i64) -> i32 {
    let far = if days < 0 { i32::MIN } else { i32::MAX };
    i32::try_from(i64::from(day) + days).unwrap_or(far / 2)
}

/// Whether the time of day is that of the start.
fn has_own_time(rule: &Rule) -> bool {
    rule.by_hour.is_empty() && rule.by_minute.is_empty() && rule.by_second.is_empty()
}

/// The seconds within a period of `unit` seconds that the rule names, relative to its beginning.
fn members(rule: &Rule, start: i64, unit: u32) -> Vec<u32> {
    let (_, second) = civil::split(start);
    let given = |set: &TimeSet, own: u32, limit: u32| -> Vec<u32> {
        if set.is_empty() {
            return vec![own];
        }
        // A leap second (BYSECOND=60) is no second of a civil day.
        set.iter().map(Into::into).filter(|n| *n < limit).collect()
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

/// BYHOUR, BYMINUTE and BYSECOND where they shut out periods: bit n for hour, minute or second n.
struct Limits([u64; 3]);

impl Limits {
    /// For periods of `unit` seconds.
    fn new(rule: &Rule, unit: u32) -> Self {
        let limit = |set: &TimeSet| {
            if set.is_empty() {
                return u64::MAX;
            }
            let possible = set.iter().filter(|n| *n < 60);
            possible.fold(0, |bits, n| bits | 1 << n)
        };
        let minutes = if unit > 60 {
            u64::MAX
        } else {
            limit(&rule.by_minute)
        };
        let seconds = if unit > 1 {
            u64::MAX
        } else {
            limit(&rule.by_second)
        };
        Self([limit(&rule.by_hour), minutes, seconds])
    }

    /// Whether a period may begin at this second of the day.
    fn allow(&self, at: u32) -> bool {
        self.0[0] >> (at / 3600) & 1 == 1
            && self.0[1] >> (at / 60 % 60) & 1 == 1
            && self.0[2] >> (at % 60) & 1 == 1
    }
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
