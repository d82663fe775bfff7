//! Answers against the published v1.0 metadata: every property is known, of its type, and null only where it may be.

use network::Request;
use serde_json::{Map, Value, json};

use super::{Mailbox, WINDOW, appointment, weekly};

/// Names, types and nullability; see its `about`.
struct Schema(Value);

impl Schema {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("schema.json")).unwrap())
    }

    /// Checks an entity or complex value; the faults found.
    fn object(&self, kind: &str, value: &Value, at: &str) -> Vec<String> {
        let Some(object) = value.as_object() else {
            return vec![format!("{at}: no object")];
        };
        let properties = self.0["types"][kind].as_object().unwrap();
        let own = object.iter().filter(|(name, _)| !name.contains('@'));
        own.flat_map(|(name, value)| match properties.get(name) {
            None => vec![format!("{at}/{name}: {kind} has no such property")],
            Some(declared) => {
                self.property(declared.as_str().unwrap(), value, &format!("{at}/{name}"))
            }
        })
        .collect()
    }

    fn property(&self, declared: &str, value: &Value, at: &str) -> Vec<String> {
        let nullable = declared.ends_with('?');
        let kind = declared.trim_end_matches('?');
        if value.is_null() {
            return if nullable {
                Vec::new()
            } else {
                vec![format!("{at}: null")]
            };
        }
        if let Some(element) = kind.strip_prefix('[') {
            let element = element.trim_end_matches(']');
            let Some(all) = value.as_array() else {
                return vec![format!("{at}: no collection")];
            };
            return all
                .iter()
                .flat_map(|v| self.value(element, v, at))
                .collect();
        }
        self.value(kind, value, at)
    }

    fn value(&self, kind: &str, value: &Value, at: &str) -> Vec<String> {
        let text = value.as_str().unwrap_or_default();
        let fine = match kind {
            "String" | "Guid" => value.is_string(),
            "Boolean" => value.is_boolean(),
            "Int32" => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            "Double" => value.is_number(),
            "DateTimeOffset" => text.parse::<jiff::Timestamp>().is_ok(),
            "Date" => text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10,
            kind if self.0["types"].get(kind).is_some() => return self.object(kind, value, at),
            kind => {
                let words = self.0["enums"][kind].as_array().unwrap();
                words.contains(value)
            }
        };
        if fine {
            Vec::new()
        } else {
            vec![format!("{at}: {value} is no {kind}")]
        }
    }
}

fn is(kind: &str, value: &Value) {
    let faults = Schema::read().object(kind, value, "");
    assert!(faults.is_empty(), "{faults:#?}\n{value:#}");
}

fn all_are(kind: &str, page: &Value) {
    let all = page["value"].as_array().unwrap();
    assert!(!all.is_empty());
    for item in all {
        is(kind, item);
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
async fn answers_are_of_their_types() {
    let mailbox = Mailbox::open().await;
    is("user", &mailbox.get("me").await);
    all_are("calendar", &mailbox.get("me/calendars").await);
    is(
        "calendar",
        &mailbox.post("me/calendars", &json!({"name": "Team"})).await,
    );
    let single = mailbox.post("me/events", &appointment("x")).await;
    is("event", &single);
    let master = mailbox.post("me/events", &rich()).await;
    is("event", &master);
    let id = master["id"].as_str().unwrap();
    let instances = mailbox
        .get(&format!("me/events/{id}/instances?{WINDOW}"))
        .await;
    all_are("event", &instances);
    let instance = |n: usize| {
        format!(
            "me/events/{}",
            instances["value"][n]["id"].as_str().unwrap()
        )
    };
    is(
        "event",
        &mailbox
            .patch(&instance(1), &json!({"subject": "y", "showAs": "free"}))
            .await
            .body,
    );
    mailbox.delete(&instance(2)).await;
    let told = "$select=subject,start,exceptionOccurrences,cancelledOccurrences&$expand=exceptionOccurrences,singleValueExtendedProperties";
    let told = mailbox.get(&format!("me/events/{id}?{told}")).await;
    is("event", &told);
    assert!(
        told["exceptionOccurrences"]
            .as_array()
            .is_some_and(|all| all.len() == 1)
    );
    assert!(
        told["cancelledOccurrences"]
            .as_array()
            .is_some_and(|all| all.len() == 1)
    );
    assert!(told["singleValueExtendedProperties"].is_array());
    all_are("event", &mailbox.get("me/events").await);
    all_are(
        "event",
        &mailbox
            .get(&format!("me/calendarView?{WINDOW}&$top=50"))
            .await,
    );
    all_are(
        "event",
        &mailbox
            .get(&format!("me/calendarView/delta?{WINDOW}"))
            .await,
    );
    let expires = mailbox.world.app.hub.clock().now() + jiff::SignedDuration::from_hours(1);
    let order = json!({"changeType": "updated", "resource": "me/events", "notificationUrl": "https://hub.example/", "expirationDateTime": expires});
    is("subscription", &mailbox.post("subscriptions", &order).await);
    all_are("subscription", &mailbox.get("subscriptions").await);
}

#[tokio::test]
async fn a_full_answer_has_every_property_that_the_service_gives() {
    let mailbox = Mailbox::open().await;
    let single = mailbox.post("me/events", &appointment("x")).await;
    let schema = Schema::read();
    let declared: &Map<String, Value> = schema.0["types"]["event"].as_object().unwrap();
    let on_request = [
        "singleValueExtendedProperties",
        "exceptionOccurrences",
        "cancelledOccurrences",
    ];
    let missing: Vec<&String> = declared
        .keys()
        // Not returned for single instances, as documented.
        .filter(|name| !on_request.contains(&name.as_str()) && *name != "originalStart")
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
    let schema = Schema::read();
    for (event, fault) in [
        (json!({"subjekt": "x"}), "no such property"),
        (json!({"showAs": "asleep"}), "is no freeBusyStatus"),
        (json!({"start": {"dateTime": null}}), "null"),
        (json!({"attendees": [{"type": 1}]}), "is no attendeeType"),
        (
            json!({"createdDateTime": "yesterday"}),
            "is no DateTimeOffset",
        ),
    ] {
        let faults = schema.object("event", &event, "");
        assert!(faults.len() == 1 && faults[0].contains(fault), "{faults:?}");
    }
}
