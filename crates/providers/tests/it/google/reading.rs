//! Calendars, listings, looks.

use std::time::Duration;

use calendar::Override;
use kalends_providers::{Changes, Connector, Failure, Seen};
use serde_json::json;
use sync::Stamp;
use uuid::Uuid;

use super::{cancelled, connector, events, exception, failure, place, single, weekly};
use crate::script::Script;

const EVENTS: &str = "/calendar/v3/calendars/ada@example.com/events";

fn ids(changes: &Changes) -> Vec<(&str, bool)> {
    let sightings = changes.sightings.iter();
    sightings
        .map(|s| (s.id.as_str(), s.found.is_some()))
        .collect()
}

#[tokio::test]
async fn calendars_come_in_pages_and_say_whether_they_can_be_written() {
    let script = Script::start().await;
    script
        .on("GET", &["/users/me/calendarList?maxResults=250"], 200, json!({"nextPageToken": "2", "items": [
            {"id": "ada@example.com", "summary": "ada@example.com", "summaryOverride": "Ada", "accessRole": "owner",
             "primary": true, "timeZone": "Europe/Berlin", "backgroundColor": "#9fe1e7"},
            {"id": "gone", "deleted": true},
        ]}))
        .on("GET", &["pageToken=2"], 200, json!({"nextSyncToken": "x", "items": [
            {"id": "de.german#holiday@group.v.calendar.google.com", "summary": "Holidays", "accessRole": "reader"},
        ]}));
    let calendars = connector(&script).calendars().await.unwrap();
    let shown: Vec<_> = calendars
        .iter()
        .map(|c| (c.name.as_str(), c.writable, c.primary))
        .collect();
    assert_eq!(shown, [("Ada", true, true), ("Holidays", false, false)]);
    assert_eq!(calendars[0].color.as_deref(), Some("#9fe1e7"));
    script.done();
}

#[tokio::test]
async fn a_full_listing_puts_series_together_and_parks_what_it_cannot_read() {
    let script = Script::start().await;
    let mut nonsense = single("nonsense", "\"1\"", "x");
    nonsense["start"] = json!({"date": "yesterday"});
    let page = json!({"nextPageToken": "p2", "items": [
        exception("weekly", "\"2\"", "Moved"), single("one", "\"1\"", "One"), nonsense, {"id": "worse", "attendees": 5},
    ]});
    script
        .on("GET", &[EVENTS, "?maxResults=2500"], 200, page)
        .on(
            "GET",
            &["pageToken=p2"],
            200,
            json!({"nextPageToken": "p3", "items": []}),
        )
        .on(
            "GET",
            &["pageToken=p3"],
            200,
            events(&[
                weekly("weekly", "\"1\""),
                cancelled("weekly"),
                exception("foreign", "\"1\"", "Guest"),
            ]),
        );
    let changes = connector(&script).changes(place(), None).await.unwrap();
    script.done();
    assert!(changes.full);
    assert_eq!(changes.cursor, "sync1");
    let expected = [
        ("one", true),
        ("weekly", true),
        ("foreign_20261201T080000Z", true),
    ];
    assert_eq!(ids(&changes), expected);
    let parked: Vec<_> = changes
        .malformed
        .iter()
        .map(|m| (m.id.as_str(), m.reason.as_str()))
        .collect();
    assert_eq!(
        parked[1],
        ("nonsense", "start.date is not a day such as 2026-11-24")
    );
    assert_eq!(parked[0].0, "worse");
    let series = changes.sightings[1].found.as_ref().unwrap();
    let overrides: Vec<_> = series
        .body
        .overrides
        .iter()
        .map(|(id, o)| (id.to_string(), o == &Override::Excluded))
        .collect();
    assert_eq!(
        overrides,
        [
            ("2026-12-01T09:00:00".to_owned(), false),
            ("2026-12-08T09:00:00".to_owned(), true)
        ]
    );
    assert!(
        series.version.tag.starts_with("\"1\" "),
        "{:?}",
        series.version
    );
    assert_eq!(
        series.version.order, None,
        "one exception does not say when it changed"
    );
}

#[tokio::test]
async fn an_incremental_listing_reads_the_series_of_an_instance_whole() {
    let script = Script::start().await;
    script
        .on(
            "GET",
            &["syncToken=sync0"],
            200,
            events(&[
                single("one", "\"2\"", "One"),
                json!({"id": "deleted", "status": "cancelled"}),
                exception("weekly", "\"2\"", "Moved"),
                json!({"id": "dead", "status": "cancelled"}),
                cancelled("dead"),
                exception("foreign", "\"1\"", "Guest"),
            ]),
        )
        .on("GET", &["/events/weekly"], 200, weekly("weekly", "\"1\""))
        .on(
            "GET",
            &["iCalUID=weekly@google.com", "showDeleted=true"],
            200,
            events(&[
                weekly("weekly", "\"1\""),
                exception("weekly", "\"2\"", "Moved"),
                cancelled("weekly"),
            ]),
        )
        .on("GET", &["/events/foreign"], 404, failure(404, "notFound"));
    let changes = connector(&script)
        .changes(place(), Some("sync0"))
        .await
        .unwrap();
    script.done();
    assert!(!changes.full);
    assert_eq!(
        ids(&changes),
        [
            ("dead", false),
            ("dead_20261208T080000Z", false),
            ("deleted", false),
            ("foreign", false),
            ("foreign_20261201T080000Z", true),
            ("one", true),
            ("weekly", true),
        ]
    );
    let series = changes.sightings[6].found.as_ref().unwrap();
    assert_eq!(series.body.overrides.len(), 2);
}

#[tokio::test]
async fn refusals_of_a_listing_say_what_to_do() {
    let later = |seconds| Failure::Later {
        after: Duration::from_secs(seconds),
        reason: String::new(),
    };
    for (status, reason, cursor, expected) in [
        (410, "fullSyncRequired", Some("s"), Failure::CursorInvalid),
        (400, "invalid", Some("s"), Failure::CursorInvalid),
        (404, "notFound", None, Failure::CalendarGone),
        // A right in this calendar, and one that the account never gave or took back.
        (
            403,
            "requiredAccessLevel",
            None,
            Failure::Forbidden("requiredAccessLevel".to_owned()),
        ),
        (
            403,
            "insufficientPermissions",
            None,
            Failure::Ungranted("insufficientPermissions".to_owned()),
        ),
        (403, "rateLimitExceeded", None, later(0)),
        (403, "userRateLimitExceeded", None, later(0)),
        (403, "quotaExceeded", None, later(0)),
        (429, "rateLimitExceeded", None, later(7)),
        (503, "rateLimitExceeded", None, later(7)),
    ] {
        let script = Script::start().await;
        let header = if expected == later(7) {
            ("retry-after", "7")
        } else {
            ("x", "y")
        };
        script.with_header("GET", &[EVENTS], status, header, failure(status, reason));
        let failure = connector(&script)
            .changes(place(), cursor)
            .await
            .unwrap_err();
        script.done();
        match (&failure, &expected) {
            // How long exactly is spread by chance.
            (
                Failure::Later {
                    after,
                    reason: said,
                },
                Failure::Later { after: least, .. },
            ) => {
                assert!(after >= least && *after < *least * 2 + Duration::from_secs(2));
                assert_eq!(said, reason);
            }
            _ => assert_eq!(failure, expected),
        }
    }
}

#[tokio::test]
async fn a_read_outlives_a_lost_reply_and_an_expired_token() {
    let script = Script::start().await;
    script
        .lose("GET", &[EVENTS])
        .on("GET", &[EVENTS], 502, json!(null))
        .on("GET", &[EVENTS], 401, failure(401, "authError"))
        .on("GET", &[EVENTS], 200, events(&[]));
    connector(&script).changes(place(), None).await.unwrap();
    let asked = script.done();
    assert!(asked[2].head.contains("authorization: bearer token0"));
    assert!(asked[3].head.contains("authorization: bearer token1"));

    let script = Script::start().await;
    script
        .on("GET", &[EVENTS], 401, failure(401, "authError"))
        .on("GET", &[EVENTS], 401, failure(401, "authError"));
    let failure = connector(&script).changes(place(), None).await.unwrap_err();
    assert!(matches!(failure, Failure::Reauthorise(_)), "{failure}");
}

#[tokio::test]
async fn a_look_tells_there_from_gone() {
    let script = Script::start().await;
    script
        .on("GET", &["/events/one"], 200, single("one", "\"1\"", "One"))
        .on(
            "GET",
            &["/events/cancelled"],
            200,
            json!({"id": "cancelled", "status": "cancelled"}),
        )
        .on("GET", &["/events/never"], 404, failure(404, "notFound"));
    let google = connector(&script);
    let Seen::Event(one) = google.get(place(), "one").await.unwrap() else {
        panic!("it is there");
    };
    let found = one.found.unwrap();
    assert_eq!(
        (found.version.tag.as_str(), found.version.order),
        ("\"1\"", Some(1_793_613_600_000_000))
    );
    for id in ["cancelled", "never"] {
        assert_eq!(google.get(place(), id).await.unwrap(), Seen::Nothing);
    }
    script.done();
}

#[tokio::test]
async fn what_was_made_is_found_by_its_id_and_else_by_its_stamp() {
    let stamp = Stamp(Uuid::from_u128(7));
    let mut made = single("other", "\"1\"", "Made");
    made["extendedProperties"] = json!({"private": {"kalendsStamp": stamp.to_string()}});
    let script = Script::start().await;
    script
        .on("GET", &["/events/chosen"], 404, failure(404, "notFound"))
        .on(
            "GET",
            &["privateExtendedProperty=kalendsStamp=00000000-0000-0000-0000-000000000007"],
            200,
            events(&[made]),
        );
    let google = connector(&script);
    let Seen::Event(seen) = google.find(place(), Some("chosen"), stamp).await.unwrap() else {
        panic!("it is there");
    };
    script.done();
    assert_eq!(seen.id, "other");
    assert_eq!(seen.found.unwrap().stamp, Some(stamp));
}

#[tokio::test]
async fn a_series_that_is_not_handed_out_does_not_hold_up_the_others() {
    let script = Script::start().await;
    script
        .on(
            "GET",
            &["syncToken=sync0"],
            200,
            events(&[
                exception("weekly", "\"2\"", "Moved"),
                single("one", "\"2\"", "One"),
            ]),
        )
        .on("GET", &["/events/weekly"], 403, failure(403, "forbidden"));
    let changes = connector(&script).changes(place(), Some("sync0")).await;
    let changes = changes.unwrap();
    script.done();
    assert_eq!(ids(&changes), [("one", true)]);
    assert_eq!(changes.malformed[0].id, "weekly");
}
