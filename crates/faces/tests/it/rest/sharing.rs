//! Shares of calendars.

use hub::Access;
use serde_json::json;

use super::world::{World, list, text, visit};
use crate::anothers::Other;

#[tokio::test]
async fn a_calendar_is_opened_and_closed() {
    for world in World::all().await {
        Other::new(&world.hub, &world.identity, &world.store).await;
        let shares = format!("/api/v1/calendars/{}/shares", world.calendars[0]);
        assert_eq!(world.get(&shares).await, json!([]));
        let wanted = json!({"email": "Cleo@example.com", "access": "read"});
        let made = world.post(&shares, &wanted).await.ok();
        assert_eq!(
            (&made["email"], &made["name"]),
            (&json!("cleo@example.com"), &json!("Cleo"))
        );
        let wanted = json!({"email": "cleo@example.com", "access": "write"});
        let changed = world.post(&shares, &wanted).await.ok();
        assert_eq!(
            (&changed["id"], &changed["access"]),
            (&made["id"], &json!("write"))
        );
        let wanted = json!({"access": "freeBusy"});
        let all = world.post(&shares, &wanted).await.ok();
        assert_eq!(all.get("email"), None);
        assert_eq!(list(&world.get(&shares).await).len(), 2);
        let one = format!("{shares}/{}", text(&made["id"]));
        assert_eq!(world.ask("DELETE", &one).send().await.status, 204);
        assert_eq!(world.ask("DELETE", &one).send().await.problem().0, 404);
        for (body, field) in [
            (json!({"email": "nobody", "access": "read"}), "email"),
            (
                json!({"email": "ada@example.com", "access": "read"}),
                "email",
            ),
            (json!({"access": "write"}), "access"),
        ] {
            let refused = world.post(&shares, &body).await;
            assert_eq!(refused.problem(), (400, field));
        }
    }
}

#[tokio::test]
async fn what_somebody_opened_is_seen_as_far_as_they_did() {
    for world in World::all().await {
        let other = Other::new(&world.hub, &world.identity, &world.store).await;
        let id = other.calendar.0.to_string();
        let events = format!("/api/v1/events?calendar={id}");
        let one = format!("/api/v1/events/{}", other.visit);
        for path in [&events, &one] {
            assert_eq!(world.ask("GET", path).send().await.problem().0, 404);
        }
        other.open(Access::Read).await;
        let all = list(&world.get("/api/v1/calendars").await);
        let shared = all.iter().find(|calendar| calendar["id"] == id).unwrap();
        assert_eq!(
            (&shared["access"], &shared["shared"]),
            (&json!("read"), &json!(true))
        );
        assert_eq!(shared["readOnly"], true);
        assert_eq!(all[0]["access"], "owner");
        let found = list(&world.get(&events).await["events"]);
        let mut titles: Vec<_> = found
            .iter()
            .map(|event| event["title"].as_str().unwrap_or_default())
            .collect();
        titles.sort_unstable();
        assert_eq!(titles, ["", "Visit"]);
        let mut new = visit("Mine");
        new["calendar"] = json!(id);
        assert_eq!(world.post("/api/v1/events", &new).await.problem().0, 403);
        let shares = format!("/api/v1/calendars/{id}/shares");
        assert_eq!(world.ask("GET", &shares).send().await.problem().0, 403);
        // Nothing but its events is anybody else's business.
        for path in ["why", "activity"] {
            let path = format!("{one}/{path}");
            let answer = world.ask("GET", &path).send().await;
            assert!(answer.status >= 400, "{path}");
        }
        other.open(Access::Write).await;
        assert_eq!(world.post("/api/v1/events", &new).await.status, 201);
        other.close().await;
        assert_eq!(world.ask("GET", &events).send().await.problem().0, 404);
    }
}
