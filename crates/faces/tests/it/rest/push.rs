//! Where notifications arrive: Google's bear their token in a header, Graph's in the body, after a handshake.

use hub::CalendarId;
use serde_json::json;
use storage::channels;
use uuid::Uuid;

use super::{
    provider::PASSWORD,
    world::{World, list, text},
};

/// Connects an account and watches its calendar; the channel with its token.
async fn watched(world: &World) -> (Uuid, String) {
    use secrecy::ExposeSecret;
    let account = json!({
        "provider": "server", "url": "https://dav.example/", "username": "ada", "password": PASSWORD,
    });
    world.post("/api/v1/connections", &account).await.ok();
    let calendars = list(&world.get("/api/v1/calendars").await);
    let theirs = calendars.iter().find(|c| c["provider"] == "server");
    let id = CalendarId(text(&theirs.unwrap()["id"]).parse().unwrap());
    world.hub.watch(&world.store, id).await.unwrap();
    let mut tx = world.store.read().await.unwrap();
    let open = channels::of_calendar(&mut tx, id).await.unwrap();
    (open[0].id, open[0].token.expose_secret().to_owned())
}

async fn row(world: &World, channel: Uuid) -> channels::Channel {
    let mut tx = world.store.read().await.unwrap();
    let row = channels::get(&mut tx, channel).await.unwrap();
    row.unwrap()
}

async fn last_message(world: &World, channel: Uuid) -> Option<jiff::Timestamp> {
    row(world, channel).await.last_message
}

#[tokio::test]
async fn a_notification_counts_only_with_its_token() {
    for world in World::all().await {
        let (channel, token) = watched(&world).await;
        let path = format!("/push/{channel}");
        let ask = || world.ask("POST", &path).cookie("");
        assert_eq!(ask().send().await.status, 400);
        let forged = ask().header("x-goog-channel-token", "a guess");
        assert_eq!(forged.send().await.status, 404);
        let body = json!({"value": [{"clientState": "a guess", "subscriptionId": "s"}]});
        assert_eq!(ask().json(&body).send().await.status, 404);
        assert_eq!(last_message(&world, channel).await, None);

        let header = ask().header("x-goog-channel-token", &token);
        let header = header.header("x-goog-resource-state", "exists");
        assert_eq!(header.send().await.status, 202);
        let first = last_message(&world, channel).await.unwrap();
        let body = json!({"value": [{"clientState": token, "subscriptionId": "s"}]});
        assert_eq!(ask().json(&body).send().await.status, 202);
        assert!(last_message(&world, channel).await.unwrap() > first);
        let connections = world.get("/api/v1/connections").await;
        assert_eq!(connections[0]["push"], true);
        let other = world
            .ask("POST", &format!("/push/{}", Uuid::nil()))
            .cookie("");
        let other = other.header("x-goog-channel-token", &token);
        assert_eq!(other.send().await.status, 404);
    }
}

/// Graph's life-cycle notifications arrive at the same address.
#[tokio::test]
async fn what_graph_says_about_a_subscription_is_heeded() {
    for world in World::all().await {
        let (channel, token) = watched(&world).await;
        let before = row(&world, channel).await;
        let tell = async |event: &str, token: &str| {
            let body = json!({"value": [{
                "subscriptionId": "s", "subscriptionExpirationDateTime": "2026-11-30T00:00:00Z", "clientState": token,
                "lifecycleEvent": event, "tenantId": "t",
            }]});
            let path = format!("/push/{channel}");
            let told = world.ask("POST", &path).cookie("").json(&body).send();
            told.await.status
        };
        for event in ["subscriptionRemoved", "reauthorizationRequired", "missed"] {
            assert_eq!(tell(event, "a guess").await, 404);
        }
        assert_eq!(row(&world, channel).await.renew_at, before.renew_at);
        assert_eq!(tell("missed", &token).await, 202);
        let missed = row(&world, channel).await;
        assert_eq!(missed.renew_at, before.renew_at);
        assert!(missed.last_message.is_some());
        assert_eq!(tell("reauthorizationRequired", &token).await, 202);
        let ending = row(&world, channel).await;
        assert!(ending.renew_at < before.renew_at, "it is renewed now");
        assert_eq!(ending.state, channels::State::Active);
        assert_eq!(tell("subscriptionRemoved", &token).await, 202);
        assert_eq!(row(&world, channel).await.state, channels::State::Stopped);
    }
}

#[tokio::test]
async fn the_handshake_echoes_the_token_as_text() {
    let world = World::sqlite().await;
    let path = format!("/push/{}?validationToken=a%3Cb%3E%20c", Uuid::nil());
    let answer = world.ask("POST", &path).cookie("").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.body, "a<b> c");
    let long = format!(
        "/push/{}?validationToken={}",
        Uuid::nil(),
        "x".repeat(5_000)
    );
    let long = world.ask("POST", &long).cookie("").send().await;
    assert_eq!(text(&long.body).len(), 1024);
    let large = world.ask("POST", &format!("/push/{}", Uuid::nil()));
    let large = large.cookie("").text(&"x".repeat(300 << 10)).send().await;
    assert_eq!(large.status, 413);
}
