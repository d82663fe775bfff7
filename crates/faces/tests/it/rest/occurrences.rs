//! Occurrences in a range; changes to this one, to it and those that follow, and to all.

use serde_json::{Value, json};

use super::world::{Answer, World, list, text, visit, weekly};

async fn change(world: &World, method: &str, path: &str, body: &Value) -> Answer {
    let ask = world.ask(method, path).header("if-match", "*");
    ask.json(body).send().await
}

#[tokio::test]
async fn a_range_is_expanded_in_order() {
    for world in World::all().await {
        let (series, _) = world.event(&weekly("Hygiene")).await;
        world.event(&visit("Check-up")).await;
        world
            .event(&json!({
                "@type": "Event", "title": "Leave", "start": "2026-11-24T00:00:00", "duration": "P1D",
                "showWithoutTime": true,
            }))
            .await;
        let query = "start=2026-11-23T00:00:00Z&end=2026-11-30T09:00:00Z&tz=Europe/Berlin";
        let answer = world.get(&format!("/api/v1/occurrences?{query}")).await;
        let all = list(&answer["occurrences"]);
        let titles: Vec<String> = all.iter().map(|o| text(&o["title"])).collect();
        // The second Monday begins at 09:00 UTC, where the range ends.
        assert_eq!(titles, ["Hygiene", "Leave", "Check-up"]);
        assert_eq!(all[0]["event"], json!(series));
        assert_eq!(all[0]["recurrenceId"], "2026-11-23T10:00:00");
        assert_eq!(all[0]["startInstant"], "2026-11-23T09:00:00Z");
        assert_eq!(all[1]["allDay"], true);
        assert_eq!(all[2]["recurring"], false);
        assert_eq!(answer["position"], world.position().await);
        let other = format!(
            "/api/v1/occurrences?{query}&calendar={}",
            world.calendars[1]
        );
        assert!(list(&world.get(&other).await["occurrences"]).is_empty());
        let both = format!("{other}&calendar={}", world.calendars[0]);
        assert_eq!(list(&world.get(&both).await["occurrences"]).len(), 3);
    }
}

#[tokio::test]
async fn linked_copies_are_shown_once() {
    for world in World::all().await {
        let (event, _) = world.event(&visit("Check-up")).await;
        let member = |i: usize| json!({"calendar": world.calendars[i], "role": "both"});
        let link = json!({"name": "L", "members": [member(0), member(1)]});
        world.post("/api/v1/links", &link).await.ok();
        let query = "start=2026-11-23T00:00:00Z&end=2026-11-30T00:00:00Z";
        let path = format!("/api/v1/occurrences?{query}");
        assert_eq!(list(&world.get(&path).await["occurrences"]).len(), 2);
        let merged = world.get(&format!("{path}&merge=true")).await;
        let all = list(&merged["occurrences"]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0]["event"], json!(event));
        let copies = list(&all[0]["copies"]);
        assert_eq!(copies.len(), 1);
        assert_eq!(copies[0]["calendar"], json!(world.calendars[1]));
    }
}

#[tokio::test]
async fn one_occurrence_is_changed_or_cancelled() {
    for world in World::all().await {
        let (id, etag) = world.event(&weekly("Hygiene")).await;
        let path = format!("/api/v1/events/{id}/occurrences/2026-11-30T10:00:00");
        let unread = world.ask("PATCH", &path).json(&json!({"title": "x"}));
        assert_eq!(unread.send().await.problem(), (428, ""));
        let ask = world.ask("PATCH", &format!("{path}?scope=this"));
        let ask = ask.header("if-match", &etag);
        let moved = json!({"start": "2026-12-01T11:00:00", "title": "Hygiene, moved"});
        ask.json(&moved).send().await.ok();
        let stale = world.ask("DELETE", &path).header("if-match", &etag);
        assert_eq!(stale.send().await.problem(), (412, ""));
        let last = format!("/api/v1/events/{id}/occurrences/2026-12-14T10:00:00");
        let gone = change(&world, "DELETE", &last, &Value::Null).await;
        assert_eq!(gone.status, 204);
        assert_eq!(
            world.shown().await,
            [
                "2026-11-23T10:00:00 Hygiene",
                "2026-12-01T11:00:00 Hygiene, moved",
                "2026-12-07T10:00:00 Hygiene"
            ]
        );
        let none = format!("/api/v1/events/{id}/occurrences/2026-12-08T10:00:00");
        let none = change(&world, "PATCH", &none, &json!({"title": "x"})).await;
        assert_eq!(none.problem(), (404, ""));
    }
}

#[tokio::test]
async fn row_51_what_has_no_place_in_the_rule_any_more_says_so() {
    for world in World::all().await {
        let (id, _) = world.event(&weekly("Hygiene")).await;
        let path = format!("/api/v1/events/{id}/occurrences/2026-11-30T10:00:00?scope=this");
        let title = json!({"title": "Surgery"});
        change(&world, "PATCH", &path, &title).await.ok();
        let extras = async || {
            let query = "start=2026-11-23T00:00:00Z&end=2026-12-31T00:00:00Z";
            let answer = world.get(&format!("/api/v1/occurrences?{query}")).await;
            let all = list(&answer["occurrences"]);
            let extras = all.iter().filter(|o| o["extra"] == true);
            extras.map(|o| text(&o["title"])).collect::<Vec<_>>()
        };
        assert!(extras().await.is_empty());
        let rule = json!({"@type": "RecurrenceRule", "frequency": "weekly", "interval": 2});
        let rules = json!({"recurrenceRules": [rule]});
        let all = format!("/api/v1/events/{id}");
        change(&world, "PATCH", &all, &rules).await.ok();
        assert_eq!(extras().await, ["Surgery"]);
    }
}

#[tokio::test]
async fn this_and_following_makes_a_second_series() {
    for world in World::all().await {
        let (id, _) = world.event(&weekly("Hygiene")).await;
        let path = format!("/api/v1/events/{id}/occurrences/2026-12-07T10:00:00?scope=following");
        let tail = change(&world, "PATCH", &path, &json!({"title": "Hygiene II"})).await;
        let tail = tail.ok();
        assert_ne!(tail["kalends.dev:id"], json!(id));
        assert_eq!(
            world.shown().await,
            [
                "2026-11-23T10:00:00 Hygiene",
                "2026-11-30T10:00:00 Hygiene",
                "2026-12-07T10:00:00 Hygiene II",
                "2026-12-14T10:00:00 Hygiene II"
            ]
        );
        // All of the first series; the second is one of its own.
        let all = format!("/api/v1/events/{id}");
        change(&world, "PATCH", &all, &json!({"title": "Hygiene I"}))
            .await
            .ok();
        let following =
            format!("/api/v1/events/{id}/occurrences/2026-11-30T10:00:00?scope=following");
        let gone = change(&world, "DELETE", &following, &Value::Null).await;
        assert_eq!(gone.status, 204);
        assert_eq!(
            world.shown().await,
            [
                "2026-11-23T10:00:00 Hygiene I",
                "2026-12-07T10:00:00 Hygiene II",
                "2026-12-14T10:00:00 Hygiene II"
            ]
        );
        let wrong = format!("/api/v1/events/{id}/occurrences/2026-11-23T10:00:00?scope=some");
        let wrong = change(&world, "PATCH", &wrong, &json!({"title": "x"})).await;
        assert_eq!(wrong.problem(), (400, "scope"));
    }
}
