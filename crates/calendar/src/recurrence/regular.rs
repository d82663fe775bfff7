//! Rules that need no masks: one arithmetic progression of days, weeks or months, at the time of the start. Most rules
//! that people have are such. Their instances, and how many come before one of them, are a matter of a few divisions.

use super::civil::{self, DAY_SECONDS, LAST_YEAR, Year};
use crate::{Frequency, NthWeekday, Rule, Skip};

/// A regular rule with its start; UNTIL and COUNT left aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Regular {
    /// Civil seconds of the start; nothing comes before it.
    start: i64,
    /// Second of the day.
    time: i64,
    periods: Periods,
}

/// Which days there are.
#[derive(Clone, Copy, Debug)]
enum Periods {
    /// Some days of every period of `step` days, the first of which begins on the day `origin`. Bit 0 is the day on which a
    /// period begins.
    Days { origin: i64, step: i64, days: u8 },
    /// One day of every `step`th month, counted from January of the year 0.
    Months {
        origin: i64,
        step: i64,
        day: InMonth,
    },
}

/// A day of a month, counted from its end if negative.
#[derive(Clone, Copy, Debug)]
enum InMonth {
    Day(i32),
    /// The nth Monday (0) … Sunday (6).
    Nth(i32, i32),
}

impl Regular {
    /// Whether a rule may be regular: it has none of the parts that no regular rule has.
    pub(super) fn may_be(rule: &Rule) -> bool {
        rule.by_hour.is_empty()
            && rule.by_minute.is_empty()
            && rule.by_second.is_empty()
            && rule.by_year_day.is_empty()
            && rule.by_week_no.is_empty()
            && rule.by_set_position.is_empty()
            && rule.by_leap_month.is_empty()
            && rule.rscale.is_none()
            && rule.skip == Skip::Omit
            && rule.frequency >= Frequency::Daily
    }

    /// `None` for a rule that is not regular. `start` is a civil second.
    pub(super) fn of(rule: &Rule, start: i64) -> Option<Self> {
        if !Self::may_be(rule) {
            return None;
        }
        let (day, time) = civil::split(start);
        let periods = match rule.frequency {
            Frequency::Daily | Frequency::Weekly => Periods::of_days(rule, day)?,
            Frequency::Monthly | Frequency::Yearly => Periods::of_months(rule, day)?,
            _ => return None,
        };
        Some(Self {
            start,
            time: time.into(),
            periods,
        })
    }

    /// The instances from one civil second to another, both inclusive, ascending.
    pub(super) fn each(&self, low: i64, high: i64, found: impl FnMut(i64)) {
        let low = low.max(self.start);
        let last = i64::from(Year::new(LAST_YEAR + 1).first_day) * DAY_SECONDS - 1;
        // Days whose instance is in.
        let first = (low - self.time).div_euclid(DAY_SECONDS)
            + i64::from((low - self.time).rem_euclid(DAY_SECONDS) > 0);
        let last = (high.min(last) - self.time).div_euclid(DAY_SECONDS);
        if first <= last {
            self.each_day(first, last, found);
        }
    }

    fn each_day(&self, first: i64, last: i64, mut found: impl FnMut(i64)) {
        let mut found = |day: i64| found(day * DAY_SECONDS + self.time);
        match self.periods {
            Periods::Days { origin, step, days } => {
                let mut begin = first - (first - origin).rem_euclid(step);
                while begin <= last {
                    let mut left = days;
                    while left != 0 {
                        let day = begin + i64::from(left.trailing_zeros());
                        if (first..=last).contains(&day) {
                            found(day);
                        }
                        left &= left - 1;
                    }
                    begin += step;
                }
            }
            Periods::Months { origin, step, day } => {
                let month = month_of(first);
                let mut month = month + (origin - month).rem_euclid(step);
                loop {
                    let (begin, days) = span_of(month);
                    if begin > last {
                        return;
                    }
                    if let Some(day) = day.of(begin, days)
                        && (first..=last).contains(&day)
                    {
                        found(day);
                    }
                    month += step;
                }
            }
        }
    }

    /// How many instances come before a civil second. `None`: that is not told without a walk.
    pub(super) fn rank(&self, second: i64) -> Option<u64> {
        let ahead = self.periods.before(day_at_or_after(second, self.time))?;
        let out = (self.periods).before(day_at_or_after(self.start, self.time))?;
        Some(u64::try_from(ahead - out).unwrap_or(0))
    }

    /// The instance with so many others before it, or one later than all time. `None`: that is not told without a walk.
    pub(super) fn select(&self, rank: u32) -> Option<i64> {
        let out = (self.periods).before(day_at_or_after(self.start, self.time))?;
        let rank = i64::from(rank) + out;
        let far = i64::MAX / 4;
        let day = match self.periods {
            Periods::Days { origin, step, days } => {
                let size = i64::from(days.count_ones());
                let mut left = days;
                for _ in 0..rank.rem_euclid(size) {
                    left &= left - 1;
                }
                let begin = rank.div_euclid(size).saturating_mul(step);
                begin.saturating_add(origin + i64::from(left.trailing_zeros()))
            }
            Periods::Months { origin, step, day } => {
                let month = origin.saturating_add(rank.saturating_mul(step));
                if month > (i64::from(LAST_YEAR) + 1) * 12 {
                    return Some(far);
                }
                let (begin, days) = span_of(month);
                day.of(begin, days)?
            }
        };
        Some(
            day.saturating_mul(DAY_SECONDS)
                .saturating_add(self.time)
                .min(far),
        )
    }

    /// Whether the start is an instance.
    pub(super) fn has_start(&self) -> bool {
        let day = self.start.div_euclid(DAY_SECONDS);
        let mut has = false;
        self.each_day(day, day, |_| has = true);
        has
    }
}

impl Periods {
    fn of_days(rule: &Rule, day: i32) -> Option<Self> {
        if !(rule.by_month.is_empty() && rule.by_month_day.is_empty()) {
            return None;
        }
        let interval = i64::from(rule.interval.max(1));
        let daily = rule.frequency == Frequency::Daily;
        if daily && rule.by_day.is_empty() {
            return Some(Self::Days {
                origin: day.into(),
                step: interval,
                days: 1,
            });
        }
        if daily && interval > 1 {
            return None;
        }
        // Where every week counts it is all the same on which day it begins.
        let week_start = i32::from(rule.week_start.to_monday_zero_offset());
        let into_week = |weekday: i32| (weekday - week_start).rem_euclid(7);
        let own = into_week(civil::weekday(day));
        let mut days = 0;
        for part in &rule.by_day {
            days |= 1 << into_week(part.day.to_monday_zero_offset().into());
        }
        if days == 0 {
            days = 1 << own;
        }
        Some(Self::Days {
            origin: (day - own).into(),
            step: interval * 7,
            days,
        })
    }

    fn of_months(rule: &Rule, start: i32) -> Option<Self> {
        let mut months = rule.by_month.iter();
        let mut month_days = rule.by_month_day.iter();
        let mut by_day = rule.by_day.iter();
        let given = months.next().map(i64::from);
        let day = match (month_days.next(), by_day.next()) {
            (None, None) => None,
            (Some(n), None) if n != 0 => Some(InMonth::Day(n.into())),
            (None, Some(NthWeekday { nth: Some(n), day })) if n != 0 => {
                let weekday = day.to_monday_zero_offset().into();
                Some(InMonth::Nth(n.into(), weekday))
            }
            _ => return None,
        };
        let has_more =
            months.next().is_some() || month_days.next().is_some() || by_day.next().is_some();
        if has_more {
            return None;
        }
        let year = Year::of_day(start);
        let (month, own_day) = year.month_day(start - year.first_day);
        let january = i64::from(year.number) * 12;
        let month = i64::try_from(month).ok()?;
        let interval = i64::from(rule.interval.max(1));
        let (month, step) = match (rule.frequency, given, day) {
            (Frequency::Monthly, None, _) => (month, interval),
            // A day without a month is one of every month.
            (Frequency::Yearly, None, None) => (month, interval * 12),
            (Frequency::Yearly, Some(given @ 1..=12), _) => (given - 1, interval * 12),
            _ => return None,
        };
        let day = day.unwrap_or(InMonth::Day(own_day + 1));
        let periods = Self::Months {
            origin: january + month,
            step,
            day,
        };
        // What no month of the kind has is sought and told as with any other rule.
        day.of_some(january + month, step).then_some(periods)
    }

    /// How many instances come before a day, those before the start with them, a period before the first one less.
    fn before(self, day: i64) -> Option<i64> {
        Some(match self {
            Self::Days { origin, step, days } => {
                let into = (day - origin).rem_euclid(step);
                let part = days
                    & u8::MAX
                        .checked_shr(8 - u32::try_from(into.min(8)).ok()?)
                        .unwrap_or(0);
                (day - origin).div_euclid(step) * i64::from(days.count_ones())
                    + i64::from(part.count_ones())
            }
            Self::Months {
                origin,
                step,
                day: in_month,
            } => {
                if !in_month.of_all() {
                    return None;
                }
                let month = month_of(day);
                let into = (month - origin).rem_euclid(step);
                let whole = (month - origin).div_euclid(step);
                let (begin, days) = span_of(month);
                let is_over = into > 0 || in_month.of(begin, days).is_some_and(|own| own < day);
                whole + i64::from(is_over)
            }
        })
    }
}

impl InMonth {
    /// The day, in a month that begins on a day and has so many.
    fn of(self, begin: i64, days: i32) -> Option<i64> {
        let index = match self {
            Self::Day(n) if n > 0 => n - 1,
            Self::Day(n) => days + n,
            Self::Nth(n, weekday) => {
                let first = i32::try_from((begin + 3).rem_euclid(7)).unwrap_or(0);
                if n > 0 {
                    (weekday - first).rem_euclid(7) + (n - 1) * 7
                } else {
                    let last = first + days - 1;
                    days - 1 - (last - weekday).rem_euclid(7) + (n + 1) * 7
                }
            }
        };
        (0..days).contains(&index).then(|| begin + i64::from(index))
    }

    /// Whether every month has it.
    fn of_all(self) -> bool {
        match self {
            Self::Day(n) => n.abs() <= 28,
            Self::Nth(n, _) => n.abs() <= 4,
        }
    }

    /// Whether some of the months has it that follow each other at a step.
    fn of_some(self, month: i64, step: i64) -> bool {
        match self {
            Self::Day(n) if n.abs() > 28 && step % 12 == 0 => {
                let february = month.rem_euclid(12) == 1;
                let longest = if february { 29 } else { span_of(month).1 };
                n.abs() <= longest
            }
            Self::Day(n) => n.abs() <= 31,
            Self::Nth(n, _) => n.abs() <= 5,
        }
    }
}

/// The first day whose instance, at a second of the day, is at or after a civil second.
fn day_at_or_after(second: i64, time: i64) -> i64 {
    let (day, rest) = (
        (second - time).div_euclid(DAY_SECONDS),
        (second - time).rem_euclid(DAY_SECONDS),
    );
    day + i64::from(rest > 0)
}

/// The month of a day, counted from January of the year 0.
fn month_of(day: i64) -> i64 {
    let day = i32::try_from(day).unwrap_or(i32::MAX / 2);
    let year = Year::of_day(day);
    let (month, _) = year.month_day(day - year.first_day);
    i64::from(year.number) * 12 + i64::try_from(month).unwrap_or(0)
}

/// The first day of a month, and how many it has.
fn span_of(month: i64) -> (i64, i32) {
    let number = i32::try_from(month.div_euclid(12)).unwrap_or(LAST_YEAR + 1);
    let index = usize::try_from(month.rem_euclid(12)).unwrap_or(0);
    let year = Year::new(number);
    let begin = year.month_start(index);
    (
        i64::from(year.first_day) + i64::from(begin),
        year.month_start(index + 1) - begin,
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jiff::civil::DateTime;

    use super::*;
    use crate::{Duration, When, recurrence::Compiled};

    const RULES: [&str; 24] = [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;INTERVAL=4294967295",
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,TH,SA;WKST=WE",
        "FREQ=WEEKLY;INTERVAL=4294967295;BYDAY=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;INTERVAL=5",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=7",
        "FREQ=MONTHLY;BYMONTHDAY=-31",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=YEARLY",
        "FREQ=YEARLY;INTERVAL=4",
        "FREQ=YEARLY;BYMONTH=2",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;INTERVAL=3",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-31",
    ];

    /// The instances are those of the masks, the ranks are what counting them finds.
    #[test]
    fn says_what_the_compiled_rule_says() {
        let starts = [
            "2024-02-29T09:30:00",
            "1999-12-31T23:59:59",
            "2026-11-28T00:00:00",
            "9990-05-01T12:00:00",
            "-000004-01-31T06:00:00",
        ];
        for (text, start) in RULES.iter().flat_map(|r| starts.map(|s| (r, s))) {
            let start: DateTime = start.parse().unwrap();
            let when = When::floating(start, Duration::default());
            let rule: Rule = text.parse().unwrap();
            let compiled = Compiled::new(&rule, &when);
            let first = civil::seconds_of(start);
            let Some(regular) = Regular::of(&rule, first) else {
                // Its day is one that the month never has.
                assert!(text.contains("BYMONTH=2") && start.day() > 29, "{text}");
                continue;
            };
            let all: Vec<i64> = compiled.seconds(first, i64::MAX).take(700).collect();
            assert_eq!(regular.has_start(), all.first() == Some(&first), "{text}");
            let ends = [0, 1, 2, 40, all.len() - 1].map(|index| all[index.min(all.len() - 1)]);
            for (low, high) in ends.iter().flat_map(|a| ends.map(|b| (*a, b))) {
                for (low, high) in [(low, high), (low + 1, high - 1), (low - 1, high + 40_000)] {
                    let expect: Vec<i64> = compiled.seconds(low, high).collect();
                    let mut found = Vec::new();
                    regular.each(low, high, |second| found.push(second));
                    assert_eq!(found, expect, "{rule} from {start}, {low} to {high}");
                }
            }
            for (rank, second) in (0..).zip(&all) {
                for (second, rank) in [(*second, rank), (second + 1, rank + 1)] {
                    let found = regular.rank(second);
                    assert!(found.is_none_or(|found| found == rank), "{rule} {second}");
                }
                let found = regular.select(u32::try_from(rank).unwrap());
                assert!(found.is_none_or(|found| found == *second), "{rule} {rank}");
            }
            let walked = text.contains("31")
                || text.contains("29")
                || text.contains("5MO")
                || start.day() > 28;
            assert!(walked || regular.rank(first).is_some(), "{text}");
            assert!(
                regular
                    .select(u32::MAX)
                    .is_none_or(|far| far > all[all.len() - 1])
            );
        }
    }
}
