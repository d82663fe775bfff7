//! Events one by one: made, read, replaced, patched, removed, each on condition of what was read.

use serde_json::json;

use super::world::{World, visit};

#[tokio::test]
async fn a_change_needs_the_tag_that_was_read() {
    for world in World::all().await {
        let (id, etag) = world.event(&visit("Check-up")).await;
        let path = format!("/api/v1/events/{id}");
        let patch = json!({"title": "Filling"});
        for method in ["PATCH", "PUT", "DELETE"] {
            let ask = world.ask(method, &path).json(&patch).send().await;
            assert_eq!(ask.problem(), (428, ""), "{method}");
        }
        let ask = world.ask("PATCH", &path).header("if-match", &etag);
        let changed = ask.json(&patch).send().await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), etag);
        for method in ["PATCH", "DELETE"] {
            let ask = world.ask(method, &path).header("if-match", &etag);
            let ask = ask.json(&json!({"title": "Late"})).send().await;
            assert_eq!(ask.problem(), (412, ""), "{method}");
        }
        let ask = world.ask("PUT", &path).header("if-match", &etag);
        assert_eq!(ask.json(&visit("Late")).send().await.problem(), (412, ""));
        let read = world.ask("GET", &path).send().await;
        assert_eq!(read.body["title"], "Filling");
        assert_eq!(read.header("etag"), changed.header("etag"));
        let ask = world.ask("DELETE", &path).header("if-match", "*");
        assert_eq!(ask.send().await.status, 204);
        assert_eq!(world.ask("GET", &path).send().await.problem(), (404, ""));
    }
}

#[tokio::test]
async fn what_the_api_does_not_know_stays() {
    for world in World::all().await {
        let mut event = visit("Check-up");
        event["example.com:chair"] = json!({"number": 3});
        event["locations"] = json!({"l": {"@type": "Location", "name": "Room 2"}});
        let (id, etag) = world.event(&event).await;
        let path = format!("/api/v1/events/{id}");
        let ask = world.ask("PATCH", &path).header("if-match", &etag);
        let read = world.get(&path).await;
        let place = read["locations"]
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap();
        let room = format!("locations/{place}/name");
        let patch = json!({room: "Room 3", "description": "Bring the X-ray"});
        let changed = ask.json(&patch).send().await;
        let etag = changed.header("etag").to_owned();
        let mut read = changed.ok();
        assert_eq!(read["locations"][place]["name"], "Room 3");
        assert_eq!(read["example.com:chair"]["number"], 3);
        // What was read can be sent back, with what only we say.
        read["title"] = json!("Second look");
        let ask = world.ask("PUT", &path).header("if-match", &etag);
        let put = ask.json(&read).send().await.ok();
        assert_eq!(put["title"], "Second look");
        assert_eq!(put["description"], "Bring the X-ray");
        assert_eq!(put["example.com:chair"]["number"], 3);
        assert_eq!(put["uid"], read["uid"]);
    }
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let world = World::sqlite().await;
    let (id, _) = world.event(&visit("Check-up")).await;
    let scopes = ["calendar.read".to_owned()].into();
    let token = world
        .identity
        .new_api_token(world.user.id, "reader", scopes);
    let token = format!("Bearer {}", token.await.unwrap());
    let path = format!("/api/v1/events/{id}");
    let ask = |method| world.ask(method, &path).cookie("");
    let read = ask("GET").header("authorization", &token).send().await;
    assert_eq!(read.ok()["title"], "Check-up");
    let ask = ask("DELETE").header("authorization", &token);
    let refused = ask.header("if-match", "*").send().await;
    assert_eq!(refused.problem(), (403, ""));
}
