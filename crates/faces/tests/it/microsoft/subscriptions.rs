//! Orders for change notifications.

use jiff::{SignedDuration, Timestamp};
use network::Request;
use serde_json::{Value, json};

use super::{Mailbox, code};

fn order(mailbox: &Mailbox, minutes: i64) -> Value {
    let expires: Timestamp =
        mailbox.world.app.hub.clock().now() + SignedDuration::from_mins(minutes);
    json!({
        "changeType": "created,updated,deleted", "resource": "/me/events", "clientState": "secret",
        "notificationUrl": "https://hub.example/push/1", "lifecycleNotificationUrl": "https://hub.example/push/1",
        "expirationDateTime": expires
    })
}

#[tokio::test]
async fn an_order_is_taken_prolonged_and_ended() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("subscriptions", &order(&mailbox, 60)).await;
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    assert_eq!(
        (&made["clientState"], &made["notificationUrl"]),
        (&json!("secret"), &json!("https://hub.example/push/1"))
    );
    assert_eq!(
        mailbox.get("subscriptions").await["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let later: Timestamp = mailbox.world.app.hub.clock().now() + SignedDuration::from_hours(24);
    let renewed = mailbox
        .patch(&path, &json!({"expirationDateTime": later}))
        .await;
    let expires: Timestamp = renewed.body["expirationDateTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(expires, later);
    assert_eq!(mailbox.delete(&path).await, 204);
    assert_eq!(mailbox.delete(&path).await, 404);
}

#[tokio::test]
async fn too_short_is_raised_too_long_and_unproved_are_refused() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("subscriptions", &order(&mailbox, 1)).await;
    let expires: Timestamp = made["expirationDateTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        expires.duration_since(mailbox.world.app.hub.clock().now()) > SignedDuration::from_mins(40)
    );
    let with = |name: &str, value: Value| {
        let mut order = order(&mailbox, 60);
        order[name] = value;
        order
    };
    for (order, expected) in [
        (order(&mailbox, 10_081), "ExtensionError"),
        (order(&mailbox, -5), "ErrorInvalidRequest"),
        (
            with("resource", json!("me/messages")),
            "ErrorInvalidRequest",
        ),
        (
            with("changeType", json!("everything")),
            "ErrorInvalidRequest",
        ),
        (
            with("clientState", json!("x".repeat(129))),
            "ErrorInvalidRequest",
        ),
        (
            with("notificationUrl", json!("https://refuses.example/")),
            "ValidationError",
        ),
    ] {
        let refused = mailbox
            .send(Request::post(mailbox.url("subscriptions")).json(&order))
            .await;
        assert_eq!((refused.status, code(&refused)), (400, expected), "{order}");
    }
}
