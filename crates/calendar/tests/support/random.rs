//! Random rules and starts, and how far to look.

use std::collections::BTreeSet;

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Weekday},
};
use kalends_calendar::{Frequency, NthWeekday, Rule};
use proptest::prelude::*;

fn set<T: Ord + Clone + std::fmt::Debug>(
    item: impl Strategy<Value = T>,
    size: usize,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop_oneof![
        3 => Just(BTreeSet::new()),
        1 => proptest::collection::btree_set(item, 1..=size),
    ]
}

fn weekdays() -> impl Strategy<Value = Weekday> {
    (0i8..7).prop_map(|n| Weekday::from_monday_zero_offset(n).unwrap())
}

fn nonzero(limit: i16) -> impl Strategy<Value = i16> {
    prop_oneof![1..=limit, -limit..=-1, 1..=3i16, -3..=-1i16]
}

pub fn rules() -> impl Strategy<Value = Rule> {
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
            rule.by_hour = times.0.into();
            rule.by_minute = times.1.into();
            rule.by_second = times.2.into();
            rule.by_day = days.0.into();
            rule.by_month_day = days.1.into();
            rule.by_year_day = days.2.into();
            rule.by_week_no = days.3.into();
            rule.by_month = days.4.into();
            rule.by_set_position = positions.into();
            rule
        },
    )
}

pub fn starts() -> impl Strategy<Value = DateTime> {
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
pub fn horizon(rule: &Rule, start: DateTime) -> DateTime {
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
