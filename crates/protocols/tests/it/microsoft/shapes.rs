//! Recorded shapes of answers (`shapes/*.json`), and the events that they are.

use std::fs;

use kalends_protocols::microsoft::{Error, Original, read, wire};
use serde::Deserialize;
use serde_json::{Map, Value};

const SHAPES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/microsoft/shapes");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    why: String,
    master: wire::Event,
    #[serde(default)]
    exceptions: Vec<wire::Event>,
    #[serde(default)]
    cancelled: Vec<jiff::Timestamp>,
    /// What must be in the event, property by property; null for one that must not be there.
    #[serde(default)]
    event: Map<String, Value>,
    #[serde(default)]
    losses: Vec<String>,
    malformed: Option<String>,
}

#[test]
fn recorded_shapes_are_read() {
    let mut seen = 0;
    for file in fs::read_dir(SHAPES).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let shape: Shape = serde_json::from_str(&text).unwrap();
        check(&shape, &path.display().to_string());
        seen += 1;
    }
    assert!(seen >= 12, "only {seen} shapes");
}

fn check(shape: &Shape, name: &str) {
    let cancelled: Vec<Original> = shape
        .cancelled
        .iter()
        .copied()
        .map(Original::Start)
        .collect();
    let read = match (
        read(&shape.master, &shape.exceptions, &cancelled),
        &shape.malformed,
    ) {
        (Err(Error::Malformed { field, .. }), Some(expected)) => {
            assert_eq!(field, expected, "{name}");
            return;
        }
        (read, None) => read.unwrap_or_else(|e| panic!("{name}: {e}")),
        (other, Some(_)) => panic!("{name}: {other:?}"),
    };
    let lost: Vec<&str> = read.losses.iter().map(|l| l.property.as_str()).collect();
    assert_eq!(lost, shape.losses, "{name}: {}", shape.why);
    let event = serde_json::to_value(&read.value).unwrap();
    for (property, expected) in &shape.event {
        let got = event.get(property).unwrap_or(&Value::Null);
        assert_eq!(got, expected, "{name}: {property} ({})", shape.why);
    }
}

#[test]
fn every_property_of_a_shape_survives_the_wire_types() {
    let text = fs::read_to_string(format!("{SHAPES}/teams-meeting.json")).unwrap();
    let shape: Value = serde_json::from_str(&text).unwrap();
    let typed: wire::Event = serde_json::from_value(shape["master"].clone()).unwrap();
    assert_eq!(serde_json::to_value(typed).unwrap(), shape["master"]);
}

#[test]
fn real_clients_are_read_leniently() {
    // As the O365 library writes: booleans as text, nulls; as older samples do: other letter case.
    let sent = serde_json::json!({
        "subject": "x", "isOnlineMeeting": "false", "isReminderOn": "true", "isAllDay": null, "transactionId": null,
        "showAs": "Busy", "body": {"contentType": "HTML", "content": "<p>x</p>"},
        "start": {"dateTime": "2026-11-24T14:00:00", "timeZone": "Pacific Standard Time", "@odata.type": "#microsoft.graph.dateTimeTimeZone"},
        "end": {"dateTime": "2026-11-24T15:00:00", "timeZone": "America/Los_Angeles"}
    });
    let event: wire::Event = serde_json::from_value(sent).unwrap();
    assert_eq!(event.is_reminder_on, Some(true));
    assert_eq!(event.show_as, Some(wire::ShowAs::Busy));
    let read = read(&event, &[], &[]).unwrap().value;
    assert_eq!(read.when.zone().unwrap().name(), "America/Los_Angeles");
}
