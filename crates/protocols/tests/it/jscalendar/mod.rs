//! JSCalendar in both directions.

use calendar::{Event, FreeBusy, Override, RecurrenceId, Role, When};
use kalends_protocols::{icalendar, jscalendar};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::arbitrary;

fn read(value: &Value) -> Event {
    let read = jscalendar::from_json(value).unwrap();
    assert_eq!(read.losses, []);
    read.value
}

fn patched(event: &Event, patch: Value) -> Event {
    let patch: Map<String, Value> = serde_json::from_value(patch).unwrap();
    jscalendar::apply_patch(event, &patch).unwrap().value
}

fn id(text: &str) -> RecurrenceId {
    text.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_comes_back(event in arbitrary::event()) {
        let value = jscalendar::to_json(&event);
        let back = jscalendar::from_json(&value).unwrap();
        prop_assert_eq!(&back.value, &event, "{:#}", value);
        prop_assert_eq!(&jscalendar::to_json(&back.value), &value);
        prop_assert_eq!(back.losses, []);
    }

    #[test]
    fn an_empty_patch_changes_nothing(event in arbitrary::event()) {
        prop_assert_eq!(patched(&event, json!({})), event);
    }
}

/// RFC 8984 6.5: event with a recurrence that ends with a count, with an override.
fn series() -> Event {
    read(&json!({
        "@type": "Event",
        "uid": "2a358cee-6489-4f14-a57f-c104db4dc2f3",
        "title": "Weekly meeting",
        "start": "2026-11-23T09:00:00",
        "timeZone": "Europe/Berlin",
        "duration": "PT1H",
        "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "weekly", "until": "2026-12-31T09:00:00"}],
        "recurrenceOverrides": {
            "2026-11-30T09:00:00": {"excluded": true},
            "2026-12-07T09:00:00": {"title": "Longer", "duration": "PT2H"},
            "2026-12-24T09:00:00": {}
        }
    }))
}

#[test]
fn a_rule_that_skips_is_the_same_in_icalendar() {
    let mut value = jscalendar::to_json(&series());
    value["recurrenceRules"] = json!([{"frequency": "monthly", "skip": "backward"}]);
    let event = read(&value);
    let text = icalendar::write(&[&event], jiff::Timestamp::UNIX_EPOCH).value;
    assert_eq!(icalendar::read(&text).unwrap().value[0].rules, event.rules);
}

#[test]
fn a_series_with_overrides() {
    let event = series();
    assert_eq!(event.overrides.len(), 3);
    assert_eq!(
        event.overrides[&id("2026-11-30T09:00:00")],
        Override::Excluded
    );
    assert_eq!(
        event.overrides[&id("2026-12-24T09:00:00")],
        Override::extra()
    );
    let longer = event.occurrence(id("2026-12-07T09:00:00")).unwrap();
    assert_eq!(longer.title, "Longer");
    assert_eq!(longer.when.duration().seconds, 7200);
    let json = jscalendar::to_json(&event);
    assert_eq!(
        json["recurrenceOverrides"]["2026-12-07T09:00:00"],
        json!({"title": "Longer", "duration": "PT2H"})
    );
    assert_eq!(json["recurrenceRules"][0]["until"], "2026-12-31T09:00:00");
    // The same rule as iCalendar has it, so that neither way in looks like a change to the other.
    let text = icalendar::write(&[&event], jiff::Timestamp::UNIX_EPOCH).value;
    assert!(text.contains("UNTIL=20261231T080000Z"), "{text}");
    assert_eq!(icalendar::read(&text).unwrap().value[0].rules, event.rules);
}

#[test]
fn unknown_properties_come_back_where_they_were() {
    let value = json!({
        "uid": "1",
        "start": "2026-11-23T00:00:00",
        "showWithoutTime": true,
        "links": {"x": {"@type": "Link", "href": "https://example.com/"}},
        "example.com:mood": "good",
        "kalends.dev:calendar": "not kept",
        "locations": {"abc": {"name": "Wien", "description": "2nd floor", "coordinates": "geo:48.2,16.37"}},
        "participants": {"p": {"sendTo": {"imip": "mailto:ADA@example.com"}, "roles": {"attendee": true, "chair": true}, "scheduleAgent": "client"}},
        "alerts": {"a": {"trigger": {"offset": "-PT5M"}, "acknowledged": "2026-01-01T00:00:00Z"}},
    });
    let event = read(&value);
    assert_eq!(event.when, When::all_day("2026-11-23".parse().unwrap(), 1));
    assert_eq!(
        event.people["mailto:ada@example.com"].role,
        Some(Role::Chair)
    );
    let json = jscalendar::to_json(&event);
    assert_eq!(json["links"], value["links"]);
    assert_eq!(json["example.com:mood"], "good");
    assert_eq!(json["kalends.dev:calendar"], Value::Null);
    assert_eq!(json["locations"]["1"]["description"], "2nd floor");
    assert_eq!(json["alerts"]["1"]["acknowledged"], "2026-01-01T00:00:00Z");
    let (_, ada) = json["participants"]
        .as_object()
        .unwrap()
        .iter()
        .next()
        .unwrap();
    assert_eq!(ada["scheduleAgent"], "client");
    assert_eq!(read(&json), event);
    // Without the place there is nowhere to put its description.
    let gone = patched(&event, json!({"locations": null}));
    assert_eq!(jscalendar::to_json(&gone)["locations"], Value::Null);
}

#[test]
fn patches_reach_occurrences() {
    let event = series();
    let moved = patched(
        &event,
        json!({
            "recurrenceOverrides/2026-12-07T09:00:00/start": "2026-12-08T10:00:00",
            "recurrenceOverrides/2026-12-14T09:00:00/title": "Another",
            "recurrenceOverrides/2026-11-30T09:00:00/title": "Back again",
            "recurrenceOverrides/2026-12-24T09:00:00": null,
            "recurrenceOverrides/2026-12-21T09:00:00": {"excluded": true},
        }),
    );
    let at = |event: &Event, day: &str| event.occurrence(id(day));
    let longer = at(&moved, "2026-12-07T09:00:00").unwrap();
    assert_eq!(longer.when.local_start().to_string(), "2026-12-08T10:00:00");
    assert_eq!(longer.title, "Longer");
    assert_eq!(at(&moved, "2026-12-14T09:00:00").unwrap().title, "Another");
    assert_eq!(
        at(&moved, "2026-11-30T09:00:00").unwrap().title,
        "Back again"
    );
    assert_eq!(at(&moved, "2026-12-21T09:00:00"), None);
    assert!(!moved.overrides.contains_key(&id("2026-12-24T09:00:00")));
    let plain = patched(
        &moved,
        json!({"recurrenceOverrides/2026-12-07T09:00:00/title": null}),
    );
    assert_eq!(
        at(&plain, "2026-12-07T09:00:00").unwrap().title,
        "Weekly meeting"
    );
}

#[test]
fn a_patch_keeps_what_other_dialects_know() {
    let mut event = series();
    event.unknown.set("icalendar", json!(["X-A:1"]));
    let Override::Patch(patch) = event.overrides.get_mut(&id("2026-12-07T09:00:00")).unwrap()
    else {
        panic!("a patch");
    };
    patch.unknown.set("icalendar", json!(["X-B:1"]));
    let new = patched(&event, json!({"title": "Other", "example.com:x": 1}));
    assert_eq!(new.unknown.get("icalendar"), event.unknown.get("icalendar"));
    let same = id("2026-12-07T09:00:00");
    assert_eq!(new.overrides[&same], event.overrides[&same]);
    assert_eq!(patched(&event, json!({})), event);
}

#[test]
fn explicit_alerts_replace_the_defaults() {
    let event = series();
    assert_eq!(event.reminders, None);
    let alerts = json!({"a": {"trigger": {"offset": "-PT5M"}}});
    let new = patched(
        &event,
        json!({"alerts": alerts, "recurrenceOverrides/2026-12-14T09:00:00/alerts": {}}),
    );
    assert_eq!(new.reminders.as_ref().unwrap().len(), 1);
    let occurrence = new.occurrence(id("2026-12-14T09:00:00")).unwrap();
    assert_eq!(occurrence.reminders, Some(Vec::new()));
    assert_eq!(patched(&new, json!({"alerts": null})).reminders, None);
}

#[test]
fn the_standard_property_wins_where_the_shade_does_not_fit() {
    let base = json!({"uid": "1", "start": "2026-11-23T09:00:00", "kalends.dev:freeBusyStatus": "out-of-office"});
    let event = read(&base);
    assert_eq!(event.busy, FreeBusy::OutOfOffice);
    assert_eq!(
        patched(&event, json!({"freeBusyStatus": "free"})).busy,
        FreeBusy::Free
    );
}

#[test]
fn errors_name_the_path() {
    let with = |name: &str, value: Value| {
        let mut event = json!({"uid": "1", "start": "2026-11-23T09:00:00"});
        event[name] = value;
        jscalendar::from_json(&event).unwrap_err().to_string()
    };
    let start = |value: &str| value.split([':', ' ']).next().unwrap().to_owned();
    for (name, value, path) in [
        ("start", json!("2026-11-23T09:00:00Z"), "start"),
        ("start", json!(null), "start"),
        ("uid", json!(7), "uid"),
        ("timeZone", json!("Mars/Olympus"), "timeZone"),
        ("@type", json!("Task"), "@type"),
        ("showWithoutTime", json!(true), "start"),
        (
            "recurrenceRules",
            json!([{"frequency": "daily"}, {}]),
            "recurrenceRules/1/frequency",
        ),
        (
            "recurrenceRules",
            json!([{"frequency": "daily", "byDay": [{"day": "xx"}]}]),
            "recurrenceRules/0/byDay/0/day",
        ),
        (
            "participants",
            json!({"a/b": {}}),
            "participants/a~1b/sendTo",
        ),
        (
            "alerts",
            json!({"a": {"trigger": {"offset": "soon"}}}),
            "alerts/a/trigger/offset",
        ),
        ("keywords", json!({"a": 1}), "keywords"),
        ("priority", json!(10), "priority"),
    ] {
        let message = with(name, value);
        assert_eq!(start(&message), path, "{message}");
    }
    let message = with(
        "recurrenceOverrides",
        json!({"2026-11-24T09:00:00": {"title": 7}}),
    );
    assert!(
        message.starts_with("recurrenceOverrides/2026-11-24T09:00:00/title"),
        "{message}"
    );
}

#[test]
fn a_property_without_a_name_is_left_out_and_said() {
    let read = jscalendar::from_json(&json!({
        "uid": "1", "start": "2026-11-23T09:00:00", "x": 1, "": {"a": 1},
        "recurrenceOverrides": {"2026-11-24T09:00:00": {"": 2, "x": null}},
    }))
    .unwrap();
    assert_eq!(read.losses.len(), 2, "{:?}", read.losses);
    let again = jscalendar::to_json(&read.value);
    assert_eq!(jscalendar::from_json(&again).unwrap().value, read.value);
    // The occurrence still has nothing of what its series has.
    assert_eq!(
        again["recurrenceOverrides"]["2026-11-24T09:00:00"],
        json!({"x": null})
    );
}
