//! A disk that is full: nothing can be written, all can be read, and it goes on once there is room (row 70).

use network::{Request, Response};
use serde_json::{Value, json};

use crate::mounted::hub::Hub;

async fn make(hub: &Hub, calendar: &str, title: &str) -> Response {
    let event = json!({
        "calendar": calendar, "@type": "Event", "title": title, "start": "2026-12-01T09:00:00",
        "timeZone": "Europe/Berlin", "duration": "PT1H",
    });
    hub.send(hub.rest(Request::post, "events").json(&event))
        .await
}

async fn titles(hub: &Hub, calendar: &str) -> Vec<String> {
    let path = format!("events?calendar={calendar}");
    let events = hub.ok(hub.rest(Request::get, &path)).await;
    let events = events["events"].as_array().unwrap().iter();
    let title = |event: &Value| event["title"].as_str().unwrap().to_owned();
    events.map(title).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn row_70_a_full_disk_loses_nothing() {
    let hub = Hub::start("").await;
    let calendar = hub.calendar("Practice").await;
    assert!(make(&hub, &calendar, "Before").await.is_success());
    hub.limit_files("4096").await;
    for _ in 0..3 {
        let answer = make(&hub, &calendar, "Meanwhile").await;
        assert_eq!(answer.status, 503, "{:?}", answer.text());
        let said = answer.text().unwrap();
        assert!(said.contains("disk"), "{said}");
        assert_eq!(titles(&hub, &calendar).await, ["Before"]);
    }
    hub.limit_files("unlimited").await;
    assert!(make(&hub, &calendar, "After").await.is_success());
    assert_eq!(titles(&hub, &calendar).await, ["Before", "After"]);
    let hub = hub.restart().await;
    assert_eq!(titles(&hub, &calendar).await, ["Before", "After"]);
    hub.stop().await;
}
