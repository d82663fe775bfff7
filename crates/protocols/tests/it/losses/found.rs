//! What the random events have found, as single cases: so rare that a short run may miss it.

use calendar::{Event, Override, When, Zone};
use kalends_protocols::{google, microsoft::apart};

use super::*;

fn night(start: &str, rule: &str) -> Event {
    let mut event = series(rule);
    event.when = When::zoned(start.parse().unwrap(), berlin(), Duration::minutes(30));
    event
}

#[test]
fn the_start_counts_among_the_dates_of_a_rule_that_google_has_not() {
    let mut event = series("FREQ=MINUTELY;INTERVAL=90;BYHOUR=10;COUNT=3");
    let trip = at_google(&event);
    assert_eq!(trip.came.planned_starts(9).map(|all| all.len()), Some(1));
    let all = trip
        .came
        .occurrences(calendar::Window::ALL, &jiff::tz::TimeZone::UTC)
        .count();
    assert_eq!(all, 3);
    // What a second rule takes out is no date.
    event.rules = vec!["FREQ=HOURLY;COUNT=3".parse().unwrap()];
    event.excluded_rules = vec!["FREQ=DAILY;COUNT=1".parse().unwrap()];
    let dates = &at_google(&event).master["recurrence"];
    assert!(!dates.to_string().contains("T090000"), "{dates}");
}

#[test]
fn an_exception_to_an_event_that_happens_once_is_the_event() {
    let mut event = single();
    let mut only = event.occurrence(id("2026-12-01")).unwrap();
    only.title = "Other".into();
    event.set_occurrence(id("2026-12-01"), &only);
    let trip = at_google(&event);
    assert_eq!((trip.came.title.as_str(), trip.others.len()), ("Other", 0));
    assert_eq!(
        trip.lost("recurrenceOverrides"),
        ["the event itself as its occurrence is"]
    );
}

#[test]
fn an_exception_in_the_hour_that_the_clocks_skip_keeps_its_name() {
    // On 28 March 2027 there is no half past two.
    let mut event = night("2027-03-26T02:30:00", "FREQ=DAILY");
    let skipped = "2027-03-28T02:30:00".parse().unwrap();
    let mut single = event.occurrence(skipped).unwrap();
    single.title = "Other".into();
    event.set_occurrence(skipped, &single);
    let came = at_google(&event).came;
    assert_eq!(came.overrides.keys().collect::<Vec<_>>(), [&skipped]);
    assert_eq!(came.occurrence(skipped).unwrap().title, "Other");
    assert_eq!(at_graph(&event).unwrap().came.overrides, event.overrides);
}

#[test]
fn a_series_that_begins_at_a_time_that_the_clocks_skip_is_not_had() {
    let mut event = night("2027-03-28T02:30:00", "FREQ=DAILY");
    assert!(google::has_its_rules(&event, &berlin()).is_err());
    assert!(why_not(&event).contains("clocks skip"));
    event.rules.clear();
    assert_eq!(google::has_its_rules(&event, &berlin()), Ok(()));
    for trip in [at_google(&event), at_graph(&event).unwrap()] {
        assert_eq!(trip.lost("start").len(), 1);
        assert_eq!(
            trip.came.when.local_start().to_string(),
            "2027-03-28T03:30:00"
        );
    }
    // Floating, it depends on where it is shown.
    event.rules = vec!["FREQ=DAILY".parse().unwrap()];
    event.when = When::floating(event.when.local_start(), Duration::minutes(30));
    assert!(google::has_its_rules(&event, &berlin()).is_err());
    assert_eq!(google::has_its_rules(&event, &Zone::utc()), Ok(()));
}

#[test]
fn an_exception_whose_end_has_no_zone_of_its_own_does_not_take_that_of_the_series() {
    let mut event = series("FREQ=WEEKLY;BYDAY=TU");
    let with = |start: &str, zone: &str, end: Option<&str>| When::Timed {
        start: start.parse().unwrap(),
        zone: Zone::iana(zone),
        duration: Duration::hours(1),
        end_zone: end.and_then(Zone::iana),
    };
    event.when = with(
        "2026-12-01T09:00:00",
        "America/New_York",
        Some("Europe/Berlin"),
    );
    let mut moved = event.occurrence(id("2026-12-08")).unwrap();
    moved.when = with("2026-12-08T11:00:00", "Europe/Vienna", None);
    event.set_occurrence(id("2026-12-08"), &moved);
    let came = at_graph(&event).unwrap().came;
    assert_eq!(came.occurrence(id("2026-12-08")).unwrap().when, moved.when);
}

#[test]
fn what_is_no_pattern_any_more_once_some_are_apart_is_not_had() {
    // Four dates that are a pattern, one of which is moved past its neighbour: the other three are none.
    let mut event = single();
    for day in ["2026-12-11", "2026-12-21", "2026-12-31"] {
        event.overrides.insert(id(day), Override::extra());
    }
    assert_eq!(apart(None, &event, &berlin()).unwrap().len(), 0);
    let mut moved = event.occurrence(id("2026-12-11")).unwrap();
    moved.when = moved.when.starting_at(id("2026-12-22"));
    event.set_occurrence(id("2026-12-11"), &moved);
    assert!(apart(None, &event, &berlin()).is_err());
}

#[test]
fn of_two_organizers_the_first_is_one() {
    let mut event = single();
    for name in ["ada", "ben"] {
        let person = calendar::Person {
            organizer: true,
            role: Some(calendar::Role::Required),
            ..calendar::Person::default()
        };
        let address = calendar::Address::new(&format!("{name}@example.com"));
        event.people.insert(address, person);
    }
    let trip = at_google(&event);
    assert_eq!(trip.lost("participants"), ["the first one"]);
    let organizers = |event: &Event| event.people.values().filter(|p| p.organizer).count();
    assert_eq!((trip.came.people.len(), organizers(&trip.came)), (2, 1));
    let written = icalendar::write(&[&event], jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(written.losses[0].property, "participants");
    assert_eq!(organizers(&as_text(&event).1), 1);
}

#[test]
fn an_address_that_is_no_mail_has_no_second_spelling() {
    let mut event = single();
    let person = calendar::Person {
        role: Some(calendar::Role::Required),
        ..calendar::Person::default()
    };
    event
        .people
        .insert(calendar::Address::new("urn:uuid:1"), person);
    assert_eq!(as_text(&event).1, event);
}

#[test]
fn an_occurrence_cannot_ask_for_the_mailboxs_default_again() {
    let mut event = series("FREQ=WEEKLY;BYDAY=TU");
    event.reminders = Some(vec![calendar::Reminder::minutes_before(5)]);
    let mut single = event.occurrence(id("2026-12-08")).unwrap();
    single.reminders = None;
    event.set_occurrence(id("2026-12-08"), &single);
    let trip = at_graph(&event).unwrap();
    assert_eq!(trip.lost("alerts"), ["as it was"]);
    assert!(trip.came.overrides.is_empty());
}

#[test]
fn an_end_in_the_second_of_two_equal_hours_has_no_zone_of_its_own_in_icalendar() {
    let mut event = single();
    // Until half past two in Berlin, for the second time in that night.
    event.when = When::Timed {
        start: "2026-10-24T20:30:00".parse().unwrap(),
        zone: Zone::iana("America/New_York"),
        duration: Duration::hours(1),
        end_zone: Some(berlin()),
    };
    let written = icalendar::write(&[&event], jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(
        written.losses[0].fallback,
        "the end in the zone of the start"
    );
    let When::Timed { end_zone, .. } = as_text(&event).1.when else {
        panic!("it has a time");
    };
    assert_eq!(end_zone, None);
    assert_eq!(at_graph(&event).unwrap().came.when, event.when);
    assert_eq!(at_google(&event).came.when, event.when);
    // The first one has.
    event.when = event
        .when
        .starting_at("2026-10-24T19:30:00".parse().unwrap());
    assert_eq!(as_text(&event).1, event);
}
