//! RFC 5545 3.3.10 read word by word and as slowly as that takes: day after day, each asked whether it fits.
//! The engine must answer the same for any rule.

use std::collections::BTreeSet;

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime, Time, Weekday},
};
use kalends_calendar::{Compiled, Frequency, NthWeekday, Rule, When};
use proptest::prelude::*;

/// All instances before `horizon`, COUNT and UNTIL left aside.
pub(crate) fn expand(rule: &Rule, start: DateTime, horizon: DateTime) -> Vec<DateTime> {
    let mut instances = Vec::new();
    let interval = i64::from(rule.interval);
    let mut period = first_of_period(rule, start);
    while period < horizon {
        let members = members(rule, start, period);
        let total = members.len();
        let picked = |index: usize| {
            rule.by_set_position.is_empty()
                || rule.by_set_position.iter().any(|p| {
                    let position = usize::from(p.unsigned_abs());
                    index
                        == if *p > 0 {
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
fn members(rule: &Rule, start: DateTime, period: DateTime) -> Vec<DateTime> {
    let end = period.saturating_add(step(rule.frequency, 1));
    let mut members = Vec::new();
    let mut date = period.date();
    while date.at(0, 0, 0, 0) < end {
        if fits(rule, start.date(), date) {
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
    let choose = |set: &BTreeSet<u8>, own: i8, now: i8, limit: u8, finest: Frequency| -> Vec<i8> {
        let all = (0..limit).filter(|n| {
            let periodic = rule.frequency <= finest;
            (set.is_empty() || set.contains(n))
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
    own && (rule.by_month.is_empty() || rule.by_month.contains(&date.month().unsigned_abs()))
        && (rule.by_month_day.is_empty()
            || rule
                .by_month_day
                .iter()
                .any(|n| counted((*n).into(), date.day().into(), date.days_in_month().into())))
        && (rule.by_year_day.is_empty()
            || rule
                .by_year_day
                .iter()
                .any(|n| counted((*n).into(), date.day_of_year(), date.days_in_year())))
        && (rule.by_week_no.is_empty() || week_fits(rule, date))
        && (rule.by_day.is_empty() || rule.by_day.iter().any(|d| weekday_fits(rule, *d, date)))
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
        .any(|n| i16::from(*n) == number || i16::from(*n) == number - 1 - total)
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

fn set<T: Ord + Clone + std::fmt::Debug>(
    item: impl Strategy<Value = T>,
    size: usize,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop_oneof![
        3 => Just(BTreeSet::new()),
        1 => proptest::collection::btree_set(item, 1..=size),
    ]
}

/// So many cases, or as many as PROPTEST_CASES says.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var_os("PROPTEST_CASES").map_or(cases, |_| usual.cases),
        failure_persistence: None,
        ..usual
    }
}

fn weekdays() -> impl Strategy<Value = Weekday> {
    (0i8..7).prop_map(|n| Weekday::from_monday_zero_offset(n).unwrap())
}

fn nonzero(limit: i16) -> impl Strategy<Value = i16> {
    prop_oneof![1..=limit, -limit..=-1, 1..=3i16, -3..=-1i16]
}

pub(crate) fn rules() -> impl Strategy<Value = Rule> {
    let frequency = prop_oneof![
        4 => Just(Frequency::Yearly),
        4 => Just(Frequency::Monthly),
        3 => Just(Frequency::Weekly),
        2 => Just(Frequency::Daily),
        1 => Just(Frequency::Hourly),
        1 => Just(Frequency::Minutely),
        1 => Just(Frequency::Secondly),
    ];
    let small = |limit: i16| nonzero(limit).prop_map(|n| i8::try_from(n).unwrap());
    let nth =
        prop_oneof![3 => Just(None), 1 => small(5).prop_map(Some), 1 => small(53).prop_map(Some)];
    let by_day = (nth, weekdays()).prop_map(|(nth, day)| NthWeekday { nth, day });
    let times = (set(0u8..24, 3), set(0u8..60, 3), set(0u8..60, 3));
    let days = (
        set(by_day, 4),
        set(small(31), 4),
        set(nonzero(366), 4),
        set(small(53), 4),
        set(1u8..=12, 4),
    );
    let interval = prop_oneof![4 => Just(1u32), 2 => 2u32..5, 1 => 5u32..100];
    let positions = set(nonzero(20), 3);
    (frequency, interval, weekdays(), times, days, positions).prop_map(
        |(frequency, interval, week_start, times, days, positions)| {
            let mut rule = Rule::every(frequency);
            rule.interval = interval;
            rule.week_start = week_start;
            (rule.by_hour, rule.by_minute, rule.by_second) = times;
            (
                rule.by_day,
                rule.by_month_day,
                rule.by_year_day,
                rule.by_week_no,
                rule.by_month,
            ) = days;
            rule.by_set_position = positions;
            rule
        },
    )
}

pub(crate) fn starts() -> impl Strategy<Value = DateTime> {
    // Year ends are where weeks are hard.
    let day = prop_oneof![
        0i64..15_000,
        (0i64..40).prop_map(|y| y * 365 + y / 4),
        Just(11_017)
    ];
    (day, 0i8..24, 0i8..60, 0i8..60).prop_map(|(day, h, m, s)| {
        let date = Date::new(1990, 1, 1).unwrap();
        date.checked_add(day.days()).unwrap().at(h, m, s, 0)
    })
}

/// How far to look, so that the slow way ends.
pub(crate) fn horizon(rule: &Rule, start: DateTime) -> DateTime {
    start.saturating_add(match rule.frequency {
        Frequency::Yearly => 9.years(),
        Frequency::Monthly => 5.years(),
        Frequency::Weekly => 3.years(),
        Frequency::Daily => 2.years(),
        Frequency::Hourly => 20.days(),
        Frequency::Minutely => 1.days(),
        Frequency::Secondly => 10.minutes(),
    })
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn the_engine_agrees_with_the_definition(rule in rules(), start in starts()) {
        let horizon = horizon(&rule, start);
        let expect = expand(&rule, start, horizon);
        let when = When::floating(start, kalends_calendar::Duration::default());
        let compiled = Compiled::new(&rule, &when);
        let got: Vec<DateTime> = compiled.iter().take_while(|at| *at < horizon).collect();
        prop_assert_eq!(&got, &expect, "{}", rule);
        prop_assert_eq!(folded(&compiled, start, horizon), expect, "{} folded", rule);
    }

    #[test]
    fn seeking_agrees_with_walking(
        rule in rules(),
        start in starts(),
        count in 1u32..300,
        at in 0.0..1.0f64,
    ) {
        let horizon = horizon(&rule, start);
        let mut rule = rule;
        rule.count = Some(count);
        let when = When::floating(start, kalends_calendar::Duration::default());
        let compiled = Compiled::new(&rule, &when);
        let all: Vec<DateTime> = compiled.iter().take_while(|at| *at < horizon).collect();
        let ended = compiled.iter().nth(all.len()).is_none();
        prop_assert!(all.len() <= count as usize);
        let length = horizon.duration_since(start).as_secs_f64() * at;
        let middle = start.saturating_add(jiff::SignedDuration::from_secs_f64(length.floor()));
        let cut = all.partition_point(|i| *i < middle);
        let rest: Vec<DateTime> =
            compiled.occurrences_from(middle).take_while(|at| *at < horizon).collect();
        prop_assert_eq!(&rest, &all[cut..], "{} from {}", &rule, middle);
        prop_assert_eq!(folded(&compiled, middle, horizon), rest, "{} folded from {}", &rule, middle);
        prop_assert_eq!(compiled.count_before(middle), cut as u64);
        let latest = all.iter().copied().rfind(|i| *i <= middle);
        prop_assert_eq!(compiled.latest(middle), latest, "{}", &rule);
        prop_assert_eq!(compiled.contains(middle), all.contains(&middle));
        if let Some(one) = all.get(cut) {
            prop_assert!(compiled.contains(*one));
        }
        if ended {
            prop_assert_eq!(compiled.last(), all.last().copied(), "{}", &rule);
        }
        // A rule is what its text says.
        prop_assert_eq!(normal(&rule), rule.to_string().parse::<Rule>().unwrap());
    }
}

/// The instances of a window by `fold`, which goes another way than `next`.
fn folded(rule: &Compiled, from: DateTime, to: DateTime) -> Vec<DateTime> {
    let mut found = Vec::new();
    rule.seconds_between(from, to).for_each(|second| {
        found.push(DateTime::constant(1970, 1, 1, 0, 0, 0, 0) + second.seconds());
    });
    found
}

/// Without the numbers in BYDAY that reading leaves out.
fn normal(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    let numbered = rule.frequency == Frequency::Monthly
        || (rule.frequency == Frequency::Yearly && rule.by_week_no.is_empty());
    if !numbered {
        rule.by_day = rule
            .by_day
            .iter()
            .map(|d| NthWeekday::every(d.day))
            .collect();
    }
    rule
}
