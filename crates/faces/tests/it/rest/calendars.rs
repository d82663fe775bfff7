//! Calendars that are hidden, stopped, and what is held in them.

use hub::CalendarId;
use serde_json::{Value, json};
use storage::held::{self, Held, State};

use super::world::{World, list, text};

async fn change(world: &World, path: &str, body: &Value) -> Value {
    world.ask("PATCH", path).json(body).send().await.ok()
}

#[tokio::test]
async fn hidden_is_not_stopped() {
    for world in World::all().await {
        let calendars = list(&world.get("/api/v1/calendars").await);
        let path = format!("/api/v1/calendars/{}", text(&calendars[0]["id"]));
        let flags = |c: &Value| (c["shown"].clone(), c["selected"].clone());
        assert_eq!(flags(&calendars[0]), (json!(true), json!(true)));
        let hidden = change(&world, &path, &json!({"shown": false})).await;
        assert_eq!(flags(&hidden), (json!(false), json!(true)));
        assert_eq!(hidden["health"]["state"], "ok");
        let stopped = change(&world, &path, &json!({"selected": false})).await;
        assert_eq!(flags(&stopped), (json!(false), json!(false)));
        assert_eq!(stopped["health"]["state"], "paused");
    }
}

#[tokio::test]
async fn held_deletions_are_told_and_decided() {
    for world in World::all().await {
        let calendars = list(&world.get("/api/v1/calendars").await);
        assert!(calendars[0].get("held").is_none());
        let id = CalendarId(text(&calendars[0]["id"]).parse().unwrap());
        let hold = async |state| {
            let mut tx = world.store.write().await.unwrap();
            for remote_id in ["a", "b"] {
                let row = Held {
                    calendar: id,
                    remote_id: remote_id.to_owned(),
                    state,
                    reason: "is missing".to_owned(),
                    tries: 0,
                    due: "2026-11-24T09:00:00Z".parse().unwrap(),
                };
                held::put(&mut tx, &row).await.unwrap();
            }
            tx.commit().await.unwrap();
        };
        for decision in ["confirm", "dismiss"] {
            hold(State::Missing).await;
            let told = list(&world.get("/api/v1/calendars").await);
            let wanted = json!({"deletions": 2, "unreadable": 0});
            assert_eq!(told[0]["held"], wanted);
            let path = format!("/api/v1/calendars/{id}/held/{decision}");
            let decided = world.ask("POST", &path).send().await.ok();
            assert!(decided.get("held").is_none(), "{decided}");
        }
        hold(State::Unread).await;
        let told = list(&world.get("/api/v1/calendars").await);
        assert_eq!(told[0]["held"], json!({"deletions": 0, "unreadable": 2}));
    }
}
