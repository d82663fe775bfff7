//! Erasing a person over the API.

use serde_json::json;
use storage::users;

use super::world::{World, list, text, visit};

#[tokio::test]
async fn a_person_is_erased_by_the_owner_and_nobody_else() {
    for world in World::all().await {
        let mut event = visit("Check-up");
        event["participants"] =
            json!({"1": {"name": "Ann", "email": "ann@example.com", "roles": {"attendee": true}}});
        event["description"] = json!("Or call ann@example.com");
        let (id, _) = world.event(&event).await;
        let whom = json!({"address": "Ann@example.com"});
        let refused = world.ask("POST", "/api/v1/erasures").json(&whom).send();
        assert_eq!(refused.await.problem(), (403, ""));

        let mut owner = world.user.clone();
        owner.roles.push("owner".to_owned());
        let mut tx = world.store.write().await.unwrap();
        users::update(&mut tx, &owner).await.unwrap();
        tx.commit().await.unwrap();
        let wrong = world.ask("POST", "/api/v1/erasures");
        let wrong = wrong.json(&json!({"address": "Ann"})).send().await;
        assert_eq!(wrong.problem(), (400, "address"));

        let preview = world.post("/api/v1/erasures/preview", &whom).await.ok();
        let events = json!({"what": "events", "found": 1, "erased": 0});
        assert_eq!(preview["found"][0], events);
        let there = world.get(&format!("/api/v1/events/{id}")).await;
        assert!(there.to_string().contains("ann@example.com"));
        let account = world.post("/api/v1/erasures", &whom).await.ok();
        for one in list(&account["found"]) {
            assert_eq!(one["found"], one["erased"], "{one}");
        }
        assert!(list(&account["remains"]).is_empty(), "{account}");
        let there = world.get(&format!("/api/v1/events/{id}")).await;
        assert_eq!(text(&there["description"]), "Or call erased");
        assert!(!there.to_string().contains("Ann"), "{there}");

        // Of what she has set up herself it is said what to do.
        let herself = json!({"address": world.user.email});
        let account = world.post("/api/v1/erasures", &herself).await.ok();
        assert_eq!(account["remains"][0]["where"], "user");
        assert_eq!(account["remains"][0]["id"], world.user.id.to_string());
    }
}
