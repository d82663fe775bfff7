//! What a PATCH carries, example by example.

use calendar::{
    CustomZone, Duration, Event, Frequency, Observance, Override, Place, Privacy, RecurrenceId,
    Rule, When, Zone,
};
use kalends_protocols::google::{Event as Wire, Exclusions, patch, read, write};
use serde_json::{Value, json};

fn zone() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

fn single() -> Event {
    let start = "2026-11-24T09:00:00".parse().unwrap();
    let mut event = Event::new("u", When::zoned(start, zone(), Duration::hours(1)));
    "Recall".clone_into(&mut event.title);
    event.places = vec![Place::named("Room 1")];
    event
}

fn daily() -> Event {
    let mut event = single();
    event.rules = vec![Rule::every(Frequency::Daily)];
    event
}

fn second() -> RecurrenceId {
    "2026-11-25T09:00:00".parse().unwrap()
}

fn master_change(previous: &Event, next: &Event) -> Value {
    let change = patch(previous, next, &zone()).value;
    assert!(change.exceptions.is_empty(), "{change:?}");
    json!(change.master)
}

fn exception_change(previous: &Event, next: &Event) -> Value {
    let change = patch(previous, next, &zone()).value;
    assert_eq!(change.master, None);
    json!(change.exceptions[&second()])
}

#[test]
fn only_what_changed_is_sent_and_null_clears() {
    let mut next = single();
    next.title = "Check-up".to_owned();
    next.places.clear();
    next.privacy = Privacy::Private;
    assert_eq!(
        master_change(&single(), &next),
        json!({"summary": "Check-up", "location": null, "visibility": "private"})
    );
    next.when = When::all_day("2026-11-24".parse().unwrap(), 1);
    let change = master_change(&single(), &next);
    assert_eq!(
        (&change["start"], &change["end"]),
        (
            &json!({"date": "2026-11-24", "dateTime": null, "timeZone": null}),
            &json!({"date": "2026-11-25", "dateTime": null, "timeZone": null}),
        )
    );
}

#[test]
fn a_hint_that_goes_is_cleared_by_name() {
    let mut previous = single();
    previous.priority = 1;
    assert_eq!(
        master_change(&previous, &single()),
        json!({"extendedProperties": {"private": {"kalends.priority": null}}})
    );
}

#[test]
fn a_called_off_occurrence_is_a_cancelled_instance() {
    let mut next = daily();
    next.overrides.insert(second(), Override::Excluded);
    assert_eq!(
        exception_change(&daily(), &next),
        json!({"status": "cancelled"})
    );
    // And back: a cancelled instance keeps nothing that could be relied on.
    let back = exception_change(&next, &daily());
    assert_eq!(
        (&back["status"], &back["summary"]),
        (&json!("confirmed"), &json!("Recall"))
    );
    assert_eq!(
        back["start"]["dateTime"],
        json!("2026-11-25T09:00:00+01:00")
    );
}

#[test]
fn an_occurrence_that_an_exdate_line_took_out_comes_back_through_the_line() {
    let mut made = daily();
    made.overrides.insert(second(), Override::Excluded);
    let written = write(&made, &zone(), Exclusions::Lines).value;
    assert_eq!(
        written.master.recurrence.as_deref().unwrap(),
        [
            "RRULE:FREQ=DAILY",
            "EXDATE;TZID=Europe/Berlin:20261125T090000"
        ]
    );
    assert!(written.exceptions.is_empty());
    let known = read(&written.master, &[], &zone()).unwrap().value;
    let mut next = known.clone();
    next.overrides.clear();
    assert_eq!(
        master_change(&known, &next),
        json!({"recurrence": ["RRULE:FREQ=DAILY"]})
    );
}

#[test]
fn an_edited_occurrence_is_its_own_patch_and_so_is_its_way_back() {
    let mut next = daily();
    let mut occurrence = next.occurrence(second()).unwrap();
    occurrence.title = "Root canal".to_owned();
    next.set_occurrence(second(), &occurrence);
    assert_eq!(
        exception_change(&daily(), &next),
        json!({"summary": "Root canal"})
    );
    assert_eq!(
        exception_change(&next, &daily()),
        json!({"summary": "Recall"})
    );
}

#[test]
fn a_new_rule_states_its_exceptions_again() {
    let mut previous = daily();
    previous.overrides.insert(second(), Override::Excluded);
    let mut next = previous.clone();
    next.rules = vec![Rule::every(Frequency::Weekly)];
    next.overrides
        .insert("2026-12-01T09:00:00".parse().unwrap(), Override::Excluded);
    let change = master_change(&previous, &next);
    assert_eq!(
        change["recurrence"],
        json!([
            "RRULE:FREQ=WEEKLY",
            "EXDATE;TZID=Europe/Berlin:20261125T090000,20261201T090000"
        ])
    );
}

#[test]
fn an_exception_that_survives_a_new_rule_is_told_what_the_series_says_by_now() {
    let mut previous = daily();
    let titled = calendar::Patch {
        title: Some("Surgery".to_owned()),
        ..calendar::Patch::default()
    };
    let titled = Override::Patch(Box::new(titled));
    previous.overrides.insert(second(), titled);
    let mut next = previous.clone();
    next.rules = vec![Rule::every(Frequency::Weekly)];
    next.places = vec![Place::named("Room 2")];
    let change = patch(&previous, &next, &zone()).value;
    assert_eq!(
        json!(change.exceptions[&second()]),
        json!({"summary": "Surgery", "location": "Room 2"})
    );
}

#[test]
fn a_part_of_the_guests_never_replaces_them_all() {
    let wire: Wire = serde_json::from_value(json!({
        "iCalUID": "u", "start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"},
        "attendeesOmitted": true, "attendees": [{"email": "ada@example.com"}],
    }))
    .unwrap();
    let previous = read(&wire, &[], &zone()).unwrap().value;
    let mut next = previous.clone();
    next.people.clear();
    let change = patch(&previous, &next, &zone());
    assert!(change.value.is_empty());
    assert_eq!(change.losses[0].property, "participants");
}

#[test]
fn a_rule_that_google_does_not_have_becomes_dates() {
    let mut event = single();
    let hourly = Rule {
        count: Some(3),
        ..Rule::every(Frequency::Hourly)
    };
    event.rules = vec![hourly];
    let written = write(&event, &zone(), Exclusions::Lines);
    assert_eq!(
        written.value.master.recurrence.unwrap(),
        ["RDATE;TZID=Europe/Berlin:20261124T090000,20261124T100000,20261124T110000"]
    );
    assert_eq!(written.losses[0].property, "recurrenceRules");
}

#[test]
fn a_zone_of_its_own_is_written_as_the_zone_with_the_same_offsets() {
    let zone_of = |offset: i32| {
        let observance = Observance {
            daylight: false,
            name: None,
            start: "1970-01-01T00:00:00".parse().unwrap(),
            offset_from: offset,
            offset_to: offset,
            rules: Vec::new(),
            dates: Vec::new(),
        };
        let id = "Own".to_owned();
        let observances = vec![observance];
        Zone::Custom(CustomZone { id, observances }.into())
    };
    let start = "2026-11-24T09:00:00".parse().unwrap();
    for (offset, name, at) in [
        (19_800, "Asia/", "2026-11-24T09:00:00+05:30"),
        // Nobody has this offset: the instant stays, the zone is the calendar's.
        (19_801, "Europe/Berlin", "2026-11-24T04:29:59+01:00"),
    ] {
        let event = Event::new("u", When::zoned(start, zone_of(offset), Duration::hours(1)));
        let written = write(&event, &zone(), Exclusions::Lines);
        let start = written.value.master.start.unwrap();
        assert!(
            start.time_zone.clone().unwrap().starts_with(name),
            "{start:?}"
        );
        assert_eq!(start.date_time.unwrap(), at);
        assert!(
            written
                .losses
                .iter()
                .any(|loss| loss.property == "timeZone")
        );
    }
}

#[test]
fn what_has_no_meaning_is_refused_by_field() {
    for (wire, field) in [
        (json!({"status": "cancelled"}), "cancelled"),
        (json!({"iCalUID": "u"}), "start"),
        (json!({"start": {"date": "2026-11-24"}}), "iCalUID"),
        (
            json!({"iCalUID": "u", "start": {"date": "24.11.2026"}}),
            "start.date",
        ),
        (
            json!({"iCalUID": "u", "start": {"dateTime": "nine"}}),
            "start.dateTime",
        ),
        (
            json!({"iCalUID": "u", "start": {"date": "2026-11-24"}, "recurrence": vec!["X:"; 1001]}),
            "recurrence",
        ),
    ] {
        let wire: Wire = serde_json::from_value(wire).unwrap();
        let error = read(&wire, &[], &zone()).unwrap_err().to_string();
        assert!(error.contains(field), "{error}");
    }
}
