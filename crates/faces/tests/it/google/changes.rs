//! What is changed about calendars, parts of answers, moves, settings.

use serde_json::{Value, json};

use super::world::{EVENTS, World, hour, ids, path, weekly};

#[tokio::test]
async fn a_calendar_is_changed_in_part_and_as_a_whole() {
    let world = World::start().await;
    let made = world
        .post(
            "calendars",
            json!({"summary": "Practice", "description": "Room 1", "timeZone": "Europe/Berlin"}),
        )
        .await
        .ok();
    assert_eq!(made["description"], "Room 1");
    let at = format!("calendars/{}", made["id"].as_str().unwrap());
    let change = json!({"timeZone": "Asia/Tokyo"});
    let patched = world.patch(&at, change).await.ok();
    assert_eq!(
        (
            &patched["summary"],
            &patched["timeZone"],
            &patched["description"]
        ),
        (&json!("Practice"), &json!("Asia/Tokyo"), &json!("Room 1"))
    );
    assert_ne!(patched["etag"], made["etag"]);
    let whole = world.put(&at, json!({"summary": "New"})).await.ok();
    assert_eq!(
        (&whole["summary"], whole.get("description")),
        (&json!("New"), None)
    );
    assert_eq!(world.get(&at).await.ok(), whole);
    for (body, reason) in [
        (json!({}), "required"),
        (
            json!({"summary": "x", "timeZone": "Nowhere/Here"}),
            "invalid",
        ),
        (json!({"summary": 7}), "invalid"),
    ] {
        assert_eq!(world.put(&at, body).await.fault(), (400, reason.to_owned()));
    }
    let nobody = world.patch("calendars/nobody", json!({})).await;
    assert_eq!(nobody.fault(), (404, "notFound".to_owned()));
}

#[tokio::test]
async fn an_entry_of_the_list_has_a_colour_of_the_palette_or_any_other() {
    let world = World::start().await;
    let at = "users/me/calendarList/primary";
    let entry = world.patch(at, json!({"colorId": "7"})).await.ok();
    assert_eq!(
        (&entry["colorId"], &entry["backgroundColor"]),
        (&json!("7"), &json!("#42d692"))
    );
    let by_value = format!("{at}?colorRgbFormat=true");
    let own = json!({"backgroundColor": "#123456", "selected": false});
    let entry = world.put(&by_value, own).await.ok();
    assert_eq!(
        (
            &entry["backgroundColor"],
            entry.get("selected"),
            entry.get("colorId")
        ),
        (&json!("#123456"), None, None)
    );
    assert_eq!(world.get(at).await.ok(), entry);
    let unknown = world.patch(at, json!({"colorId": "99"})).await;
    assert_eq!(unknown.fault(), (400, "invalid".to_owned()));
    let list = "users/me/calendarList";
    let again = world
        .post(list, json!({"id": "ada@example.com"}))
        .await
        .ok();
    assert_eq!(again, entry);
    let other = world.post(list, json!({"id": "nobody@example.com"})).await;
    assert_eq!(other.fault().0, 404);
    let palette = world.get("colors").await.ok();
    assert_eq!(palette["calendar"]["7"]["background"], "#42d692");
}

#[tokio::test]
async fn an_event_moves_to_another_calendar_with_its_id() {
    let world = World::start().await;
    let made = world
        .post("calendars", json!({"summary": "Practice"}))
        .await;
    let to = made.ok()["id"].as_str().unwrap().to_owned();
    let event = world.post(EVENTS, hour("Visit")).await.ok();
    let id = event["id"].as_str().unwrap();
    let moving = format!("{}/move?destination={to}", path(id));
    let moved = world.post(&moving, Value::Null).await.ok();
    assert_eq!(
        (&moved["id"], &moved["iCalUID"]),
        (&event["id"], &event["iCalUID"])
    );
    assert_eq!(moved["organizer"]["displayName"], "Practice");
    assert_eq!(world.get(&path(id)).await.ok()["status"], "cancelled");
    let there = world.get(&format!("calendars/{to}/events/{id}")).await.ok();
    assert_eq!(there["summary"], "Visit");
    assert_eq!(world.post(&moving, Value::Null).await.fault().0, 404);

    let nowhere = format!("calendars/{to}/events/{id}/move");
    let fault = world.post(&nowhere, Value::Null).await.fault();
    assert_eq!(fault, (400, "required".to_owned()));
    let unknown = format!("{nowhere}?destination=nobody@example.com");
    assert_eq!(world.post(&unknown, Value::Null).await.fault().0, 404);
    let here = format!("{nowhere}?destination={to}");
    assert_eq!(world.post(&here, Value::Null).await.fault().0, 400);

    let series = world.post(EVENTS, weekly("series")).await.ok();
    let series = path(series["id"].as_str().unwrap());
    let all = world.get(&format!("{series}/instances")).await.ok();
    let one = format!("{}/move?destination={to}", path(ids(&all)[0]));
    assert_eq!(world.post(&one, Value::Null).await.fault().0, 400);
    let whole = format!("{series}/move?destination={to}");
    let whole = world.post(&whole, Value::Null).await.ok();
    assert!(whole["recurrence"].is_array());
}

#[tokio::test]
async fn an_answer_has_only_the_fields_that_are_asked_for() {
    let world = World::start().await;
    world.post(EVENTS, hour("a")).await.ok();
    let fields = "fields=kind,items(summary,start/timeZone)";
    let listing = world.get(&format!("{EVENTS}?{fields}")).await.ok();
    assert_eq!(
        listing,
        json!({"kind": "calendar#events", "items": [{"summary": "a", "start": {"timeZone": "Europe/Berlin"}}]})
    );
    let made = world
        .post(&format!("{EVENTS}?fields=summary"), hour("b"))
        .await;
    assert_eq!(made.ok(), json!({"summary": "b"}));
    // Refusals are whole.
    let none = world.get(&format!("{}?fields=id", path("nobody"))).await;
    assert_eq!(none.fault(), (404, "notFound".to_owned()));
    let bad = world.get(&format!("{EVENTS}?fields=items(id")).await;
    assert_eq!(bad.fault(), (400, "invalidParameter".to_owned()));
}

#[tokio::test]
async fn settings_are_listed_and_read_by_name() {
    let world = World::start().await;
    let listing = world.get("users/me/settings").await.ok();
    let items = listing["items"].as_array().unwrap();
    let zone = items.iter().find(|item| item["id"] == "timezone");
    assert_eq!(zone.unwrap()["value"], "Europe/Berlin");
    let one = world.get("users/me/settings/weekStart").await.ok();
    assert!(items.contains(&one));
    let token = listing["nextSyncToken"].as_str().unwrap();
    let later = format!("users/me/settings?syncToken={token}");
    assert_eq!(world.get(&later).await.ok()["items"], json!([]));
    let unknown = world.get("users/me/settings/nothing").await;
    assert_eq!(unknown.fault(), (404, "notFound".to_owned()));
}
