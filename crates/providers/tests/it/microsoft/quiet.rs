//! Graph mails attendees as soon as they are written: no write of ours has any, whatever the event has.

use calendar::{Address, Participation, Person, Role};
use kalends_providers::{Connector, Create, Update};
use serde_json::Value;
use sync::{Stamp, Version};
use uuid::Uuid;

use super::{microsoft, place, series, series_event, single, told};
use crate::script::Script;

const EVENTS: &str = "/v1.0/me/calendars/CAL=/events";

/// All names in a body, however deep.
fn names(body: &Value, into: &mut Vec<String>) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                into.push(name.clone());
                names(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        _ => {}
    }
}

#[tokio::test]
async fn no_write_has_attendees() {
    let mut event = series_event();
    let guest = |answer| Person {
        role: Some(Role::Required),
        participation: answer,
        ..Person::default()
    };
    event.people.insert(
        Address::new("ben@example.com"),
        guest(Participation::Accepted),
    );
    let organizer = Person {
        organizer: true,
        ..guest(Participation::Accepted)
    };
    event
        .people
        .insert(Address::new("ada@example.com"), organizer);
    let stamp = Stamp(Uuid::from_u128(7));
    for theirs in [false, true] {
        let script = Script::start().await;
        script
            .on("POST", &[EVENTS], 201, series("M="))
            .on(
                "GET",
                &[EVENTS, "M=?", "singleValueExtendedProperties"],
                200,
                series("M="),
            )
            .on(
                "GET",
                &[EVENTS, "M=?", "exceptionOccurrences"],
                200,
                told("M=", &[], vec![]),
            )
            .on("PATCH", &[EVENTS, "S=?"], 200, single("S=", "x"));
        let connector = microsoft(&script);
        let create = Create {
            stamp,
            id: None,
            body: &event,
            theirs,
        };
        connector.create(place(), create).await.unwrap();
        // One more guest, another answer, and one who is gone.
        let mut previous = event.clone();
        previous.rules.clear();
        let mut next = previous.clone();
        next.title = "Other".into();
        next.people.insert(
            Address::new("cy@example.com"),
            guest(Participation::NeedsAction),
        );
        next.people.insert(
            Address::new("ada@example.com"),
            guest(Participation::Declined),
        );
        next.people.remove(&Address::new("ben@example.com"));
        let version = Version {
            tag: "W/\"S=1\"".into(),
            order: None,
        };
        let update = Update {
            id: "S=",
            version: &version,
            stamp,
            previous: &previous,
            body: &next,
        };
        connector.update(place(), update).await.unwrap();
        let written = script.written();
        assert_eq!(written.len(), 2);
        for (method, body) in written {
            let mut all = Vec::new();
            names(&body, &mut all);
            assert!(all.iter().any(|name| name == "subject"), "{method} {body}");
            for people in ["attendees", "organizer", "emailAddress"] {
                assert!(!all.iter().any(|name| name == people), "{method} {body}");
            }
            assert!(!body.to_string().contains("example.com"), "{method} {body}");
        }
    }
}
