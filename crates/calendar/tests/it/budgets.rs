//! Hostile rules cost little, and say so where that was not enough. Work is counted, not timed.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use kalends_calendar::{
    Compiled, Duration, Event, Last, Rule, When, Window,
    busy::{Policy, busy},
};

fn start() -> When {
    When::floating("2026-11-28T09:00".parse().unwrap(), Duration::hours(1))
}

fn numbers(name: &str, from: i32, to: i32) -> String {
    let numbers: Vec<String> = (from..=to)
        .filter(|n| *n != 0)
        .map(|n| n.to_string())
        .collect();
    format!(";{name}={}", numbers.join(","))
}

/// Asks everything there is to ask.
fn ask(rule: &Rule) -> Compiled {
    let compiled = Compiled::new(rule, &start());
    let far: DateTime = "9999-12-31T00:00".parse().unwrap();
    let near: DateTime = "2030-01-01T00:00".parse().unwrap();
    let _ = compiled.iter().take(3).count();
    let _ = compiled.occurrences_from(near).take(3).count();
    let _ = compiled.before(far).take(3).count();
    let _ = (
        compiled.last(),
        compiled.is_endless(),
        compiled.contains(near),
    );
    let _ = (compiled.latest(near), compiled.count_before(near));
    compiled
}

#[test]
fn a_rule_that_never_comes_true_is_known_to_be_one() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9,10;BYSETPOS=3",
        "FREQ=WEEKLY;INTERVAL=773;BYWEEKNO=53;BYDAY=TU;BYSETPOS=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;INTERVAL=4294967295;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=SECONDLY;BYSECOND=60",
        "FREQ=MINUTELY;BYHOUR=7;BYYEARDAY=366;BYMONTH=3",
        "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=10",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=TU",
        "FREQ=SECONDLY;INTERVAL=604800;BYDAY=TU",
        "FREQ=HOURLY;INTERVAL=72;BYDAY=MO,TU;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=7;BYHOUR=0;BYMINUTE=0;BYSECOND=3;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
    ] {
        let rule: Rule = rule.parse().unwrap();
        let compiled = ask(&rule);
        assert_eq!(compiled.iter().next(), None, "{rule}");
        assert!(!compiled.gave_up(), "{rule}");
        assert!(compiled.work() < 50_000, "{rule}: {}", compiled.work());
    }
}

#[test]
fn what_comes_true_rarely_is_found_by_little_work() {
    for (rule, found) in [
        (
            "FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=28",
            "2126-02-28T09:00",
        ),
        ("FREQ=DAILY;INTERVAL=1000000", "4764-10-25T09:00"),
        ("FREQ=DAILY;INTERVAL=10000;BYMONTHDAY=1", "2629-04-01T09:00"),
        (
            "FREQ=HOURLY;INTERVAL=10001;BYHOUR=17;BYMONTHDAY=31",
            "3222-07-31T17:00",
        ),
        ("FREQ=MINUTELY;INTERVAL=527041;BYHOUR=3", "3109-02-25T03:00"),
        (
            "FREQ=MINUTELY;INTERVAL=1441;BYHOUR=3;BYMINUTE=7;BYMONTHDAY=31",
            "2033-10-31T03:07",
        ),
        (
            "FREQ=SECONDLY;INTERVAL=86401;BYHOUR=8;BYMINUTE=59;BYSECOND=59",
            "2263-06-19T08:59:59",
        ),
    ] {
        let compiled = ask(&rule.parse().unwrap());
        let tomorrow = "2026-11-29T00:00".parse().unwrap();
        let first = compiled.occurrences_from(tomorrow).next();
        assert_eq!(first, Some(found.parse().unwrap()), "{rule}");
        assert!(!compiled.gave_up(), "{rule}");
        assert!(compiled.work() < 100_000, "{rule}: {}", compiled.work());
    }
}

#[test]
fn an_interval_of_years_is_counted_as_far_as_it_is_walked() {
    for rule in [
        "FREQ=SECONDLY;COUNT=50;INTERVAL=118822450",
        "FREQ=SECONDLY;COUNT=3;INTERVAL=218091225",
        "FREQ=SECONDLY;COUNT=59;INTERVAL=2026112314;BYHOUR=1",
    ] {
        let compiled = Compiled::new(&rule.parse().unwrap(), &start());
        let all: Vec<DateTime> = compiled.iter().take(50).collect();
        let last = *all.last().unwrap();
        assert_eq!(compiled.count_before(last), all.len() as u64 - 1, "{rule}");
        assert_eq!(compiled.occurrences_from(last).next(), Some(last), "{rule}");
        assert!(!compiled.gave_up(), "{rule}");
    }
}

/// Of whole days those periods count that begin with a day: here one in 1,152, so one in 7,961 years.
#[test]
fn whole_days_of_an_interval_of_years_are_sought_where_they_are() {
    let start = When::all_day("1900-01-01".parse().unwrap(), 1);
    let rule = "FREQ=SECONDLY;COUNT=3;INTERVAL=218091225";
    let compiled = Compiled::new(&rule.parse().unwrap(), &start);
    let all: Vec<DateTime> = compiled.iter().collect();
    let [first, last] = all[..] else {
        panic!("{all:?}");
    };
    assert_eq!((first.year(), last.year()), (1900, 9861));
    assert_eq!(compiled.occurrences_from(last).next(), Some(last));
    assert_eq!(compiled.count_before(last), 1);
    assert_eq!(
        (compiled.latest(last), compiled.last()),
        (Some(last), Some(last))
    );
    assert!(compiled.contains(last) && !compiled.gave_up());
    assert!(compiled.work() < 100_000, "{}", compiled.work());
}

#[test]
fn large_sets_are_no_large_work() {
    let minutes = numbers("BYMINUTE", 1, 59);
    let seconds = numbers("BYSECOND", 1, 59);
    let hours = numbers("BYHOUR", 1, 23);
    let positions = numbers("BYSETPOS", -366, 366);
    for rule in [
        format!("FREQ=YEARLY;BYMONTH=1{hours}{minutes}{seconds}{positions}"),
        format!("FREQ=WEEKLY;INTERVAL=1000{hours}{minutes}{seconds}{positions}"),
        format!(
            "FREQ=MONTHLY{}{}{positions}",
            numbers("BYMONTHDAY", -31, 31),
            numbers("BYYEARDAY", -366, 366)
        ),
        format!("FREQ=SECONDLY;INTERVAL=7{hours}{minutes}{seconds}{positions}"),
        format!("FREQ=SECONDLY;INTERVAL=4294967295{hours}{minutes}{seconds}"),
        format!("FREQ=SECONDLY;INTERVAL=86401{hours}{minutes}{seconds};COUNT=4294967295"),
        format!("FREQ=MINUTELY;INTERVAL=7{hours};COUNT=4294967295"),
        "FREQ=YEARLY;COUNT=4294967295".to_owned(),
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=4294967295".to_owned(),
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO;BYSETPOS=1;COUNT=4294967295".to_owned(),
        "FREQ=SECONDLY;COUNT=4294967295".to_owned(),
    ] {
        let rule: Rule = rule.parse().unwrap();
        let compiled = ask(&rule);
        let name = rule.to_string();
        assert!(
            compiled.work() < 2_000_000,
            "{:.60}: {}",
            name,
            compiled.work()
        );
    }
}

#[test]
fn a_search_that_is_given_up_says_so() {
    let rule: Rule = "FREQ=MINUTELY;INTERVAL=7;BYHOUR=9,10;COUNT=4294967295"
        .parse()
        .unwrap();
    let compiled = Compiled::new(&rule, &start());
    let near = compiled.occurrences_from("2060-01-01T00:00".parse().unwrap());
    assert!(near.take(5).count() == 5 && !compiled.gave_up());
    let far = "9000-01-01T00:00".parse().unwrap();
    assert_eq!(compiled.occurrences_from(far).next(), None);
    assert!(compiled.gave_up());
    assert!(compiled.work() < 200_000, "{}", compiled.work());

    let mut event = Event::new("far@example.com", start());
    event.rules.push(rule);
    let at: Timestamp = "9000-01-01T00:00:00Z".parse().unwrap();
    let window = Window {
        from: at,
        ..Window::ALL
    };
    let mut occurrences = event.occurrences(window, &TimeZone::UTC);
    assert_eq!(occurrences.next(), None);
    assert!(occurrences.gave_up());
    let mut before = event.occurrences_before(at, &TimeZone::UTC);
    assert!(before.next().is_none_or(|own| own.start < at) && before.gave_up());
}

#[test]
fn rules_that_are_all_excluded_are_given_up() {
    let mut event = Event::new("gone@example.com", start());
    event.rules.push("FREQ=SECONDLY".parse().unwrap());
    event.excluded_rules = vec!["FREQ=SECONDLY;BYMINUTE=0".parse().unwrap(); 50];
    event.excluded_rules.push("FREQ=SECONDLY".parse().unwrap());
    let mut occurrences = event.occurrences(Window::ALL, &TimeZone::UTC);
    assert_eq!(occurrences.by_ref().count(), 0);
    assert!(occurrences.gave_up());
    let mut series = Event::new("some@example.com", start());
    series.rules.push("FREQ=DAILY".parse().unwrap());
    series.excluded_rules.push("FREQ=WEEKLY".parse().unwrap());
    let mut occurrences = series.occurrences(Window::ALL, &TimeZone::UTC);
    assert_eq!(occurrences.by_ref().take(100).count(), 100);
    assert!(!occurrences.gave_up());
}

#[test]
fn where_instances_are_too_many_to_count_the_end_is_unknown() {
    let mut event = Event::new("far@example.com", start());
    let rule = "FREQ=MINUTELY;INTERVAL=7;BYHOUR=9,10;COUNT=4294967295";
    event.rules.push(rule.parse().unwrap());
    assert_eq!(event.last_end(&TimeZone::UTC), Last::Unknown);
    let at = "2026-11-28T09:07".parse().unwrap();
    assert!(event.split_at(at, "x").is_some());
}

/// A second of every other one: each is counted as far as that is little work, then all time is taken up to the last.
#[test]
fn busy_time_of_very_many_occurrences_is_taken_as_a_whole() {
    let second = Duration {
        days: 0,
        seconds: 1,
    };
    let from: Timestamp = "2026-11-28T09:00:00Z".parse().unwrap();
    let mut event = Event::new(
        "1@example.com",
        When::floating(start().local_start(), second),
    );
    let many = "FREQ=SECONDLY;INTERVAL=2;UNTIL=20261205T085959";
    event.rules.push(many.parse().unwrap());
    let window = Window {
        from,
        to: "2027-01-01T00:00:00Z".parse().unwrap(),
    };
    let rules = [Vec::new(), vec!["FREQ=DAILY;COUNT=1".parse().unwrap()]];
    for more in rules {
        event.rules.truncate(1);
        event.rules.extend(more);
        let busy = busy([&event], window, &TimeZone::UTC, Policy::default());
        let (first, begun) = (busy.seconds()[0], from.as_second());
        assert_eq!((first, busy.len()), ((begun, begun + 1), 100_001));
        let rest = busy.seconds()[100_000];
        assert_eq!(rest, (begun + 200_000, begun + 604_799));
    }
}
