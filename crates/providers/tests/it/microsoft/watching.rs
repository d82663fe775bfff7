//! Subscriptions.

use kalends_providers::{Connector, Watch};
use serde_json::json;

use crate::script::Script;

use super::{fault, microsoft, place};

#[tokio::test]
async fn a_subscription_is_made_prolonged_and_ended() {
    let script = Script::start().await;
    script
        .on(
            "POST",
            &["/v1.0/subscriptions"],
            201,
            json!({"id": "sub-1", "expirationDateTime": "2026-11-26T06:30:00Z"}),
        )
        .on(
            "PATCH",
            &["/v1.0/subscriptions/sub-1"],
            200,
            json!({"id": "sub-1", "expirationDateTime": "2026-11-24T00:00:00Z"}),
        )
        .on(
            "PATCH",
            &["/v1.0/subscriptions/sub-1"],
            404,
            fault("ResourceNotFound"),
        )
        .on("DELETE", &["/v1.0/subscriptions/sub-1"], 204, json!(null))
        .on(
            "DELETE",
            &["/v1.0/subscriptions/sub-1"],
            404,
            fault("ResourceNotFound"),
        );
    let connector = microsoft(&script);
    let watch = Watch {
        id: uuid::Uuid::from_u128(7),
        address: "https://hub.example/push/microsoft",
        token: "secret",
        until: "2026-12-31T00:00:00Z".parse().unwrap(),
    };
    let channel = connector.watch(place(), watch).await.unwrap();
    assert_eq!(channel.resource, "sub-1");
    assert_eq!(
        channel.expires,
        "2026-11-26T06:30:00Z".parse().unwrap(),
        "the answer is trusted"
    );
    let later = "2026-11-24T00:00:00Z".parse().unwrap();
    let longer = connector.prolong(&channel, later).await.unwrap().unwrap();
    assert_eq!((longer.id, longer.expires), (channel.id, later));
    let gone = connector.prolong(&channel, later).await.unwrap();
    assert_eq!(gone, None, "another one has to take its place");
    connector.unwatch(&channel).await.unwrap();
    connector.unwatch(&channel).await.unwrap();
    let written = script.written();
    assert_eq!(
        written[0].1,
        json!({
            "resource": "me/calendars/CAL=/events", "changeType": "created,updated,deleted", "clientState": "secret",
            "notificationUrl": "https://hub.example/push/microsoft",
            "lifecycleNotificationUrl": "https://hub.example/push/microsoft",
            "expirationDateTime": "2026-11-26T06:30:00Z"
        }),
        "no longer than 4,230 minutes"
    );
    assert_eq!(
        written[1].1,
        json!({"expirationDateTime": "2026-11-24T00:00:00Z"})
    );
}
