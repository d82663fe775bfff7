//! Rows 12 to 21: alarms, shades, texts, conferences, people.

use calendar::{Address, FreeBusy, Person, Reminder, Role, Status, Text, Trigger, VirtualPlace};
use kalends_protocols::{google, icalendar, microsoft::html::canonical};
use serde_json::json;

use super::*;

fn alarm(trigger: Trigger) -> Reminder {
    Reminder {
        trigger,
        email: false,
    }
}

#[test]
fn loss_12_alarms_become_the_nearest_that_there_is() {
    let mut event = single();
    event.reminders = Some(vec![
        alarm(Trigger::End(0)),
        alarm(Trigger::Start(-90)),
        alarm(Trigger::Start(600)),
        alarm(Trigger::At(jiff::Timestamp::UNIX_EPOCH)),
    ]);
    let trip = at_google(&event);
    let minutes = [Reminder::minutes_before(1), Reminder::minutes_before(0)];
    assert_eq!(trip.came.reminders.as_deref(), Some(&minutes[..]));
    assert_eq!(trip.lost("alerts"), ["left out", "the nearest such minute"]);
    let trip = at_graph(&event).unwrap();
    assert_eq!(trip.came.reminders.as_deref(), Some(&minutes[..1]));
    assert_eq!(trip.lost("alerts"), ["the nearest single reminder"]);
    assert_eq!(as_text(&event).1, event);
}

#[test]
fn loss_13_what_an_alarm_says_more_stays_in_icalendar() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T090000Z\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n\
        TRIGGER:-PT10M\r\nACKNOWLEDGED:20261201T085100Z\r\nX-APPLE-PROXIMITY:ARRIVE\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let event = icalendar::read(text).unwrap().value.remove(0);
    let (written, came) = as_text(&event);
    assert!(written.contains("ACKNOWLEDGED:20261201T085100Z\r\nX-APPLE-PROXIMITY:ARRIVE"));
    assert_eq!(came, event);
    let ten = Some(vec![Reminder::minutes_before(10)]);
    for trip in [at_google(&event), at_graph(&event).unwrap()] {
        assert_eq!(trip.lost("other"), ["left out"]);
        assert_eq!(trip.came.reminders, ten);
    }
}

#[test]
fn loss_14_shades_of_busy_are_shown_as_the_nearest_and_kept_beside() {
    for (busy, transparency, show_as, property) in [
        (FreeBusy::OutOfOffice, "opaque", "oof", "OOF"),
        (
            FreeBusy::WorkingElsewhere,
            "transparent",
            "workingElsewhere",
            "WORKINGELSEWHERE",
        ),
        (FreeBusy::Tentative, "opaque", "tentative", "TENTATIVE"),
    ] {
        let mut event = single();
        event.busy = busy;
        let trip = at_google(&event);
        assert_eq!(trip.master["transparency"], transparency);
        assert_eq!(trip.lost("freeBusyStatus"), [transparency]);
        assert_eq!(trip.came.busy, busy);
        let trip = at_graph(&event).unwrap();
        assert_eq!(
            (&trip.master["showAs"], trip.losses),
            (&json!(show_as), Vec::new())
        );
        assert_eq!(trip.came.busy, busy);
        let (text, came) = as_text(&event);
        assert!(text.contains(&format!("X-MICROSOFT-CDO-BUSYSTATUS:{property}\r\n")));
        assert_eq!(came.busy, busy);
    }
    let mut event = single();
    event.status = Status::Cancelled;
    for trip in [at_google(&event), at_graph(&event).unwrap()] {
        assert_eq!(trip.lost("status").len(), 1);
        assert_eq!(trip.came.status, Status::Cancelled);
    }
}

#[test]
fn loss_15_googles_kinds_of_events_are_events_elsewhere_and_stay_what_they_are() {
    for (kind, properties, busy, show_as) in [
        (
            "outOfOffice",
            json!({"outOfOfficeProperties": {"autoDeclineMode": "declineNone"}}),
            FreeBusy::OutOfOffice,
            "oof",
        ),
        (
            "focusTime",
            json!({"focusTimeProperties": {"chatStatus": "doNotDisturb"}}),
            FreeBusy::Busy,
            "busy",
        ),
        (
            "workingLocation",
            json!({"transparency": "transparent", "workingLocationProperties": {"type": "homeOffice"}}),
            FreeBusy::WorkingElsewhere,
            "workingElsewhere",
        ),
    ] {
        let mut wire = at_google(&single()).master;
        wire["eventType"] = json!(kind);
        for (name, value) in properties.as_object().unwrap() {
            wire[name] = value.clone();
        }
        let event = google::read(&serde_json::from_value(wire).unwrap(), &[], &berlin())
            .unwrap()
            .value;
        assert_eq!(event.busy, busy, "{kind}");
        // Back at its own calendar it is what it was, and a change does not touch its kind.
        assert_eq!(at_google(&event).master["eventType"], kind);
        let mut renamed = event.clone();
        renamed.title = "Other".into();
        let change = google::patch(&event, &renamed, &berlin())
            .value
            .master
            .unwrap();
        assert_eq!(change.keys().collect::<Vec<_>>(), ["summary"], "{kind}");
        let trip = at_graph(&event).unwrap();
        assert_eq!(trip.master["showAs"], show_as, "{kind}");
        assert_eq!(trip.lost("other"), ["left out"]);
        assert!(!as_text(&event).0.contains(kind));
    }
}

#[test]
fn loss_16_importance_and_categories_ride_in_private_properties_at_google() {
    let mut event = single();
    event.priority = 3;
    event.categories = ["Red".to_owned(), "Work".to_owned()].into();
    let trip = at_google(&event);
    let private = &trip.master["extendedProperties"]["private"];
    assert_eq!(private["kalends.priority"], "3");
    assert_eq!(private["kalends.categories"], "[\"Red\",\"Work\"]");
    assert_eq!(
        [trip.lost("priority"), trip.lost("keywords")].concat(),
        ["kept beside the event"; 2]
    );
    assert_eq!(trip.came, event);
    // What does not fit into a property is left out.
    event.categories = ["x".repeat(1030)].into();
    assert_eq!(at_google(&event).lost("keywords"), ["left out"]);
    let trip = at_graph(&event).unwrap();
    assert_eq!(
        (&trip.master["importance"], trip.came.priority),
        (&json!("high"), 3)
    );
    assert_eq!(as_text(&event).1, event);
}

#[test]
fn loss_17_rich_text_is_text_and_html_in_icalendar_and_the_same_words_at_graph() {
    let mut event = single();
    event.text = Text::html("<p>Bring <b>shoes</b> &amp; time</p>");
    let (text, came) = as_text(&event);
    assert!(text.contains("DESCRIPTION:Bring shoes & time\r\n"));
    assert!(text.contains("X-ALT-DESC;FMTTYPE=text/html:<p>Bring <b>shoes"));
    assert_eq!(came.text, event.text);
    assert_eq!(at_google(&event).came.text, event.text);
    for text in [event.text, Text::plain("Bring <shoes>\n\nand & time")] {
        let mut event = single();
        event.text = text;
        let came = at_graph(&event).unwrap().came.text;
        assert_eq!(canonical(&came), canonical(&event.text));
        assert_eq!(came.html, event.text.html, "plain stays plain");
    }
    // A text that Google would take for HTML is shown as it is.
    let mut event = single();
    event.text = Text::plain("use <b>");
    assert_eq!(at_google(&event).lost("description"), ["escaped"]);
    event.text = Text::plain("a\tb");
    assert_eq!(
        at_graph(&event).unwrap().lost("description"),
        ["single spaces"]
    );
}

#[test]
fn loss_18_a_conference_is_a_link_elsewhere_and_is_never_moved() {
    let meet = json!({"conferenceId": "abc", "entryPoints": [{"entryPointType": "video", "uri": "https://meet.google.com/abc"}]});
    let mut wire = at_google(&single()).master;
    wire["conferenceData"] = meet.clone();
    let event = google::read(&serde_json::from_value(wire).unwrap(), &[], &berlin())
        .unwrap()
        .value;
    assert_eq!(
        at_google(&event).master["conferenceData"],
        meet,
        "its own event keeps it as it came"
    );
    let (text, came) = as_text(&event);
    assert!(text.contains("CONFERENCE;VALUE=URI:https://meet.google.com/abc\r\n"));
    assert_eq!(came.virtual_places, event.virtual_places);
    let trip = at_graph(&event).unwrap();
    assert_eq!(
        trip.master["location"]["displayName"],
        "https://meet.google.com/abc"
    );
    assert_eq!(trip.came.virtual_places, event.virtual_places);
    // Another event gets the link, not the meeting: what only Google knows does not flow.
    let mut mirror = single();
    mirror.virtual_places.clone_from(&event.virtual_places);
    let data = &at_google(&mirror).master["conferenceData"];
    assert_eq!(data["conferenceSolution"]["key"]["type"], "addOn");
    mirror.virtual_places.push(VirtualPlace {
        name: "Room".into(),
        uri: "xmpp:room@example.com".into(),
    });
    assert_eq!(at_google(&mirror).lost("virtualLocations"), ["left out"]);
    assert_eq!(
        at_graph(&mirror).unwrap().lost("virtualLocations"),
        ["a place"]
    );
}

#[test]
fn loss_19_files_stay_where_they_are() {
    let mut wire = at_google(&single()).master;
    wire["attachments"] = json!([{"fileUrl": "https://drive.example/1", "title": "Plan"}]);
    let event = google::read(
        &serde_json::from_value(wire.clone()).unwrap(),
        &[],
        &berlin(),
    )
    .unwrap()
    .value;
    assert_eq!(at_google(&event).master["attachments"], wire["attachments"]);
    assert_eq!(at_graph(&event).unwrap().lost("other"), ["left out"]);
    let line = "ATTACH;FMTTYPE=application/pdf:https://files.example/1";
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T090000Z\r\n{line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let event = icalendar::read(&text).unwrap().value.remove(0);
    assert!(as_text(&event).0.contains(line));
    for trip in [at_google(&event), at_graph(&event).unwrap()] {
        assert_eq!(trip.lost("other"), ["left out"]);
    }
}

#[test]
fn loss_20_what_guests_bring_and_say_and_may_stays_where_it_is_known() {
    let mut event = single();
    let guest = Person {
        role: Some(Role::Required),
        comment: Some("late".into()),
        parameters: [("X-NUM-GUESTS".to_owned(), "2".to_owned())].into(),
        ..Person::default()
    };
    event.people.insert(Address::new("ada@example.com"), guest);
    event
        .unknown
        .set("google", json!({"guestsCanModify": true}));
    let trip = at_google(&event);
    assert_eq!((trip.came, trip.losses), (event.clone(), Vec::new()));
    let trip = at_graph(&event).unwrap();
    assert_eq!(
        trip.lost("participants"),
        ["the copy has none"],
        "Graph would mail them"
    );
    assert_eq!(trip.lost("other"), ["left out"]);
    let came = as_text(&event).1;
    assert_eq!(came.people, event.people);
    assert!(came.unknown.is_empty());
}

#[test]
fn loss_21_the_number_of_the_revision_is_counted_here() {
    let mut event = single();
    event.sequence = 4;
    assert_eq!(at_google(&event).master["sequence"], 4);
    assert!(as_text(&event).0.contains("SEQUENCE:4\r\n"));
    let trip = at_graph(&event).unwrap();
    assert_eq!(
        (trip.lost("sequence"), trip.came.sequence),
        (vec!["counted in Kalends"], 0)
    );
}
