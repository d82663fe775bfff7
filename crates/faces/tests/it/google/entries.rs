//! What people say of a calendar on their list.

use serde_json::{Value, json};

use super::world::World;

const LIST: &str = "users/me/calendarList";

fn ids(listing: &Value) -> Vec<&str> {
    let items = listing["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_people_say_of_a_calendar_is_kept_beside_it() {
    let world = World::start().await;
    let new = json!({"summary": "Practice", "location": "Berlin"});
    let made = world.post("calendars", new).await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["location"], "Berlin");
    let entry = format!("{LIST}/{id}");
    let said = json!({
        "summaryOverride": "Mine", "hidden": true, "colorId": "7",
        "defaultReminders": [{"method": "popup", "minutes": 15}],
    });
    let told = world.patch(&entry, said).await.ok();
    for (name, value) in [
        ("summary", json!("Practice")),
        ("summaryOverride", json!("Mine")),
        ("hidden", json!(true)),
        ("location", json!("Berlin")),
        ("backgroundColor", json!("#42d692")),
        (
            "defaultReminders",
            json!([{"method": "popup", "minutes": 15}]),
        ),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    assert_eq!(told.get("selected"), None, "what is hidden is not shown");
    assert_eq!(world.get(&entry).await.ok(), told);
    let events = world.get(&format!("calendars/{id}/events")).await.ok();
    assert_eq!(events["defaultReminders"], told["defaultReminders"]);
    assert_eq!(ids(&world.get(LIST).await.ok()), ["ada@example.com"]);
    let all = world.get(&format!("{LIST}?showHidden=true")).await.ok();
    assert_eq!(ids(&all), ["ada@example.com", id]);
    let whole = world
        .put(&entry, json!({"hidden": false, "selected": true}))
        .await
        .ok();
    assert_eq!(
        (whole.get("summaryOverride"), whole.get("hidden")),
        (None, None)
    );
    assert_eq!(whole["selected"], true);
    let cleared = world
        .patch(&format!("calendars/{id}"), json!({"location": null}))
        .await
        .ok();
    assert_eq!(cleared.get("location"), None);
    let six: Vec<Value> = (0..6)
        .map(|m| json!({"method": "popup", "minutes": m}))
        .collect();
    let refused = world.patch(&entry, json!({"defaultReminders": six})).await;
    assert_eq!(
        refused.fault(),
        (400, "defaultRemindersCountExceedsLimit".to_owned())
    );
}

#[tokio::test]
async fn the_list_comes_in_pages_and_says_what_changed_and_what_has_gone() {
    let world = World::start().await;
    let mut made = Vec::new();
    for name in ["a", "b"] {
        let calendar = world.post("calendars", json!({"summary": name})).await.ok();
        made.push(calendar["id"].as_str().unwrap().to_owned());
    }
    let first = world.get(&format!("{LIST}?maxResults=2")).await.ok();
    assert_eq!(ids(&first), ["ada@example.com", &made[0]]);
    assert_eq!(first.get("nextSyncToken"), None);
    let next = first["nextPageToken"].as_str().unwrap();
    let last = world
        .get(&format!("{LIST}?maxResults=2&pageToken={next}"))
        .await
        .ok();
    assert_eq!(ids(&last), [&made[1]]);
    let since = format!(
        "{LIST}?syncToken={}",
        last["nextSyncToken"].as_str().unwrap()
    );
    assert_eq!(
        world.delete(&format!("{LIST}/{}", made[0])).await.status,
        204
    );
    assert_eq!(
        world.delete(&format!("calendars/{}", made[1])).await.status,
        204
    );
    let told = world.get(&since).await.ok();
    assert_eq!(ids(&told), [&made[0], &made[1]]);
    let gone = told["items"].as_array().unwrap().iter();
    assert!(gone.into_iter().all(|item| item["deleted"] == true));
    // Off the list, and still there.
    assert_eq!(
        world.get(&format!("calendars/{}", made[0])).await.status,
        200
    );
    assert_eq!(
        world.get(&format!("{LIST}/{}", made[0])).await.fault().0,
        404
    );
    let back = world
        .post(LIST, json!({"id": made[0], "summaryOverride": "back"}))
        .await
        .ok();
    assert_eq!(
        (&back["summary"], &back["summaryOverride"]),
        (&json!("a"), &json!("back"))
    );
    let stays = world.delete(&format!("{LIST}/primary")).await;
    let reason = "cannotChangeOwnPrimarySubscription".to_owned();
    assert_eq!(stays.fault(), (400, reason));
    for (more, reason) in [
        ("showHidden=false", "syncTokenWithRequestRestrictions"),
        ("minAccessRole=owner", "syncTokenWithRequestRestrictions"),
        ("pageToken=x", "invalid"),
        ("minAccessRole=king", "invalid"),
    ] {
        let refused = world.get(&format!("{since}&{more}")).await;
        assert_eq!(refused.fault(), (400, reason.to_owned()), "{more}");
    }
    let owned = world.get(&format!("{LIST}?minAccessRole=owner")).await.ok();
    assert_eq!(ids(&owned).len(), 2);
}
