//! Double bookings over the API.

use serde_json::json;

use super::world::{World, list, text, visit};

#[tokio::test]
async fn double_bookings_are_told_with_who_came_first() {
    for world in World::all().await {
        let member = |i: usize| json!({"calendar": world.calendars[i], "role": "both"});
        let link = json!({"name": "L", "members": [member(0), member(1)]});
        world.post("/api/v1/links", &link).await.ok();
        let (first, _) = world.event(&visit("Check-up")).await;
        assert!(list(&world.get("/api/v1/overlaps").await["items"]).is_empty());
        for title in ["School", "Dentist"] {
            let mut other = visit(title);
            other["calendar"] = json!(world.calendars[1]);
            world.post("/api/v1/events", &other).await.ok();
        }
        let page = world.get("/api/v1/overlaps?limit=1").await;
        let one = &page["items"][0];
        assert_eq!(one["first"]["event"], first);
        assert_eq!(one["first"]["calendar"], world.calendars[0]);
        assert_eq!(text(&one["first"]["title"]), "Check-up");
        assert_eq!(one["second"]["calendar"], world.calendars[1]);
        assert_eq!((&one["rule"], &one["times"]), (&json!("made"), &json!(1)));
        assert!(text(&one["first"]["at"]) < text(&one["second"]["at"]));
        let next = text(&page["next"]);
        let rest = world.get(&format!("/api/v1/overlaps?after={next}")).await;
        assert_eq!(list(&rest["items"]).len(), 1);
        assert_ne!(rest["items"][0]["id"], one["id"]);
        let wrong = world.ask("GET", "/api/v1/overlaps?after=soon").send().await;
        assert_eq!(wrong.problem(), (400, "after"));
    }
}
