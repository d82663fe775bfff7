//! Whatever is wrong with a request is said as a problem that names it.

use serde_json::json;

use super::world::{World, visit};

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_problem() {
    let world = World::sqlite().await;
    let broken = world
        .ask("POST", "/api/v1/calendars")
        .header("content-type", "application/json")
        .text("{\"name\": ")
        .send()
        .await;
    assert_eq!(broken.problem(), (400, ""));
    let plain = world.ask("POST", "/api/v1/calendars").text("name=x");
    assert_eq!(plain.send().await.problem(), (415, ""));
    let missing = world.post("/api/v1/calendars", &json!({})).await;
    assert_eq!(missing.problem(), (400, "name"));
    let kind = world.post("/api/v1/calendars", &json!({"name": 7})).await;
    assert_eq!(kind.problem(), (400, "name"));
    let member = json!({"name": "L", "members": [{"calendar": world.calendars[0], "role": 1}]});
    let deep = world.post("/api/v1/links", &member).await;
    assert_eq!(deep.problem(), (400, "members[0].role"));
    let deep = world
        .post(
            "/api/v1/links",
            &json!({"name": "L", "members": [{"role": "both"}]}),
        )
        .await;
    assert_eq!(deep.problem(), (400, "members[0].calendar"));
    let large = world
        .post("/api/v1/calendars", &json!({"name": "x".repeat(5 << 20)}))
        .await;
    assert_eq!(large.problem(), (413, ""));
}

#[tokio::test]
async fn a_query_or_path_that_cannot_be_read_is_a_problem() {
    let world = World::sqlite().await;
    for (path, field) in [
        ("/api/v1/occurrences?end=2026-12-01T00:00:00Z", "start"),
        (
            "/api/v1/occurrences?start=now&end=2026-12-01T00:00:00Z",
            "start",
        ),
        (
            "/api/v1/occurrences?start=2026-11-01T00:00:00Z&end=2026-12-01T00:00:00Z&merge=7",
            "merge",
        ),
        (
            "/api/v1/occurrences?start=2026-11-01T00:00:00Z&end=2026-12-01T00:00:00Z&tz=Nowhere",
            "tz",
        ),
        (
            "/api/v1/occurrences?start=2026-12-01T00:00:00Z&end=2026-11-01T00:00:00Z",
            "end",
        ),
        ("/api/v1/events?calendar=seven", "calendar"),
        ("/api/v1/changes?after=x", "after"),
        ("/api/v1/events/seven", "id"),
    ] {
        let answer = world.ask("GET", path).send().await;
        assert_eq!(answer.problem(), (400, field), "{path}");
    }
    let nobody = "00000000-0000-7000-8000-000000000000";
    let answer = world.ask("DELETE", &format!("/api/v1/events/{nobody}/occurrences/x"));
    assert_eq!(answer.send().await.problem(), (400, "recurrenceId"));
}

#[tokio::test]
async fn an_address_that_is_none_is_a_problem() {
    let world = World::sqlite().await;
    for path in ["/api/v1/nothing", "/api/nothing", "/api/v2/me/x"] {
        let answer = world.ask("GET", path).send().await;
        assert_eq!(answer.problem(), (404, ""), "{path}");
    }
    let method = world.ask("DELETE", "/api/v1/me").send().await;
    assert_eq!(method.problem(), (405, ""));
    assert!(method.header("allow").contains("GET"));
    let nobody = "/api/v1/events/00000000-0000-7000-8000-000000000000";
    assert_eq!(world.ask("GET", nobody).send().await.problem(), (404, ""));
}

#[tokio::test]
async fn an_event_that_cannot_be_read_names_its_property() {
    let world = World::sqlite().await;
    let mut event = visit("Check-up");
    assert_eq!(
        world.post("/api/v1/events", &event).await.problem(),
        (400, "calendar")
    );
    event["calendar"] = json!(world.calendars[0]);
    event["start"] = json!("tomorrow");
    let answer = world.post("/api/v1/events", &event).await;
    assert_eq!(answer.problem(), (400, "start"));
    assert!(world.events(&world.calendars[0]).await.is_empty());
}
