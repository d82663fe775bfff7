//! Push channels, and how an account is authorised.

use kalends_providers::{Channel, Connector, Watch, google};
use serde_json::json;
use uuid::Uuid;

use super::{connector, failure, place};
use crate::script::Script;

#[tokio::test]
async fn a_channel_is_asked_for_and_closed() {
    let script = Script::start().await;
    script
        .on("POST", &["/calendars/ada@example.com/events/watch"], 200, json!({
            "kind": "api#channel", "id": "x", "resourceId": "r1", "resourceUri": "u", "expiration": "1795431600000",
        }))
        .on("POST", &["/calendar/v3/channels/stop"], 204, json!(null))
        .on("POST", &["/calendar/v3/channels/stop"], 404, failure(404, "channelIdInvalid"));
    let google = connector(&script);
    let watch = Watch {
        id: Uuid::from_u128(1),
        address: "https://kalends.example.com/push/google",
        token: "secret",
        until: "2026-11-30T00:00:00Z".parse().unwrap(),
    };
    let channel = google.watch(place(), watch).await.unwrap();
    let expected = Channel {
        id: watch.id,
        resource: "r1".to_owned(),
        expires: "2026-11-23T11:00:00Z".parse().unwrap(),
    };
    assert_eq!(channel, expected);
    for _ in 0..2 {
        google.unwatch(&channel).await.unwrap();
    }
    let written = script.written();
    assert_eq!(
        written[0].1,
        json!({
            "id": watch.id.to_string(), "type": "web_hook", "address": watch.address, "token": "secret",
            "expiration": "1795996800000",
        })
    );
    assert_eq!(
        written[1].1,
        json!({"id": watch.id.to_string(), "resourceId": "r1"})
    );
}

/// The window slides: what is sent at once after a rest counts as well.
#[test]
fn the_budget_is_that_of_one_user_in_any_minute() {
    let limits = google::limits();
    assert!(limits.per_minute + limits.burst <= 600, "{limits:?}");
}

#[test]
fn an_account_is_asked_for_the_least_and_for_a_refresh_token() {
    assert!(google::AUTHORIZE_PARAMETERS.contains(&("access_type", "offline")));
    assert!(google::AUTHORIZE_PARAMETERS.contains(&("prompt", "consent")));
    assert!(
        google::SCOPES
            .iter()
            .all(|scope| !scope.ends_with("/auth/calendar"))
    );
}
