//! Creates, updates and deletes, and what becomes of them when replies are lost.

use calendar::{Address, Event, Override, Patch, Person, RecurrenceId};
use kalends_providers::{Connector, Create, Delete, Failure, Seen, Update};
use protocols::microsoft::property::Property;
use serde_json::{Value, json};
use sync::{Stamp, Version, replication::Reply};

use crate::script::Script;

use super::{fault, microsoft, place, series, series_event, single, told};

const EVENTS: &str = "/v1.0/me/calendars/CAL=/events";

fn stamp() -> Stamp {
    Stamp(uuid::Uuid::from_u128(0x0198_0000))
}

fn create(body: &Event) -> Create<'_> {
    Create {
        theirs: false,
        stamp: stamp(),
        id: None,
        body,
    }
}

fn id(text: &str) -> RecurrenceId {
    text.parse().unwrap()
}

/// The series with one occurrence cancelled and one renamed.
fn with_overrides() -> Event {
    let mut event = series_event();
    event
        .overrides
        .insert(id("2026-11-30T09:00:00"), Override::Excluded);
    let renamed = Patch {
        title: Some("Other".into()),
        ..Patch::default()
    };
    event.overrides.insert(
        id("2026-12-07T09:00:00"),
        Override::Patch(Box::new(renamed)),
    );
    event
}

/// An answer with the properties that were written.
fn with_properties(mut answer: Value, properties: &[(Property, &str)]) -> Value {
    let properties = properties
        .iter()
        .map(|(p, value)| json!({"id": p.id(), "value": value}));
    answer["singleValueExtendedProperties"] = properties.collect();
    answer
}

fn instance(n: u32, day: &str) -> Value {
    json!({
        "id": format!("I{n}="), "type": "occurrence", "seriesMasterId": "M=", "originalStart": format!("{day}T08:00:00Z"),
        "start": {"dateTime": format!("{day}T08:00:00"), "timeZone": "UTC"}, "end": {"dateTime": format!("{day}T09:00:00"), "timeZone": "UTC"}
    })
}

#[tokio::test]
async fn a_single_event_is_stored_as_it_was_answered() {
    let script = Script::start().await;
    let text = stamp().to_string();
    let answer = with_properties(single("S=", "Recall"), &[(Property::Stamp, &text)]);
    script.on(
        "POST",
        &[EVENTS, "$expand=singleValueExtendedProperties"],
        201,
        answer,
    );
    let mut body = series_event();
    body.rules.clear();
    body.people
        .insert(Address::new("ben@example.com"), Person::default());
    let reply = microsoft(&script)
        .create(place(), create(&body))
        .await
        .unwrap();
    let Reply::Stored { id, version, body } = reply else {
        panic!("{reply:?}")
    };
    assert_eq!((id.as_str(), version.tag.as_str()), ("S=", "W/\"S=1\""));
    assert_eq!(version.order, Some(1_795_417_200_000_000));
    assert_eq!(body.title, "Recall");
    let written = &script.written()[0].1;
    assert_eq!(written["transactionId"], json!(text));
    assert!(
        written.get("attendees").is_none(),
        "attendees would be mailed"
    );
}

#[tokio::test]
async fn an_answer_without_our_properties_is_read_again() {
    let script = Script::start().await;
    let mut bare = single("S=", "Recall");
    bare.as_object_mut()
        .unwrap()
        .remove("singleValueExtendedProperties");
    script.on("POST", &[EVENTS], 201, bare.clone()).on(
        "GET",
        &[EVENTS, "S=?"],
        200,
        single("S=", "Recall"),
    );
    let mut body = series_event();
    body.rules.clear();
    let reply = microsoft(&script)
        .create(place(), create(&body))
        .await
        .unwrap();
    assert!(matches!(reply, Reply::Stored { .. }), "{reply:?}");
    // Somebody was faster than the second look: what is there now is not the answer.
    let mut edited = single("S=", "Edited");
    edited["@odata.etag"] = json!("W/\"S=2\"");
    script
        .on("POST", &[EVENTS], 201, bare)
        .on("GET", &[EVENTS, "S=?"], 200, edited);
    let reply = microsoft(&script)
        .create(place(), create(&body))
        .await
        .unwrap();
    assert_eq!(reply, Reply::StoredUnread);
    script.done();
}

#[tokio::test]
async fn a_series_is_written_in_steps() {
    let script = Script::start().await;
    script
        .on("POST", &[EVENTS], 201, series("M="))
        .on(
            "GET",
            &[EVENTS, "M=?", "exceptionOccurrences"],
            200,
            told("M=", &[], vec![]),
        )
        .on(
            "GET",
            &[EVENTS, "M=/instances", "startDateTime=2026-11-28T20:00:00Z"],
            200,
            json!({"value": [instance(2, "2026-11-30")]}),
        )
        .on(
            "GET",
            &[EVENTS, "M=/instances", "startDateTime=2026-12-05T20:00:00Z"],
            200,
            json!({"value": [instance(3, "2026-12-07")]}),
        )
        .on("DELETE", &[EVENTS, "I2="], 204, json!(null))
        .on("PATCH", &[EVENTS, "I3="], 200, json!({"id": "I3="}))
        .on("PATCH", &[EVENTS, "M="], 200, series("M="));
    let reply = microsoft(&script)
        .create(place(), create(&with_overrides()))
        .await
        .unwrap();
    assert_eq!(reply, Reply::StoredUnread);
    let written = script.written();
    let note = Property::Pending.id();
    let properties = written[0].1["singleValueExtendedProperties"]
        .as_array()
        .unwrap();
    assert!(
        properties.iter().any(|p| p["id"] == json!(note)),
        "the first step notes the others"
    );
    let methods: Vec<&str> = written.iter().map(|(method, _)| method.as_str()).collect();
    assert_eq!(methods, ["POST", "DELETE", "PATCH", "PATCH"]);
    assert_eq!(written[2].1, json!({"subject": "Other"}));
    assert_eq!(
        written[3].1["singleValueExtendedProperties"],
        json!([{"id": note, "value": "-"}])
    );
}

#[tokio::test]
async fn a_write_that_was_broken_off_is_completed_by_whoever_looks() {
    let script = Script::start().await;
    let connector = microsoft(&script);
    script
        .on("POST", &[EVENTS], 201, series("M="))
        .lose("GET", &["exceptionOccurrences"])
        .lose("GET", &["exceptionOccurrences"])
        .lose("GET", &["exceptionOccurrences"]);
    let reply = connector
        .create(place(), create(&with_overrides()))
        .await
        .unwrap();
    assert_eq!(reply, Reply::Unknown);
    let properties = script.written()[0].1["singleValueExtendedProperties"].clone();

    // The look finds it by its stamp, with the note.
    let mut noted = series("M=");
    noted["singleValueExtendedProperties"] = properties;
    let mut copied = noted.clone();
    copied["id"] = json!("C=");
    noted["transactionId"] = json!(stamp().to_string());
    let complete = || {
        let mut done = told(
            "M=",
            &["2026-11-30"],
            vec![{
                let mut exception = instance(3, "2026-12-07");
                exception["subject"] = json!("Other");
                exception["type"] = json!("exception");
                exception["showAs"] = json!("busy");
                exception
            }],
        );
        done["@odata.etag"] = json!("W/\"M=2\"");
        done
    };
    let mut cleared = with_properties(
        complete(),
        &[
            (Property::Stamp, &stamp().to_string()),
            (Property::Pending, "-"),
        ],
    );
    cleared
        .as_object_mut()
        .unwrap()
        .remove("exceptionOccurrences");
    script
        .on(
            "GET",
            &[EVENTS, "?$filter=singleValueExtendedProperties/any"],
            200,
            json!({"value": [copied, noted]}),
        )
        .on(
            "GET",
            &[EVENTS, "M=?", "singleValueExtendedProperties"],
            200,
            noted.clone(),
        )
        .on(
            "GET",
            &[EVENTS, "M=?", "exceptionOccurrences"],
            200,
            told("M=", &[], vec![]),
        )
        .on(
            "GET",
            &[EVENTS, "M=?", "exceptionOccurrences"],
            200,
            told("M=", &[], vec![]),
        )
        .on(
            "GET",
            &[EVENTS, "M=/instances", "startDateTime=2026-11-28"],
            200,
            json!({"value": [instance(2, "2026-11-30")]}),
        )
        .on(
            "GET",
            &[EVENTS, "M=/instances", "startDateTime=2026-12-05"],
            200,
            json!({"value": [instance(3, "2026-12-07")]}),
        )
        .on("DELETE", &[EVENTS, "I2="], 204, json!(null))
        .on("PATCH", &[EVENTS, "I3="], 200, json!({"id": "I3="}))
        .on("PATCH", &[EVENTS, "M="], 200, json!({"id": "M="}))
        .on(
            "GET",
            &[EVENTS, "M=?", "singleValueExtendedProperties"],
            200,
            cleared,
        )
        .on(
            "GET",
            &[EVENTS, "M=?", "exceptionOccurrences"],
            200,
            complete(),
        );
    let seen = connector.find(place(), None, stamp()).await.unwrap();
    script.done();
    let Seen::Event(sighting) = seen else {
        panic!("{seen:?}")
    };
    let found = sighting.found.unwrap();
    assert_eq!(found.stamp, Some(stamp()));
    assert_eq!(found.body.overrides, with_overrides().overrides);
}

/// Outlook copies all that we have noted on an event; which request made one, Graph says itself.
#[tokio::test]
async fn a_persons_copy_of_what_we_made_is_not_ours() {
    let script = Script::start().await;
    let text = stamp().to_string();
    let made = format!("made {text}");
    let mut copy = with_properties(single("C=", "Recall"), &[(Property::Stamp, &made)]);
    let mut ours = copy.clone();
    (ours["id"], ours["transactionId"]) = (json!("S="), json!(text));
    let connector = microsoft(&script);
    for transaction in [json!(null), json!("another")] {
        copy["transactionId"] = transaction;
        let filter = format!("{made}'");
        script.on("GET", &[EVENTS, &filter], 200, json!({"value": [copy]}));
        let seen = connector.find(place(), None, stamp()).await.unwrap();
        assert_eq!(seen, Seen::Nothing);
    }
    for (event, stamped) in [(copy, None), (ours, Some(stamp()))] {
        script.on("GET", &[EVENTS], 200, event);
        let seen = connector.get(place(), "x").await.unwrap();
        let Seen::Event(sighting) = seen else {
            panic!("{seen:?}")
        };
        assert_eq!(sighting.found.unwrap().stamp, stamped);
    }
    script.done();
}

#[tokio::test]
async fn half_a_series_does_not_stay() {
    let script = Script::start().await;
    script
        .on("POST", &[EVENTS], 201, series("M="))
        .on(
            "GET",
            &["exceptionOccurrences"],
            200,
            told("M=", &[], vec![]),
        )
        .on(
            "GET",
            &["/instances", "2026-11-28"],
            200,
            json!({"value": [instance(2, "2026-11-30")]}),
        )
        .on(
            "GET",
            &["/instances", "2026-12-05"],
            200,
            json!({"value": [instance(3, "2026-12-07")]}),
        )
        .on("DELETE", &["I2="], 204, json!(null))
        .on(
            "PATCH",
            &["I3="],
            400,
            fault("ErrorOccurrenceCrossingBoundary"),
        )
        .on("PATCH", &["M="], 200, json!({"id": "M="}))
        .on("DELETE", &["M="], 204, json!(null));
    let reply = microsoft(&script)
        .create(place(), create(&with_overrides()))
        .await
        .unwrap();
    script.done();
    let Reply::Refused(reason) = reply else {
        panic!("{reply:?}")
    };
    assert!(
        reason.contains("ErrorOccurrenceCrossingBoundary"),
        "{reason}"
    );
}

#[tokio::test]
async fn outcomes_of_a_creation() {
    let script = Script::start().await;
    let connector = microsoft(&script);
    let mut body = series_event();
    body.rules.clear();
    script.lose("POST", &[EVENTS]);
    assert_eq!(
        connector.create(place(), create(&body)).await.unwrap(),
        Reply::Unknown
    );
    script.on("POST", &[EVENTS], 504, json!(null));
    assert_eq!(
        connector.create(place(), create(&body)).await.unwrap(),
        Reply::Unknown
    );
    script.on("POST", &[EVENTS], 409, fault("ErrorDuplicateTransactionId"));
    assert_eq!(
        connector.create(place(), create(&body)).await.unwrap(),
        Reply::Exists
    );
    script.on("POST", &[EVENTS], 400, fault("ErrorInvalidRequest"));
    let reply = connector.create(place(), create(&body)).await.unwrap();
    assert_eq!(
        reply,
        Reply::Refused("Microsoft 365 refuses the event: ErrorInvalidRequest".into())
    );
    script.on("POST", &[EVENTS], 403, fault("ErrorAccessDenied"));
    let reply = connector.create(place(), create(&body)).await.unwrap();
    assert_eq!(
        reply,
        Reply::Refused("Microsoft 365 refuses the event: ErrorAccessDenied".into())
    );
    script.on("POST", &[EVENTS], 404, fault("ErrorItemNotFound"));
    assert_eq!(
        connector.create(place(), create(&body)).await.unwrap_err(),
        Failure::CalendarGone
    );
    // Nothing is sent for what Graph cannot have.
    let mut hourly = series_event();
    hourly.rules[0].frequency = calendar::Frequency::Hourly;
    let reply = connector.create(place(), create(&hourly)).await.unwrap();
    assert!(matches!(&reply, Reply::Refused(reason) if reason.contains("more often than daily")));
    script.done();
}

#[tokio::test]
async fn an_update_sends_what_differs_on_condition_of_the_version() {
    let script = Script::start().await;
    let connector = microsoft(&script);
    let previous = series_event();
    let mut next = previous.clone();
    next.title = "Recall, new".into();
    // The version of a series says more than the etag; If-Match gets the etag.
    let version = Version {
        tag: "W/\"M=1\" +0123456789abcdef".into(),
        order: None,
    };
    let update = || Update {
        id: "M=",
        version: &version,
        stamp: stamp(),
        previous: &previous,
        body: &next,
    };
    let mut changed = series("M=");
    changed["@odata.etag"] = json!("W/\"M=2\"");
    let mut all = told("M=", &[], vec![]);
    all["@odata.etag"] = json!("W/\"M=2\"");
    script
        .on("PATCH", &[EVENTS, "M=?"], 200, changed.clone())
        .on(
            "GET",
            &[EVENTS, "M=?", "singleValueExtendedProperties"],
            200,
            changed,
        )
        .on("GET", &[EVENTS, "M=?", "exceptionOccurrences"], 200, all);
    let reply = connector.update(place(), update()).await.unwrap();
    assert!(
        matches!(&reply, Reply::Stored { version, .. } if version.tag == "W/\"M=2\""),
        "{reply:?}"
    );
    let asked = script.done();
    assert!(
        asked[0].head.contains("if-match: w/\"m=1\"\r\n"),
        "{}",
        asked[0].head
    );
    let names: Vec<&String> = asked[0].body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["subject", "singleValueExtendedProperties"]);

    for (status, code, expected) in [
        (412, "ErrorIrresolvableConflict", Reply::Stale),
        (404, "ErrorItemNotFound", Reply::Missing),
        (503, "serviceNotAvailable", Reply::Unknown),
    ] {
        script.on("PATCH", &[EVENTS, "M=?"], status, fault(code));
        assert_eq!(
            connector.update(place(), update()).await.unwrap(),
            expected,
            "{code}"
        );
    }
    script.done();
}

#[tokio::test]
async fn a_changed_occurrence_follows_its_master() {
    let script = Script::start().await;
    let previous = with_overrides();
    let mut next = previous.clone();
    next.overrides
        .insert(id("2026-12-07T09:00:00"), Override::Excluded);
    let version = Version {
        tag: "W/\"M=1\"".into(),
        order: None,
    };
    let update = Update {
        id: "M=",
        version: &version,
        stamp: stamp(),
        previous: &previous,
        body: &next,
    };
    let mut exception = instance(3, "2026-12-07");
    exception["id"] = json!("X3=");
    exception["subject"] = json!("Other");
    script
        .on("PATCH", &[EVENTS, "M=?"], 200, series("M="))
        .on(
            "GET",
            &["exceptionOccurrences"],
            200,
            told("M=", &["2026-11-30"], vec![exception]),
        )
        .on("DELETE", &[EVENTS, "X3="], 204, json!(null))
        .on("PATCH", &[EVENTS, "M="], 200, json!({"id": "M="}));
    let reply = microsoft(&script).update(place(), update).await.unwrap();
    assert_eq!(reply, Reply::StoredUnread);
    script.done();
}

/// Between the writing of a master and that of its instances people go on working.
#[tokio::test]
async fn an_occurrence_is_written_unless_somebody_was_faster() {
    let previous = with_overrides();
    let mut next = previous.clone();
    let ours = Patch {
        title: Some("Ours".into()),
        ..Patch::default()
    };
    next.overrides
        .insert(id("2026-12-07T09:00:00"), Override::Patch(Box::new(ours)));
    let version = Version {
        tag: "W/\"M=1\"".into(),
        order: None,
    };
    let exception = |title: &str, n: u32| {
        let mut exception = instance(3, "2026-12-07");
        exception["id"] = json!("X3=");
        exception["type"] = json!("exception");
        exception["showAs"] = json!("busy");
        exception["subject"] = json!(title);
        exception["@odata.etag"] = json!(format!("W/\"X{n}\""));
        told("M=", &["2026-11-30"], vec![exception])
    };
    for faster in [false, true] {
        let script = Script::start().await;
        let there = if faster { "Theirs" } else { "Other" };
        script
            .on("PATCH", &[EVENTS, "M=?"], 200, series("M="))
            .on("GET", &["exceptionOccurrences"], 200, exception("Other", 1))
            .on(
                "PATCH",
                &[EVENTS, "X3="],
                412,
                fault("ErrorIrresolvableConflict"),
            )
            .on("GET", &["exceptionOccurrences"], 200, exception(there, 2));
        if !faster {
            script.on("PATCH", &[EVENTS, "X3="], 200, json!({"id": "X3="}));
        }
        script.on("PATCH", &[EVENTS, "M="], 200, json!({"id": "M="}));
        let update = Update {
            id: "M=",
            version: &version,
            stamp: stamp(),
            previous: &previous,
            body: &next,
        };
        let reply = microsoft(&script).update(place(), update).await.unwrap();
        let expected = if faster {
            Reply::Unknown
        } else {
            Reply::StoredUnread
        };
        assert_eq!(reply, expected);
        let asked = script.done();
        let conditions: Vec<bool> = asked
            .iter()
            .filter(|asked| asked.method == "PATCH" && asked.target.contains("X3="))
            .map(|asked| asked.head.contains("if-match: w/\"x"))
            .collect();
        assert_eq!(conditions, vec![true; if faster { 1 } else { 2 }]);
    }
}

#[tokio::test]
async fn outcomes_of_a_deletion() {
    let script = Script::start().await;
    let connector = microsoft(&script);
    let version = Version {
        tag: "W/\"S=1\"".into(),
        order: None,
    };
    let delete = || Delete {
        id: "S=",
        version: &version,
    };
    for (status, code, expected) in [
        (204, "", Reply::Deleted),
        (404, "ErrorItemNotFound", Reply::Missing),
        (412, "ErrorIrresolvableConflict", Reply::Stale),
        (
            403,
            "ErrorAccessDenied",
            Reply::Refused("Microsoft 365 refuses the event: ErrorAccessDenied".into()),
        ),
    ] {
        let body = if code.is_empty() {
            json!(null)
        } else {
            fault(code)
        };
        script.on("DELETE", &[EVENTS, "S="], status, body);
        assert_eq!(connector.delete(place(), delete()).await.unwrap(), expected);
    }
    script.lose("DELETE", &[EVENTS, "S="]);
    assert_eq!(
        connector.delete(place(), delete()).await.unwrap(),
        Reply::Unknown
    );
    assert!(
        script
            .done()
            .iter()
            .all(|asked| asked.head.contains("if-match: w/\"s=1\""))
    );
}
