//! `Idempotency-Key`: what is sent twice happens once.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{
    provider::PASSWORD,
    world::{Answer, World, list, text, visit},
};

async fn keyed(world: &World, path: &str, key: &str, body: &Value) -> Answer {
    let ask = world.ask("POST", path).header("idempotency-key", key);
    ask.json(body).send().await
}

#[tokio::test]
async fn a_repeated_create_gets_the_first_answer() {
    for world in World::all().await {
        let mut event = visit("Check-up");
        event["calendar"] = json!(world.calendars[0]);
        let first = keyed(&world, "/api/v1/events", "k1", &event).await;
        assert_eq!(first.status, 201);
        // Somebody changes it meanwhile: the answer is still that of then.
        let path = first.header("location").to_owned();
        let ask = world.ask("PATCH", &path).header("if-match", "*");
        ask.json(&json!({"title": "Filling"})).send().await.ok();
        let mut reordered = json!({"calendar": world.calendars[0]});
        for (name, value) in event.as_object().unwrap() {
            reordered[name] = value.clone();
        }
        let again = keyed(&world, "/api/v1/events", "k1", &reordered).await;
        assert_eq!(again.status, 201);
        assert_eq!(again.body, first.body);
        for name in ["location", "etag", "content-type"] {
            assert_eq!(again.header(name), first.header(name));
        }
        event["title"] = json!("Another");
        let other = keyed(&world, "/api/v1/events", "k1", &event).await;
        assert_eq!(other.problem(), (422, "Idempotency-Key"));
        let elsewhere = keyed(&world, "/api/v1/calendars", "k1", &json!({"name": "x"})).await;
        assert_eq!(elsewhere.problem(), (422, "Idempotency-Key"));
        assert_eq!(world.events(&world.calendars[0]).await.len(), 1);
        // What is old is forgotten, and its key is free again.
        world.clock.forward(3 * 86_400);
        world.hub.prune(&world.store).await.unwrap();
        let later = keyed(&world, "/api/v1/events", "k1", &event).await;
        assert_eq!(later.status, 201);
        assert_eq!(world.events(&world.calendars[0]).await.len(), 2);
    }
}

#[tokio::test]
async fn retries_at_the_same_time_make_one_event() {
    for world in World::all().await {
        let mut event = visit("Check-up");
        event["calendar"] = json!(world.calendars[0]);
        let all = join_all((0..8).map(|_| keyed(&world, "/api/v1/events", "k", &event))).await;
        for answer in &all {
            assert_eq!(answer.status, 201, "{answer:#?}");
            assert_eq!(answer.body, all[0].body);
        }
        assert_eq!(world.events(&world.calendars[0]).await.len(), 1);
    }
}

#[tokio::test]
async fn a_create_that_failed_leaves_its_key_free() {
    let world = World::sqlite().await;
    let link = |roles: [&str; 2]| {
        let member = |i: usize| json!({"calendar": world.calendars[i], "role": roles[i]});
        json!({"name": "L", "members": [member(0), member(1)]})
    };
    let refused = keyed(&world, "/api/v1/links", "k", &link(["source", "source"])).await;
    assert_eq!(refused.problem(), (400, "members"));
    let made = keyed(&world, "/api/v1/links", "k", &link(["both", "both"])).await;
    assert_eq!(made.status, 201);
}

#[tokio::test]
async fn links_calendars_and_accounts_are_made_once() {
    for world in World::all().await {
        let member = |i: usize| json!({"calendar": world.calendars[i], "role": "both"});
        let link = json!({"name": "L", "members": [member(0), member(1)]});
        let account = json!({
            "provider": "server", "url": "https://dav.example/", "username": "ada", "password": PASSWORD,
        });
        for (path, body) in [
            ("/api/v1/links", link),
            ("/api/v1/calendars", json!({"name": "Third"})),
            ("/api/v1/connections", account),
        ] {
            let before = list(&world.get(path).await).len();
            let first = keyed(&world, path, path, &body).await;
            assert_eq!(first.status, 201, "{first:#?}");
            let again = keyed(&world, path, path, &body).await;
            assert_eq!(again.status, 201);
            assert_eq!(text(&again.body["id"]), text(&first.body["id"]));
            assert_eq!(list(&world.get(path).await).len(), before + 1, "{path}");
        }
    }
}

#[tokio::test]
async fn a_key_has_limits() {
    let world = World::sqlite().await;
    let form = json!({"name": "x"});
    for key in ["", &"k".repeat(256)] {
        let refused = keyed(&world, "/api/v1/calendars", key, &form).await;
        assert_eq!(refused.problem(), (400, "Idempotency-Key"));
    }
}
