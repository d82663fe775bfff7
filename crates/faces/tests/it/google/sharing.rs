//! Calendars that are shared: `acl`, and what each role opens.

use hub::Access;
use serde_json::{Value, json};

use super::world::{World, hour};
use crate::anothers::Other;

const CALENDAR: &str = "calendars/cleo@example.com";
const EVENTS: &str = "calendars/cleo@example.com/events";

async fn other(world: &World) -> Other {
    let (hub, identity) = (&world.app.hub, &world.app.identity);
    let store = hub.store(world.actor.tenant).await.unwrap();
    Other::new(hub, identity, &store).await
}

fn items(listing: &Value) -> Vec<Value> {
    listing["items"].as_array().unwrap().clone()
}

async fn roles(world: &World) -> Vec<String> {
    let listed = world.get("users/me/calendarList").await.ok();
    let all = items(&listed).into_iter();
    all.map(|item| item["accessRole"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_role_opens_what_it_says() {
    let world = World::start().await;
    let other = other(&world).await;
    for path in [CALENDAR, EVENTS, "calendars/cleo@example.com/acl"] {
        assert_eq!(world.get(path).await.fault().0, 404, "{path}");
    }
    assert_eq!(world.post(EVENTS, hour("x")).await.fault().0, 404);
    assert_eq!(roles(&world).await, ["owner"]);

    other.open(Access::FreeBusy).await;
    assert_eq!(roles(&world).await, ["owner", "freeBusyReader"]);
    let listed = world.get(EVENTS).await.ok();
    assert_eq!(listed["accessRole"], "freeBusyReader");
    for event in items(&listed) {
        assert_eq!(event.get("summary"), None, "{event}");
        assert_eq!(event["visibility"], "private");
        assert!(event["start"]["dateTime"].is_string() && event["iCalUID"].is_string());
    }

    // What takes no time is no busy time, however one asks.
    let mut free = hour("Free");
    free["transparency"] = json!("transparent");
    other.open(Access::Write).await;
    world.post(EVENTS, free).await.ok();
    other.open(Access::FreeBusy).await;
    let window = format!("{EVENTS}?singleEvents=true&timeMin=2026-11-01T00:00:00Z");
    for path in [EVENTS, &window] {
        assert_eq!(items(&world.get(path).await.ok()).len(), 2, "{path}");
    }

    other.open(Access::Read).await;
    assert_eq!(roles(&world).await, ["owner", "reader"]);
    let listed = items(&world.get(EVENTS).await.ok());
    let titles: Vec<_> = listed.iter().map(|event| event.get("summary")).collect();
    assert_eq!(titles.len(), 3);
    assert!(titles.contains(&None) && titles.contains(&Some(&json!("Visit"))));
    let id = listed[0]["id"].as_str().unwrap();
    let one = format!("{EVENTS}/{id}");
    for answer in [
        world.post(EVENTS, hour("x")).await,
        world.patch(&one, json!({"summary": "x"})).await,
        world.delete(&one).await,
        world.patch(CALENDAR, json!({"summary": "x"})).await,
        world.delete(CALENDAR).await,
    ] {
        assert_eq!(answer.fault(), (403, "requiredAccessLevel".to_owned()));
    }
    let acl = format!("{CALENDAR}/acl");
    assert_eq!(world.get(&acl).await.fault(), (403, "forbidden".to_owned()));

    other.open(Access::Write).await;
    assert_eq!(roles(&world).await, ["owner", "writer"]);
    let listed = items(&world.get(EVENTS).await.ok());
    assert!(listed.iter().any(|event| event["summary"] == "Doctor"));
    world.patch(&one, json!({"summary": "New"})).await.ok();
    assert_eq!(items(&world.get(&acl).await.ok()).len(), 2);
    let rule = json!({"role": "reader", "scope": {"type": "user", "value": "ben@example.com"}});
    let refused = world.post(&acl, rule.clone()).await;
    assert_eq!(refused.fault(), (403, "forbidden".to_owned()));

    other.open(Access::Owner).await;
    assert_eq!(roles(&world).await, ["owner", "owner"]);
    world.post(&acl, rule).await.ok();
    // It stays Cleo's, and is never Ada's own.
    let listed = world.get("users/me/calendarList/primary").await.ok();
    assert_eq!(listed["id"], "ada@example.com");
    let refused = world.delete(&format!("{acl}/user:cleo@example.com")).await;
    assert_eq!(refused.fault(), (403, "forbidden".to_owned()));
    let refused = world.delete(&format!("{acl}/user:ada@example.com")).await;
    assert_eq!(refused.fault(), (403, "cannotChangeOwnAcl".to_owned()));
}

#[tokio::test]
async fn tokens_of_a_calendar_end_with_the_grant() {
    let world = World::start().await;
    let other = other(&world).await;
    other.open(Access::Read).await;
    let token = |listing: &Value| listing["nextSyncToken"].as_str().unwrap().to_owned();
    let events = token(&world.get(EVENTS).await.ok());
    let list = token(&world.get("users/me/calendarList").await.ok());
    let events = format!("{EVENTS}?syncToken={events}");
    let list = format!("users/me/calendarList?syncToken={list}");
    assert_eq!(items(&world.get(&events).await.ok()), [] as [Value; 0]);
    assert_eq!(items(&world.get(&list).await.ok()), [] as [Value; 0]);
    other.open(Access::Write).await;
    let changed = items(&world.get(&list).await.ok());
    assert_eq!(changed[0]["accessRole"], "writer");
    let again = world.get(&events).await;
    assert_eq!(again.fault(), (410, "fullSyncRequired".to_owned()));
    other.close().await;
    assert_eq!(world.get(&events).await.fault().0, 404);
    let again = world.get(&list).await;
    assert_eq!(again.fault(), (410, "fullSyncRequired".to_owned()));
    assert_eq!(roles(&world).await, ["owner"]);
}

#[tokio::test]
async fn busy_time_of_others_is_told_if_they_opened_it() {
    let world = World::start().await;
    let other = other(&world).await;
    let asked = json!({
        "timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z",
        "items": [{"id": "cleo@example.com"}, {"id": "ben@example.com"}, {"id": "ada@example.com"}],
    });
    let closed = world.post("freeBusy", asked.clone()).await.ok();
    let error = |answer: &Value, who: &str| answer["calendars"][who]["errors"][0]["reason"].clone();
    assert_eq!(error(&closed, "cleo@example.com"), "notFound");
    other.open(Access::FreeBusy).await;
    let open = world.post("freeBusy", asked).await.ok();
    let busy = &open["calendars"]["cleo@example.com"]["busy"];
    assert_eq!(busy.as_array().unwrap().len(), 2, "{open}");
    assert_eq!(error(&open, "ben@example.com"), "notFound");
    assert_eq!(open["calendars"]["ada@example.com"]["busy"], json!([]));
}

#[tokio::test]
async fn rules_are_made_changed_and_taken_away() {
    let world = World::start().await;
    let acl = "calendars/primary/acl";
    let owner = items(&world.get(acl).await.ok()).remove(0);
    assert_eq!(
        (&owner["id"], &owner["role"]),
        (&json!("user:ada@example.com"), &json!("owner"))
    );
    let rule =
        |role: &str, who: &str| json!({"role": role, "scope": {"type": "user", "value": who}});
    let path = format!("{acl}?sendNotifications=true");
    let made = world
        .post(&path, rule("reader", "Ben@example.com"))
        .await
        .ok();
    assert_eq!(made["id"], "user:ben@example.com");
    let one = format!("{acl}/user:ben@example.com");
    assert_eq!(world.get(&one).await.ok(), made);
    let token = world.get(acl).await.ok()["nextSyncToken"].clone();
    let since = format!("{acl}?syncToken={}", token.as_str().unwrap());
    assert_eq!(items(&world.get(&since).await.ok()), [] as [Value; 0]);
    let changed = world.patch(&one, json!({"role": "writer"})).await.ok();
    assert_eq!(changed["role"], "writer");
    assert_ne!(changed["etag"], made["etag"]);
    assert_eq!(world.get(&since).await.fault().1, "fullSyncRequired");
    let whole = world
        .put(&one, rule("freeBusyReader", "ben@example.com"))
        .await;
    assert_eq!(whole.ok()["role"], "freeBusyReader");
    let stale = [("if-match", made["etag"].as_str().unwrap())];
    let stale = world.send("DELETE", &one, &stale, Value::Null).await;
    assert_eq!(stale.fault().0, 412);
    // Somebody of elsewhere is on the list, and nobody is told.
    world
        .post(&path, rule("owner", "who@elsewhere.example"))
        .await
        .ok();
    let all = json!({"role": "reader", "scope": {"type": "default"}});
    assert_eq!(world.post(acl, all).await.ok()["id"], "default");
    assert_eq!(world.mails(), 0);
    let first = world.get(&format!("{acl}?maxResults=3")).await.ok();
    assert_eq!(items(&first).len(), 3);
    let next = first["nextPageToken"].as_str().unwrap();
    let rest = world
        .get(&format!("{acl}?maxResults=3&pageToken={next}"))
        .await;
    assert_eq!(items(&rest.ok()).len(), 1);
    assert_eq!(world.delete(&one).await.status, 204);
    assert_eq!(world.get(&one).await.fault().0, 404);
    for (body, reason) in [
        (json!({"role": "reader"}), "required"),
        (json!({"scope": {"type": "default"}}), "required"),
        (rule("king", "ben@example.com"), "invalid"),
        (rule("reader", "nobody"), "invalid"),
        (
            json!({"role": "writer", "scope": {"type": "default"}}),
            "invalid",
        ),
        (
            json!({"role": "reader", "scope": {"type": "domain", "value": "x.example"}}),
            "invalid",
        ),
    ] {
        assert_eq!(
            world.post(acl, body).await.fault(),
            (400, reason.to_owned())
        );
    }
    let own = world.post(acl, rule("none", "ada@example.com")).await;
    assert_eq!(own.fault(), (403, "cannotChangeOwnAcl".to_owned()));
}
