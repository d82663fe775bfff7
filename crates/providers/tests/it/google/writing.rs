//! Creates, updates, deletions.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use calendar::{Event, Override, RecurrenceId, Zone};
use jiff::Timestamp;
use kalends_providers::{Connector, Create, Delete, Failure, Update};
use network::Clock;
use protocols::google::read;
use serde_json::{Value, json};
use sync::{Stamp, Version, replication::Reply};
use uuid::Uuid;

use super::{at, cancelled, connector, events, exception, failure, place, single, weekly};
use crate::script::Script;

const EVENTS: &str = "/calendar/v3/calendars/ada@example.com/events";
const INSTANCE: &str = "/events/weekly_20261201T080000Z";
const STAMP: Stamp = Stamp(Uuid::from_u128(7));

fn body(master: &Value, exceptions: &[Value]) -> Event {
    let parse = |json: &Value| serde_json::from_value(json.clone()).unwrap();
    let exceptions: Vec<_> = exceptions.iter().map(parse).collect();
    let zone = Zone::iana("Europe/Berlin").unwrap();
    read(&parse(master), &exceptions, &zone).unwrap().value
}

fn version(tag: &str) -> Version {
    Version {
        tag: tag.to_owned(),
        order: None,
    }
}

fn create(body: &Event) -> Create<'_> {
    Create {
        theirs: false,
        stamp: STAMP,
        id: Some("chosen"),
        body,
    }
}

fn second() -> RecurrenceId {
    "2026-12-01T09:00:00".parse().unwrap()
}

#[tokio::test]
async fn a_new_event_goes_out_under_our_id_and_tells_nobody() {
    let script = Script::start().await;
    script.on(
        "POST",
        &[EVENTS, "sendUpdates=none", "conferenceDataVersion=1"],
        200,
        single("chosen", "\"9\"", "One"),
    );
    let event = body(&single("elsewhere", "\"1\"", "One"), &[]);
    let reply = connector(&script)
        .create(place(), create(&event))
        .await
        .unwrap();
    let Reply::Stored { id, version, body } = reply else {
        panic!("{reply:?}")
    };
    assert_eq!(
        (id.as_str(), version.tag.as_str(), body.title.as_str()),
        ("chosen", "\"9\"", "One")
    );
    let (_, sent) = &script.written()[0];
    assert_eq!(sent["id"], "chosen");
    assert_eq!(
        sent["extendedProperties"]["private"]["kalendsStamp"],
        STAMP.to_string()
    );
    for absent in ["iCalUID", "etag", "updated", "organizer", "sequence"] {
        assert_eq!(sent.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn ids_that_we_choose_are_googles_kind_and_differ_by_generation() {
    let google = connector(&Script::start().await);
    let [one, two] =
        [1, 2].map(|generation| google.choose_id(Uuid::from_u128(5), generation).unwrap());
    assert_ne!(one, two);
    assert!(
        one.bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'v').contains(&b))
            && one.len() == 32
    );
    assert_eq!(google.choose_id(Uuid::from_u128(5), 1), Some(one));
}

#[tokio::test]
async fn a_new_series_is_made_first_and_its_occurrences_after_it() {
    let mut event = body(&weekly("x", "\"1\""), &[exception("x", "\"1\"", "Moved")]);
    event
        .overrides
        .insert("2026-12-08T09:00:00".parse().unwrap(), Override::Excluded);
    let script = Script::start().await;
    let mut made = weekly("chosen", "\"9\"");
    made["recurrence"] = json!([
        "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=Europe/Berlin:20261208T090000"
    ]);
    let moved = exception("chosen", "\"10\"", "Moved");
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
            &["iCalUID=chosen@google.com"],
            200,
            events(std::slice::from_ref(&made)),
        )
        .on(
            "PATCH",
            &["/events/chosen_20261201T080000Z?", "sendUpdates=none"],
            200,
            moved.clone(),
        )
        .on(
            "GET",
            &["iCalUID=chosen@google.com"],
            200,
            events(&[made, moved]),
        );
    let reply = connector(&script)
        .create(place(), create(&event))
        .await
        .unwrap();
    let written = script.written();
    assert_eq!(
        written[0].1["recurrence"],
        json!([
            "RRULE:FREQ=WEEKLY",
            "EXDATE;TZID=Europe/Berlin:20261208T090000"
        ])
    );
    assert_eq!(
        written[1],
        ("PATCH".to_owned(), json!({"summary": "Moved"}))
    );
    let Reply::Stored { version, body, .. } = reply else {
        panic!("{reply:?}")
    };
    assert!(version.tag.starts_with("\"9\" "));
    assert_eq!(body.overrides, event.overrides);
}

#[tokio::test]
async fn answers_to_a_create() {
    let event = body(&single("x", "\"1\"", "One"), &[]);
    for (status, reason, expected) in [
        (409, "duplicate", Ok(Reply::Exists)),
        (
            400,
            "invalid",
            Ok(Reply::Refused("Google refused it: invalid".to_owned())),
        ),
        (
            403,
            "forbiddenForNonOrganizer",
            Ok(Reply::Refused(
                "Google refused it: forbiddenForNonOrganizer".to_owned(),
            )),
        ),
        (
            403,
            "requiredAccessLevel",
            Err(Failure::Forbidden("requiredAccessLevel".to_owned())),
        ),
        (404, "notFound", Err(Failure::CalendarGone)),
        (500, "backendError", Ok(Reply::Unknown)),
        (503, "backendError", Ok(Reply::Unknown)),
    ] {
        let script = Script::start().await;
        script.on("POST", &[EVENTS], status, failure(status, reason));
        assert_eq!(
            connector(&script).create(place(), create(&event)).await,
            expected
        );
        script.done();
    }
    for (status, header, is_later) in [
        (503, ("retry-after", "7"), true),
        (502, ("retry-after", "7"), false),
    ] {
        let script = Script::start().await;
        script.with_header(
            "POST",
            &[EVENTS],
            status,
            header,
            failure(status, "backendError"),
        );
        let answer = connector(&script).create(place(), create(&event)).await;
        assert_eq!(
            matches!(answer, Err(Failure::Later { .. })),
            is_later,
            "{status}: {answer:?}"
        );
    }
    let script = Script::start().await;
    script.lose("POST", &[EVENTS]);
    assert_eq!(
        connector(&script).create(place(), create(&event)).await,
        Ok(Reply::Unknown)
    );
    assert_eq!(script.done().len(), 1, "a write is never repeated");
    let script = Script::start().await;
    script.on(
        "POST",
        &[EVENTS],
        403,
        failure(403, "userRateLimitExceeded"),
    );
    let google = connector(&script);
    for _ in 0..2 {
        // The second one is held back by the budget that the first answer put on hold.
        let answer = google.create(place(), create(&event)).await;
        assert!(matches!(answer, Err(Failure::Later { .. })), "{answer:?}");
    }
    script.done();
}

#[tokio::test]
async fn a_change_sends_what_changed_on_condition_of_the_version() {
    let previous = body(&single("one", "\"1\"", "One"), &[]);
    let next = body(&single("one", "\"1\"", "Two"), &[]);
    for (status, expected) in [
        (200, None),
        (412, Some(Reply::Stale)),
        (404, Some(Reply::Missing)),
        (410, Some(Reply::Missing)),
    ] {
        let script = Script::start().await;
        let answer = if status == 200 {
            single("one", "\"2\"", "Two")
        } else {
            failure(status, "x")
        };
        script.on(
            "PATCH",
            &["/events/one?", "sendUpdates=none"],
            status,
            answer,
        );
        let update = Update {
            id: "one",
            version: &version("\"1\""),
            stamp: STAMP,
            previous: &previous,
            body: &next,
        };
        let reply = connector(&script).update(place(), update).await.unwrap();
        assert!(script.done()[0].head.contains("if-match: \"1\""));
        let sent = &script.written()[0].1;
        assert_eq!(
            *sent,
            json!({"summary": "Two", "extendedProperties": {"private": {"kalendsStamp": STAMP.to_string()}}})
        );
        match (reply, expected) {
            (Reply::Stored { version, body, .. }, None) => {
                assert_eq!((version.tag.as_str(), *body), ("\"2\"", next.clone()));
            }
            (reply, expected) => assert_eq!(Some(reply), expected),
        }
    }
}

#[tokio::test]
async fn a_changed_occurrence_is_written_after_the_stamp_and_everything_is_read_again() {
    let previous = body(&weekly("weekly", "\"1\""), &[cancelled("weekly")]);
    let mut next = previous.clone();
    let mut occurrence = next.occurrence(second()).unwrap();
    occurrence.title = "Moved".to_owned();
    next.set_occurrence(second(), &occurrence);
    let known = tag(&[weekly("weekly", "\"1\""), cancelled("weekly")]).await;
    let script = Script::start().await;
    let moved = exception("weekly", "\"3\"", "Moved");
    script
        .on("GET", &["/events/weekly"], 200, weekly("weekly", "\"1\""))
        .on(
            "GET",
            &["iCalUID="],
            200,
            events(&[weekly("weekly", "\"1\""), cancelled("weekly")]),
        )
        .on(
            "PATCH",
            &["/events/weekly?"],
            200,
            weekly("weekly", "\"2\""),
        )
        .on(
            "GET",
            &[INSTANCE],
            200,
            exception("weekly", "\"2\"", "Weekly"),
        )
        .on(
            "GET",
            &["iCalUID="],
            200,
            events(&[weekly("weekly", "\"2\""), cancelled("weekly")]),
        )
        .on("PATCH", &[INSTANCE], 200, moved.clone())
        .on(
            "GET",
            &["iCalUID="],
            200,
            events(&[
                weekly("weekly", "\"2\""),
                moved.clone(),
                cancelled("weekly"),
            ]),
        );
    let update = Update {
        id: "weekly",
        version: &known,
        stamp: STAMP,
        previous: &previous,
        body: &next,
    };
    let reply = connector(&script).update(place(), update).await.unwrap();
    let written = script.written();
    assert_eq!(
        written[0].1,
        json!({"extendedProperties": {"private": {"kalendsStamp": STAMP.to_string()}}})
    );
    assert_eq!(written[1].1, json!({"summary": "Moved"}));
    let Reply::Stored { version, body, .. } = reply else {
        panic!("{reply:?}")
    };
    assert_eq!(
        version,
        tag(&[weekly("weekly", "\"2\""), moved, cancelled("weekly")]).await
    );
    assert_eq!(*body, next);
}

/// The version that a look at a series finds.
async fn tag(parts: &[Value]) -> Version {
    let script = Script::start().await;
    script
        .on("GET", &["/events/weekly"], 200, parts[0].clone())
        .on("GET", &["iCalUID="], 200, events(parts));
    let seen = connector(&script).get(place(), "weekly").await.unwrap();
    let kalends_providers::Seen::Event(seen) = seen else {
        panic!("{seen:?}")
    };
    seen.found.unwrap().version
}

#[tokio::test]
async fn an_edit_of_an_occurrence_makes_a_write_to_its_series_stale() {
    let known = version("\"1\"");
    let previous = body(&weekly("weekly", "\"1\""), &[]);
    let next = Event {
        title: "Other".to_owned(),
        ..previous.clone()
    };
    for deletes in [false, true] {
        let script = Script::start().await;
        script
            .on("GET", &["/events/weekly"], 200, weekly("weekly", "\"1\""))
            .on(
                "GET",
                &["iCalUID="],
                200,
                events(&[
                    weekly("weekly", "\"1\""),
                    exception("weekly", "\"2\"", "Theirs"),
                ]),
            );
        let google = connector(&script);
        let reply = if deletes {
            google
                .delete(
                    place(),
                    Delete {
                        id: "weekly",
                        version: &known,
                    },
                )
                .await
        } else {
            let update = Update {
                id: "weekly",
                version: &known,
                stamp: STAMP,
                previous: &previous,
                body: &next,
            };
            google.update(place(), update).await
        };
        assert_eq!(reply, Ok(Reply::Stale));
        script.done();
    }
}

#[tokio::test]
async fn a_series_that_was_written_in_part_has_an_unknown_outcome() {
    let mut next = body(&weekly("weekly", "\"1\""), &[]);
    let previous = next.clone();
    next.overrides.insert(second(), Override::Excluded);
    let script = Script::start().await;
    script
        .on("GET", &["/events/weekly"], 200, weekly("weekly", "\"1\""))
        .on(
            "GET",
            &["iCalUID="],
            200,
            events(&[weekly("weekly", "\"1\"")]),
        )
        .on(
            "PATCH",
            &["/events/weekly?"],
            200,
            weekly("weekly", "\"2\""),
        )
        .on(
            "GET",
            &[INSTANCE],
            200,
            exception("weekly", "\"2\"", "Weekly"),
        )
        .on(
            "GET",
            &["iCalUID="],
            200,
            events(&[weekly("weekly", "\"2\"")]),
        )
        .on("PATCH", &[INSTANCE], 429, failure(429, "rateLimitExceeded"));
    let known = version("\"1\"");
    let update = Update {
        id: "weekly",
        version: &known,
        stamp: STAMP,
        previous: &previous,
        body: &next,
    };
    assert_eq!(
        connector(&script).update(place(), update).await,
        Ok(Reply::Unknown)
    );
    assert_eq!(script.written()[1].1, json!({"status": "cancelled"}));
}

#[tokio::test]
async fn deletions_are_conditional_and_a_second_one_finds_nothing() {
    let known = version("\"1\"");
    for (status, expected) in [
        (204, Reply::Deleted),
        (412, Reply::Stale),
        (410, Reply::Missing),
        (404, Reply::Missing),
    ] {
        let script = Script::start().await;
        script.on("GET", &["/events/one"], 200, single("one", "\"1\"", "One"));
        let answer = if status == 204 {
            json!(null)
        } else {
            failure(status, "x")
        };
        script.on("DELETE", &["/events/one?sendUpdates=none"], status, answer);
        let reply = connector(&script)
            .delete(
                place(),
                Delete {
                    id: "one",
                    version: &known,
                },
            )
            .await;
        assert_eq!(reply, Ok(expected));
        assert!(script.done()[1].head.contains("if-match: \"1\""));
    }
    let script = Script::start().await;
    script.on(
        "GET",
        &["/events/one"],
        200,
        json!({"id": "one", "status": "cancelled"}),
    );
    let reply = connector(&script)
        .delete(
            place(),
            Delete {
                id: "one",
                version: &known,
            },
        )
        .await;
    assert_eq!(reply, Ok(Reply::Missing));
}

/// An hour passes between any two looks at it.
#[derive(Default)]
struct Hours(AtomicI64);

impl Clock for Hours {
    fn now(&self) -> Timestamp {
        let hours = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_second(1_795_000_000 + hours * 3600).unwrap()
    }
}

#[tokio::test]
async fn who_is_throttled_again_and_again_waits_longer_each_time() {
    let script = Script::start().await;
    let google = at(&script, Arc::new(Hours::default()));
    let event = body(&single("one", "\"1\"", "One"), &[]);
    let mut waits = Vec::new();
    for reason in ["rateLimitExceeded", "quotaExceeded", "quotaExceeded"] {
        script.on("POST", &[EVENTS], 403, failure(403, reason));
        let answer = google.create(place(), create(&event)).await;
        let Err(Failure::Later { after, .. }) = answer else {
            panic!("{answer:?}");
        };
        waits.push(after.as_millis());
    }
    script.on("POST", &[EVENTS], 400, failure(400, "invalid"));
    google.create(place(), create(&event)).await.unwrap();
    script.on("POST", &[EVENTS], 200, single("one", "\"1\"", "One"));
    google.create(place(), create(&event)).await.unwrap();
    script.on("POST", &[EVENTS], 429, failure(429, "rateLimitExceeded"));
    let answer = google.create(place(), create(&event)).await;
    let Err(Failure::Later { after, .. }) = answer else {
        panic!("{answer:?}");
    };
    waits.push(after.as_millis());
    assert_eq!(waits, [500, 1_000, 2_000, 500]);
}

/// Writing the master gives its instances new versions and its stamp, so that the first condition of an instance may
/// fail for nothing; it is another thing if somebody has given the occurrence a title meanwhile.
#[tokio::test]
async fn an_occurrence_is_written_unless_somebody_was_faster() {
    let instance = |n: u32, title: &str| {
        let mut event = exception("weekly", &format!("\"{n}\""), title);
        let stamp = if n == 1 { "old" } else { "new" };
        event["extendedProperties"] = json!({"private": {"kalendsStamp": stamp}});
        event
    };
    let before = [weekly("weekly", "\"1\""), instance(1, "Old")];
    let previous = body(&before[0], &before[1..]);
    let mut next = previous.clone();
    let mut occurrence = next.occurrence(second()).unwrap();
    occurrence.title = "Ours".to_owned();
    next.set_occurrence(second(), &occurrence);
    let known = tag(&before).await;
    for (then, faster) in [("Old", false), ("Theirs", true)] {
        let script = Script::start().await;
        let after = |instance: &Value| events(&[weekly("weekly", "\"2\""), instance.clone()]);
        let [second, third, ours] = [instance(2, "Old"), instance(3, then), instance(4, "Ours")];
        let stale = failure(412, "conditionNotMet");
        script
            .on("GET", &["/events/weekly"], 200, before[0].clone())
            .on("GET", &["iCalUID="], 200, events(&before))
            .on(
                "PATCH",
                &["/events/weekly?"],
                200,
                weekly("weekly", "\"2\""),
            )
            .on("GET", &[INSTANCE], 200, second.clone())
            .on("GET", &["iCalUID="], 200, after(&second))
            .on("PATCH", &[INSTANCE], 412, stale)
            .on("GET", &[INSTANCE], 200, third.clone())
            .on("GET", &["iCalUID="], 200, after(&third));
        if !faster {
            let reread = after(&ours);
            script
                .on("PATCH", &[INSTANCE], 200, ours)
                .on("GET", &["iCalUID="], 200, reread);
        }
        let update = Update {
            id: "weekly",
            version: &known,
            stamp: STAMP,
            previous: &previous,
            body: &next,
        };
        let reply = connector(&script).update(place(), update).await.unwrap();
        let asked = script.done();
        let writes = asked.iter().filter(|asked| asked.method == "PATCH");
        for (write, etag) in writes.zip(1..) {
            let condition = format!("if-match: \"{etag}\"");
            assert!(write.head.contains(&condition), "{}", write.head);
        }
        match reply {
            Reply::Stored { body, .. } if !faster => {
                assert_eq!(body.occurrence(self::second()).unwrap().title, "Ours");
            }
            Reply::Unknown if faster => {}
            reply => panic!("{reply:?}"),
        }
    }
}
