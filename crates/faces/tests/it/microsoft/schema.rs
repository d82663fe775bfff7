//! Every answer against the published types: each property is known, of its kind, and null only where it may be.

use axum::http::Method;
use network::Request;
use serde_json::{Value, json};

use super::{
    Mailbox, WINDOW, appointment,
    published::{Kind, Published},
    weekly,
};
use crate::checked::Exchange;

/// What the metadata declares as never null. The models of the SDK do not say it: to them everything may be missing.
const NEVER_NULL: [(&str, &[&str]); 9] = [
    ("calendar", &["id"]),
    ("date_time_time_zone", &["dateTime"]),
    ("event", &["id"]),
    ("recurrence_pattern", &["dayOfMonth", "interval", "month"]),
    ("recurrence_range", &["numberOfOccurrences"]),
    ("single_value_legacy_extended_property", &["id"]),
    (
        "subscription",
        &[
            "id",
            "changeType",
            "expirationDateTime",
            "notificationUrl",
            "resource",
        ],
    ),
    ("time_slot", &["start", "end"]),
    ("user", &["id"]),
];

/// What is wrong with an answer.
pub fn check(exchange: &Exchange) -> Vec<String> {
    let Some(published) = Published::get() else {
        return Vec::new();
    };
    if exchange.answer.is_empty() {
        // Nothing is to be said of what is gone, and of what is only acknowledged.
        let reminded = exchange.uri.path().ends_with("Reminder");
        let fine = matches!(exchange.status, 202 | 204 | 304) || reminded;
        return Vec::from_iter((!fine).then(|| "no body".to_owned()));
    }
    if ["/$value", "/$count"]
        .iter()
        .any(|end| exchange.uri.path().ends_with(end))
    {
        // A file as it is, or a number.
        return Vec::new();
    }
    let body: Value = match serde_json::from_slice(&exchange.answer) {
        Ok(body) => body,
        Err(error) => return vec![format!("no JSON: {error}")],
    };
    let mut faults = Vec::new();
    if exchange.status >= 400 {
        object(
            published,
            "o_data_errors/o_data_error",
            &body,
            "",
            &mut faults,
        );
        return faults;
    }
    let path = exchange.uri.path();
    if path.ends_with("/$batch") {
        // Its parts are requests of their own.
        return faults;
    }
    if path.ends_with("getSchedule") {
        let item = Kind::Of("schedule_information".to_owned());
        page(published, &item, false, &body, &mut faults);
        return faults;
    }
    // `events('id')` is `events/id`.
    let path = path.replace("('", "/").replace("')", "");
    let Some((kind, delta)) = leads_to(published, &path) else {
        return vec!["there is no such address in the published types".to_owned()];
    };
    match kind {
        Kind::Many(item) if exchange.method == Method::GET => {
            page(published, &item, delta, &body, &mut faults);
        }
        Kind::Many(item) => value(published, &item, &body, "", &mut faults),
        single => value(published, &single, &body, "", &mut faults),
    }
    faults
}

/// The kind of what is at an address, found by going along the published properties; and whether it is a delta.
fn leads_to(published: &Published, path: &str) -> Option<(Kind, bool)> {
    let many = |module: &str| Kind::Many(Box::new(Kind::Of(module.to_owned())));
    let mut segments = path.strip_prefix("/v1.0/")?.split('/');
    let mut kind = match segments.next()? {
        "me" => Kind::Of("user".to_owned()),
        "users" => many("user"),
        "subscriptions" => many("subscription"),
        _ => return None,
    };
    for segment in segments {
        kind = match &kind {
            Kind::Many(_) if matches!(segment, "delta" | "delta()" | "microsoft.graph.delta()") => {
                return Some((kind, true));
            }
            Kind::Many(item) => Kind::clone(item),
            Kind::Of(module) => published.model(module).properties.get(segment)?.clone(),
            Kind::Plain(_) => return None,
        };
    }
    Some((kind, false))
}

/// A page of a collection, with what leads on.
fn page(published: &Published, item: &Kind, delta: bool, body: &Value, faults: &mut Vec<String>) {
    let base = if delta {
        "base_delta_function_response"
    } else {
        "base_collection_pagination_count_response"
    };
    let base = published.model(base);
    for (name, inner) in body.as_object().into_iter().flatten() {
        match (name.as_str(), base.properties.get(name)) {
            ("value", _) => {
                let many = Kind::Many(Box::new(item.clone()));
                value(published, &many, inner, "value", faults);
            }
            ("@odata.context", _) => {}
            (_, Some(kind)) => value(published, kind, inner, name, faults),
            _ => faults.push(format!("a collection has no {name}")),
        }
    }
    let ends = ["@odata.nextLink", "@odata.deltaLink"];
    if delta && ends.iter().filter(|link| body[**link].is_string()).count() != 1 {
        faults.push("a round leads either on or to the next one".to_owned());
    }
    if !body["value"].is_array() {
        faults.push("a collection has no value".to_owned());
    }
}

/// An entity or a complex value.
fn object(published: &Published, module: &str, body: &Value, at: &str, faults: &mut Vec<String>) {
    let Some(object) = body.as_object() else {
        return faults.push(format!("{at}: {body} is no {module}"));
    };
    // Which of its kinds it is, it says itself; an open one has whatever somebody put there.
    let module = match body["@odata.type"].as_str() {
        Some("#microsoft.graph.fileAttachment") => "file_attachment",
        Some("#microsoft.graph.openTypeExtension") => return,
        _ => module,
    };
    let model = published.model(module);
    let never = NEVER_NULL.iter().find(|(name, _)| *name == module);
    for (name, inner) in object {
        let at = format!("{at}/{name}");
        match model.properties.get(name) {
            _ if inner.is_null() => {
                if never.is_some_and(|(_, names)| names.contains(&name.as_str())) {
                    faults.push(format!("{at}: null"));
                }
            }
            Some(kind) => value(published, kind, inner, &at, faults),
            None if is_annotation(name) => {}
            None => faults.push(format!("{at}: {module} has no such property")),
        }
    }
}

/// What OData says about an object or a property besides its value.
fn is_annotation(name: &str) -> bool {
    let own = [
        "@odata.context",
        "@odata.etag",
        "@odata.id",
        "@odata.mediaContentType",
        "@odata.type",
        "@removed",
    ];
    own.contains(&name)
        || name
            .split_once('@')
            .is_some_and(|(property, about)| !property.is_empty() && about == "odata.context")
}

fn value(published: &Published, kind: &Kind, value_: &Value, at: &str, faults: &mut Vec<String>) {
    let text = value_.as_str().unwrap_or_default();
    let fine = match kind {
        Kind::Many(item) => {
            let all = value_.as_array();
            for inner in all.into_iter().flatten() {
                value(published, item, inner, at, faults);
            }
            all.is_some()
        }
        Kind::Of(module) => {
            let model = published.model(module);
            if model.words.is_empty() {
                return object(published, module, value_, at, faults);
            }
            model.words.iter().any(|word| word == text)
        }
        Kind::Plain(plain) => match plain.as_str() {
            "str" | "bytes" => value_.is_string(),
            "bool" => value_.is_boolean(),
            "int" => value_.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            "float" => value_.is_number(),
            "datetime" if at.ends_with("/innerError/date") => {
                text.parse::<jiff::civil::DateTime>().is_ok()
            }
            "datetime" => text.parse::<jiff::Timestamp>().is_ok(),
            "date" => text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10,
            "time" => text.parse::<jiff::civil::Time>().is_ok(),
            "uuid" => text.parse::<uuid::Uuid>().is_ok(),
            other => panic!("{at}: the SDK reads a {other}"),
        },
    };
    if !fine {
        faults.push(format!("{at}: {value_} is no {kind:?}"));
    }
}

/// As much as an event can say.
fn rich() -> Value {
    let mut event = weekly("Everything");
    let more = json!({
        "body": {"contentType": "html", "content": "<b>x</b>"}, "categories": ["Blue category"], "importance": "low",
        "sensitivity": "confidential", "showAs": "workingElsewhere", "reminderMinutesBeforeStart": 5, "isReminderOn": true,
        "locations": [{"displayName": "Room 2", "coordinates": {"latitude": 48.2, "longitude": 16.4}}, {"displayName": "https://example.com/x"}],
        "attendees": [{"type": "resource", "emailAddress": {"address": "room@example.com"}}],
        "hideAttendees": true, "allowNewTimeProposals": false, "transactionId": "t1",
        "singleValueExtendedProperties": [{"id": "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color", "value": "Green"}]
    });
    event
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    event
}

#[tokio::test]
async fn an_event_that_says_everything_is_answered_everywhere() {
    let mailbox = Mailbox::open().await;
    mailbox.get("me").await;
    let master = mailbox.post("me/events", &rich()).await;
    let id = master["id"].as_str().unwrap();
    let instances = mailbox
        .get(&format!("me/events/{id}/instances?{WINDOW}"))
        .await;
    let instance = |n: usize| {
        format!(
            "me/events/{}",
            instances["value"][n]["id"].as_str().unwrap()
        )
    };
    let change = json!({"subject": "y", "showAs": "free"});
    assert_eq!(mailbox.patch(&instance(1), &change).await.status, 200);
    mailbox.delete(&instance(2)).await;
    let told = "$select=subject,start,exceptionOccurrences,cancelledOccurrences&$expand=exceptionOccurrences,singleValueExtendedProperties";
    let told = mailbox.get(&format!("me/events/{id}?{told}")).await;
    for (name, length) in [
        ("exceptionOccurrences", 1),
        ("cancelledOccurrences", 1),
        ("singleValueExtendedProperties", 1),
    ] {
        let all = told[name].as_array();
        assert!(
            all.is_some_and(|all| all.len() == length),
            "{name}: {told:#}"
        );
    }
    for place in ["me/events", "me/calendarView", "me/calendarView/delta"] {
        let page = mailbox.get(&format!("{place}?{WINDOW}&$top=50")).await;
        assert_ne!(page["value"], json!([]), "{place}");
    }
}

#[tokio::test]
async fn a_full_answer_has_every_property_that_the_service_gives() {
    let mailbox = Mailbox::open().await;
    let single = mailbox.post("me/events", &appointment("x")).await;
    let Some(published) = Published::get() else {
        return;
    };
    let on_request = [
        "attachments",
        "calendar",
        "cancelledOccurrences",
        "exceptionOccurrences",
        "extensions",
        "instances",
        "multiValueExtendedProperties",
        "singleValueExtendedProperties",
        // Not returned for single instances, as documented.
        "originalStart",
    ];
    let event = published.model("event");
    let missing: Vec<&String> = event
        .properties
        .keys()
        .filter(|name| !on_request.contains(&name.as_str()) && !name.starts_with('@'))
        .filter(|name| single.get(name.as_str()).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn errors_have_their_form() {
    let mailbox = Mailbox::open().await;
    let refused = mailbox.send(Request::get(mailbox.url("me/events/x"))).await;
    let error = refused.body["error"].as_object().unwrap();
    let names: Vec<&String> = error.keys().collect();
    assert_eq!(names, ["code", "message", "innerError"]);
    let inner: Vec<&String> = error["innerError"].as_object().unwrap().keys().collect();
    assert_eq!(inner, ["date", "request-id", "client-request-id"]);
}

#[test]
fn the_check_can_fail() {
    let Some(published) = Published::get() else {
        return;
    };
    for (event, fault) in [
        (json!({"subjekt": "x"}), "no such property"),
        (json!({"showAs": "asleep"}), "free_busy_status"),
        (
            json!({"start": {"dateTime": null}}),
            "/start/dateTime: null",
        ),
        (json!({"attendees": [{"type": 1}]}), "attendee_type"),
        (json!({"attendees": {}}), "Many"),
        (json!({"isDraft": "no"}), "bool"),
        (json!({"createdDateTime": "yesterday"}), "datetime"),
        (json!({"@odata.color": "x"}), "no such property"),
    ] {
        let mut faults = Vec::new();
        object(published, "event", &event, "", &mut faults);
        assert!(faults.len() == 1 && faults[0].contains(fault), "{faults:?}");
    }
    let exchange = |path: &str, answer: Value| {
        let mut faults = check(&Exchange {
            method: Method::GET,
            uri: format!("/v1.0/{path}").parse().unwrap(),
            asked: axum::http::HeaderMap::new(),
            question: axum::body::Bytes::new(),
            status: 200,
            told: axum::http::HeaderMap::new(),
            answer: answer.to_string().into(),
        });
        faults.pop().unwrap_or_default()
    };
    let calendars = json!({"value": [{"id": 1}]});
    assert!(exchange("me/calendars", calendars).contains("/id: 1 is no"));
    let round = exchange("me/calendarView/delta", json!({"value": []}));
    assert!(round.contains("either on or to the next"), "{round}");
    let nowhere = exchange("me/appointments", json!({}));
    assert!(nowhere.contains("no such address"), "{nowhere}");
    assert_eq!(
        exchange("me/calendars/c/events/e/instances", json!({"value": []})),
        ""
    );
}
