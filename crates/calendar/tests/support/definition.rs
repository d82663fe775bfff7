//! RFC 5545 3.3.10 read word by word and as slowly as that takes: day after day, each asked whether it fits.
//! The engine must answer the same for any rule.

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime, Time, Weekday},
};
use kalends_calendar::{Frequency, NthWeekday, Rule, Until, parts::TimeSet};

/// All instances before `horizon` of a rule without a zone.
pub fn instances(rule: &Rule, start: DateTime, horizon: DateTime) -> Vec<DateTime> {
    let mut instances = expand(rule, start, horizon);
    if let Some(count) = rule.count {
        instances.truncate(count as usize);
    }
    let until = rule.until.map(|until| match until {
        Until::Date(date) => date.at(0, 0, 0, 0),
        Until::Local(local) => local,
        Until::Utc(at) => at.to_zoned(jiff::tz::TimeZone::UTC).datetime(),
    });
    if let Some(until) = until {
        instances.retain(|at| *at <= until);
    }
    instances
}

/// All instances before `horizon`, COUNT and UNTIL left aside.
fn expand(rule: &Rule, start: DateTime, horizon: DateTime) -> Vec<DateTime> {
    let mut instances = Vec::new();
    let interval = i64::from(rule.interval);
    let mut period = first_of_period(rule, start);
    let mut day = None;
    while period < horizon {
        let members = members(rule, start, period, &mut day);
        let total = members.len();
        let picked = |index: usize| {
            rule.by_set_position.is_empty()
                || rule.by_set_position.iter().any(|p| {
                    let position = usize::from(p.unsigned_abs());
                    index
                        == if p > 0 {
                            position - 1
                        } else {
                            (total + 1).wrapping_sub(position).wrapping_sub(1)
                        }
                })
        };
        let picks = members
            .iter()
            .enumerate()
            .filter(|(index, _)| picked(*index));
        instances.extend(
            picks
                .map(|(_, at)| *at)
                .filter(|at| *at >= start && *at < horizon),
        );
        period = period.saturating_add(step(rule.frequency, interval));
    }
    instances
}

fn step(frequency: Frequency, n: i64) -> Span {
    match frequency {
        Frequency::Yearly => n.years(),
        Frequency::Monthly => n.months(),
        Frequency::Weekly => n.weeks(),
        Frequency::Daily => n.days(),
        Frequency::Hourly => n.hours(),
        Frequency::Minutely => n.minutes(),
        Frequency::Secondly => n.seconds(),
    }
}

fn first_of_period(rule: &Rule, start: DateTime) -> DateTime {
    let date = start.date();
    let (h, m, s) = (start.hour(), start.minute(), start.second());
    match rule.frequency {
        Frequency::Yearly => date.first_of_year().at(0, 0, 0, 0),
        Frequency::Monthly => date.first_of_month().at(0, 0, 0, 0),
        Frequency::Weekly => first_of_week(date, rule.week_start).at(0, 0, 0, 0),
        Frequency::Daily => date.at(0, 0, 0, 0),
        Frequency::Hourly => date.at(h, 0, 0, 0),
        Frequency::Minutely => date.at(h, m, 0, 0),
        Frequency::Secondly => date.at(h, m, s, 0),
    }
}

fn first_of_week(mut date: Date, week_start: Weekday) -> Date {
    while date.weekday() != week_start {
        date = date.yesterday().unwrap();
    }
    date
}

/// What the rule selects in the period that begins at `period`.
///
/// `known` is the day that was asked last and whether it fits: a day has many minutes.
fn members(
    rule: &Rule,
    start: DateTime,
    period: DateTime,
    known: &mut Option<(Date, bool)>,
) -> Vec<DateTime> {
    let end = period.saturating_add(step(rule.frequency, 1));
    let mut members = Vec::new();
    let mut date = period.date();
    while date.at(0, 0, 0, 0) < end {
        let day = match *known {
            Some(known) if known.0 == date => known,
            _ => *known.insert((date, fits(rule, start.date(), date))),
        };
        if day.1 {
            let times = times(rule, start, period).map(|time| date.to_datetime(time));
            members.extend(times.filter(|at| *at >= period && *at < end));
        }
        date = date.tomorrow().unwrap();
    }
    members
}

/// The times of a day that the BY parts name; where one is missing, the start's own. Of what the frequency counts in,
/// only the period's own.
fn times(rule: &Rule, start: DateTime, period: DateTime) -> impl Iterator<Item = Time> {
    let choose = |set: &TimeSet, own: i8, now: i8, limit: u8, finest: Frequency| -> Vec<i8> {
        let all = (0..limit).filter(|n| {
            let periodic = rule.frequency <= finest;
            (set.is_empty() || set.contains(*n))
                && (!periodic || *n == now.unsigned_abs())
                && (periodic || !set.is_empty() || *n == own.unsigned_abs())
        });
        all.map(|n| i8::try_from(n).unwrap()).collect()
    };
    let hours = choose(
        &rule.by_hour,
        start.hour(),
        period.hour(),
        24,
        Frequency::Hourly,
    );
    let minutes = choose(
        &rule.by_minute,
        start.minute(),
        period.minute(),
        60,
        Frequency::Minutely,
    );
    let seconds = choose(
        &rule.by_second,
        start.second(),
        period.second(),
        60,
        Frequency::Secondly,
    );
    hours.into_iter().flat_map(move |h| {
        let seconds = seconds.clone();
        minutes.clone().into_iter().flat_map(move |m| {
            seconds
                .clone()
                .into_iter()
                .map(move |s| Time::new(h, m, s, 0).unwrap())
        })
    })
}

fn fits(rule: &Rule, start: Date, date: Date) -> bool {
    let no_days =
        rule.by_day.is_empty() && rule.by_month_day.is_empty() && rule.by_year_day.is_empty();
    let no_parts = no_days && rule.by_week_no.is_empty();
    let own = match rule.frequency {
        Frequency::Yearly if no_parts => {
            date.day() == start.day()
                && (!rule.by_month.is_empty() || date.month() == start.month())
        }
        Frequency::Yearly if no_days => date.weekday() == start.weekday(),
        Frequency::Monthly if no_parts => date.day() == start.day(),
        Frequency::Weekly if no_parts => date.weekday() == start.weekday(),
        _ => true,
    };
    let counted =
        |n: i64, at: i16, length: i16| n == i64::from(at) || n == i64::from(at - 1 - length);
    own && (rule.by_month.is_empty() || rule.by_month.contains(date.month().unsigned_abs()))
        && (rule.by_month_day.is_empty()
            || rule
                .by_month_day
                .iter()
                .any(|n| counted(n.into(), date.day().into(), date.days_in_month().into())))
        && (rule.by_year_day.is_empty()
            || rule
                .by_year_day
                .iter()
                .any(|n| counted(n.into(), date.day_of_year(), date.days_in_year())))
        && (rule.by_week_no.is_empty() || week_fits(rule, date))
        && (rule.by_day.is_empty() || rule.by_day.iter().any(|d| weekday_fits(rule, d, date)))
}

/// The week belongs to the year that has its fourth day.
fn week_fits(rule: &Rule, date: Date) -> bool {
    let fourth = |week: Date| week.checked_add(3.days()).unwrap();
    let week = first_of_week(date, rule.week_start);
    let year = fourth(week).year();
    let number = (fourth(week).day_of_year() - 1) / 7 + 1;
    let last = first_of_week(Date::new(year, 12, 31).unwrap(), rule.week_start);
    let total = if fourth(last).year() == year {
        (fourth(last).day_of_year() - 1) / 7 + 1
    } else {
        (fourth(last.checked_sub(7.days()).unwrap()).day_of_year() - 1) / 7 + 1
    };
    rule.by_week_no
        .iter()
        .any(|n| i16::from(n) == number || i16::from(n) == number - 1 - total)
}

fn weekday_fits(rule: &Rule, part: NthWeekday, date: Date) -> bool {
    let numbered = match rule.frequency {
        Frequency::Monthly => true,
        Frequency::Yearly => rule.by_week_no.is_empty(),
        _ => false,
    };
    if date.weekday() != part.day {
        return false;
    }
    let Some(n) = part.nth.filter(|_| numbered) else {
        return true;
    };
    let in_month = rule.frequency == Frequency::Monthly || !rule.by_month.is_empty();
    let same =
        |other: Date| other.year() == date.year() && (!in_month || other.month() == date.month());
    let mut nth = 1;
    let mut other = date;
    loop {
        let next = if n > 0 {
            other.checked_sub(7.days())
        } else {
            other.checked_add(7.days())
        };
        other = next.unwrap();
        if !same(other) {
            return n.abs() == nth;
        }
        nth += 1;
    }
}
