//! Calendars, channels, colours, free and busy, batches.

use serde_json::{Value, json};

use super::world::{EVENTS, World, hour, weekly};

#[tokio::test]
async fn people_see_their_own_calendars() {
    let world = World::start().await;
    let listing = world.get("users/me/calendarList").await.ok();
    let items = listing["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (&items[0]["id"], &items[0]["primary"]),
        (&json!("ada@example.com"), &json!(true))
    );
    assert_eq!(
        world.get("users/me/calendarList/primary").await.ok(),
        items[0]
    );
    assert_eq!(
        world
            .get("users/me/calendarList/ADA@example.com")
            .await
            .ok(),
        items[0]
    );
    let token = listing["nextSyncToken"].as_str().unwrap();
    let since = |token: &str| format!("users/me/calendarList?syncToken={token}");
    assert_eq!(world.get(&since(token)).await.ok()["items"], json!([]));

    let made = world
        .post(
            "calendars",
            json!({"summary": "Practice", "timeZone": "Europe/Berlin"}),
        )
        .await
        .ok();
    let id = made["id"].as_str().unwrap();
    assert!(id.ends_with("@group.calendar.google.com"));
    assert_eq!(world.get(&format!("calendars/{id}")).await.ok(), made);
    assert_eq!(
        world.get(&since(token)).await.ok()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        world
            .post(&format!("calendars/{id}/events"), hour("x"))
            .await
            .ok()["organizer"]["displayName"],
        "Practice"
    );
    assert_eq!(world.delete(&format!("calendars/{id}")).await.status, 204);
    assert_eq!(world.get(&format!("calendars/{id}")).await.fault().0, 404);
    assert_eq!(
        world.post("calendars", json!({})).await.fault(),
        (400, "required".to_owned())
    );
}

#[tokio::test]
async fn a_channel_is_opened_once_and_closed() {
    let world = World::start().await;
    let body = json!({
        "id": "c1", "type": "web_hook", "address": "https://example.com/push", "token": "secret", "expiration": "4000000000000",
    });
    let made = world
        .post(&format!("{EVENTS}/watch"), body.clone())
        .await
        .ok();
    assert_eq!(
        (&made["kind"], &made["id"], &made["token"]),
        (&json!("api#channel"), &json!("c1"), &json!("secret"))
    );
    let expiration: i64 = made["expiration"].as_str().unwrap().parse().unwrap();
    assert!(expiration < 4_000_000_000_000, "no channel lives for ever");
    let orders = world.app.watchers.list().await;
    assert_eq!(
        (
            orders.len(),
            orders[0].client_id.as_str(),
            orders[0].token.as_str()
        ),
        (1, "c1", "secret")
    );
    assert_eq!(
        world.post(&format!("{EVENTS}/watch"), body).await.fault(),
        (400, "channelIdNotUnique".to_owned())
    );
    let other = json!({"id": "c1", "resourceId": "other"});
    assert_eq!(world.post("channels/stop", other).await.fault().0, 404);
    let stop = json!({"id": "c1", "resourceId": made["resourceId"]});
    assert_eq!(world.post("channels/stop", stop).await.status, 204);
    assert!(world.app.watchers.list().await.is_empty());
    for bad in [
        json!({"id": "c", "type": "mail"}),
        json!({"type": "web_hook"}),
        json!({"id": "c", "type": "web_hook"}),
    ] {
        assert_eq!(
            world.post(&format!("{EVENTS}/watch"), bad).await.status,
            400
        );
    }
}

#[tokio::test]
async fn busy_time_is_joined_and_unknown_calendars_say_so() {
    let world = World::start().await;
    world.post(EVENTS, weekly("series")).await.ok();
    let mut next = hour("next");
    next["start"]["dateTime"] = json!("2026-11-24T09:30:00+01:00");
    next["end"]["dateTime"] = json!("2026-11-24T11:00:00+01:00");
    world.post(EVENTS, next.clone()).await.ok();
    next["transparency"] = json!("transparent");
    next["end"]["dateTime"] = json!("2026-11-24T15:00:00+01:00");
    world.post(EVENTS, next).await.ok();
    let question = json!({
        "timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z", "timeZone": "Europe/Berlin",
        "items": [{"id": "primary"}, {"id": "nobody@example.com"}],
    });
    let answer = world.post("freeBusy", question).await.ok();
    assert_eq!(
        answer["calendars"]["primary"]["busy"],
        json!([
            {"start": "2026-11-24T09:00:00+01:00", "end": "2026-11-24T11:00:00+01:00"},
            {"start": "2026-12-01T09:00:00+01:00", "end": "2026-12-01T10:00:00+01:00"},
        ])
    );
    assert_eq!(
        answer["calendars"]["nobody@example.com"]["errors"][0]["reason"],
        "notFound"
    );
    assert_eq!(
        world
            .post("freeBusy", json!({"timeMin": "x", "timeMax": "y"}))
            .await
            .fault()
            .0,
        400
    );
}

#[tokio::test]
async fn the_palette_is_googles() {
    let world = World::start().await;
    assert_eq!(
        world.get("colors").await.ok()["event"]["11"]["background"],
        "#dc2127"
    );
}

#[tokio::test]
async fn a_cookie_is_not_enough() {
    let mut world = World::start().await;
    let user = world.actor.user().unwrap();
    let session = world.app.identity.begin_session(user, 60).await.unwrap();
    let cookie = format!("kalends_session={session}");
    let known = kalends_faces::auth::caller(&world.app, &cookies(&cookie))
        .await
        .unwrap();
    assert!(
        known.is_some_and(|caller| caller.by_cookie),
        "it is a session that is valid elsewhere"
    );
    world.token = String::new();
    let answer = world
        .send("GET", EVENTS, &[("cookie", &cookie)], Value::Null)
        .await;
    assert_eq!(answer.fault(), (401, "required".to_owned()));
}

fn cookies(cookie: &str) -> axum::http::HeaderMap {
    [(axum::http::header::COOKIE, cookie.parse().unwrap())]
        .into_iter()
        .collect()
}

#[tokio::test]
async fn the_parts_of_a_batch_are_answered_under_their_own_ids() {
    let world = World::start().await;
    let part = |id: &str, path: &str| {
        format!(
            "--b\nContent-Type: application/http\nContent-ID: <{id}>\n\nGET /calendar/v3/{path} HTTP/1.1\n\n\n"
        )
    };
    let body = format!(
        "{}{}--b--",
        part("x + 1", "colors"),
        part("x + 2", "calendars/nobody")
    );
    let answer = world.batch(&body).await;
    let first = answer.find("Content-ID: <response-x + 1>").unwrap();
    let second = answer.find("Content-ID: <response-x + 2>").unwrap();
    assert!(
        answer[first..second].contains("HTTP/1.1 200 OK"),
        "{answer}"
    );
    assert!(
        answer[second..].contains("HTTP/1.1 404 Not Found"),
        "{answer}"
    );
    let many = part("x", "colors").repeat(51) + "--b--";
    assert!(world.batch(&many).await.contains("badRequest"));
}
