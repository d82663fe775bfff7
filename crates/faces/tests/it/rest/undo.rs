//! Taking back an edit, and bringing back what lost a conflict.

use calendar::Unit;
use serde_json::{Value, json};
use storage::conflicts;
use sync::{Conflict, CopyId, Ruling};
use uuid::Uuid;

use super::world::{World, list, text, visit, weekly};

async fn undo(world: &World, position: i64) -> u16 {
    let form = json!({"position": position});
    world.post("/api/v1/undo", &form).await.status
}

async fn change(world: &World, method: &str, path: &str, body: &Value) {
    let ask = world.ask(method, path).header("if-match", "*");
    ask.json(body).send().await.ok();
}

#[tokio::test]
async fn each_kind_of_edit_is_taken_back() {
    for world in World::all().await {
        let (id, _) = world.event(&visit("Check-up")).await;
        let path = format!("/api/v1/events/{id}");
        change(&world, "PATCH", &path, &json!({"title": "Filling"})).await;
        assert_eq!(undo(&world, world.position().await).await, 204);
        assert_eq!(world.get(&path).await["title"], "Check-up");
        change(&world, "DELETE", &path, &Value::Null).await;
        assert!(world.shown().await.is_empty());
        let deleted = world.position().await;
        assert_eq!(undo(&world, deleted).await, 204);
        assert_eq!(world.shown().await, ["2026-11-24T09:00:00 Check-up"]);
        // It is there again: there is nothing to bring back.
        assert_eq!(undo(&world, deleted).await, 412);
        // Undoing is an edit, and can be undone.
        assert_eq!(undo(&world, world.position().await).await, 204);
        assert!(world.shown().await.is_empty());
        assert_eq!(undo(&world, 1_000_000).await, 404);
        assert_eq!(undo(&world, 1).await, 404);
    }
}

#[tokio::test]
async fn what_others_changed_since_stays() {
    let world = World::sqlite().await;
    let (id, _) = world.event(&visit("Check-up")).await;
    let path = format!("/api/v1/events/{id}");
    let both = json!({"title": "Filling", "description": "Left"});
    change(&world, "PATCH", &path, &both).await;
    let position = world.position().await;
    change(&world, "PATCH", &path, &json!({"title": "Crown"})).await;
    assert_eq!(undo(&world, position).await, 204);
    let event = world.get(&path).await;
    assert_eq!(event["title"], "Crown");
    assert!(event.get("description").is_none());
}

#[tokio::test]
async fn this_and_following_is_taken_back_whole() {
    for world in World::all().await {
        let member = |i: usize| json!({"calendar": world.calendars[i], "role": "both"});
        let link = json!({"name": "L", "members": [member(0), member(1)]});
        world.post("/api/v1/links", &link).await.ok();
        let (id, _) = world.event(&weekly("Hygiene")).await;
        let before = world.shown().await;
        assert_eq!(before.len(), 4);
        let path = format!("/api/v1/events/{id}/occurrences/2026-12-07T10:00:00?scope=following");
        let start = world.position().await;
        change(&world, "PATCH", &path, &json!({"title": "Hygiene II"})).await;
        let changes = world.get(&format!("/api/v1/changes?after={start}")).await;
        let changes = list(&changes["changes"]);
        let causes: Vec<&Value> = changes.iter().map(|c| &c["cause"]).collect();
        assert!(causes.len() >= 4 && causes.iter().all(|c| *c == causes[0]));
        let split = world.shown().await;
        // By the series that was cut and by the one that was made, it is the same.
        for by in [changes.first(), changes.last()] {
            let position = by.unwrap()["position"].as_i64().unwrap();
            assert_eq!(undo(&world, position).await, 204);
            assert_eq!(world.shown().await, before);
            for calendar in &world.calendars {
                assert_eq!(world.events(calendar).await.len(), 1);
            }
            // Forward again, for the second round.
            assert_eq!(undo(&world, world.position().await).await, 204);
            assert_eq!(world.shown().await, split);
        }
    }
}

/// A conflict about the title of an event, which the provider's value won.
async fn conflict(world: &World, event: &str, remote_won: Option<bool>) -> Uuid {
    let actor = identity::Actor::system(world.store.tenant());
    let copy = CopyId(event.parse().unwrap());
    let view = world.hub.event(&actor, copy).await.unwrap();
    let (mut local, base) = (view.event.clone(), view.event.clone());
    local.title = String::from("What lost");
    let id = identity::Ids::uuid(&identity::SystemIds);
    let row = conflicts::Row {
        id,
        copy,
        calendar: view.calendar,
        at: view.updated,
        since: view.updated,
        state: remote_won.map_or(conflicts::State::Open, |_| conflicts::State::Resolved),
        conflict: Conflict {
            unit: Unit::Title,
            base,
            local,
            remote: view.event,
            remote_won,
            by: Ruling::Newest,
            local_side: None,
            remote_side: None,
        },
        last: None,
    };
    let mut tx = world.store.write().await.unwrap();
    conflicts::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn what_lost_a_conflict_comes_back_and_can_go_again() {
    for world in World::all().await {
        let (event, _) = world.event(&visit("Check-up")).await;
        let path = format!("/api/v1/events/{event}");
        let id = conflict(&world, &event, Some(true)).await;
        let listed = world.get("/api/v1/conflicts").await;
        let one = &listed["items"][0];
        let unit = &one["units"][0];
        let values = ["unit", "base", "ours", "theirs", "now", "stands"];
        assert_eq!(
            values.map(|value| text(&unit[value])),
            [
                "title",
                "Check-up",
                "What lost",
                "Check-up",
                "Check-up",
                "theirs"
            ]
        );
        assert_eq!(
            ["state", "rule", "won", "title"].map(|value| text(&one[value])),
            ["resolved", "newest", "theirs", "Check-up"]
        );
        assert_eq!(one["outcomes"], json!(["ours", "merge", "loser"]));
        assert_eq!(one["undoable"], false);
        let state = async || {
            let one = world.get(&format!("/api/v1/conflicts/{id}")).await;
            (text(&one["state"]), one["undoable"] == true)
        };
        change(&world, "PATCH", &path, &json!({"description": "Meanwhile"})).await;
        let decide = format!("/api/v1/conflicts/{id}/decide");
        let loser = json!({"keep": "loser", "state": "resolved"});
        assert_eq!(world.post(&decide, &loser).await.status, 204);
        let read = world.get(&path).await;
        assert_eq!(read["title"], "What lost");
        assert_eq!(read["description"], "Meanwhile");
        assert_eq!(state().await, ("restored".into(), true));
        // Twice is once; who knows an older state is told so.
        let before = world.position().await;
        let again = json!({"keep": "loser"});
        assert_eq!(world.post(&decide, &again).await.status, 204);
        assert_eq!(world.position().await, before);
        assert_eq!(world.post(&decide, &loser).await.status, 412);
        assert_eq!(undo(&world, before).await, 204);
        assert_eq!(world.get(&path).await["title"], "Check-up");
        assert_eq!(state().await, ("resolved".into(), true));
        // The same by the conflict itself.
        assert_eq!(world.post(&decide, &again).await.status, 204);
        let back = format!("/api/v1/conflicts/{id}/undo");
        assert_eq!(world.ask("POST", &back).send().await.status, 204);
        assert_eq!(world.get(&path).await["title"], "Check-up");
        assert_eq!(state().await, ("resolved".into(), true));
    }
}

#[tokio::test]
async fn conflicts_are_read_page_by_page() {
    let world = World::sqlite().await;
    let (event, _) = world.event(&visit("Check-up")).await;
    let open = conflict(&world, &event, None).await;
    for _ in 0..2 {
        conflict(&world, &event, Some(true)).await;
    }
    let page = async |query: &str| world.get(&format!("/api/v1/conflicts?{query}")).await;
    let first = page("limit=2").await;
    assert_eq!(list(&first["items"]).len(), 2);
    let rest = page(&format!("limit=2&before={}", text(&first["next"]))).await;
    assert_eq!(list(&rest["items"]).len(), 1);
    assert_eq!(rest.get("next"), None);
    let asked = page("state=open").await;
    assert_eq!(list(&asked["items"]).len(), 1);
    assert_eq!(asked["items"][0]["id"], open.to_string());
    assert_eq!(asked["items"][0]["outcomes"], json!(["ours", "theirs"]));
    assert_eq!(list(&page("state=settled").await["items"]).len(), 2);
    // All are of one moment, before which there was nothing.
    let at = text(&first["items"][0]["at"]);
    assert!(list(&page(&format!("before={at}")).await["items"]).is_empty());
    for (query, field) in [("state=lost", "state"), ("before=yesterday", "before")] {
        let path = format!("/api/v1/conflicts?{query}");
        let answer = world.ask("GET", &path).send().await;
        assert_eq!(answer.problem(), (400, field));
    }
}

#[tokio::test]
async fn what_cannot_be_restored_is_said() {
    let world = World::sqlite().await;
    let (event, _) = world.event(&visit("Check-up")).await;
    let open = conflict(&world, &event, None).await;
    let restore = async |id: Uuid| {
        let path = format!("/api/v1/conflicts/{id}/decide");
        world.post(&path, &json!({"keep": "loser"})).await
    };
    // Nobody has been asked about it: it is a question without a copy that waits.
    assert_eq!(restore(open).await.problem(), (412, ""));
    assert_eq!(restore(Uuid::nil()).await.problem(), (404, ""));
    let decided = conflict(&world, &event, Some(true)).await;
    change(
        &world,
        "DELETE",
        &format!("/api/v1/events/{event}"),
        &Value::Null,
    )
    .await;
    assert_eq!(restore(decided).await.problem(), (404, ""));
    let path = format!("/api/v1/conflicts/{decided}/undo");
    let answer = world.ask("POST", &path).send().await;
    assert_eq!(answer.problem(), (403, ""));
}

#[tokio::test]
async fn only_an_open_question_is_decided() {
    let world = World::sqlite().await;
    let (event, _) = world.event(&visit("Check-up")).await;
    let decided = conflict(&world, &event, Some(true)).await;
    let keep = |id: Uuid, keep: &str| {
        let (path, form) = (
            format!("/api/v1/conflicts/{id}/decide"),
            json!({"keep": keep, "state": "open"}),
        );
        let world = &world;
        async move { world.post(&path, &form).await }
    };
    assert_eq!(keep(decided, "mine").await.problem(), (400, "keep"));
    assert_eq!(keep(decided, "ours").await.problem(), (412, ""));
    let nothing = Uuid::nil();
    assert_eq!(keep(nothing, "theirs").await.problem(), (404, ""));
}
