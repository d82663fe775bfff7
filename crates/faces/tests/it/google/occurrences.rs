//! Series and their occurrences.

use serde_json::json;

use super::world::{EVENTS, World, hour, ids, path, weekly};

const FIRST: &str = "series_20261124T080000Z";
const SECOND: &str = "series_20261201T080000Z";
const THIRD: &str = "series_20261208T080000Z";

async fn world() -> World {
    let world = World::start().await;
    world.post(EVENTS, weekly("series")).await.ok();
    world
}

async fn starts(world: &World, query: &str) -> Vec<String> {
    let listing = world
        .get(&format!("{EVENTS}/series/instances?{query}"))
        .await
        .ok();
    let items = listing["items"].as_array().unwrap().iter();
    items
        .map(|item| item["start"]["dateTime"].as_str().unwrap_or("-").to_owned())
        .collect()
}

#[tokio::test]
async fn an_occurrence_is_an_event_with_an_id_of_its_own() {
    let world = world().await;
    let plain = world.get(&path(SECOND)).await.ok();
    assert_eq!(plain["recurringEventId"], "series");
    assert_eq!(
        plain["originalStartTime"],
        json!({"dateTime": "2026-12-01T09:00:00+01:00", "timeZone": "Europe/Berlin"})
    );
    assert_eq!(plain.get("recurrence"), None);
    for nothing in [
        "series_20261202T080000Z",
        "series_20261201",
        "series_20270105T080000Z",
    ] {
        assert_eq!(world.get(&path(nothing)).await.fault().0, 404, "{nothing}");
    }
}

#[tokio::test]
async fn occurrences_are_moved_edited_and_called_off() {
    let world = world().await;
    let plain = world.get(&path(SECOND)).await.ok();
    let mut moved = hour("Moved");
    moved["start"]["dateTime"] = json!("2026-12-02T11:00:00+01:00");
    moved["end"]["dateTime"] = json!("2026-12-02T12:00:00+01:00");
    let changed = world.patch(&path(SECOND), moved).await.ok();
    assert_eq!(
        (&changed["id"], &changed["summary"]),
        (&json!(SECOND), &json!("Moved"))
    );
    assert_eq!(changed["originalStartTime"], plain["originalStartTime"]);
    assert_eq!(world.delete(&path(THIRD)).await.status, 204);
    assert_eq!(
        world.delete(&path(THIRD)).await.fault(),
        (410, "deleted".to_owned())
    );
    assert_eq!(world.get(&path(THIRD)).await.ok()["status"], "cancelled");
    assert_eq!(
        starts(&world, "").await,
        [
            "2026-11-24T09:00:00+01:00",
            "2026-12-02T11:00:00+01:00",
            "2026-12-15T09:00:00+01:00"
        ]
    );
    assert_eq!(starts(&world, "showDeleted=true").await.len(), 4);
    assert_eq!(
        starts(&world, "originalStart=2026-12-01T09:00:00%2B01:00").await,
        ["2026-12-02T11:00:00+01:00"]
    );
    let parts = world.get(EVENTS).await.ok();
    assert_eq!(ids(&parts), ["series", SECOND, THIRD]);
    assert_eq!(parts["items"][2]["status"], "cancelled");

    // The title of the series changes, that of the edited occurrence stays.
    world
        .patch(&path("series"), json!({"summary": "New"}))
        .await
        .ok();
    assert_eq!(world.get(&path(SECOND)).await.ok()["summary"], "Moved");
    assert_eq!(world.get(&path(FIRST)).await.ok()["summary"], "New");
    // A called-off occurrence comes back.
    let back = world
        .patch(&path(THIRD), json!({"status": "confirmed"}))
        .await
        .ok();
    assert_eq!(back["summary"], "New");
    assert_eq!(starts(&world, "").await.len(), 4);
    // An occurrence that is changed back is like any other.
    let plain = world
        .put(
            &path(SECOND),
            json!({"summary": "New", "start": plain["start"], "end": plain["end"]}),
        )
        .await
        .ok();
    assert_eq!(plain["start"]["dateTime"], "2026-12-01T09:00:00+01:00");
    assert_eq!(ids(&world.get(EVENTS).await.ok()), ["series"]);
}

#[tokio::test]
async fn a_series_keeps_its_exdate_lines_and_lets_an_occurrence_back_in() {
    let world = World::start().await;
    let mut body = weekly("series");
    body["recurrence"] = json!([
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE;TZID=Europe/Berlin:20261201T090000"
    ]);
    let made = world.post(EVENTS, body.clone()).await.ok();
    assert_eq!(made["recurrence"], body["recurrence"]);
    assert_eq!(starts(&world, "").await.len(), 3);
    assert_eq!(ids(&world.get(EVENTS).await.ok()), ["series"]);
    world
        .patch(
            &path("series"),
            json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"]}),
        )
        .await
        .ok();
    assert_eq!(starts(&world, "").await.len(), 4);
}

#[tokio::test]
async fn exceptions_do_not_outlive_what_they_are_exceptions_to() {
    let world = world().await;
    world.delete(&path(SECOND)).await.ok();
    // One that was edited would come back as an extra occurrence, if it stayed.
    world
        .patch(&path(THIRD), json!({"summary": "Edited"}))
        .await
        .ok();
    let mut later = hour("x");
    later["start"]["dateTime"] = json!("2026-11-24T10:00:00+01:00");
    later["end"]["dateTime"] = json!("2026-11-24T11:00:00+01:00");
    world
        .patch(
            &path("series"),
            json!({"start": later["start"], "end": later["end"]}),
        )
        .await
        .ok();
    assert_eq!(starts(&world, "").await.len(), 4);
    // A change that leaves the occurrence in place leaves it called off.
    world.delete(&path("series_20261201T090000Z")).await.ok();
    world
        .patch(
            &path("series"),
            json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"]}),
        )
        .await
        .ok();
    assert_eq!(starts(&world, "").await.len(), 4);
}

#[tokio::test]
async fn an_all_day_series_names_its_occurrences_by_day() {
    let world = World::start().await;
    let body = json!({
        "id": "leave", "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"},
        "recurrence": ["RRULE:FREQ=YEARLY;COUNT=3"],
    });
    world.post(EVENTS, body).await.ok();
    let second = world.get(&path("leave_20271224")).await.ok();
    assert_eq!(second["originalStartTime"], json!({"date": "2027-12-24"}));
    let listing = world.get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime&timeMin=2026-01-01T00:00:00Z&timeMax=2030-01-01T00:00:00Z")).await.ok();
    assert_eq!(
        ids(&listing),
        ["leave_20261224", "leave_20271224", "leave_20281224"]
    );
}
