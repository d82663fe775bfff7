//! RRULE as a pattern, where one generates exactly the same days; else the reason why none does.

use calendar::{Frequency, NthWeekday, Rule, Skip, parts::TimeSet};
use jiff::civil::{DateTime, Weekday};

use super::{Days, InMonth, Nth, Pattern, WeekdaySet, to_rule::shortest_length};

/// Why no pattern generates the days of a rule.
pub type Reason = &'static str;

const MANY_MONTHS: Reason = "it names several months";
const SHORT_MONTHS: Reason = "it names a day that short months do not have";
const POSITION: Reason = "it counts days in a way that is not first, second, third, fourth or last";

impl Pattern {
    /// The pattern that generates the days of `rule` for a series that starts at `start`. COUNT and UNTIL are not
    /// looked at: see [`super::Range`].
    pub fn from_rule(rule: &Rule, start: DateTime) -> Result<Self, Reason> {
        plain(rule, start)?;
        let rule = &without_all_months(rule);
        let interval = rule.interval.max(1);
        let days = match rule.frequency {
            Frequency::Daily => daily(rule)?,
            Frequency::Weekly => weekly(rule, start.weekday())?,
            Frequency::Monthly => return monthly(rule, start),
            Frequency::Yearly => return yearly(rule, start),
            _ => return Err("it repeats more often than daily"),
        };
        let pattern = Self { interval, days };
        pattern.starting(start)
    }

    /// Graph begins a series on the first day that its pattern generates, RFC 5545 on DTSTART whatever the rule says.
    fn starting(self, start: DateTime) -> Result<Self, Reason> {
        if self.dates(start.date()).next() == Some(start.date()) {
            Ok(self)
        } else {
            Err("its first day is not one that the rule generates")
        }
    }
}

/// Refuses what no pattern has.
fn plain(rule: &Rule, start: DateTime) -> Result<(), Reason> {
    let gregorian = rule.rscale.as_deref().is_none_or(|r| r == "GREGORIAN");
    if !gregorian || rule.skip != Skip::Omit || !rule.by_leap_month.is_empty() {
        return Err("it follows another calendar, or moves days that do not exist");
    }
    if !rule.by_week_no.is_empty() || !rule.by_year_day.is_empty() {
        return Err("it names weeks or days of the year");
    }
    let times = [
        (&rule.by_hour, start.hour()),
        (&rule.by_minute, start.minute()),
        (&rule.by_second, start.second()),
    ];
    let once_a_day = |(given, own): &(&TimeSet, i8)| {
        given.is_empty() || (given.len() == 1 && given.contains(own.unsigned_abs()))
    };
    if times.iter().all(once_a_day) {
        Ok(())
    } else {
        Err("it names times of the day")
    }
}

/// BYMONTH with all twelve says nothing.
fn without_all_months(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    if rule.by_month.len() == 12 {
        rule.by_month.clear();
    }
    rule
}

fn daily(rule: &Rule) -> Result<Days, Reason> {
    if !rule.by_month.is_empty() || !rule.by_month_day.is_empty() {
        return Err("it repeats daily in some months only");
    }
    if !rule.by_set_position.is_empty() {
        return Err(POSITION);
    }
    match (rule.by_day.is_empty(), rule.interval) {
        (true, _) => Ok(Days::Daily),
        (false, 1) => Ok(Days::Weekly {
            days: weekdays(rule),
            first: rule.week_start,
        }),
        (false, _) => Err("it repeats every few days, but on some weekdays only"),
    }
}

fn weekly(rule: &Rule, start: Weekday) -> Result<Days, Reason> {
    if !rule.by_month.is_empty() || !rule.by_month_day.is_empty() {
        return Err("it repeats weekly in some months only");
    }
    if !rule.by_set_position.is_empty() {
        return Err(POSITION);
    }
    let mut days = weekdays(rule);
    if days.is_empty() {
        days = [start].into_iter().collect();
    }
    let first = rule.week_start;
    Ok(Days::Weekly { days, first })
}

fn monthly(rule: &Rule, start: DateTime) -> Result<Pattern, Reason> {
    let interval = rule.interval.max(1);
    if let Some(days) = every_such_weekday(rule) {
        return days?.starting(start);
    }
    let days = match (one_month(rule)?, interval) {
        (None, _) => Days::Monthly(in_month(rule, start, None)?),
        (Some(month), 1) => {
            let day = in_month(rule, start, Some(month))?;
            return Pattern::yearly(1, month, day).starting(start);
        }
        (Some(_), _) => return Err("it repeats every few months, but in one month only"),
    };
    Pattern { interval, days }.starting(start)
}

fn yearly(rule: &Rule, start: DateTime) -> Result<Pattern, Reason> {
    let interval = rule.interval.max(1);
    if rule.by_month.is_empty() && !(rule.by_day.is_empty() && rule.by_month_day.is_empty()) {
        return yearly_in_every_month(rule, start);
    }
    if rule.by_month.len() > 1 {
        let in_step = rule.by_month.contains(start.month().unsigned_abs());
        let step = even_steps(rule).filter(|_| interval == 1 && in_step);
        let interval = step.ok_or(MANY_MONTHS)?;
        if !rule.by_set_position.is_empty() {
            return Err(POSITION);
        }
        let days = Days::Monthly(in_month(rule, start, None)?);
        return Pattern { interval, days }.starting(start);
    }
    let month = one_month(rule)?.unwrap_or(start.month());
    let day = in_month(rule, start, Some(month))?;
    Pattern::yearly(interval, month, day).starting(start)
}

/// A yearly rule that names days but no month: they are days of every month, or weekdays of the whole year.
fn yearly_in_every_month(rule: &Rule, start: DateTime) -> Result<Pattern, Reason> {
    if rule.interval > 1 || !rule.by_set_position.is_empty() {
        return Err("it repeats every few years, but in every month");
    }
    if rule.by_day.iter().any(|day| day.nth.is_some()) {
        return Err("it counts weekdays over the whole year");
    }
    let mut rule = rule.clone();
    rule.frequency = Frequency::Monthly;
    monthly(&rule, start)
}

impl Pattern {
    fn yearly(interval: u32, month: i8, day: InMonth) -> Self {
        let days = Days::Yearly { month, day };
        Self { interval, days }
    }
}

/// BYDAY without numbers or positions in a monthly rule: a weekly rule, if nothing else narrows it.
fn every_such_weekday(rule: &Rule) -> Option<Result<Pattern, Reason>> {
    let all = !rule.by_day.is_empty() && rule.by_day.iter().all(|day| day.nth.is_none());
    if !all || !rule.by_set_position.is_empty() || !rule.by_month_day.is_empty() {
        return None;
    }
    if rule.interval > 1 || !rule.by_month.is_empty() {
        return Some(Err("it repeats weekly in some months only"));
    }
    let days = weekdays(rule);
    let first = rule.week_start;
    Some(Ok(Pattern {
        interval: 1,
        days: Days::Weekly { days, first },
    }))
}

/// The day of the month that a monthly rule, or a yearly rule within `month`, means.
fn in_month(rule: &Rule, start: DateTime, month: Option<i8>) -> Result<InMonth, Reason> {
    match (rule.by_day.is_empty(), rule.by_month_day.is_empty()) {
        (true, true) if only_position(rule) => day_of_month(start.day(), month),
        (true, true) => Err(POSITION),
        (true, false) => month_day(rule, month),
        (false, true) => nth_weekday(rule),
        (false, false) => weekday_in_a_week_of_the_month(rule),
    }
}

fn month_day(rule: &Rule, month: Option<i8>) -> Result<InMonth, Reason> {
    let days: Vec<i8> = rule.by_month_day.iter().collect();
    let last = rule.by_set_position.len() == 1 && rule.by_set_position.contains(-1);
    match days[..] {
        [28, .., day] if last && days.len() == usize::from((day - 27).unsigned_abs()) => {
            Ok(InMonth::Day(day))
        }
        [day] if only_position(rule) => day_of_month(day, month),
        [_] => Err(POSITION),
        _ => Err("it names several days of the month"),
    }
}

/// BYSETPOS says nothing about a set of one, if it is 1 or -1.
fn only_position(rule: &Rule) -> bool {
    rule.by_set_position.iter().all(|n| matches!(n, 1 | -1)) && rule.by_set_position.len() < 2
}

fn day_of_month(day: i8, month: Option<i8>) -> Result<InMonth, Reason> {
    let shortest = month.map_or(28, shortest_length);
    match (day, month) {
        (1.., _) if day <= shortest => Ok(InMonth::Day(day)),
        // The last day: a shorter month cuts the longest possible one to it.
        (-1, None) => Ok(InMonth::Day(31)),
        (-1, Some(2)) => Ok(InMonth::Day(29)),
        (..=-1, Some(month)) if month != 2 && shortest + 1 + day > 0 => {
            Ok(InMonth::Day(shortest + 1 + day))
        }
        (..=-1, _) => Err("it counts days from the end of the month"),
        _ => Err(SHORT_MONTHS),
    }
}

fn nth_weekday(rule: &Rule) -> Result<InMonth, Reason> {
    let days: Vec<NthWeekday> = rule.by_day.iter().collect();
    let positions: Vec<i16> = rule.by_set_position.iter().collect();
    let n = match (&days[..], &positions[..]) {
        ([NthWeekday { nth: Some(n), .. }], _) if only_position(rule) => i16::from(*n),
        (_, [n]) if days.iter().all(|day| day.nth.is_none()) => *n,
        ([_], _) => return Err(POSITION),
        _ => return Err("it names several weekdays of the month"),
    };
    let nth = match n {
        1 => Nth::FromStart(1),
        2 => Nth::FromStart(2),
        3 => Nth::FromStart(3),
        4 => Nth::FromStart(4),
        -1 => Nth::Last,
        _ => return Err(POSITION),
    };
    Ok(InMonth::Nth(nth, weekdays(rule)))
}

/// BYDAY=FR;BYMONTHDAY=8,9,10,11,12,13,14 is the second Friday.
fn weekday_in_a_week_of_the_month(rule: &Rule) -> Result<InMonth, Reason> {
    let weekday = rule.by_day.first().filter(|day| day.nth.is_none());
    let first = rule.by_month_day.first().unwrap_or_default();
    let a_week = rule.by_month_day.iter().eq(first..=first.saturating_add(6));
    match weekday {
        Some(_) if rule.by_day.len() == 1 && a_week && only_position(rule) => {
            let nth = match first {
                1 => 1,
                8 => 2,
                15 => 3,
                22 => 4,
                _ => return Err(POSITION),
            };
            Ok(InMonth::Nth(Nth::FromStart(nth), weekdays(rule)))
        }
        _ => Err("it names weekdays and days of the month together"),
    }
}

fn one_month(rule: &Rule) -> Result<Option<i8>, Reason> {
    match rule.by_month.len() {
        0 => Ok(None),
        1 => Ok(rule.by_month.first().and_then(|m| i8::try_from(m).ok())),
        _ => Err(MANY_MONTHS),
    }
}

/// The months of a yearly rule, if they are evenly spaced around the year: every so many months.
fn even_steps(rule: &Rule) -> Option<u32> {
    let count = rule.by_month.len();
    let first = rule.by_month.first()?;
    let step = 12 / count;
    let even = (0..count).map(|n| usize::from(first) + n * step);
    (12 % count == 0 && rule.by_month.iter().map(usize::from).eq(even))
        .then(|| u32::try_from(step).ok())
        .flatten()
}

/// The weekdays of BYDAY. Numbers do not count here.
fn weekdays(rule: &Rule) -> WeekdaySet {
    rule.by_day.iter().map(|day| day.day).collect()
}
