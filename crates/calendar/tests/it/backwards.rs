//! Backwards is forwards, reversed.

use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use kalends_calendar::{
    Compiled, Duration, Event, Occurrence, Override, Patch, Rule, Until, When, Window, Zone,
};
use proptest::prelude::*;

use crate::{
    definition::config,
    support::random::{horizon, rules, starts},
};

#[test]
fn a_series_that_began_long_ago_is_reached_from_its_end() {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let when = When::zoned(
        "1900-01-01T09:00".parse().unwrap(),
        berlin,
        Duration::hours(1),
    );
    let mut event = Event::new("old@example.com", when);
    event
        .rules
        .push("FREQ=DAILY;COUNT=1000000".parse().unwrap());
    let utc = TimeZone::UTC;
    let now = "2026-11-28T08:00:00Z".parse().unwrap();
    let before = event.previous_occurrence(now, &utc).unwrap();
    assert_eq!(before.start.to_string(), "2026-11-27T08:00:00Z");
    let next = event.next_occurrence(before.start, &utc).unwrap();
    assert_eq!(next.start, now);
    assert_eq!(
        event.previous_occurrence("1900-01-01T00:00:00Z".parse().unwrap(), &utc),
        None
    );
}

#[test]
fn a_single_event_is_before_whatever_comes_after_it() {
    let event = Event::new(
        "one@example.com",
        When::floating("2026-11-28T09:00".parse().unwrap(), Duration::hours(1)),
    );
    let utc = TimeZone::UTC;
    let at: Timestamp = "2026-11-28T09:00:00Z".parse().unwrap();
    assert_eq!(event.previous_occurrence(at, &utc), None);
    let found = event.previous_occurrence(at + 1.second(), &utc).unwrap();
    assert_eq!((found.start, found.id), (at, None));
}

#[test]
fn a_time_out_of_a_gap_comes_where_it_happens() {
    // At 02:00 the clocks go to 03:00: 02:45 happens after 03:15.
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let when = When::zoned(
        "2026-03-28T02:45".parse().unwrap(),
        berlin,
        Duration::minutes(5),
    );
    let mut event = Event::new("gap@example.com", when);
    event.rules.push(
        "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45;COUNT=8"
            .parse()
            .unwrap(),
    );
    let utc = TimeZone::UTC;
    let mut forward: Vec<Occurrence> = event.occurrences(Window::ALL, &utc).collect();
    let backward: Vec<Occurrence> = event.occurrences_before(Timestamp::MAX, &utc).collect();
    forward.reverse();
    assert_eq!(backward, forward);
    let locals: Vec<String> = backward
        .iter()
        .map(|o| o.when.local_start().to_string())
        .collect();
    let gap = locals
        .iter()
        .position(|local| local == "2026-03-29T02:45:00")
        .unwrap();
    let after = locals
        .iter()
        .position(|local| local == "2026-03-29T03:15:00")
        .unwrap();
    assert!(gap < after, "{locals:?}");
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn a_rule_backwards_is_its_reverse(
        mut rule in rules(),
        start in starts(),
        end in 0u8..3,
        count in 1u32..200,
        at in 0.0..1.0f64,
    ) {
        let horizon = horizon(&rule, start);
        let length = horizon.duration_since(start).as_secs_f64() * at;
        let middle = start.saturating_add(jiff::SignedDuration::from_secs_f64(length.floor()));
        match end {
            0 => rule.count = Some(count),
            1 => rule.until = Some(Until::Local(middle)),
            _ => {}
        }
        let compiled = Compiled::new(&rule, &When::floating(start, Duration::default()));
        let all: Vec<DateTime> = compiled.iter().take_while(|at| *at < horizon).collect();
        for end in [middle, horizon, start] {
            let mut backward: Vec<DateTime> = compiled.before(end).collect();
            backward.reverse();
            let expect = &all[..all.partition_point(|at| *at < end)];
            prop_assert_eq!(&backward[..], expect, "{} before {}", &rule, end);
        }
    }

    #[test]
    fn an_event_backwards_is_its_reverse(
        mut both in proptest::collection::vec(rules(), 2),
        start in starts(),
        zone in prop_oneof![Just(None), Just(Some("Europe/Berlin")), Just(Some("Australia/Lord_Howe"))],
        exclude in any::<bool>(),
        moved in proptest::collection::vec((0usize..20, -50i64..50), 0..4),
        cut in 0usize..30,
    ) {
        let horizon = horizon(&both[0], start).min(horizon(&both[1], start));
        for rule in &mut both {
            rule.until = Some(Until::Local(horizon));
        }
        let when = match zone {
            None => When::floating(start, Duration::hours(1)),
            Some(zone) => When::zoned(start, Zone::iana(zone).unwrap(), Duration::hours(1)),
        };
        let mut event = Event::new("back@example.com", when);
        if exclude {
            event.excluded_rules.extend(both.pop());
        }
        event.rules = both;
        let utc = TimeZone::UTC;
        let ids: Vec<_> = event.occurrences(Window::ALL, &utc).take(20).filter_map(|o| o.id).collect();
        for (index, hours) in moved {
            let Some(id) = ids.get(index) else { continue };
            let patch = Patch {
                when: Some(event.when.starting_at((id.0 + hours.hours()).into())),
                ..Patch::default()
            };
            event.overrides.insert(*id, match hours {
                0 => Override::Excluded,
                _ => Override::Patch(Box::new(patch)),
            });
        }
        let mut forward: Vec<Occurrence> = event.occurrences(Window::ALL, &utc).take(3_000).collect();
        let before = match forward.get(cut) {
            Some(cut) => cut.start,
            None => forward.last().map_or(Timestamp::MAX, |last| last.start),
        };
        forward.retain(|o| o.start < before);
        forward.reverse();
        let backward: Vec<Occurrence> = event.occurrences_before(before, &utc).collect();
        prop_assert_eq!(backward, forward, "{} before {}", &event.rules[0], before);
    }
}

/// What lies between is not walked through.
#[test]
fn going_back_from_far_away_is_little_work() {
    let start = When::floating("2000-01-01T00:00".parse().unwrap(), Duration::hours(1));
    let rule: Rule = "FREQ=HOURLY;INTERVAL=100001;BYHOUR=3".parse().unwrap();
    let compiled = Compiled::new(&rule, &start);
    let last = compiled.before("9999-01-01T00:00".parse().unwrap()).next();
    assert!(last.is_some_and(|last| last.hour() == 3 && last.year() > 9000));
    assert!(compiled.work() < 1_000, "{}", compiled.work());
}
