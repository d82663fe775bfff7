//! Rules that are spelled as no pattern is: what is accepted is equal, and what could be equal is accepted.

use std::collections::BTreeSet;

use calendar::{
    Duration, Event, Frequency, NthWeekday, Override, RecurrenceId, Rule, Until, When, Zone,
};
use jiff::{
    ToSpan,
    civil::{Date, DateTime, Weekday},
};
use kalends_protocols::microsoft::{
    Change, Options, patch,
    recurrence::{Pattern, Range, express},
    write,
};
use proptest::{collection, prelude::*, sample::select};
use serde_json::{Value, json};

fn series(start: &str, rules: &[&str]) -> Event {
    let hour = Duration::hours(1);
    let when = When::zoned(
        start.parse().unwrap(),
        Zone::iana("Europe/Berlin").unwrap(),
        hour,
    );
    let mut event = Event::new("x@example.com", when);
    event.rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    event
}

fn extra(event: &mut Event, dates: &[&str]) {
    for date in dates {
        event
            .overrides
            .insert(date.parse().unwrap(), Override::extra());
    }
}

fn wire(event: &Event) -> Value {
    match express(event) {
        Ok((pattern, range)) => {
            let range = range.to_wire(event.when.local_start().date(), "UTC");
            json!([
                pattern.to_wire(),
                range.end_date,
                range.number_of_occurrences
            ])
        }
        Err(reason) => json!(reason),
    }
}

/// The days on which a pattern has its first occurrences.
fn days((pattern, range): &(Pattern, Range), start: Date, most: usize) -> Vec<Date> {
    let most = match range {
        Range::Count(n) => most.min(usize::try_from(*n).unwrap()),
        _ => most,
    };
    let until = range.last_day().unwrap_or(Date::MAX);
    pattern
        .dates(start)
        .take(most)
        .take_while(|day| *day <= until)
        .collect()
}

#[test]
fn other_spellings_of_patterns() {
    let daily = |n: u32| json!({"type": "daily", "interval": n});
    let monthly =
        |n: u32, day: u32| json!({"type": "absoluteMonthly", "interval": n, "dayOfMonth": day});
    let yearly = |month: u32, day: u32| json!({"type": "absoluteYearly", "interval": 1, "month": month, "dayOfMonth": day});
    for (start, rule, pattern) in [
        (
            "2026-11-15T09:00",
            "FREQ=DAILY;BYMONTHDAY=15",
            monthly(1, 15),
        ),
        ("2026-11-15T09:00", "FREQ=HOURLY;BYHOUR=9", daily(1)),
        ("2026-01-01T09:00", "FREQ=YEARLY;BYYEARDAY=1", yearly(1, 1)),
        (
            "2026-12-31T09:00",
            "FREQ=YEARLY;BYYEARDAY=-1",
            yearly(12, 31),
        ),
        (
            "2026-12-24T09:00",
            "FREQ=DAILY;BYMONTH=12;BYMONTHDAY=24",
            yearly(12, 24),
        ),
        (
            "2026-11-30T09:00",
            "FREQ=DAILY;BYMONTHDAY=-1",
            monthly(1, 31),
        ),
    ] {
        assert_eq!(
            wire(&series(start, &[rule])),
            json!([pattern, null, null]),
            "{rule}"
        );
    }
    let monday = "FREQ=YEARLY;BYDAY=1MO";
    let first = json!({"type": "relativeYearly", "interval": 1, "month": 1, "daysOfWeek": ["monday"], "index": "first"});
    assert_eq!(
        wire(&series("2026-01-05T09:00", &[monday])),
        json!([first, null, null])
    );
    let until = series(
        "2026-01-01T09:00",
        &["FREQ=YEARLY;BYYEARDAY=1;UNTIL=20400101T080000Z"],
    );
    assert_eq!(wire(&until), json!([yearly(1, 1), null, 15]));
}

#[test]
fn what_ends_may_be_a_pattern_by_chance() {
    let twice = series(
        "2026-12-01T09:00",
        &["FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=2"],
    );
    assert_eq!(
        wire(&twice),
        json!([{"type": "daily", "interval": 14}, null, 2])
    );
    let thrice = series(
        "2026-12-01T09:00",
        &["FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=3"],
    );
    assert!(wire(&thrice).is_string());
    let two_rules = [
        "FREQ=WEEKLY;BYDAY=TU;COUNT=3",
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261218T000000Z",
    ];
    let weekly = json!({"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday", "thursday"], "firstDayOfWeek": "monday"});
    let mut event = series("2026-12-01T09:00", &two_rules);
    assert_eq!(wire(&event), json!([weekly, null, 6]));
    event.excluded_rules = vec!["FREQ=WEEKLY;BYDAY=TH".parse().unwrap()];
    assert_eq!(
        wire(&event),
        json!([{"type": "daily", "interval": 7}, null, 3])
    );
}

#[test]
fn extra_dates_are_taken_in_where_all_of_them_fit() {
    let mut event = series("2026-12-01T09:00", &["FREQ=WEEKLY;COUNT=3"]);
    let week = json!({"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"});
    assert_eq!(wire(&event), json!([week, null, 3]));
    extra(&mut event, &["2026-12-22T09:00:00", "2026-12-29T09:00:00"]);
    assert_eq!(
        wire(&event),
        json!([{"type": "daily", "interval": 7}, null, 5])
    );
    // An extra date at another time: the rule stays what it was.
    extra(&mut event, &["2027-01-05T10:00:00"]);
    assert_eq!(wire(&event), json!([week, null, 3]));
    let mut dates = series("2026-12-01T09:00", &[]);
    extra(&mut dates, &["2026-12-03T09:00:00", "2026-12-05T09:00:00"]);
    assert_eq!(
        wire(&dates),
        json!([{"type": "daily", "interval": 2}, null, 3])
    );
    extra(&mut dates, &["2026-12-11T09:00:00"]);
    assert!(wire(&dates).is_string());
}

#[test]
fn an_extra_date_that_comes_or_goes_changes_the_pattern() {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let options = Options {
        zone: &berlin,
        stamp: None,
    };
    let three = series("2026-12-01T09:00", &["FREQ=WEEKLY;COUNT=3"]);
    let mut four = three.clone();
    extra(&mut four, &["2026-12-22T09:00:00"]);
    let made = write(&four, options).unwrap().value;
    assert_eq!(made.master["recurrence"]["range"]["numberOfOccurrences"], 4);
    assert!(made.instances.is_empty());
    let grown = patch(&three, &four, options).unwrap().value;
    assert_eq!(
        grown.master["recurrence"]["range"]["numberOfOccurrences"],
        4
    );
    // As Graph has it, it has no override; whoever takes it out cancels it.
    let stored = series("2026-12-01T09:00", &["FREQ=WEEKLY;COUNT=4"]);
    let mut cancelled = stored.clone();
    cancelled
        .overrides
        .insert("2026-12-22T09:00:00".parse().unwrap(), Override::Excluded);
    let patch = patch(&stored, &cancelled, options).unwrap().value;
    assert!(!patch.master.contains_key("recurrence"));
    assert_eq!(patch.instances[0].change, Change::Cancel);
}

fn some<T: Ord + Clone + std::fmt::Debug>(
    item: impl Strategy<Value = T>,
    most: usize,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop_oneof![2 => Just(BTreeSet::new()), 1 => collection::btree_set(item, 1..=most)]
}

/// Rules of which many are near to a pattern.
fn rules() -> impl Strategy<Value = Rule> {
    let frequency = select(vec![
        Frequency::Yearly,
        Frequency::Monthly,
        Frequency::Weekly,
        Frequency::Daily,
        Frequency::Hourly,
    ]);
    let weekday = (0i8..7).prop_map(|n| Weekday::from_monday_zero_offset(n).unwrap());
    let nth = prop_oneof![3 => Just(None), 1 => (-2i8..5).prop_map(|n| (n != 0).then_some(n))];
    let by_day = (nth, weekday).prop_map(|(nth, day)| NthWeekday { nth, day });
    let days = (
        some(by_day, 3),
        some(prop_oneof![1i8..=31, -3i8..=-1], 3),
        some(prop_oneof![1i16..=366, -3i16..=-1], 2),
        some(1u8..=12, 4),
        some(prop_oneof![1i16..=4, Just(-1)], 1),
    );
    let interval = prop_oneof![4 => Just(1u32), 2 => 2u32..5, 1 => select(vec![7, 12, 24, 48])];
    let end = prop_oneof![3 => Just(None), 1 => (1u32..5).prop_map(Some), 1 => (5u32..300).prop_map(Some)];
    (frequency, interval, days, end, any::<bool>()).prop_map(
        |(frequency, interval, days, count, one_hour)| {
            let mut rule = Rule::every(frequency);
            rule.interval = interval;
            rule.by_day = days.0.into();
            rule.by_month_day = days.1.into();
            rule.by_year_day = days.2.into();
            rule.by_month = days.3.into();
            rule.by_set_position = days.4.into();
            rule.count = count;
            if frequency == Frequency::Hourly && one_hour {
                rule.by_hour = [9].into();
            }
            rule
        },
    )
}

/// A series that starts on a date that its rule generates, mostly.
fn event() -> impl Strategy<Value = Event> {
    let more = (0i64..4_000, collection::vec(0i64..40, 0..3), any::<bool>());
    let two =
        prop_oneof![4 => rules().prop_map(|rule| vec![rule]), 1 => collection::vec(rules(), 2)];
    let excluded = prop_oneof![4 => Just(Vec::new()), 1 => collection::vec(rules(), 1)];
    (two, excluded, more).prop_map(|(rules, excluded, (day, dates, until))| {
        let at = |day: i64| -> DateTime {
            let date = Date::constant(2020, 1, 1).saturating_add(day.days());
            date.at(9, 0, 0, 0)
        };
        let mut event = series(&at(day).to_string(), &[]);
        event.rules = rules;
        let first = event
            .planned_starts(2)
            .and_then(|starts| starts.last().copied());
        if let Some(first) = first.filter(|_| day % 5 > 0) {
            event.when = event.when.starting_at(RecurrenceId(first));
        }
        if until && let Some(rule) = event.rules.first_mut() {
            rule.count = None;
            rule.until = Some(Until::Utc(
                event.when.zone().unwrap().to_instant(at(day + 900)),
            ));
        }
        event.excluded_rules = excluded;
        for n in dates {
            let planned = event.planned_starts(40).unwrap_or_default();
            let last = planned.last().copied().unwrap_or(at(day));
            let id = RecurrenceId(last.saturating_add((n / 4 * 7).days()));
            event.overrides.insert(id, Override::extra());
        }
        event
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_unequal_is_accepted(event in event()) {
        let Ok(found) = express(&event) else { return Ok(()) };
        let Some(planned) = event.planned_starts(1_500) else { return Ok(()) };
        let start = event.when.local_start();
        let have = days(&found, start.date(), 1_500);
        let generates = |id: &&RecurrenceId| {
            id.0.time() == start.time() && found.0.occurs_on(found.1, start.date(), id.0.date())
        };
        let taken_in = event.overrides.keys().filter(generates).map(|id| id.0);
        let all: BTreeSet<DateTime> = planned.into_iter().chain(taken_in).collect();
        let all: Vec<DateTime> = all.into_iter().take(1_500).collect();
        let have: Vec<DateTime> = have.into_iter().map(|day| day.to_datetime(start.time())).collect();
        let differ = have.iter().zip(&all).position(|(a, b)| a != b);
        prop_assert!(differ.is_none() && have.len() == all.len(), "{:?} differs at {:?}", found, differ);
    }
}
