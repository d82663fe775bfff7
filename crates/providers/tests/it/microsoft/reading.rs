//! Listings, delta rounds, series, failures.

use calendar::{Override, RecurrenceId};
use kalends_providers::{Connector, Failure, Seen};
use serde_json::json;

use crate::script::Script;

use super::{fault, microsoft, place, series, series_event, single, told};

const CAL: &str = "/v1.0/me/calendars/CAL=/";
const DELTA: &str = "/v1.0/me/calendars/CAL=/calendarView/delta?";

fn id(text: &str) -> RecurrenceId {
    text.parse().unwrap()
}

#[tokio::test]
async fn calendars_come_in_pages() {
    let script = Script::start().await;
    script
        .on("GET", &["/v1.0/me/calendars?$top=100"], 200, json!({
            "value": [{"id": "A", "name": "Calendar", "color": "lightRed", "hexColor": "", "isDefaultCalendar": true, "canEdit": true}],
            "@odata.nextLink": "{root}/v1.0/me/calendars?$skip=1"
        }))
        .on("GET", &["$skip=1"], 200, json!({"value": [{"id": "B", "name": "Team", "hexColor": "#0088ff", "canEdit": false}]}));
    let calendars = microsoft(&script).calendars().await.unwrap();
    assert_eq!(calendars.len(), 2);
    assert!(calendars[0].primary && calendars[0].writable && calendars[0].color.is_some());
    assert_eq!(calendars[1].color.as_deref(), Some("#0088ff"));
    assert!(!calendars[1].writable);
    let asked = script.done();
    assert!(asked[0].head.contains("idtype=\"immutableid\""));
    assert!(asked[0].head.contains("authorization: bearer t1"));
}

#[tokio::test]
async fn a_full_round_reads_each_event_whole() {
    let script = Script::start().await;
    // As seen in the wild: the master at its first day, occurrences as bare stubs, a page without anything.
    script
        .on("GET", &[DELTA, "startDateTime=2026-08-23T00:00:00Z", "endDateTime=2028-05-23T00:00:00Z"], 200, json!({
            "value": [single("S=", "One"), series("M="), {"id": "O1=", "type": "occurrence", "seriesMasterId": "M="}],
            "@odata.nextLink": "{root}/v1.0/me/calendars/CAL=/calendarView/delta?$skiptoken=1"
        }))
        .on("GET", &["$skiptoken=1"], 200, json!({"value": [], "@odata.nextLink": "{root}/v1.0/me/calendars/CAL=/calendarView/delta?$skiptoken=2"}))
        .on("GET", &["$skiptoken=2"], 200, json!({
            "value": [{"id": "X1=", "type": "exception", "seriesMasterId": "M="}, {"id": "G=", "@removed": {"reason": "deleted"}}, {"id": "B=", "type": 7}],
            "@odata.deltaLink": "{root}/v1.0/me/calendars/CAL=/calendarView/delta?$deltatoken=d1"
        }))
        .on("GET", &[CAL, "events/S=?", "$expand=singleValueExtendedProperties"], 200, single("S=", "One"))
        .on("GET", &[CAL, "events/M=?", "$expand=singleValueExtendedProperties"], 200, series("M="))
        .on("GET", &[CAL, "events/M=?", "cancelledOccurrences", "$expand=exceptionOccurrences"], 200, told("M=", &["2026-11-30"], vec![json!({"id": "X1="})]))
        // The exception came bare.
        .on("GET", &[CAL, "events/X1=?"], 200, {
            let mut exception = single("X1=", "Recall, other");
            exception["type"] = json!("exception");
            exception["originalStart"] = json!("2026-12-07T08:00:00Z");
            exception["start"]["dateTime"] = json!("2026-12-07T08:00:00.0000000");
            exception["end"]["dateTime"] = json!("2026-12-07T09:00:00.0000000");
            exception
        });
    let changes = microsoft(&script).changes(place(), None).await.unwrap();
    script.done();
    assert!(changes.full);
    assert_eq!(changes.doubtful, ["G="]);
    assert_eq!(changes.malformed.len(), 1);
    assert_eq!(changes.malformed[0].id, "B=");
    let ids: Vec<&str> = changes.sightings.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["M=", "S="]);
    let found = changes.sightings[0].found.as_ref().unwrap();
    assert_eq!(found.body.overrides.len(), 2);
    assert_eq!(
        found.body.overrides[&id("2026-11-30T09:00:00")],
        Override::Excluded
    );
    assert!(
        found.version.tag.starts_with("W/\"M=1\" +"),
        "{}",
        found.version.tag
    );
    let mut plain = found.body.clone();
    plain.overrides.clear();
    assert_eq!(plain.rules, series_event().rules);

    // The next round starts where this one ended, and says what it names.
    script.on(
        "GET",
        &["$deltatoken=d1"],
        200,
        json!({
            "value": [{"id": "O2=", "@removed": {"reason": "deleted"}}, single("S=", "Two")],
            "@odata.deltaLink": "{root}/v1.0/me/calendars/CAL=/calendarView/delta?$deltatoken=d2"
        }),
    );
    script.on("GET", &[CAL, "events/S=?"], 404, fault("ErrorItemNotFound"));
    let changes = microsoft(&script)
        .changes(place(), Some(&changes.cursor))
        .await
        .unwrap();
    script.done();
    assert!(!changes.full && changes.cursor.ends_with("d2"));
    assert_eq!(changes.doubtful, ["O2="]);
    assert!(
        changes.sightings[0].found.is_none(),
        "gone between the round and the look"
    );
}

#[tokio::test]
async fn many_events_are_read_by_the_page() {
    let script = Script::start().await;
    let ids: Vec<String> = (0..30).map(|n| format!("E{n}=")).collect();
    let all: Vec<_> = ids.iter().map(|id| single(id, "x")).collect();
    script
        .on(
            "GET",
            &[DELTA],
            200,
            json!({"value": all, "@odata.deltaLink": "{root}/v1.0/d?$deltatoken=1"}),
        )
        .on(
            "GET",
            &[
                CAL,
                "events?$filter=start/dateTime ge '2026-08-23T00:00:00Z'",
            ],
            200,
            json!({"value": all[..29]}),
        )
        .on("GET", &[CAL, "events/E29=?"], 200, single("E29=", "x"));
    let changes = microsoft(&script).changes(place(), None).await.unwrap();
    script.done();
    assert_eq!(changes.sightings.len(), 30);
}

#[tokio::test]
async fn links_of_no_use_ask_for_a_full_listing() {
    for (status, code) in [
        (410, "SyncStateNotFound"),
        (410, "resyncRequired"),
        (400, "syncStateNotFound"),
        (400, "ErrorInvalidUrlQuery"),
    ] {
        let script = Script::start().await;
        script.on("GET", &["$deltatoken=old"], status, fault(code));
        let cursor = format!(
            "2028-05-23T00:00:00Z|{}/v1.0/x?$deltatoken=old",
            script.root
        );
        let failure = microsoft(&script)
            .changes(place(), Some(&cursor))
            .await
            .unwrap_err();
        assert_eq!(failure, Failure::CursorInvalid, "{code}");
        script.done();
    }
    let script = Script::start().await;
    // The second is of another root, from before that was configured: no token of ours goes there.
    for cursor in [
        "nonsense",
        "2028-05-23T00:00:00Z|https://graph.example/v1.0/x?$deltatoken=1",
    ] {
        let of_no_use = microsoft(&script).changes(place(), Some(cursor)).await;
        assert_eq!(of_no_use.unwrap_err(), Failure::CursorInvalid, "{cursor}");
    }
    assert!(script.done().is_empty());
}

#[tokio::test]
async fn a_window_that_moved_on_begins_a_new_round() {
    let script = Script::start().await;
    script.on(
        "GET",
        &[DELTA, "endDateTime=2028-05-23"],
        200,
        json!({"value": [], "@odata.deltaLink": "{root}/d"}),
    );
    let cursor = format!("2028-01-01T00:00:00Z|{}/v1.0/x?$deltatoken=1", script.root);
    let changes = microsoft(&script)
        .changes(place(), Some(&cursor))
        .await
        .unwrap();
    script.done();
    assert!(changes.full);
}

#[tokio::test]
async fn tokens_go_nowhere_else() {
    let script = Script::start().await;
    script.on(
        "GET",
        &[DELTA],
        200,
        json!({"value": [], "@odata.nextLink": "http://127.0.0.1:1/v1.0/x"}),
    );
    let failure = microsoft(&script).changes(place(), None).await.unwrap_err();
    assert!(matches!(failure, Failure::Protocol(_)), "{failure:?}");
    script.done();
}

#[tokio::test]
async fn a_series_of_a_server_that_does_not_tell_is_worked_out_from_its_instances() {
    let script = Script::start().await;
    let instance = |n: u32, day: &str, kind: &str| {
        json!({
            "id": format!("I{n}="), "type": kind, "seriesMasterId": "M=", "originalStart": format!("{day}T08:00:00Z"),
            "subject": if kind == "exception" { "Other" } else { "Recall" }, "showAs": "busy",
            "start": {"dateTime": format!("{day}T08:00:00.0000000"), "timeZone": "UTC"},
            "end": {"dateTime": format!("{day}T09:00:00.0000000"), "timeZone": "UTC"}
        })
    };
    script
        .on(
            "GET",
            &[CAL, "events/M=?", "singleValueExtendedProperties"],
            200,
            series("M="),
        )
        .on(
            "GET",
            &[CAL, "events/M=?", "exceptionOccurrences"],
            400,
            fault("BadRequest"),
        )
        .on(
            "GET",
            &[CAL, "events/M=/instances?"],
            200,
            json!({"value": [
            instance(1, "2026-11-23", "occurrence"), instance(2, "2026-12-07", "exception")],
            "@odata.nextLink": "{root}/v1.0/next"}),
        )
        .on(
            "GET",
            &["/v1.0/next"],
            200,
            json!({"value": [instance(3, "2026-12-14", "occurrence")]}),
        );
    let Seen::Event(sighting) = microsoft(&script).get(place(), "M=").await.unwrap() else {
        panic!()
    };
    script.done();
    let body = sighting.found.unwrap().body;
    let excluded = |day: &str| body.overrides.get(&id(day)) == Some(&Override::Excluded);
    assert!(excluded("2026-11-30T09:00:00") && excluded("2026-12-21T09:00:00"));
    assert_eq!(body.overrides.len(), 3);
    assert_eq!(
        body.occurrence(id("2026-12-07T09:00:00")).unwrap().title,
        "Other"
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let script = Script::start().await;
    let mut bad = single("S=", "x");
    bad["start"]["dateTime"] = json!("soon");
    script.on("GET", &[CAL, "events/S=?"], 200, bad);
    let seen = microsoft(&script).get(place(), "S=").await.unwrap();
    let Seen::Malformed(malformed) = seen else {
        panic!("{seen:?}")
    };
    assert!(
        malformed.reason.contains("start.dateTime"),
        "{}",
        malformed.reason
    );
    script.on("GET", &[CAL, "events/N=?"], 404, fault("ErrorItemNotFound"));
    assert_eq!(
        microsoft(&script).get(place(), "N=").await.unwrap(),
        Seen::Nothing
    );
    script.done();
}

#[tokio::test]
async fn failures_say_what_to_do() {
    let script = Script::start().await;
    let connector = microsoft(&script);
    // A refused token is renewed once.
    script.on(
        "GET",
        &["events/S=?"],
        401,
        fault("InvalidAuthenticationToken"),
    );
    script.on("GET", &["events/S=?"], 200, single("S=", "x"));
    assert!(matches!(
        connector.get(place(), "S=").await.unwrap(),
        Seen::Event(_)
    ));
    assert!(script.done()[1].head.contains("authorization: bearer t2"));
    // A failure of the moment is tried again, a lasting one is said.
    script.on("GET", &["events/S=?"], 502, json!(null)).on(
        "GET",
        &["events/S=?"],
        200,
        single("S=", "x"),
    );
    assert!(matches!(
        connector.get(place(), "S=").await.unwrap(),
        Seen::Event(_)
    ));
    script.on("GET", &["events/S=?"], 403, fault("ErrorAccessDenied"));
    let failure = connector.get(place(), "S=").await.unwrap_err();
    assert_eq!(failure, Failure::Forbidden("ErrorAccessDenied".into()));
    script.on(
        "GET",
        &["calendarView/delta"],
        404,
        fault("ErrorItemNotFound"),
    );
    assert_eq!(
        connector.changes(place(), None).await.unwrap_err(),
        Failure::CalendarGone
    );
    // Throttling is believed, for all requests of the account.
    script.with_header(
        "GET",
        &["events/S=?"],
        429,
        ("retry-after", "17"),
        fault("ApplicationThrottled"),
    );
    let failure = connector.get(place(), "S=").await.unwrap_err();
    let Failure::Later { after, reason } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(
        (after.as_secs(), reason.as_str()),
        (17, "ApplicationThrottled")
    );
    let failure = connector.get(place(), "S=").await.unwrap_err();
    assert!(
        matches!(failure, Failure::Later { .. }),
        "nothing is sent while held: {failure:?}"
    );
    script.done();
}

#[tokio::test]
async fn an_event_that_is_not_handed_out_does_not_hold_up_the_others() {
    let script = Script::start().await;
    script
        .on("GET", &[DELTA], 200, json!({
            "value": [single("A=", "One"), single("B=", "Two"), single("C=", "Three")],
            "@odata.deltaLink": "{root}/v1.0/me/calendars/CAL=/calendarView/delta?$deltatoken=d1"
        }))
        .on("GET", &[CAL, "events/A=?"], 200, single("A=", "One"))
        .on("GET", &[CAL, "events/B=?"], 403, fault("ErrorAccessDenied"))
        .on("GET", &[CAL, "events/C=?"], 200, single("C=", "Three"));
    let changes = microsoft(&script).changes(place(), None).await.unwrap();
    script.done();
    let ids: Vec<&str> = changes.sightings.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["A=", "C="]);
    assert_eq!(changes.malformed[0].id, "B=");
    assert!(changes.malformed[0].reason.contains("ErrorAccessDenied"));
    // What is about the account ends the round.
    let script = Script::start().await;
    script
        .on("GET", &[DELTA], 200, json!({
            "value": [single("A=", "One")],
            "@odata.deltaLink": "{root}/v1.0/me/calendars/CAL=/calendarView/delta?$deltatoken=d1"
        }))
        .on("GET", &[CAL, "events/A=?"], 429, fault("ApplicationThrottled"));
    let failure = microsoft(&script).changes(place(), None).await.unwrap_err();
    assert!(matches!(failure, Failure::Later { .. }), "{failure}");
}

/// What a delta answer holds in the wild: stubs of occurrences, whose series is not in it.
#[tokio::test]
async fn a_bare_stub_leads_to_its_series() {
    let stub = |id: &str, kind: Option<&str>| {
        let mut stub = json!({
            "@odata.type": "#microsoft.graph.event", "id": id, "seriesMasterId": "M=",
            "start": {"dateTime": "2026-11-30T08:00:00.0000000", "timeZone": "UTC"},
            "end": {"dateTime": "2026-11-30T09:00:00.0000000", "timeZone": "UTC"},
        });
        if let Some(kind) = kind {
            stub["type"] = json!(kind);
        }
        stub
    };
    for kind in [Some("occurrence"), Some("exception"), None] {
        let script = Script::start().await;
        script
            .on("GET", &["$deltatoken=d1"], 200, json!({
                "value": [stub("O1=", kind), stub("O2=", kind)],
                "@odata.deltaLink": "{root}/v1.0/me/calendars/CAL=/calendarView/delta?$deltatoken=d2"
            }))
            // Through its own calendar: `me/events` does not know those of calendars that others share.
            .on("GET", &[CAL, "events/M=?", "$expand=singleValueExtendedProperties"], 200, series("M="))
            .on("GET", &[CAL, "events/M=?", "$expand=exceptionOccurrences"], 200, told("M=", &[], vec![]));
        let cursor = format!("2028-05-23T00:00:00Z|{}/v1.0/x?$deltatoken=d1", script.root);
        let changes = microsoft(&script).changes(place(), Some(&cursor)).await;
        let changes = changes.unwrap();
        script.done();
        let ids: Vec<&str> = changes.sightings.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["M="], "{kind:?}");
        assert!(
            changes.sightings[0]
                .found
                .as_ref()
                .unwrap()
                .body
                .is_series()
        );
    }
}

/// A person took back what was granted, or an administrator did.
#[tokio::test]
async fn a_withdrawn_consent_is_not_a_missing_right() {
    let script = Script::start().await;
    let refused = json!({"error": {"code": "ErrorAccessDenied", "message": "Access is denied."}});
    script.on("GET", &["me/calendars?"], 403, refused);
    let failure = microsoft(&script).calendars().await.unwrap_err();
    assert_eq!(failure, Failure::Ungranted("ErrorAccessDenied".to_owned()));
    let code = "InvalidAuthenticationToken";
    script.on("GET", &["me/calendars?"], 401, fault(code)).on(
        "GET",
        &["me/calendars?"],
        401,
        fault(code),
    );
    let failure = microsoft(&script).calendars().await.unwrap_err();
    assert_eq!(failure, Failure::Reauthorise(code.to_owned()));
    let code = "MailboxNotEnabledForRESTAPI";
    script.on("GET", &["me/calendars?"], 404, fault(code));
    let failure = microsoft(&script).calendars().await.unwrap_err();
    assert!(failure.to_string().contains("no mailbox"), "{failure}");
    script.done();
}
