//! Listings: pages, windows, filters, sync tokens.

use kalends_faces::Dialect;
use serde_json::{Value, json};

use super::world::{EVENTS, World, hour, ids, path, weekly};

fn on(day: &str, title: &str) -> Value {
    let mut event = hour(title);
    event["start"]["dateTime"] = json!(format!("{day}T09:00:00+01:00"));
    event["end"]["dateTime"] = json!(format!("{day}T10:00:00+01:00"));
    event
}

/// All pages of a listing, and its sync token.
async fn all(world: &World, query: &str) -> (Vec<Value>, String) {
    let mut items = Vec::new();
    let mut page = String::new();
    loop {
        let listing = world.get(&format!("{EVENTS}?{query}{page}")).await.ok();
        items.extend(listing["items"].as_array().unwrap().clone());
        match listing["nextPageToken"].as_str() {
            Some(token) => {
                assert_eq!(
                    listing.get("nextSyncToken"),
                    None,
                    "only the last page has one"
                );
                page = format!("&pageToken={token}");
            }
            None => {
                return (
                    items,
                    listing["nextSyncToken"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                );
            }
        }
    }
}

fn titles(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["summary"].as_str().unwrap_or("-"))
        .collect()
}

#[tokio::test]
async fn pages_hold_everything_once() {
    let world = World::start().await;
    for n in 0..7 {
        world.post(EVENTS, hour(&format!("e{n}"))).await.ok();
    }
    world.post(EVENTS, weekly("series")).await.ok();
    let (items, token) = all(&world, "maxResults=3").await;
    assert_eq!(
        titles(&items),
        ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "Weekly"]
    );
    assert!(!token.is_empty());
    let (items, token) = all(&world, "maxResults=3&singleEvents=true&orderBy=startTime").await;
    assert_eq!(items.len(), 7 + 4);
    assert_eq!(token, "", "a sorted listing is none to go on from");
    let small = World::with(Dialect {
        burned_ids: true,
        page_max: 2,
        ..Dialect::default()
    })
    .await;
    for n in 0..3 {
        small.post(EVENTS, hour(&format!("e{n}"))).await.ok();
    }
    let first = small.get(&format!("{EVENTS}?maxResults=100")).await.ok();
    assert_eq!(ids(&first).len(), 2);
    assert_eq!(all(&small, "").await.0.len(), 3);
}

#[tokio::test]
async fn a_sync_token_brings_what_changed_since_and_nothing_else() {
    let world = World::start().await;
    let kept = world.post(EVENTS, hour("kept")).await.ok();
    let edited = world.post(EVENTS, hour("edited")).await.ok();
    let deleted = world.post(EVENTS, hour("deleted")).await.ok();
    world.post(EVENTS, weekly("series")).await.ok();
    let (_, token) = all(&world, "").await;
    let since = |token: &str| format!("syncToken={token}");
    assert_eq!(all(&world, &since(&token)).await.0, Vec::<Value>::new());

    let id = |event: &Value| event["id"].as_str().unwrap().to_owned();
    world
        .patch(&path(&id(&edited)), json!({"summary": "edited!"}))
        .await
        .ok();
    world.delete(&path(&id(&deleted))).await.ok();
    world.delete(&path("series_20261201T080000Z")).await.ok();
    world.post(EVENTS, hour("new")).await.ok();
    for size in [1, 250] {
        let (items, next) = all(&world, &format!("maxResults={size}&{}", since(&token))).await;
        let shown: Vec<_> = items
            .iter()
            .map(|i| {
                (
                    i["summary"].as_str().unwrap_or("-"),
                    i["status"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("edited!", "confirmed"),
                ("-", "cancelled"),
                // Of the series the occurrence alone.
                ("-", "cancelled"),
                ("new", "confirmed")
            ]
        );
        assert!(items.iter().all(|item| item["id"] != kept["id"]));
        assert_eq!(all(&world, &since(&next)).await.0, Vec::<Value>::new());
    }
    for forbidden in [
        "timeMin=2026-01-01T00:00:00Z",
        "q=x",
        "orderBy=updated",
        "showDeleted=false",
        "iCalUID=x",
    ] {
        let answer = world
            .get(&format!("{EVENTS}?syncToken={token}&{forbidden}"))
            .await;
        let reason = "syncTokenWithRequestRestrictions".to_owned();
        assert_eq!(answer.fault(), (400, reason), "{forbidden}");
    }
}

#[tokio::test]
async fn no_page_is_longer_than_was_asked_for() {
    let world = World::start().await;
    world.post(EVENTS, hour("before")).await.ok();
    let (_, token) = all(&world, "").await;
    world.post(EVENTS, weekly("series")).await.ok();
    world.post(EVENTS, hour("after")).await.ok();
    for day in ["1124", "1201", "1208"] {
        let one = path(&format!("series_2026{day}T080000Z"));
        world.patch(&one, json!({"summary": day})).await.ok();
    }
    for (query, number) in [(String::new(), 6), (format!("&syncToken={token}"), 5)] {
        let (whole, _) = all(&world, &format!("maxResults=250{query}")).await;
        assert_eq!(whole.len(), number);
        for size in 1..=number {
            let first = world
                .get(&format!("{EVENTS}?maxResults={size}{query}"))
                .await
                .ok();
            assert_eq!(first["items"].as_array().unwrap().len(), size);
            let (paged, _) = all(&world, &format!("maxResults={size}{query}")).await;
            assert_eq!(paged, whole, "{size}{query}");
        }
    }
}

#[tokio::test]
async fn of_a_series_the_parts_that_changed_are_told() {
    let world = World::start().await;
    world.post(EVENTS, weekly("series")).await.ok();
    let single = "singleEvents=true";
    let first = |query: &'static str| async {
        let (_, token) = all(&world, query).await;
        token
    };
    let (parts, singles) = (first("").await, first(single).await);
    let told = async |query: &str, token: &str| -> Vec<(String, String)> {
        let (items, _) = all(&world, &format!("{query}&syncToken={token}")).await;
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let told = items.iter().map(|i| (text(&i["id"]), text(&i["status"])));
        told.collect()
    };
    let part = |id: &str, status: &str| (id.to_owned(), status.to_owned());
    let second = "series_20261201T080000Z";
    world
        .patch(&path(second), json!({"summary": "other"}))
        .await
        .ok();
    let changed = [part(second, "confirmed")];
    assert_eq!(told("", &parts).await, changed);
    assert_eq!(told(single, &singles).await, changed);
    // Since then, and since before that.
    let (later, singles_later) = (first("").await, first(single).await);
    world.delete(&path("series_20261208T080000Z")).await.ok();
    let cancelled = [part("series_20261208T080000Z", "cancelled")];
    assert_eq!(told("", &later).await, cancelled);
    assert_eq!(told(single, &singles_later).await, cancelled);
    assert_eq!(told("", &parts).await.len(), 2);
    // The title of the series is that of its plain occurrences; the one that has its own stays.
    let (later, singles_later) = (first("").await, first(single).await);
    world
        .patch(&path("series"), json!({"summary": "all"}))
        .await
        .ok();
    assert_eq!(told("", &later).await, [part("series", "confirmed")]);
    let told_singles = told(single, &singles_later).await;
    assert!(told_singles.iter().all(|(id, _)| id != second));
    assert!(!told_singles.is_empty());
    // What a shorter rule no longer has is gone.
    let singles_later = first(single).await;
    let shorter = json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]});
    world.patch(&path("series"), shorter).await.ok();
    let gone = told(single, &singles_later).await;
    assert!(gone.contains(&part("series_20261215T080000Z", "cancelled")));
}

#[tokio::test]
async fn tokens_expire_on_demand_and_those_given_out_afterwards_do_not() {
    let world = World::start().await;
    world.post(EVENTS, hour("one")).await.ok();
    let (_, token) = all(&world, "").await;
    world
        .app
        .expire_sync_tokens(world.app.hub.position(&world.actor).await.unwrap());
    let expired = world.get(&format!("{EVENTS}?syncToken={token}")).await;
    assert_eq!(expired.fault(), (410, "fullSyncRequired".to_owned()));
    let (items, token) = all(&world, "").await;
    assert_eq!(items.len(), 1);
    assert_eq!(
        all(&world, &format!("syncToken={token}")).await.0,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn a_window_holds_what_touches_it() {
    let world = World::start().await;
    for day in ["2026-11-23", "2026-11-24", "2026-11-25"] {
        world.post(EVENTS, on(day, day)).await.ok();
    }
    world.post(EVENTS, weekly("series")).await.ok();
    let window = "timeMin=2026-11-24T09:00:00Z&timeMax=2026-12-01T08:00:00Z";
    let (items, _) = all(&world, window).await;
    assert_eq!(
        titles(&items),
        ["2026-11-25"],
        "ends at its lower bound are out, and so are starts at its upper"
    );
    let window = "timeMin=2026-11-24T08:59:59Z&timeMax=2026-12-01T08:00:01Z&singleEvents=true&orderBy=startTime";
    let (items, _) = all(&world, window).await;
    assert_eq!(items.len(), 4);
    assert_eq!(items[3]["id"], "series_20261201T080000Z");
    let empty = world
        .get(&format!(
            "{EVENTS}?timeMin=2026-12-01T00:00:00Z&timeMax=2026-11-01T00:00:00Z"
        ))
        .await;
    assert_eq!(empty.fault().0, 400);
}

#[tokio::test]
async fn filters_find_by_uid_property_text_and_time_of_change() {
    let world = World::start().await;
    let mut stamped = hour("Stamped");
    stamped["extendedProperties"] = json!({"private": {"kalendsStamp": "s1", "a": "b"}});
    let stamped = world.post(EVENTS, stamped).await.ok();
    world.post(EVENTS, hour("Other")).await.ok();
    world.post(EVENTS, weekly("series")).await.ok();
    world.delete(&path("series_20261201T080000Z")).await.ok();
    let uid = stamped["iCalUID"].as_str().unwrap().replace('@', "%40");
    for (query, found) in [
        ("privateExtendedProperty=kalendsStamp%3Ds1".to_owned(), 1),
        (
            "privateExtendedProperty=kalendsStamp%3Ds1&privateExtendedProperty=a%3Dc".to_owned(),
            0,
        ),
        ("sharedExtendedProperty=kalendsStamp%3Ds1".to_owned(), 0),
        (format!("iCalUID={uid}"), 1),
        ("iCalUID=series%40google.com&showDeleted=true".to_owned(), 2),
        ("q=STAMP".to_owned(), 1),
        ("q=weekly&singleEvents=true".to_owned(), 3),
        ("eventTypes=outOfOffice".to_owned(), 1),
        ("updatedMin=2000-01-01T00:00:00Z".to_owned(), 4),
        ("updatedMin=2100-01-01T00:00:00Z".to_owned(), 0),
    ] {
        let (items, _) = all(&world, &query).await;
        assert_eq!(items.len(), found, "{query}");
    }
    world
        .delete(&path(stamped["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(all(&world, "").await.0.len(), 3);
    assert_eq!(all(&world, "showDeleted=true").await.0.len(), 4);
}
