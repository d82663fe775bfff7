//! Writes of which nobody hears, and which change no more than they say.

use std::collections::BTreeSet;

use calendar::{Event, Override, Privacy, RecurrenceId, Zone};
use kalends_providers::{Connector, Create, Delete, Update};
use protocols::google::read;
use serde_json::{Value, json};
use sync::{Stamp, Version, replication::Reply};
use uuid::Uuid;

use super::{connector, events, exception, failure, place, single, weekly};
use crate::script::{Asked, Script};

const EVENTS: &str = "/calendar/v3/calendars/ada@example.com/events";
const STAMP: Stamp = Stamp(Uuid::from_u128(7));

fn body(master: &Value, exceptions: &[Value]) -> Event {
    let parse = |json: &Value| serde_json::from_value(json.clone()).unwrap();
    let exceptions: Vec<_> = exceptions.iter().map(parse).collect();
    let zone = Zone::iana("Europe/Berlin").unwrap();
    read(&parse(master), &exceptions, &zone).unwrap().value
}

fn create(body: &Event, theirs: bool) -> Create<'_> {
    Create {
        stamp: STAMP,
        id: Some("chosen"),
        body,
        theirs,
    }
}

fn version(tag: &str) -> Version {
    Version {
        tag: tag.to_owned(),
        order: None,
    }
}

fn second() -> RecurrenceId {
    "2026-12-01T09:00:00".parse().unwrap()
}

/// What was written, after checking that each request that may tell people anything says that it shall not.
fn written(script: &Script) -> Vec<Asked> {
    let all = script.done().into_iter();
    let all: Vec<Asked> = all.filter(|asked| asked.method != "GET").collect();
    for asked in &all {
        let importing = asked.target.contains("/events/import?");
        let quiet = asked.target.contains("sendUpdates=none");
        assert!(quiet != importing, "{} {}", asked.method, asked.target);
        assert!(
            !asked.target.contains("sendNotifications"),
            "{}",
            asked.target
        );
    }
    all
}

/// An event with guests, and a series with an occurrence that differs: made, changed, and deleted.
#[tokio::test]
async fn no_write_tells_anybody() {
    let mut one = single("chosen", "\"9\"", "One");
    one["attendees"] = json!([{"email": "ben@example.com", "responseStatus": "accepted"}]);
    let event = body(&one, &[]);
    let mut next = event.clone();
    next.title = "Two".to_owned();
    let script = Script::start().await;
    script
        .on("POST", &[EVENTS], 200, one.clone())
        .on("PATCH", &["/events/chosen?"], 200, one.clone())
        .on("GET", &["/events/chosen"], 200, one.clone())
        .on("DELETE", &["/events/chosen?"], 204, json!(null));
    let google = connector(&script);
    google.create(place(), create(&event, false)).await.unwrap();
    let known = version("\"9\"");
    let update = Update {
        id: "chosen",
        version: &known,
        stamp: STAMP,
        previous: &event,
        body: &next,
    };
    google.update(place(), update).await.unwrap();
    let delete = Delete {
        id: "chosen",
        version: &known,
    };
    google.delete(place(), delete).await.unwrap();
    assert_eq!(written(&script).len(), 3);

    let event = body(&weekly("x", "\"1\""), &[exception("x", "\"1\"", "Moved")]);
    let (made, moved) = (
        weekly("chosen", "\"9\""),
        exception("chosen", "\"9\"", "Moved"),
    );
    let script = Script::start().await;
    script
        .on("POST", &[EVENTS], 200, made.clone())
        .on(
            "GET",
            &["/events/chosen_20261201T080000Z"],
            200,
            exception("chosen", "\"9\"", "Weekly"),
        )
        .on(
            "GET",
            &["iCalUID="],
            200,
            events(std::slice::from_ref(&made)),
        )
        .on(
            "PATCH",
            &["/events/chosen_20261201T080000Z?"],
            200,
            moved.clone(),
        )
        .on("GET", &["iCalUID="], 200, events(&[made, moved]));
    let reply = connector(&script)
        .create(place(), create(&event, false))
        .await;
    assert!(matches!(reply.unwrap(), Reply::Stored { .. }));
    assert_eq!(written(&script).len(), 2);
}

/// Google would make all occurrences private for one, and ignore it the other way round.
#[tokio::test]
async fn one_private_occurrence_makes_the_series_private_and_no_occurrence_is_asked_to_be() {
    let previous = body(&weekly("weekly", "\"1\""), &[]);
    let mut next = previous.clone();
    let mut occurrence = next.occurrence(second()).unwrap();
    occurrence.privacy = Privacy::Private;
    next.set_occurrence(second(), &occurrence);
    let Some(Override::Patch(patch)) = next.overrides.get(&second()) else {
        panic!("{:?}", next.overrides)
    };
    assert_eq!(patch.privacy, Some(Privacy::Private));
    let mut private = weekly("weekly", "\"2\"");
    private["visibility"] = json!("private");
    let script = Script::start().await;
    script
        .on("GET", &["/events/weekly"], 200, weekly("weekly", "\"1\""))
        .on(
            "GET",
            &["iCalUID="],
            200,
            events(&[weekly("weekly", "\"1\"")]),
        )
        .on("PATCH", &["/events/weekly?"], 200, private.clone());
    let known = version("\"1\"");
    let update = Update {
        id: "weekly",
        version: &known,
        stamp: STAMP,
        previous: &previous,
        body: &next,
    };
    let reply = connector(&script).update(place(), update).await.unwrap();
    assert!(matches!(reply, Reply::Stored { .. }), "{reply:?}");
    let sent = &written(&script)[0].body;
    assert_eq!(sent["visibility"], "private");

    // The same for a new one; and there is nothing to be said of an occurrence that is less private than its series.
    let mut less = body(&private, &[]);
    let mut occurrence = less.occurrence(second()).unwrap();
    occurrence.privacy = Privacy::Public;
    less.set_occurrence(second(), &occurrence);
    for event in [next, less] {
        let script = Script::start().await;
        script.on("POST", &[EVENTS], 200, private.clone());
        let reply = connector(&script)
            .create(place(), create(&event, false))
            .await;
        assert!(matches!(reply.unwrap(), Reply::Stored { .. }));
        assert_eq!(written(&script)[0].body["visibility"], "private");
    }
}

#[tokio::test]
async fn a_copy_of_anothers_event_is_imported_and_makes_no_meeting() {
    let mut theirs = single("theirs", "\"1\"", "Their meeting");
    theirs["organizer"] = json!({"email": "boss@example.org", "displayName": "Boss"});
    theirs["sequence"] = json!(3);
    theirs["attendees"] = json!([
        {"email": "boss@example.org", "organizer": true, "responseStatus": "accepted"},
        {"email": "ada@example.com", "self": true, "responseStatus": "accepted"},
    ]);
    let event = body(&theirs, &[]);
    let ask = &["iCalUID=theirs@google.com"];
    let script = Script::start().await;
    let gone = json!({"id": "theirs", "status": "cancelled"});
    script.on("GET", ask, 200, events(&[gone])).on(
        "POST",
        &["/events/import?conferenceDataVersion=1"],
        200,
        theirs.clone(),
    );
    let reply = connector(&script)
        .create(place(), create(&event, true))
        .await;
    let Reply::Stored { id, .. } = reply.unwrap() else {
        panic!("it is there")
    };
    assert_eq!(id, "theirs", "Google chooses the id of what is imported");
    let sent = &written(&script)[0].body;
    assert_eq!(
        (&sent["iCalUID"], &sent["sequence"]),
        (&json!("theirs@google.com"), &json!(3))
    );
    assert_eq!(sent["organizer"]["email"], "boss@example.org");
    assert_eq!(
        sent["extendedProperties"]["private"]["kalendsStamp"],
        STAMP.to_string()
    );
    let fields: BTreeSet<&str> = sent
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    for absent in ["id", "creator", "created", "updated"] {
        assert!(!fields.contains(absent), "{absent}");
    }

    // An import changes whatever has the UID, on no condition: what is there is left alone.
    let script = Script::start().await;
    script.on("GET", ask, 200, events(&[theirs]));
    let reply = connector(&script)
        .create(place(), create(&event, true))
        .await;
    assert!(matches!(reply.unwrap(), Reply::Refused(reason) if reason.contains("UID")));
    assert!(written(&script).is_empty());
    let script = Script::start().await;
    script.on("GET", ask, 200, events(&[])).on(
        "POST",
        &["/events/import?"],
        409,
        failure(409, "duplicate"),
    );
    let reply = connector(&script)
        .create(place(), create(&event, true))
        .await;
    assert!(matches!(reply.unwrap(), Reply::Refused(_)));
    script.done();
}

/// The conference is Google's: what did not change is not sent, and what is sent is not ignored.
#[tokio::test]
async fn a_meeting_room_stays_with_its_event() {
    let mut meet = single("one", "\"1\"", "One");
    meet["hangoutLink"] = json!("https://meet.google.com/abc-defg-hij");
    meet["conferenceData"] = json!({
        "conferenceId": "abc-defg-hij", "signature": "s", "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
        "entryPoints": [{"entryPointType": "video", "uri": "https://meet.google.com/abc-defg-hij", "label": "meet.google.com/abc-defg-hij"}],
    });
    let previous = body(&meet, &[]);
    assert_eq!(previous.virtual_places.len(), 1);
    let mut next = previous.clone();
    next.title = "Two".to_owned();
    let script = Script::start().await;
    script.on(
        "PATCH",
        &["/events/one?", "conferenceDataVersion=1"],
        200,
        meet,
    );
    let known = version("\"1\"");
    let update = Update {
        id: "one",
        version: &known,
        stamp: STAMP,
        previous: &previous,
        body: &next,
    };
    connector(&script).update(place(), update).await.unwrap();
    let sent = written(&script)[0].body.clone();
    let fields: Vec<&String> = sent.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["summary", "extendedProperties"]);
    // A copy elsewhere has the address, and not the room itself.
    let mut copy = Event::new("copy@example.com", previous.when.clone());
    copy.virtual_places = previous.virtual_places;
    let script = Script::start().await;
    script.on("POST", &[EVENTS], 200, single("chosen", "\"9\"", ""));
    connector(&script)
        .create(place(), create(&copy, false))
        .await
        .unwrap();
    let sent = &written(&script)[0].body["conferenceData"];
    assert_eq!(sent["conferenceSolution"]["key"]["type"], "addOn");
    assert_eq!(
        (sent.get("conferenceId"), sent.get("signature")),
        (None, None)
    );
}
