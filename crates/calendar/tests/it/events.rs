//! Series as people have them: moved, cancelled and extra occurrences, clocks that change, ends, splits.

use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use kalends_calendar::{
    CustomZone, Duration, Event, Frequency, Last, Observance, Occurrence, Override, Patch,
    RecurrenceId, Rule, When, Window, Zone,
};
use proptest::prelude::*;

use crate::{definition, support::random};

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn id(text: &str) -> RecurrenceId {
    RecurrenceId(at(text))
}

fn window(from: &str, to: &str) -> Window {
    Window {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    }
}

fn zoned(start: &str, zone: &str, rule: &str) -> Event {
    let when = When::zoned(at(start), Zone::iana(zone).unwrap(), Duration::hours(1));
    series(when, rule)
}

fn series(when: When, rule: &str) -> Event {
    let mut event = Event::new("series@example.com", when);
    event.rules.push(rule.parse().unwrap());
    event
}

fn moved_to(when: When) -> Override {
    Override::Patch(Box::new(Patch {
        when: Some(when),
        ..Patch::default()
    }))
}

fn starts(event: &Event, window: Window) -> Vec<String> {
    let occurrences = event.occurrences(window, &TimeZone::UTC);
    occurrences.map(|o| o.start.to_string()).collect()
}

#[test]
fn a_moved_occurrence_is_where_it_was_moved_to_and_only_there() {
    let mut event = zoned("2026-11-02T09:00", "Europe/Berlin", "FREQ=WEEKLY");
    let far = event.when.starting_at(id("2026-12-24T10:00"));
    event
        .overrides
        .insert(id("2026-11-09T09:00"), moved_to(far));
    let november = window("2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z");
    assert_eq!(
        starts(&event, november),
        ["2026-11-02T08:00:00Z", "2026-11-16T08:00:00Z"]
    );
    let christmas = window("2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z");
    let found: Vec<Occurrence> = event.occurrences(christmas, &TimeZone::UTC).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, Some(id("2026-11-09T09:00")));
    assert_eq!(found[0].start.to_string(), "2026-12-24T09:00:00Z");
    assert!(event.has_occurrence(id("2026-11-09T09:00")));
    assert!(!event.has_occurrence(id("2026-12-24T10:00")));
}

#[test]
fn moved_past_each_other_they_come_in_order_of_start() {
    let mut event = zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=DAILY;COUNT=3");
    let late = event.when.starting_at(id("2026-11-03T15:00"));
    event
        .overrides
        .insert(id("2026-11-02T09:00"), moved_to(late));
    assert_eq!(
        starts(&event, Window::ALL),
        [
            "2026-11-03T09:00:00Z",
            "2026-11-03T15:00:00Z",
            "2026-11-04T09:00:00Z"
        ]
    );
}

#[test]
fn excluded_is_gone_and_extra_is_there() {
    let mut event = zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=DAILY;COUNT=3");
    event
        .overrides
        .insert(id("2026-11-03T09:00"), Override::Excluded);
    event
        .overrides
        .insert(id("2026-11-03T18:30"), Override::extra());
    assert_eq!(
        starts(&event, Window::ALL),
        [
            "2026-11-02T09:00:00Z",
            "2026-11-03T18:30:00Z",
            "2026-11-04T09:00:00Z"
        ]
    );
    assert!(event.has_occurrence(id("2026-11-03T18:30")));
    assert!(!event.has_occurrence(id("2026-11-03T09:00")));
    assert!(!event.has_occurrence(id("2026-11-05T09:00")));
}

#[test]
fn excluded_rules_take_out_what_they_generate() {
    let mut event = zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=DAILY;COUNT=10");
    event
        .excluded_rules
        .push("FREQ=WEEKLY;BYDAY=SA,SU".parse().unwrap());
    let days = starts(&event, Window::ALL);
    assert_eq!(days.len(), 8);
    assert!(!event.has_occurrence(id("2026-11-07T09:00")));
}

#[test]
fn a_start_that_the_rule_does_not_generate_is_the_first_of_count() {
    let event = zoned(
        "2026-11-03T09:00",
        "Etc/UTC",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
    );
    assert_eq!(
        starts(&event, Window::ALL),
        [
            "2026-11-03T09:00:00Z",
            "2026-11-09T09:00:00Z",
            "2026-11-16T09:00:00Z"
        ]
    );
}

#[test]
fn a_single_event_has_no_occurrence_id() {
    let event = Event::new(
        "a@example.com",
        When::all_day("2026-12-24".parse().unwrap(), 3),
    );
    let all: Vec<Occurrence> = event.occurrences(Window::ALL, &TimeZone::UTC).collect();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].id, None);
    assert_eq!(
        event.last_end(&TimeZone::UTC),
        Last::At("2026-12-27T00:00:00Z".parse().unwrap())
    );
    assert!(event.has_occurrence(id("2026-12-24T00:00")));
}

#[test]
fn days_are_days_in_the_zone_of_whoever_looks() {
    let event = series(
        When::all_day("2026-03-28".parse().unwrap(), 1),
        "FREQ=DAILY;COUNT=2",
    );
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let all: Vec<Occurrence> = event.occurrences(Window::ALL, &berlin).collect();
    assert_eq!(all[0].start.to_string(), "2026-03-27T23:00:00Z");
    // The day on which clocks go forward has 23 hours.
    assert_eq!(all[1].start.to_string(), "2026-03-28T23:00:00Z");
    assert_eq!(all[1].end.to_string(), "2026-03-29T22:00:00Z");
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    assert_eq!(
        event.first_start(&tokyo).unwrap().to_string(),
        "2026-03-27T15:00:00Z"
    );
}

#[test]
fn whole_days_ignore_times_and_end_with_a_date() {
    let start = When::all_day("2026-11-02".parse().unwrap(), 1);
    let hourly = series(start.clone(), "FREQ=HOURLY;INTERVAL=12;COUNT=3");
    assert_eq!(starts(&hourly, Window::ALL).len(), 3);
    assert_eq!(starts(&hourly, Window::ALL)[2], "2026-11-04T00:00:00Z");
    let hours = series(start.clone(), "FREQ=DAILY;BYHOUR=9,10;COUNT=3");
    assert_eq!(starts(&hours, Window::ALL)[2], "2026-11-04T00:00:00Z");
    for until in ["20261104", "20261104T000000", "20261104T235959Z"] {
        let event = series(start.clone(), &format!("FREQ=DAILY;UNTIL={until}"));
        assert_eq!(starts(&event, Window::ALL).len(), 3, "{until}");
    }
}

#[test]
fn what_began_before_the_window_and_lasts_into_it_is_in() {
    let mut event = series(
        When::all_day("2026-11-02".parse().unwrap(), 5),
        "FREQ=MONTHLY",
    );
    let inside = window("2026-11-06T12:00:00Z", "2026-11-06T13:00:00Z");
    assert_eq!(starts(&event, inside), ["2026-11-02T00:00:00Z"]);
    assert!(
        starts(
            &event,
            window("2026-11-07T00:00:00Z", "2026-11-08T00:00:00Z")
        )
        .is_empty()
    );
    event.when = When::zoned(at("2026-11-02T09:00"), Zone::utc(), Duration::default());
    let from_it_on = window("2026-11-02T09:00:00Z", "2026-11-02T10:00:00Z");
    assert_eq!(starts(&event, from_it_on).len(), 1);
    assert!(
        starts(
            &event,
            window("2026-11-02T09:00:01Z", "2026-11-02T10:00:00Z")
        )
        .is_empty()
    );
}

#[test]
fn a_time_in_a_gap_is_shifted_and_one_in_an_overlap_is_the_first() {
    let berlin = "Europe/Berlin";
    let event = zoned("2026-03-28T02:30", berlin, "FREQ=DAILY;COUNT=3");
    assert_eq!(
        starts(&event, Window::ALL),
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:30:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
    let event = zoned("2026-10-24T02:30", berlin, "FREQ=DAILY;COUNT=3");
    assert_eq!(
        starts(&event, Window::ALL),
        [
            "2026-10-24T00:30:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z"
        ]
    );
    // Shifted out of the gap, 02:00 and 02:30 fall behind and upon what is at 03:00.
    let event = zoned(
        "2026-03-29T01:30",
        berlin,
        "FREQ=MINUTELY;INTERVAL=30;COUNT=5",
    );
    assert_eq!(
        starts(&event, Window::ALL),
        [
            "2026-03-29T00:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:30:00Z",
            "2026-03-29T01:30:00Z"
        ]
    );
}

#[test]
fn until_is_an_instant_for_zoned_events() {
    // 09:00 in New York is 13:00 in UTC.
    let event = zoned(
        "1997-09-02T09:00",
        "America/New_York",
        "FREQ=DAILY;UNTIL=19970903T130000Z",
    );
    assert_eq!(starts(&event, Window::ALL).len(), 2);
    let event = zoned(
        "1997-09-02T09:00",
        "America/New_York",
        "FREQ=DAILY;UNTIL=19970903T125959Z",
    );
    assert_eq!(starts(&event, Window::ALL).len(), 1);
}

#[test]
fn series_end_where_their_last_occurrence_ends() {
    let utc = TimeZone::UTC;
    let last = |event: &Event| event.last_end(&utc);
    let on = |text: &str| Last::At(text.parse().unwrap());
    let mut event = zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=DAILY;COUNT=3");
    assert_eq!(last(&event), on("2026-11-04T10:00:00Z"));
    event
        .overrides
        .insert(id("2026-11-04T09:00"), Override::Excluded);
    assert_eq!(last(&event), on("2026-11-03T10:00:00Z"));
    let far = event.when.starting_at(id("2027-05-01T08:00"));
    event
        .overrides
        .insert(id("2026-11-02T09:00"), moved_to(far));
    assert_eq!(last(&event), on("2027-05-01T09:00:00Z"));
    event
        .overrides
        .insert(id("2026-11-02T09:00"), Override::Excluded);
    event
        .overrides
        .insert(id("2026-11-03T09:00"), Override::Excluded);
    assert_eq!(last(&event), Last::Never);
    assert_eq!(event.first_start(&utc), None);
    assert_eq!(
        last(&zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=DAILY")),
        Last::Endless
    );
    let never = zoned(
        "2026-11-02T09:00",
        "Etc/UTC",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    );
    assert_eq!(last(&never), on("2026-11-02T10:00:00Z"));
    let until = zoned(
        "2026-11-02T09:00",
        "Europe/Berlin",
        "FREQ=MONTHLY;UNTIL=20270302T080000Z",
    );
    assert_eq!(last(&until), on("2027-03-02T09:00:00Z"));
}

#[test]
fn the_next_occurrence_starts_after() {
    let event = zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=DAILY;COUNT=3");
    let next = |after: &str| {
        let next = event.next_occurrence(after.parse().unwrap(), &TimeZone::UTC);
        next.map(|o| o.start.to_string())
    };
    assert_eq!(
        next("2026-11-02T08:59:59Z").as_deref(),
        Some("2026-11-02T09:00:00Z")
    );
    assert_eq!(
        next("2026-11-02T09:00:00Z").as_deref(),
        Some("2026-11-03T09:00:00Z")
    );
    assert_eq!(next("2026-11-04T09:00:00Z"), None);
}

#[test]
fn a_rule_in_an_unknown_calendar_leaves_the_start() {
    let event = zoned("2026-11-02T09:00", "Etc/UTC", "RSCALE=MARTIAN;FREQ=MONTHLY");
    assert_eq!(starts(&event, Window::ALL), ["2026-11-02T09:00:00Z"]);
}

/// The zone of New York since 2007, as a VTIMEZONE says it.
fn own_zone() -> Zone {
    let part = |daylight, start, from, to, rule: &str| Observance {
        daylight,
        name: None,
        start: at(start),
        offset_from: from,
        offset_to: to,
        rules: vec![rule.parse().unwrap()],
        dates: Vec::new(),
    };
    Zone::Custom(std::sync::Arc::new(CustomZone {
        id: "Eastern (own)".into(),
        observances: vec![
            part(
                false,
                "2007-11-04T02:00",
                -14_400,
                -18_000,
                "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
            ),
            part(
                true,
                "2007-03-11T02:00",
                -18_000,
                -14_400,
                "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
            ),
        ],
    }))
}

#[test]
fn a_custom_zone_tells_the_same_time_as_the_database() {
    let (own, known) = (own_zone(), Zone::iana("America/New_York").unwrap());
    let mut local = at("2007-06-01T00:10");
    while local < at("2031-01-01T00:00") {
        assert_eq!(own.to_instant(local), known.to_instant(local), "{local}");
        let instant = known.to_instant(local);
        assert_eq!(own.to_local(instant), known.to_local(instant), "{instant}");
        local = local.checked_add(37.hours().minutes(11)).unwrap();
    }
    // Around the changes minute by minute: the gap, the overlap.
    for day in ["2026-03-08T00:00", "2026-11-01T00:00"] {
        for minutes in 0..300 {
            let local = at(day).checked_add(minutes.minutes()).unwrap();
            assert_eq!(own.to_instant(local), known.to_instant(local), "{local}");
            let instant = TimeZone::fixed(jiff::tz::offset(-5))
                .to_timestamp(local)
                .unwrap();
            assert_eq!(own.to_local(instant), known.to_local(instant), "{instant}");
        }
    }
    assert_eq!(
        own.to_instant(at("2000-07-01T00:00")).to_string(),
        "2000-07-01T05:00:00Z"
    );
}

#[test]
fn a_split_series_is_whole() {
    let mut event = zoned(
        "2026-11-02T09:00",
        "Europe/Berlin",
        "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9",
    );
    event
        .overrides
        .insert(id("2026-11-04T09:00"), Override::Excluded);
    event
        .overrides
        .insert(id("2026-11-16T09:00"), Override::Excluded);
    let moved = event.when.starting_at(id("2026-11-25T15:00"));
    event
        .overrides
        .insert(id("2026-11-18T09:00"), moved_to(moved));
    let (first, second) = event
        .split_at(id("2026-11-18T09:00"), "2@example.com")
        .unwrap();
    assert_eq!(
        first.rules[0].to_string(),
        "FREQ=WEEKLY;UNTIL=20261118T075959Z;BYDAY=MO,WE"
    );
    assert_eq!(first.overrides.len(), 2);
    assert_eq!(second.uid, "2@example.com");
    assert_eq!(
        second.rules[0].to_string(),
        "FREQ=WEEKLY;COUNT=4;BYDAY=MO,WE"
    );
    assert_eq!(second.when.local_start(), at("2026-11-18T09:00"));
    assert_eq!(second.overrides.len(), 1);
    assert!(
        event.split_at(id("2026-11-16T09:00"), "x").is_none(),
        "it is excluded"
    );
    assert!(
        event.split_at(id("2026-11-02T09:00"), "x").is_none(),
        "nothing is before it"
    );
}

#[test]
fn a_series_that_is_split_at_an_extra_date_keeps_its_days() {
    let mut event = zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=MONTHLY;COUNT=5");
    event
        .overrides
        .insert(id("2026-12-20T18:00"), Override::extra());
    let (first, second) = event.split_at(id("2026-12-20T18:00"), "x").unwrap();
    let mut both = starts(&first, Window::ALL);
    both.extend(starts(&second, Window::ALL));
    assert_eq!(both, starts(&event, Window::ALL));
    event.rules[0].interval = 2;
    assert!(
        event.split_at(id("2026-12-20T18:00"), "x").is_none(),
        "another beat"
    );
}

#[test]
fn a_rule_that_never_comes_true_says_so_quickly() {
    let hostile = [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=86399;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=604800;BYDAY=TU",
        "FREQ=SECONDLY;INTERVAL=70;BYDAY=TU;BYHOUR=3;BYMINUTE=7;BYSECOND=3",
        "FREQ=MINUTELY;INTERVAL=1439;BYHOUR=5;BYMINUTE=7;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=4294967295;BYHOUR=5;BYDAY=TU",
        "FREQ=SECONDLY;INTERVAL=7;COUNT=4294967295",
        "FREQ=SECONDLY;COUNT=4294967295",
        "FREQ=SECONDLY;BYSETPOS=2",
    ];
    let begun = std::time::Instant::now();
    for rule in hostile {
        let event = zoned("2026-11-02T09:00", "Europe/Berlin", rule);
        let late = window("2099-01-01T00:00:00Z", "2099-01-01T00:00:10Z");
        // An hour of seconds reaches into the window.
        assert!(starts(&event, late).len() <= 3610, "{rule}");
        let _ = event.occurrences(Window::ALL, &TimeZone::UTC).nth(1);
        let _ = event.last_end(&TimeZone::UTC);
        let _ = event.has_occurrence(id("2090-11-02T09:00"));
        eprintln!("{rule}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_rule_that_is_excluded_by_itself_ends_quickly() {
    let mut event = zoned("2026-11-02T09:00", "Etc/UTC", "FREQ=MINUTELY");
    event.excluded_rules = event.rules.clone();
    event
        .overrides
        .insert(id("2040-11-02T09:00"), Override::extra());
    let later = event.when.start_instant(&TimeZone::UTC) + 1.second();
    let next = event.next_occurrence(later, &TimeZone::UTC).unwrap();
    assert_eq!(next.id, Some(id("2040-11-02T09:00")));
    assert!(event.split_at(id("2040-11-02T09:00"), "x").is_none());
    event.rules[0].count = Some(u32::MAX);
    assert_ne!(event.last_end(&TimeZone::UTC), Last::Never);
}

fn ids(event: &Event) -> Vec<(Timestamp, Option<RecurrenceId>)> {
    let all = event.occurrences(Window::ALL, &TimeZone::UTC);
    all.take(60)
        .map(|o| (o.start, Some(o.when.recurrence_id())))
        .collect()
}

proptest! {
    #![proptest_config(definition::config(100))]

    #[test]
    fn the_parts_of_a_split_series_are_the_series(
        rule in random::rules(),
        start in random::starts(),
        count in 1u32..100,
        cut in 1usize..30,
    ) {
        let mut rule: Rule = rule;
        rule.count = (count < 60).then_some(count);
        prop_assume!(rule.frequency > Frequency::Hourly);
        let when = When::zoned(start, Zone::iana("Europe/Berlin").unwrap(), Duration::hours(1));
        let mut event = Event::new("a@example.com", when);
        event.rules.push(rule);
        let all = ids(&event);
        prop_assume!(cut < all.len());
        let id = all[cut].1.unwrap();
        let parts = event.split_at(id, "b@example.com");
        prop_assert!(parts.is_some());
        let (first, second) = parts.unwrap();
        let first = ids(&first);
        prop_assert_eq!(&first, &all[..cut]);
        let second = ids(&second);
        let rest = &all[cut..];
        prop_assert_eq!(&second[..rest.len().min(second.len())], rest);
        prop_assert!(all.len() == 60 || second.len() == rest.len());
    }

    #[test]
    fn a_window_shows_what_a_walk_through_all_shows(
        rule in random::rules(),
        start in random::starts(),
        hours in 0i64..60_000,
        length in 1i64..5_000,
    ) {
        let when = When::zoned(start, Zone::iana("America/New_York").unwrap(), Duration::hours(5));
        let mut event = Event::new("a@example.com", when);
        prop_assume!(rule.frequency > Frequency::Minutely);
        event.rules.push(rule);
        let from = event.when.start_instant(&TimeZone::UTC) + hours.hours();
        let window = Window { from, to: from + length.hours() };
        let all = Window { to: window.to, ..Window::ALL };
        let expect: Vec<Occurrence> = event
            .occurrences(all, &TimeZone::UTC)
            .filter(|o| window.touches(o.start, o.end))
            .collect();
        let got: Vec<Occurrence> = event.occurrences(window, &TimeZone::UTC).collect();
        prop_assert!(got.is_sorted_by_key(|o| o.start));
        prop_assert_eq!(got, expect);
    }
}
