//! Busy time goes another way than the occurrences of an event, and must find the same.

use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use kalends_calendar::{
    Duration, Event, FreeBusy, Override, Patch, RecurrenceId, Status, When, Window, Zone,
    busy::{Index, Policy, SLOT_SECONDS, busy},
};
use proptest::prelude::*;

use crate::{
    definition::config,
    support::random::{horizon, rules, starts},
};

fn zones() -> impl Strategy<Value = Option<Zone>> {
    prop_oneof![
        Just(None),
        Just(Some("Europe/Berlin")),
        Just(Some("Australia/Lord_Howe")),
        Just(Some("America/New_York")),
    ]
    .prop_map(|name| name.map(|name| Zone::iana(name).unwrap()))
}

prop_compose! {
    /// A series with a rule, or two, and occurrences that are gone, moved, free or called off.
    fn series()(
        mut rules in proptest::collection::vec(rules(), 1..=2),
        start in starts(),
        zone in zones(),
        (days, minutes) in (0u32..2, 1u32..300),
        all_day in proptest::bool::weighted(0.2),
        changes in proptest::collection::vec((0usize..12, 0u8..4), 0..5),
        exclude in proptest::bool::weighted(0.2),
    ) -> Event {
        let duration = Duration { days, seconds: minutes * 60 };
        let when = match (all_day, zone) {
            (true, _) => When::all_day(start.date(), days + 1),
            (false, Some(zone)) => When::zoned(start, zone, duration),
            (false, None) => When::floating(start, duration),
        };
        let mut event = Event::new("it@example.com", when);
        if exclude && rules.len() == 2 {
            event.excluded_rules.extend(rules.pop());
        }
        event.rules = rules;
        let until = horizon(&event.rules[0], start);
        let ids: Vec<RecurrenceId> = (event.occurrences(Window::ALL, &TimeZone::UTC))
            .take_while(|o| o.when.local_start() < until)
            .take(12)
            .filter_map(|o| o.id)
            .collect();
        for (index, kind) in changes {
            let Some(id) = ids.get(index) else { continue };
            let mut patch = Patch::default();
            match kind {
                0 => {
                    event.overrides.insert(*id, Override::Excluded);
                    continue;
                }
                1 => patch.when = Some(When::floating(id.0 + 3.hours(), Duration::hours(2))),
                2 => patch.busy = Some(FreeBusy::Free),
                _ => patch.status = Some(Status::Cancelled),
            }
            event.overrides.insert(*id, Override::Patch(Box::new(patch)));
        }
        event
    }
}

/// Merged by hand from what [`Event::occurrences`] says.
fn expected(event: &Event, window: Window, viewer: &TimeZone) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = event
        .occurrences(window, viewer)
        .filter(|o| {
            let patch = o.id.and_then(|id| match event.overrides.get(&id) {
                Some(Override::Patch(patch)) => Some(patch),
                _ => None,
            });
            patch.is_none_or(|p| p.busy.is_none() && p.status.is_none())
        })
        .map(|o| {
            (
                o.start.max(window.from).as_second(),
                o.end.min(window.to).as_second(),
            )
        })
        .filter(|(from, to)| from < to)
        .collect();
    spans.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn busy_time_is_that_of_the_occurrences(event in series(), from in -3i64..400, hours in 1i64..1500) {
        let viewer = TimeZone::get("Asia/Kolkata").unwrap();
        let start = viewer.to_timestamp(event.when.local_start()).unwrap();
        let from: Timestamp = start + (from * 5).hours();
        // Many instances are slow to merge by hand.
        let often = event.rules.iter().any(|rule| rule.frequency < kalends_calendar::Frequency::Hourly);
        let hours = if often { 1 } else { hours };
        let window = Window { from, to: from + hours.hours() };
        // Very many are told as one stretch.
        prop_assume!(event.occurrences(window, &viewer).nth(99_999).is_none());
        let expect = expected(&event, window, &viewer);
        let found = busy([&event], window, &viewer, Policy::default());
        prop_assert_eq!(found.seconds(), &expect[..]);
        let mut index = Index::new(window, viewer, Policy::default());
        index.put([&event]);
        let indexed = index.busy(window);
        prop_assert_eq!(indexed.seconds(), &expect[..]);
        let taken: u64 = {
            let slot = |s: i64| s.div_euclid(SLOT_SECONDS);
            let mut slots: Vec<i64> = expect.iter().flat_map(|(a, b)| slot(*a)..=slot(b - 1)).collect();
            slots.dedup();
            slots.len() as u64
        };
        prop_assert!(index.slots().taken() == taken);
        index.remove(&event.uid);
        prop_assert!(index.busy(window).is_empty() && index.slots().taken() == 0);
    }
}

#[test]
fn an_index_follows_its_events() {
    let window = Window {
        from: "2026-11-30T00:00Z".parse().unwrap(),
        to: "2026-12-07T00:00Z".parse().unwrap(),
    };
    let event = |uid: &str, start: &str, hours| {
        let start: DateTime = start.parse().unwrap();
        Event::new(uid, When::floating(start, Duration::hours(hours)))
    };
    let mut index = Index::new(window, TimeZone::UTC, Policy::default());
    let mut long = event("long", "2026-11-29T20:00", 10);
    index.put([&long, &event("short", "2026-12-01T09:00", 1)]);
    let narrow = Window {
        from: "2026-11-30T05:00Z".parse().unwrap(),
        to: "2026-11-30T05:30Z".parse().unwrap(),
    };
    // Begins far before the window and reaches into it.
    assert_eq!(index.busy(narrow).len(), 1);
    assert_eq!(index.slots().taken(), 24 + 4);
    long.busy = FreeBusy::Free;
    index.put([&long]);
    assert!(index.busy(narrow).is_empty());
    assert_eq!(index.busy(window).len(), 1);
    assert_eq!(index.slots().taken(), 4);
}

/// What is dense is counted where it touches what is asked: the hours around it are no part of what is too many.
#[test]
fn a_series_of_every_second_leaves_free_what_is_free() {
    let start: DateTime = "2017-09-07T01:00".parse().unwrap();
    let length = Duration {
        days: 1,
        seconds: 60,
    };
    let mut event = Event::new("dense", When::floating(start, length));
    event
        .rules
        .push("FREQ=SECONDLY;BYDAY=TU,WE,SA".parse().unwrap());
    let window = |from: &str, to: &str| Window {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    };
    let friday = window("2017-10-13T02:00Z", "2017-10-13T03:00Z");
    assert!(busy([&event], friday, &TimeZone::UTC, Policy::default()).is_empty());
    // Another rule beside it changes nothing of that.
    event.rules.push("FREQ=SECONDLY;BYDAY=WE".parse().unwrap());
    assert!(busy([&event], friday, &TimeZone::UTC, Policy::default()).is_empty());
    // Of what is too many nothing is lost.
    let week = window("2017-10-09T00:00Z", "2017-10-16T00:00Z");
    let found = busy([&event], week, &TimeZone::UTC, Policy::default());
    let last = found.seconds().last().map(|(_, to)| *to);
    assert_eq!(last, Some(week.to.as_second()));
}
