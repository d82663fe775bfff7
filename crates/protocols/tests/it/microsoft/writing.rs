//! What is sent, and what is refused.

use std::collections::BTreeSet;

use calendar::{
    Address, CustomZone, Duration, Event, Frequency, Override, Patch, Person, Place, RecurrenceId,
    Reminder, Rule, Status, Text, Trigger, VirtualPlace, When, Zone,
};
use kalends_protocols::microsoft::{
    Change, Error, Options, Side, completed, overlay, patch, pending, property, read, wire, write,
};
use serde_json::{Value, json};

fn berlin() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

fn series() -> Event {
    let when = When::zoned(
        "2026-11-23T09:00:00".parse().unwrap(),
        berlin(),
        Duration::hours(1),
    );
    let mut event = Event::new("x@example.com", when);
    event.title = "Recall".into();
    event.rules = vec![Rule::every(Frequency::Weekly)];
    event
}

fn id(text: &str) -> RecurrenceId {
    text.parse().unwrap()
}

fn moved(to: &str) -> Override {
    let patch = Patch {
        when: Some(When::zoned(
            to.parse().unwrap(),
            berlin(),
            Duration::hours(1),
        )),
        ..Patch::default()
    };
    Override::Patch(Box::new(patch))
}

fn sent(previous: &Event, next: &Event) -> Result<(Value, Vec<Value>), Error> {
    let zone = berlin();
    let options = Options {
        zone: &zone,
        stamp: None,
    };
    let patch = patch(previous, next, options)?.value;
    let instances = patch.instances.iter().map(|i| match &i.change {
        Change::Cancel => json!([i.start.to_string(), null]),
        Change::Patch(fields) => json!([i.start.to_string(), fields]),
    });
    Ok((Value::Object(patch.master.clone()), instances.collect()))
}

fn refused(previous: &Event, next: &Event) -> String {
    match sent(previous, next) {
        Err(Error::CannotExpress(loss)) => {
            assert_eq!(loss.fallback, "exploded");
            format!("{}: {}", loss.property, loss.reason)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_post_says_everything_and_bears_the_stamp() {
    let zone = berlin();
    let mut event = series();
    event.rules[0].count = Some(5);
    let written = write(
        &event,
        Options {
            zone: &zone,
            stamp: Some("0198"),
        },
    )
    .unwrap();
    assert!(written.losses.is_empty());
    let body = Value::Object(written.value.master);
    assert_eq!(
        body["start"],
        json!({"dateTime": "2026-11-23T09:00:00", "timeZone": "W. Europe Standard Time"})
    );
    assert_eq!(
        body["recurrence"],
        json!({
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"},
            "range": {"type": "numbered", "startDate": "2026-11-23", "recurrenceTimeZone": "W. Europe Standard Time", "numberOfOccurrences": 5}
        })
    );
    assert_eq!(body["body"], json!({"contentType": "text", "content": ""}));
    let stamp = property::Property::Stamp.with("0198");
    let properties = body["singleValueExtendedProperties"].as_array().unwrap();
    assert!(properties.contains(&serde_json::to_value(stamp).unwrap()));
    let ids: BTreeSet<&str> = properties
        .iter()
        .map(|p| p["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), properties.len(), "an id twice");
    assert!(body.get("attendees").is_none());
}

#[test]
fn attendees_are_never_written_and_the_loss_is_said() {
    let zone = berlin();
    let mut event = series();
    event
        .people
        .insert(Address::new("ben@example.com"), Person::default());
    event
        .people
        .insert(Address::new("cy@example.com"), Person::default());
    let written = write(
        &event,
        Options {
            zone: &zone,
            stamp: None,
        },
    )
    .unwrap();
    assert!(!written.value.master.contains_key("attendees"));
    let lost: Vec<&str> = written.losses.iter().map(|l| l.property.as_str()).collect();
    assert_eq!(lost, ["participants"]);
}

#[test]
fn an_override_is_a_change_of_one_instance() {
    let before = series();
    let mut after = before.clone();
    after
        .overrides
        .insert(id("2026-11-30T09:00:00"), Override::Excluded);
    after
        .overrides
        .insert(id("2026-12-07T09:00:00"), moved("2026-12-08T10:00:00"));
    let (master, instances) = sent(&before, &after).unwrap();
    let noted: wire::Event = serde_json::from_value(master).unwrap();
    let noted = pending(&noted).unwrap();
    assert_eq!(completed(&before, &noted), after, "the note says it all");
    assert_eq!(instances[0], json!(["2026-11-30T08:00:00Z", null]));
    assert_eq!(instances[1][0], "2026-12-07T08:00:00Z");
    let names: Vec<&String> = instances[1][1].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["start", "end", "isAllDay", "singleValueExtendedProperties"]
    );

    // One more change of the same occurrence sends only that.
    let mut later = after.clone();
    let Some(Override::Patch(patch)) = later.overrides.get_mut(&id("2026-12-07T09:00:00")) else {
        panic!()
    };
    patch.title = Some("Recall, moved".into());
    let (_, instances) = sent(&after, &later).unwrap();
    assert_eq!(
        instances,
        [json!(["2026-12-07T08:00:00Z", {"subject": "Recall, moved"}])]
    );

    // Made plain again: what differed is set back.
    let (_, instances) = sent(&later, &{
        let mut plain = later.clone();
        plain.overrides.remove(&id("2026-12-07T09:00:00"));
        plain
    })
    .unwrap();
    assert_eq!(instances[0][1]["subject"], "Recall");
    assert_eq!(instances[0][1]["start"]["dateTime"], "2026-12-07T09:00:00");
}

/// Graph gives an exception the new place of its series. Where an occurrence keeps the old one, at a provider whose
/// exceptions are whole, that has to be said, although its own place is what it was.
#[test]
fn what_an_exception_does_not_take_from_its_series_is_said() {
    let place = |name: &str| {
        vec![Place {
            name: name.into(),
            ..Place::default()
        }]
    };
    let exception = |places| {
        Override::Patch(Box::new(Patch {
            title: Some("Other".into()),
            places,
            ..Patch::default()
        }))
    };
    let mut before = series();
    before.places = place("Here");
    before
        .overrides
        .insert(id("2026-11-30T09:00:00"), exception(None));
    let mut after = before.clone();
    after.places = place("There");
    after
        .overrides
        .insert(id("2026-11-30T09:00:00"), exception(Some(place("Here"))));
    let (master, instances) = sent(&before, &after).unwrap();
    assert_eq!(master["location"]["displayName"], "There");
    assert_eq!(instances[0][1]["location"]["displayName"], "Here");
    assert_eq!(instances[0][1].get("subject"), None);
}

#[test]
fn a_note_undoes_nothing_that_somebody_did_since() {
    let titled = |title: &str| {
        let patch = Patch {
            title: Some(title.into()),
            ..Patch::default()
        };
        Some(Override::Patch(Box::new(patch)))
    };
    let at = id("2026-11-30T09:00:00");
    let with = |what: &Option<Override>| {
        let mut event = series();
        event.overrides.extend(what.clone().map(|what| (at, what)));
        event
    };
    let (old, ours, theirs) = (titled("Old"), titled("Ours"), titled("Theirs"));
    for (from, now, then) in [
        (&old, &old, &ours),
        (&old, &theirs, &theirs),
        (&None, &None, &ours),
        (&None, &theirs, &theirs),
        (&None, &ours, &ours),
        (&old, &Some(Override::Excluded), &Some(Override::Excluded)),
    ] {
        let (master, _) = sent(&with(from), &with(&ours)).unwrap();
        let noted: wire::Event = serde_json::from_value(master).unwrap();
        let note = pending(&noted).unwrap();
        assert_eq!(completed(&with(now), &note), with(then), "{from:?} {now:?}");
    }
}

#[test]
fn a_new_time_or_rule_applies_all_overrides_again() {
    let mut before = series();
    before
        .overrides
        .insert(id("2026-11-30T09:00:00"), Override::Excluded);
    let mut after = before.clone();
    after.rules[0].count = Some(9);
    let (master, instances) = sent(&before, &after).unwrap();
    assert_eq!(master["recurrence"]["range"]["numberOfOccurrences"], 9);
    assert_eq!(instances.len(), 1);
    after.rules.clear();
    after.overrides.clear();
    let (master, instances) = sent(&before, &after).unwrap();
    assert_eq!(master, json!({"recurrence": null}));
    assert!(instances.is_empty());
}

#[test]
fn what_would_show_wrong_times_is_refused_with_its_reason() {
    let before = series();
    let with = |id_text: &str, what: Override| {
        let mut event = series();
        event.overrides.insert(id(id_text), what);
        event
    };
    let extra = with("2026-12-01T09:00:00", Override::extra());
    assert!(refused(&before, &extra).contains("extra occurrence"));
    let crossing = with("2026-12-07T09:00:00", moved("2026-12-14T08:00:00"));
    assert!(refused(&before, &crossing).contains("neighbour"));
    let back = with("2026-12-07T09:00:00", Override::Excluded);
    assert!(refused(&back, &before).contains("brought back"));
    let mut two = series();
    two.rules.push(Rule::every(Frequency::Daily));
    assert!(refused(&before, &two).contains("several rules"));
    let mut hourly = series();
    hourly.rules[0].frequency = Frequency::Hourly;
    assert!(refused(&before, &hourly).contains("more often"));
    let mut except = series();
    except.excluded_rules = vec![Rule::every(Frequency::Monthly)];
    assert!(refused(&before, &except).contains("second rule"));
}

#[test]
fn a_neighbour_that_is_gone_can_be_crossed() {
    let before = series();
    let mut after = series();
    after
        .overrides
        .insert(id("2026-12-14T09:00:00"), Override::Excluded);
    after
        .overrides
        .insert(id("2026-12-07T09:00:00"), moved("2026-12-14T08:00:00"));
    let (_, instances) = sent(&before, &after).unwrap();
    assert_eq!(
        instances[0],
        json!(["2026-12-14T08:00:00Z", null]),
        "cancellations come first"
    );
}

#[test]
fn a_zone_with_its_own_rules_keeps_the_moment_of_a_single_event_only() {
    let zone = berlin();
    let custom = Zone::Custom(
        CustomZone {
            id: "Mine".into(),
            observances: Vec::new(),
        }
        .into(),
    );
    let mut event = series();
    event.when = When::zoned(
        "2026-11-23T09:00:00".parse().unwrap(),
        custom,
        Duration::hours(1),
    );
    let options = Options {
        zone: &zone,
        stamp: None,
    };
    assert!(matches!(
        write(&event, options),
        Err(Error::CannotExpress(_))
    ));
    event.rules.clear();
    let written = write(&event, options).unwrap();
    assert_eq!(written.losses[0].property, "timeZone");
    assert_eq!(
        written.value.master["start"],
        json!({"dateTime": "2026-11-23T09:00:00", "timeZone": "UTC"})
    );
}

#[test]
fn losses_are_said() {
    let zone = berlin();
    let mut event = series();
    event.rules.clear();
    event.status = Status::Cancelled;
    event.color = Some("teal".into());
    event.reminders = Some(vec![
        Reminder {
            trigger: Trigger::End(0),
            email: false,
        },
        Reminder::minutes_before(10),
    ]);
    event.virtual_places = vec![VirtualPlace {
        name: "Talk".into(),
        uri: "tel:+4912".into(),
    }];
    event.places = vec![Place {
        name: "Hut".into(),
        coordinates: Some("geo:1,2;u=5".into()),
    }];
    let written = write(
        &event,
        Options {
            zone: &zone,
            stamp: None,
        },
    )
    .unwrap();
    let lost: BTreeSet<&str> = written.losses.iter().map(|l| l.property.as_str()).collect();
    let expected = [
        "alerts",
        "color",
        "freeBusyStatus",
        "locations",
        "status",
        "virtualLocations",
    ];
    assert_eq!(lost, expected.into());
    assert_eq!(written.losses.len(), 6, "each once");
    assert_eq!(written.value.master["reminderMinutesBeforeStart"], 10);
    assert_eq!(written.value.master["showAs"], "free");
}

/// An event with a Teams meeting, as it is read.
fn meeting() -> Event {
    let block = "<div>________________________________________________________________________________</div>\
        <div><a href=\"https://teams.example/l/19\">Join the meeting now</a></div>";
    let answer = json!({
        "subject": "Review", "showAs": "busy", "isOnlineMeeting": true,
        "onlineMeeting": {"joinUrl": "https://teams.example/l/19"},
        "body": {"contentType": "html", "content": format!("<html><body><p>Agenda</p><br>{block}</body></html>")},
        "location": {"displayName": "Microsoft Teams Meeting"},
        "start": {"dateTime": "2026-11-24T14:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-24T15:00:00", "timeZone": "UTC"}
    });
    let event: wire::Event = serde_json::from_value(answer).unwrap();
    read(&event, &[], &[]).unwrap().value
}

#[test]
fn the_block_of_an_online_meeting_stays_in_the_text() {
    let before = meeting();
    let mut after = before.clone();
    // As another calendar gives it back: the block's words are part of the text.
    after.text = Text::plain(
        "New agenda\n________________________________________________________________________________\nJoin the meeting now",
    );
    let (master, _) = sent(&before, &after).unwrap();
    let content = master["body"]["content"].as_str().unwrap();
    assert!(content.contains("New agenda") && content.contains("https://teams.example/l/19"));
    assert_eq!(
        content.matches("Join the meeting now").count(),
        1,
        "{content}"
    );
    assert!(!content.contains("<p>Agenda"));
}

#[test]
fn the_meeting_of_the_event_itself_is_no_place() {
    let before = meeting();
    let mut after = before.clone();
    after.places = vec![Place::named("Room 3")];
    let (master, _) = sent(&before, &after).unwrap();
    assert_eq!(master, json!({"location": {"displayName": "Room 3"}}));
}

#[test]
fn what_only_graph_knows_goes_back_and_read_only_properties_do_not() {
    let mut before = meeting();
    before.unknown.set(
        "microsoft",
        json!({"hideAttendees": false, "webhook": 1, "isOnlineMeeting": true}),
    );
    let mut after = before.clone();
    after.unknown.set(
        "microsoft",
        json!({"hideAttendees": true, "isOnlineMeeting": false}),
    );
    let (master, _) = sent(&before, &after).unwrap();
    assert_eq!(master, json!({"hideAttendees": true, "webhook": null}));
}

#[test]
fn a_room_keeps_its_mailbox_when_another_place_is_added() {
    let answer = json!({
        "start": {"dateTime": "2026-11-24T14:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-24T15:00:00", "timeZone": "UTC"}, "showAs": "busy",
        "location": {"displayName": "Room 2", "locationEmailAddress": "room2@contoso.example", "locationType": "conferenceRoom"}
    });
    let event: wire::Event = serde_json::from_value(answer).unwrap();
    let before = read(&event, &[], &[]).unwrap().value;
    let mut after = before.clone();
    after.places.push(Place::named("Garden"));
    let (master, _) = sent(&before, &after).unwrap();
    assert_eq!(
        master["locations"][0]["locationEmailAddress"],
        "room2@contoso.example"
    );
    assert_eq!(master["locations"][1], json!({"displayName": "Garden"}));
}

#[test]
fn a_clients_patch_changes_what_it_names() {
    let event = series();
    let sent = json!({"end": {"dateTime": "2026-11-23T10:30:00", "timeZone": "Europe/Berlin"}, "isCancelled": true, "hideAttendees": true});
    let sent: wire::Event = serde_json::from_value(sent).unwrap();
    let next = overlay(&event, &sent, Side::Client).unwrap().value;
    assert_eq!(next.when.duration(), Duration::minutes(90));
    assert_eq!(next.when.local_start(), event.when.local_start());
    assert_eq!(next.when.zone(), event.when.zone());
    assert_eq!((next.title, next.status), (event.title, Status::Confirmed));
    assert_eq!(
        next.unknown.get("microsoft"),
        Some(&json!({"hideAttendees": true}))
    );
}
