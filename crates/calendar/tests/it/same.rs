//! Equality of rules: never wrong, and rarely without an answer.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use kalends_calendar::{
    Compiled, Duration, Equality, Event, Frequency, NthWeekday, Rule, Until, When, Window, Zone,
};
use proptest::prelude::*;

use crate::{
    definition::config,
    support::random::{rules, starts},
};

/// A Monday.
fn start() -> When {
    When::floating("2026-01-05T09:00".parse().unwrap(), Duration::hours(1))
}

fn compared(a: &str, b: &str, start: &When) -> Equality {
    let [a, b] = [a, b].map(|rule| rule.parse::<Rule>().unwrap());
    let found = a.same_as(&b, start);
    assert_eq!(
        b.same_as(&a, start),
        found,
        "{b} and {a}, the other way round"
    );
    found
}

#[test]
fn rules_that_say_the_same_otherwise_are_the_same() {
    for (a, b) in [
        ("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=7"),
        ("FREQ=WEEKLY;WKST=SU", "FREQ=DAILY;BYDAY=MO"),
        ("FREQ=MONTHLY", "FREQ=YEARLY;BYMONTHDAY=5"),
        ("FREQ=MONTHLY;INTERVAL=12", "FREQ=YEARLY"),
        (
            "FREQ=MONTHLY;BYDAY=1MO",
            "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1,2,3,4,5,6,7",
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1",
        ),
        ("FREQ=DAILY;COUNT=10", "FREQ=DAILY;UNTIL=20260114T235959"),
        ("FREQ=DAILY;COUNT=400", "FREQ=DAILY;UNTIL=20270208T090000"),
        (
            "FREQ=DAILY;COUNT=40000",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=40000",
        ),
        (
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
        ),
        (
            "FREQ=HOURLY;INTERVAL=7",
            "FREQ=MINUTELY;INTERVAL=420;BYMINUTE=0",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
        ),
        // The start counts, whether the rule generates it or not.
        (
            "FREQ=WEEKLY;BYDAY=TU;COUNT=3",
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260113T090000",
        ),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=1", "FREQ=WEEKLY;COUNT=1"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE=CHINESE;FREQ=YEARLY"),
    ] {
        assert_eq!(compared(a, b, &start()), Equality::Same, "{a} and {b}");
    }
}

#[test]
fn the_first_difference_is_told_however_late_it_is() {
    for (a, b, first) in [
        ("FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "2026-01-06T09:00"),
        ("FREQ=DAILY", "FREQ=DAILY;COUNT=30000", "2108-02-25T09:00"),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
            "2028-02-29T09:00",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=366",
            "FREQ=YEARLY;BYYEARDAY=-1",
            "2026-12-31T09:00",
        ),
        (
            "FREQ=MONTHLY;BYDAY=5MO;BYMONTH=2",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;UNTIL=20500101T000000",
            "2028-02-29T09:00",
        ),
        (
            "FREQ=DAILY;UNTIL=99991230T090000",
            "FREQ=DAILY",
            "9999-12-31T09:00",
        ),
        // Alike for thousands of instances.
        (
            "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=26,27,28",
            "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=-1,26,27,28",
            "2028-02-29T00:00",
        ),
    ] {
        let first = first.parse().unwrap();
        assert_eq!(
            compared(a, b, &start()),
            Equality::Different(first),
            "{a} and {b}"
        );
    }
}

#[test]
fn what_cannot_be_known_is_unknown() {
    let chinese = "RSCALE=CHINESE;FREQ=YEARLY";
    assert_eq!(
        compared(chinese, "FREQ=YEARLY", &start()),
        Equality::Unknown
    );
    let skipping = "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD";
    assert_eq!(
        compared(skipping, "FREQ=MONTHLY", &start()),
        Equality::Unknown
    );
}

#[test]
fn until_is_an_instant_where_there_is_a_zone() {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let start = When::zoned(
        "2026-10-20T02:30".parse().unwrap(),
        berlin,
        Duration::hours(1),
    );
    // 02:30 comes twice on 25 October; the first one counts.
    let count = "FREQ=DAILY;COUNT=6";
    assert_eq!(
        compared(count, "FREQ=DAILY;UNTIL=20261025T003000Z", &start),
        Equality::Same
    );
    let last = "2026-10-25T02:30".parse().unwrap();
    let early = "FREQ=DAILY;UNTIL=20261025T002959Z";
    assert_eq!(compared(count, early, &start), Equality::Different(last));
}

/// A rule that is close to another one, or the same in other words.
fn variant(mut rule: Rule, start: DateTime, way: u8) -> Rule {
    let days = || {
        (0..7).map(|n| NthWeekday::every(jiff::civil::Weekday::from_monday_zero_offset(n).unwrap()))
    };
    match way {
        0 if rule.by_day.is_empty() && rule.frequency == Frequency::Weekly => {
            rule.by_day = [NthWeekday::every(start.weekday())].into();
        }
        1 if rule.by_month.is_empty() && !rule.by_day.iter().any(|d| d.nth.is_some()) => {
            rule.by_month = (1..=12).collect();
        }
        2 if rule.frequency < Frequency::Weekly && rule.by_day.is_empty() => {
            rule.by_day = days().collect();
        }
        3 => rule.interval += 1,
        4 => {
            let first = rule.by_month_day.first();
            rule.by_month_day.retain(|day| Some(day) != first);
        }
        5 => {
            let last = rule.by_set_position.iter().last();
            rule.by_set_position
                .retain(|position| Some(position) != last);
        }
        6 => {
            let compiled = Compiled::new(&rule, &When::floating(start, Duration::default()));
            if let Some(last) = compiled.last() {
                rule.count = None;
                rule.until = Some(Until::Local(last));
            }
        }
        7 if rule.frequency == Frequency::Daily && rule.interval == 1 => {
            rule.frequency = Frequency::Weekly;
            if rule.by_day.is_empty() {
                rule.by_day = days().collect();
            }
        }
        8 => rule.by_hour = [u8::try_from(start.hour()).unwrap()].into(),
        9 => rule.week_start = jiff::civil::Weekday::Sunday,
        10 => rule.count = rule.count.map(|n| n + 1),
        _ => rule.by_year_day = (1..=366).collect(),
    }
    rule
}

/// Occurrences of an event with this one rule, before the year 2120.
fn occurrences(rule: &Rule, when: &When) -> Vec<Timestamp> {
    let mut event = Event::new("same@example.com", when.clone());
    event.rules.push(rule.clone());
    let to = "2120-01-01T00:00:00Z".parse().unwrap();
    let window = Window { to, ..Window::ALL };
    let all = event.occurrences(window, &TimeZone::UTC);
    all.take(20_000).map(|o| o.start).collect()
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn what_is_said_of_two_rules_is_what_their_occurrences_show(
        mut rule in rules(),
        start in starts(),
        count in proptest::option::of(1u32..500),
        way in 0u8..12,
    ) {
        rule.count = count;
        let when = When::floating(start, Duration::hours(1));
        let other = variant(rule.clone(), start, way);
        let [a, b] = [&rule, &other].map(|rule| occurrences(rule, &when));
        let shorter = a.len().min(b.len());
        let at = (0..shorter).find(|i| a[*i] != b[*i]).unwrap_or(shorter);
        match rule.same_as(&other, &when) {
            Equality::Same => prop_assert_eq!(&a, &b, "{} and {}", rule, other),
            Equality::Different(local) => {
                let instant = TimeZone::UTC.to_timestamp(local).unwrap();
                let found = [a.get(at), b.get(at)].into_iter().flatten().min();
                let seen = a.last().max(b.last()).copied();
                match found {
                    Some(found) => prop_assert_eq!(*found, instant, "{} and {}", rule, other),
                    None => prop_assert!(seen.is_none_or(|seen| instant > seen), "{} and {}", rule, other),
                }
            }
            Equality::Unknown => {}
        }
    }
}
