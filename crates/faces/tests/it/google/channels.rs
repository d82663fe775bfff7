//! Channels for what is no event: the list of calendars, settings, rules.

use hub::Access;
use kalends_faces::Watched;
use serde_json::{Value, json};

use super::world::{EVENTS, World};
use crate::anothers::Other;

const LIST: &str = "users/me/calendarList";
const SETTINGS: &str = "users/me/settings";
const RULES: &str = "calendars/primary/acl";

fn channel(id: &str) -> Value {
    json!({"id": id, "type": "web_hook", "address": "https://example.com/push", "token": "secret"})
}

async fn watch(world: &World, path: &str, id: &str) -> Value {
    let watched = world.post(&format!("{path}/watch"), channel(id)).await;
    watched.ok()
}

#[tokio::test]
async fn lists_settings_and_rules_are_watched_as_events_are() {
    let world = World::start().await;
    let mut resources = Vec::new();
    let root = format!("http://{}/calendar/v3", world.address);
    for (path, uri) in [
        (LIST, "users/me/calendarList?alt=json"),
        (SETTINGS, "users/me/settings?alt=json"),
        (RULES, "calendars/ada%40example%2Ecom/acl?alt=json"),
        (EVENTS, "calendars/ada%40example%2Ecom/events?alt=json"),
    ] {
        let made = watch(&world, path, path).await;
        assert_eq!(made["resourceUri"], format!("{root}/{uri}"));
        assert_eq!(
            (&made["kind"], &made["id"], &made["token"]),
            (&json!("api#channel"), &json!(path), &json!("secret"))
        );
        let again = watch(&world, path, &format!("{path}-2")).await;
        assert_eq!(
            again["resourceId"], made["resourceId"],
            "of what is watched"
        );
        resources.push(made["resourceId"].as_str().unwrap().to_owned());
    }
    let different: std::collections::BTreeSet<_> = resources.iter().collect();
    assert_eq!(different.len(), 4, "{resources:?}");

    let orders = world.app.watchers.list().await;
    let watched: Vec<Watched> = orders.iter().map(|order| order.watched).collect();
    assert!(watched.contains(&Watched::Calendars) && watched.contains(&Watched::Settings));

    // A channel is stopped by what it watches, and by nothing else.
    let stop = |resource: &str| json!({"id": LIST, "resourceId": resource});
    let wrong = world.post("channels/stop", stop(&resources[1])).await;
    assert_eq!(wrong.fault(), (404, "notFound".to_owned()));
    let stopped = world.post("channels/stop", stop(&resources[0])).await;
    assert_eq!(stopped.status, 204);
    assert_eq!(world.app.watchers.list().await.len(), orders.len() - 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_channel_is_said_for_each() {
    let world = World::start().await;
    for path in [LIST, SETTINGS, RULES] {
        let to = format!("{path}/watch");
        for (body, reason) in [
            (
                json!({"id": "c", "type": "pigeon", "address": "https://x"}),
                "invalid",
            ),
            (
                json!({"type": "web_hook", "address": "https://x"}),
                "required",
            ),
            (json!({"id": "c", "type": "web_hook"}), "required"),
            (
                json!({"id": "c", "type": "web_hook", "address": "https://x", "expiration": "1"}),
                "invalid",
            ),
        ] {
            let refused = world.post(&to, body).await;
            assert_eq!(refused.fault(), (400, reason.to_owned()), "{path}");
        }
        watch(&world, path, path).await;
        let twice = world.post(&to, channel(path)).await;
        assert_eq!(twice.fault(), (400, "channelIdNotUnique".to_owned()));
    }
    let odd = world
        .post(&format!("{LIST}/watch?minAccessRole=king"), channel("x"))
        .await;
    assert_eq!(odd.fault(), (400, "invalid".to_owned()));
    let nowhere = world.post("calendars/none/acl/watch", channel("x")).await;
    assert_eq!(nowhere.fault(), (404, "notFound".to_owned()));
}

#[tokio::test]
async fn rules_are_watched_by_those_who_may_read_them() {
    let world = World::start().await;
    let (hub, identity) = (&world.app.hub, &world.app.identity);
    let store = hub.store(world.actor.tenant).await.unwrap();
    let other = Other::new(hub, identity, &store).await;
    let to = "calendars/cleo@example.com/acl/watch";
    other.open(Access::Read).await;
    let refused = world.post(to, channel("c")).await;
    assert_eq!(refused.fault(), (403, "forbidden".to_owned()));
    other.open(Access::Write).await;
    world.post(to, channel("c")).await.ok();
}

#[tokio::test]
async fn the_zone_is_a_setting_that_changes() {
    let world = World::start().await;
    let listed = world.get(SETTINGS).await.ok();
    let token = listed["nextSyncToken"].as_str().unwrap();
    let since = format!("{SETTINGS}?syncToken={token}");
    assert_eq!(world.get(&since).await.ok()["items"], json!([]));
    let other = world
        .post("calendars", json!({"summary": "Practice"}))
        .await;
    other.ok();
    assert_eq!(world.get(&since).await.ok()["items"], json!([]));
    let zone = json!({"timeZone": "Asia/Tokyo"});
    world.patch("calendars/primary", zone).await.ok();
    let changed = world.get(&since).await.ok();
    let items = changed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (&items[0]["id"], &items[0]["value"]),
        (&json!("timezone"), &json!("Asia/Tokyo"))
    );
}
