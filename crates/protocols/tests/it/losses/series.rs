//! Rows 1 to 11: rules, dates, exceptions, zones.

use calendar::{Event, Override, When, Zone};
use kalends_protocols::{
    google,
    microsoft::{self, Options, apart},
};
use serde_json::json;

use super::*;
use crate::arbitrary::custom_zone;

#[test]
fn loss_01_rules_that_no_pattern_is_equal_to_are_exploded() {
    for rule in [
        "FREQ=HOURLY;INTERVAL=5",
        "FREQ=DAILY;BYHOUR=9,17",
        "FREQ=MONTHLY;BYDAY=TU,WE;BYSETPOS=5",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=YEARLY;BYWEEKNO=49;BYDAY=TU",
        "FREQ=YEARLY;BYYEARDAY=335,1",
        "FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=-5TU",
    ] {
        let event = series(rule);
        assert!(why_not(&event).contains("it "), "{rule}");
        // The other two have it, but for what is finer than daily.
        let finer = rule.contains("HOURLY");
        assert_eq!(
            google::has_its_rules(&event, &berlin()).is_err(),
            finer,
            "{rule}"
        );
        if !finer {
            assert_eq!(at_google(&event).came.rules, event.rules, "{rule}");
        }
        assert_eq!(as_text(&event).1.rules, event.rules, "{rule}");
    }
    let mut several = series("FREQ=WEEKLY");
    several.rules.push("FREQ=MONTHLY".parse().unwrap());
    assert!(why_not(&several).contains("several rules"));
    let mut excluding = series("FREQ=WEEKLY");
    excluding.excluded_rules = vec!["FREQ=MONTHLY;BYDAY=1TU".parse().unwrap()];
    assert!(why_not(&excluding).contains("second rule"));
    // Said in other words, and provably the same.
    for rule in [
        "FREQ=YEARLY;BYMONTH=12;BYDAY=TU;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=1",
        "FREQ=DAILY;BYDAY=TU",
    ] {
        assert!(at_graph(&series(rule)).is_ok(), "{rule}");
    }
}

#[test]
fn loss_01_a_rule_finer_than_daily_that_ends_is_dates_at_google() {
    let trip = at_google(&series("FREQ=HOURLY;INTERVAL=5;COUNT=3"));
    let dates = "RDATE;TZID=Europe/Berlin:20261201T090000,20261201T140000,20261201T190000";
    assert_eq!(trip.master["recurrence"], json!([dates]));
    assert_eq!(
        trip.lost("recurrenceRules"),
        ["its first dates, one by one"]
    );
    assert!(why_not(&series("FREQ=HOURLY;INTERVAL=5;COUNT=3")).contains("more often"));
}

#[test]
fn loss_02_the_31st_is_not_the_last_day() {
    let mut event = series("FREQ=MONTHLY;BYMONTHDAY=31");
    let first = "2026-12-31T09:00:00".parse().unwrap();
    event.when = When::zoned(first, berlin(), Duration::hours(1));
    assert!(why_not(&event).contains("short months"));
    event.rules = vec!["FREQ=MONTHLY;BYMONTHDAY=-1".parse().unwrap()];
    let trip = at_graph(&event).unwrap();
    let pattern = &trip.master["recurrence"]["pattern"];
    assert_eq!(
        (&pattern["type"], &pattern["dayOfMonth"]),
        (&json!("absoluteMonthly"), &json!(31))
    );
    assert_eq!(trip.came.rules, event.rules);
}

#[test]
fn loss_03_the_first_of_several_weekdays_is_a_position() {
    let event = series("FREQ=MONTHLY;BYDAY=TU,WE;BYSETPOS=1");
    let trip = at_graph(&event).unwrap();
    let pattern = &trip.master["recurrence"]["pattern"];
    assert_eq!(pattern["daysOfWeek"], json!(["tuesday", "wednesday"]));
    assert_eq!(
        (&pattern["type"], &pattern["index"]),
        (&json!("relativeMonthly"), &json!("first"))
    );
    assert_eq!(trip.came.rules, event.rules);
}

#[test]
fn loss_04_an_extra_date_is_an_event_of_its_own_at_graph() {
    let mut event = series("FREQ=WEEKLY;BYDAY=TU");
    event.overrides.insert(id("2026-12-03"), Override::extra());
    assert_eq!(
        apart(None, &event, &berlin()).unwrap(),
        [id("2026-12-03")].into()
    );
    assert_eq!(at_google(&event).came, event);
    assert_eq!(as_text(&event).1, event);
}

#[test]
fn loss_05_an_excluded_date_is_deleted_once_the_series_is_there() {
    let mut event = series("FREQ=WEEKLY;BYDAY=TU");
    event.overrides.insert(id("2026-12-08"), Override::Excluded);
    let trip = at_graph(&event).unwrap();
    assert_eq!(trip.others, [json!(null)]);
    assert_eq!(excluded(&trip.came), [id("2026-12-08")]);
    let line = "EXDATE;TZID=Europe/Berlin:20261208T090000";
    assert_eq!(at_google(&event).master["recurrence"][1], json!(line));
}

#[test]
fn loss_06_an_occurrence_past_its_neighbour_is_an_event_of_its_own_at_graph() {
    let mut event = series("FREQ=WEEKLY;BYDAY=TU");
    let moved = |event: &mut Event, day: &str| {
        let mut single = event.occurrence(id("2026-12-08")).unwrap();
        single.when = single.when.starting_at(id(day));
        event.set_occurrence(id("2026-12-08"), &single);
    };
    moved(&mut event, "2026-12-16");
    assert_eq!(
        apart(None, &event, &berlin()).unwrap(),
        [id("2026-12-08")].into()
    );
    assert!(at_graph(&event).is_err(), "Exchange would refuse it");
    moved(&mut event, "2026-12-14");
    assert!(apart(None, &event, &berlin()).unwrap().is_empty());
    let came = at_graph(&event).unwrap().came;
    assert_eq!(came.overrides, event.overrides);
}

#[test]
fn loss_07_all_that_follow_are_a_series_of_their_own() {
    let event = series("FREQ=WEEKLY;BYDAY=TU");
    let (before, after) = event.split_at(id("2026-12-15"), "y@example.com").unwrap();
    for half in [&before, &after] {
        assert_eq!(at_google(half).came, *half);
        assert_eq!(as_text(half).1, *half);
        let came = at_graph(half).unwrap().came;
        assert_eq!(came.planned_starts(9), half.planned_starts(9));
    }
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T090000Z\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261215T090000Z\r\nDTSTART:20261215T100000Z\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";
    let losses = kalends_protocols::icalendar::read(text).unwrap().losses;
    assert_eq!(
        losses.len(),
        1,
        "one that comes from outside is reported: {losses:?}"
    );
}

#[test]
fn loss_08_a_new_rule_has_its_exceptions_again() {
    let zone = berlin();
    let options = Options {
        zone: &zone,
        stamp: None,
    };
    let mut before = series("FREQ=WEEKLY;BYDAY=TU");
    before
        .overrides
        .insert(id("2026-12-08"), Override::Excluded);
    let mut single = before.occurrence(id("2026-12-15")).unwrap();
    single.title = "Other".into();
    before.set_occurrence(id("2026-12-15"), &single);
    let mut after = before.clone();
    after.rules = vec!["FREQ=WEEKLY;BYDAY=TU,FR".parse().unwrap()];
    let patch = microsoft::patch(&before, &after, options).unwrap().value;
    assert!(patch.master.contains_key("recurrence"));
    assert_eq!(patch.instances.len(), 2);
    let patch = google::patch(&before, &after, &zone).value;
    assert_eq!(
        patch.exceptions.len(),
        1,
        "the other one is a line of the master"
    );
    assert_eq!(
        patch.master.unwrap()["recurrence"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn loss_09_floating_times_are_shown_in_the_calendars_zone_and_come_back() {
    let mut event = single();
    event.when = When::floating(event.when.local_start(), Duration::hours(1));
    let mut trip = at_google(&event);
    assert_eq!(trip.master["start"]["timeZone"], "Europe/Berlin");
    assert_eq!(trip.lost("timeZone"), ["the calendar's zone"]);
    assert_eq!(trip.came.when, event.when);
    let at_graph = at_graph(&event).unwrap();
    assert_eq!(
        beside(&at_graph.master, "kalendsZone"),
        "floating Europe/Berlin"
    );
    assert_eq!(at_graph.came.when, event.when);
    assert!(as_text(&event).0.contains("DTSTART:20261201T090000\r\n"));
    // A person who gave it a zone in Google's own app is right.
    trip.master["start"] =
        json!({"dateTime": "2026-12-01T09:00:00+02:00", "timeZone": "Europe/Kyiv"});
    let wire = serde_json::from_value(trip.master).unwrap();
    let came = google::read(&wire, &[], &berlin()).unwrap().value;
    assert_eq!(came.when.zone(), Zone::iana("Europe/Kyiv").as_ref());
}

#[test]
fn loss_10_a_series_with_two_zones_recurs_in_that_of_its_start() {
    let mut event = series("FREQ=WEEKLY;BYDAY=TU");
    let When::Timed { end_zone, .. } = &mut event.when else {
        panic!("it has a time");
    };
    *end_zone = Zone::iana("America/New_York");
    let trip = at_graph(&event).unwrap();
    let range = &trip.master["recurrence"]["range"];
    assert_eq!(range["recurrenceTimeZone"], "W. Europe Standard Time");
    assert_eq!(
        trip.master["end"],
        json!({"dateTime": "2026-12-01T04:00:00", "timeZone": "Eastern Standard Time"})
    );
    assert_eq!(trip.came.when, event.when);
    assert_eq!(at_google(&event).came, event);
    assert_eq!(as_text(&event).1, event);
}

#[test]
fn loss_11_zones_with_rules_of_their_own_are_matched_by_their_offsets() {
    let mut event = series("FREQ=WEEKLY;BYDAY=TU");
    event.when = When::zoned(event.when.local_start(), custom_zone(), Duration::hours(1));
    let same = "the same offsets, Europe/Berlin";
    let trip = at_google(&event);
    assert_eq!(
        (trip.lost("timeZone"), trip.came.when.zone()),
        (vec![same], Some(&berlin()))
    );
    let trip = at_graph(&event).unwrap();
    assert_eq!(
        (trip.lost("timeZone"), trip.came.when.zone()),
        (vec![same], Some(&berlin()))
    );
    assert_eq!(as_text(&event).1, event, "there it keeps its rules");
    // What is equal to none is exploded: `zones.rs`. A name whose rules nobody tells is said.
    let wire = json!({
        "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"},
        "originalStartTimeZone": "tzone://Microsoft/Custom"
    });
    let read = microsoft::read(&serde_json::from_value(wire).unwrap(), &[], &[]).unwrap();
    assert_eq!(read.losses[0].property, "timeZone");
}
