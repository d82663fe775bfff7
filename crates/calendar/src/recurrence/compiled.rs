//! A rule made ready for expansion, and the questions that it answers by seeking instead of walking.

use std::sync::OnceLock;

use jiff::Timestamp;

use super::{
    budget::{IN_VAIN, Spent},
    civil::{self, DAY_SECONDS, FIRST_YEAR, LAST_YEAR, Year},
    cycle,
    days::Days,
    instances::Seconds,
    page::{self, Page},
    regular::Regular,
    scale::Scale,
    times::Times,
};
use crate::{Frequency, Rule, Until, When, clock::Clock, parts::TimeSet};

/// Years through which counting walks; more are counted by their types.
const YEARS_WALKED: i32 = 20;

/// A rule together with its start, ready for expansion.
///
/// It is the *pure* rule set of RFC 5545 3.3.10: a start that the rule does not generate is not in it
/// ([`crate::Event::occurrences`] adds it). Times are civil; a zone is only asked where UNTIL is an instant.
/// A rule in a calendar that is not known here (RSCALE, RFC 7529) has no instances.
///
/// ```
/// use kalends_calendar::{Compiled, Rule, When};
/// let advent = Compiled::new(&"FREQ=WEEKLY;COUNT=4".parse::<Rule>()?, &When::all_day("2026-11-29".parse()?, 1));
/// assert_eq!(advent.iter().count(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Compiled {
    pub(super) days: Days,
    pub(super) times: Times,
    /// BYSETPOS, where it counts over days and times together.
    pub(super) positions: Vec<i32>,
    /// Civil seconds of the start; nothing comes before it.
    pub(super) start: i64,
    /// The last civil second that can be in; for UNTIL as instant a bound that is not tight.
    pub(super) end: i64,
    /// UNTIL as instant, the clock that tells it, and the civil second up to which there is no doubt.
    until: Option<(Timestamp, Clock, i64)>,
    /// COUNT.
    pub(super) count: Option<u64>,
    /// Where COUNT is given and the rule is regular: then nothing has to be counted.
    regular: Option<Regular>,
    pub(super) spent: Spent,
    /// Whether no year can have an instance, once that was worth knowing.
    never: OnceLock<bool>,
}

impl Compiled {
    /// Makes a rule ready. Parts out of their range are as if they were not there.
    ///
    /// ```
    /// use kalends_calendar::{Compiled, Frequency, Rule, When};
    /// let daily = Compiled::new(&Rule::every(Frequency::Daily), &When::all_day("2026-12-01".parse()?, 1));
    /// assert!(daily.is_endless());
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn new(rule: &Rule, start: &When) -> Self {
        if start.is_all_day() && has_times(rule) {
            return Self::of_known(&on_whole_days(rule), start);
        }
        Self::of_known(rule, start)
    }

    fn of_known(rule: &Rule, start: &When) -> Self {
        let seconds = civil::seconds_of(start.local_start());
        let mut positions: Vec<i32> = rule.by_set_position.iter().map(Into::into).collect();
        let mut by_day = Vec::new();
        let times = if rule.frequency > Frequency::Daily {
            let times = Times::new(rule, seconds, &[]);
            if matches!(&times, Times::Fixed(times) if times.len() == 1) {
                std::mem::swap(&mut positions, &mut by_day);
            }
            times
        } else {
            Times::new(rule, seconds, &std::mem::take(&mut positions))
        };
        let mut compiled = Self {
            days: Days::new(rule, civil::split(seconds).0, by_day),
            times,
            positions,
            start: seconds,
            end: i64::MAX,
            until: None,
            count: rule.count.map(u64::from),
            regular: rule.count.and_then(|_| Regular::of(rule, seconds)),
            spent: Spent::default(),
            never: OnceLock::new(),
        };
        if let Some(until) = rule.until {
            compiled.end_at(until, start);
        }
        let scale = rule.rscale.as_deref().unwrap_or("GREGORIAN");
        if Scale::named(scale).is_none() {
            // It ends before it starts, so that nobody has to look for what is not there.
            compiled.end = seconds - 1;
        }
        compiled
    }

    /// Floating and all-day rules compare civil values, zoned ones instants.
    fn end_at(&mut self, until: Until, start: &When) {
        self.end = match until {
            Until::Date(day) => i64::from(civil::day_of(day)) * DAY_SECONDS,
            Until::Local(local) => civil::seconds_of(local),
            Until::Utc(at) => match start.zone().filter(|zone| !zone.is_utc()) {
                None => civil::seconds_of(Clock::utc().to_local(at)),
                Some(zone) => {
                    let clock = zone.clock();
                    let local = clock.local_of(at.as_second());
                    // No zone has jumped by more than a day.
                    let slack = 2 * DAY_SECONDS;
                    if clock.is_steady(local - slack, local + slack) {
                        local
                    } else {
                        self.until = Some((at, clock, local - slack));
                        local + slack
                    }
                }
            },
        };
    }

    /// One instance less, if COUNT is given and the start is not an instance: then the start itself, which always
    /// counts as the first (RFC 5545 3.3.10), is that one.
    pub(super) fn let_start_count(&mut self) {
        if let Some(count) = self.count
            && !self.has(self.start)
        {
            self.count = Some(count.saturating_sub(1));
        }
    }

    /// Instances as civil seconds, from `from` to `to` inclusive.
    pub(super) fn seconds(&self, from: i64, to: i64) -> Seconds<&Self> {
        Seconds::new(self, from, to)
    }

    /// The civil second up to which UNTIL has no say.
    pub(super) fn sure_end(&self) -> i64 {
        match &self.until {
            Some((_, _, sure)) => *sure,
            None => i64::MAX,
        }
    }

    /// Whether UNTIL, where it is an instant, lets a civil second pass.
    pub(super) fn in_time(&self, second: i64) -> bool {
        match &self.until {
            Some((until, clock, sure)) if second > *sure => {
                clock.instant_of(second) <= until.as_second()
            }
            _ => true,
        }
    }

    /// Whether there may be more than so many instances from one civil second to another.
    pub(super) fn may_exceed(&self, most: usize, from: i64, to: i64) -> bool {
        let a_day = match &self.times {
            Times::Fixed(times) => times.len(),
            Times::Drifting(_) => 86_400,
        };
        let days = to.saturating_sub(from.max(self.start)) / DAY_SECONDS + 2;
        let days = usize::try_from(days).unwrap_or(0);
        days.saturating_mul(a_day) > most
    }

    pub(super) fn has(&self, second: i64) -> bool {
        if second < self.start || second > self.end || !self.in_time(second) {
            return false;
        }
        let (year, day, time) = place(second);
        let mut page = Page::new(self, year);
        if !page.mask.contains(day) {
            return false;
        }
        page.open(day);
        page.times().binary_search(&time).is_ok()
            && self.count.is_none_or(|count| self.rank(second) < count)
    }

    /// How many instances come before a civil second, UNTIL left aside; counted no further than COUNT.
    pub(super) fn rank(&self, second: i64) -> u64 {
        if second <= self.start {
            return 0;
        }
        if let Some(rank) = (self.regular.as_ref()).and_then(|regular| regular.rank(second)) {
            return rank;
        }
        let (last, day, time) = place(second);
        let (first, first_day, first_time) = place(self.start);
        let mut page = Page::new(self, first);
        let ahead = page.rank(first_day, first_time);
        let mut total = 0;
        if last.number - first.number > YEARS_WALKED
            && let Times::Fixed(times) = &self.times
            && self.positions.is_empty()
            && let Some(days) = self.days.count_in_years(first.number, last.number)
        {
            total = days * times.len() as u64;
            page.turn_to(last);
        }
        while page.year.number < last.number {
            total += page.count_before(366);
            if self.count.is_some_and(|count| total >= ahead + count) {
                return total - ahead;
            }
            if page.is_spent(0) {
                return u64::MAX;
            }
            if total == ahead && page.year.number - first.number == IN_VAIN && self.is_never() {
                return 0;
            }
            page.turn_to(page.year.next());
        }
        total + page.rank(day, time) - ahead
    }

    /// The instance with `rank` others before it, UNTIL and COUNT left aside.
    fn select(&self, rank: u64) -> Option<i64> {
        let (first, day, time) = place(self.start);
        let mut page = Page::new(self, first);
        let mut rank = rank + page.rank(day, time);
        while page.year.number <= LAST_YEAR && !page.is_spent(0) {
            let count = page.count_before(366);
            if rank < count {
                let (day, time) = page.select(rank)?;
                return Some(second_of(&page.year, day, time));
            }
            rank -= count;
            page.turn_to(page.year.next());
        }
        None
    }

    /// The last instance at or before a civil second.
    pub(super) fn previous(&self, second: i64) -> Option<i64> {
        let mut limit = second.min(self.end);
        if limit < self.start {
            return None;
        }
        loop {
            let found = self.previous_unbounded(limit)?;
            if !self.in_time(found) {
                limit = found - 1;
                continue;
            }
            return match self.count {
                Some(0) => None,
                // Counting stops at COUNT, so this is cheap even where `found` is far beyond it.
                Some(count) if self.rank(found) >= count => self.select(count - 1),
                _ => Some(found),
            };
        }
    }

    /// Whether no year can have an instance. What the days of a rule are repeats itself after 400 years, and in those
    /// years INTERVAL comes to reach whatever it reaches if it were the divisor that it shares with their number of
    /// periods.
    pub(super) fn is_never(&self) -> bool {
        *self.never.get_or_init(|| {
            if self.days.has_own_cycle() {
                return false;
            }
            let days = self.days.over_a_cycle();
            let times = match &self.times {
                Times::Fixed(times) => times,
                Times::Drifting(drift) => {
                    let meets = drift.meets(cycle::DAYS);
                    let is_met = |year: &Year, day| meets(year.first_day + day);
                    return cycle::years().all(|year| {
                        let mut mask = days.in_year(&year, true).days();
                        !mask.any(|day| is_met(&year, i32::try_from(day).unwrap_or(0)))
                    });
                }
            };
            let is_empty = |year: Year| {
                let mask = days.in_year(&year, true);
                mask.is_empty()
                    || (!self.positions.is_empty()
                        && page::picks(&days, times, &self.positions, &year, mask).is_empty())
            };
            times.is_empty()
                || if days.has_interval() {
                    cycle::years().all(is_empty)
                } else {
                    cycle::examples().all(is_empty)
                }
        })
    }

    /// The last one before an instance.
    pub(super) fn preceding(&self, instance: i64) -> Option<i64> {
        // What comes before an instance is within COUNT and UNTIL: nothing has to be counted.
        self.previous_unbounded(instance - 1)
    }

    fn previous_unbounded(&self, second: i64) -> Option<i64> {
        let (year, day, time) = place(second);
        let first = place(self.start).0.number;
        let mut page = Page::new(self, year);
        let mut found = page.previous(day, time);
        let from = page.year.number;
        while found.is_none() && page.year.number > first && !page.is_spent(0) {
            if from - page.year.number == IN_VAIN && self.is_never() {
                return None;
            }
            page.turn_to(page.year.previous());
            found = page.previous(383, u32::MAX);
        }
        let (day, time) = found?;
        Some(second_of(&page.year, day, time)).filter(|found| *found >= self.start)
    }
}

/// Year, day of the year and second of the day.
pub(super) fn place(second: i64) -> (Year, usize, u32) {
    let (day, time) = civil::split(second);
    let year = Year::of_day(day);
    if year.number > LAST_YEAR {
        let year = Year::new(LAST_YEAR);
        return (year, 383, u32::MAX);
    }
    if year.number < FIRST_YEAR {
        return (Year::new(FIRST_YEAR), 0, 0);
    }
    let day = usize::try_from(day - year.first_day).unwrap_or(0);
    (year, day, time)
}

pub(super) fn second_of(year: &Year, day: usize, time: u32) -> i64 {
    let day = year.first_day + i32::try_from(day).unwrap_or(0);
    i64::from(day) * DAY_SECONDS + i64::from(time)
}

fn has_times(rule: &Rule) -> bool {
    rule.frequency < Frequency::Daily
        || !(rule.by_hour.is_empty() && rule.by_minute.is_empty() && rule.by_second.is_empty())
}

/// Whole days have no time parts (RFC 5545 3.3.10: they must be ignored). Of a frequency below a day those periods
/// count that begin with a day.
fn on_whole_days(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    let midnight = match rule.frequency {
        Frequency::Secondly | Frequency::Minutely | Frequency::Hourly => [0].into(),
        _ => TimeSet::default(),
    };
    rule.by_hour = midnight;
    rule.by_minute = midnight;
    rule.by_second = midnight;
    rule
}
