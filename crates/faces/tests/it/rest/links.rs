//! Links: the preview is the work itself, uncommitted; making; what a mask shows; removing.

use serde_json::{Value, json};

use super::world::{World, list, text, visit};

fn link(world: &World, first: Value, second: Value) -> Value {
    let member = |i: usize, (role, mask): (Value, Value)| json!({"calendar": world.calendars[i], "role": role, "mask": mask});
    let split = |v: Value| (v["role"].clone(), v["mask"].clone());
    json!({"name": "Practice", "members": [member(0, split(first)), member(1, split(second))]})
}

#[tokio::test]
async fn a_preview_says_what_making_does_and_changes_nothing() {
    for world in World::all().await {
        let mut event = visit("Root canal");
        event["description"] = json!("Left");
        world.event(&event).await;
        let busy = json!({"kind": "busy", "title": "Taken"});
        let everything = json!({"kind": "everything"});
        let form = link(
            &world,
            json!({"role": "source", "mask": everything}),
            json!({"role": "target", "mask": busy}),
        );
        let before = world.position().await;
        let preview = world.post("/api/v1/links/preview", &form).await.ok();
        assert_eq!(preview["creates"], 1);
        assert_eq!(preview["updates"], 0);
        let item = &preview["items"][0];
        assert_eq!(
            (text(&item["title"]), text(&item["operation"])),
            ("Taken".into(), "create".into())
        );
        assert_eq!(item["calendar"], json!(world.calendars[1]));
        assert_eq!(item["from"], json!(world.calendars[0]));
        assert_eq!(world.position().await, before);
        assert!(list(&world.get("/api/v1/links").await).is_empty());
        assert!(world.events(&world.calendars[1]).await.is_empty());

        let made = world.post("/api/v1/links", &form).await;
        assert_eq!(made.status, 201);
        let mirrors = world.events(&world.calendars[1]).await;
        assert_eq!(mirrors.len(), 1);
        assert_eq!(mirrors[0]["title"], "Taken");
        assert_eq!(mirrors[0]["kalends.dev:masked"], true);
        assert!(!mirrors[0].to_string().contains("Left"));
        let listed = world.get("/api/v1/links").await;
        assert_eq!(listed[0]["id"], made.body["id"]);
        assert_eq!(
            (&listed[0]["events"], &listed[0]["state"]),
            (&json!(1), &json!("active"))
        );
        assert_eq!(listed[0]["members"][1]["mask"]["title"], "Taken");
    }
}

#[tokio::test]
async fn a_link_goes_with_or_without_its_mirrors() {
    for world in World::all().await {
        for (choice, left) in [("keep", 1), ("remove", 0)] {
            let (event, _) = world.event(&visit(choice)).await;
            let all = json!({"role": "both", "mask": {}});
            let form = link(&world, all.clone(), all);
            let made = world.post("/api/v1/links", &form).await.ok();
            let before = world.events(&world.calendars[1]).await;
            assert!(before.iter().any(|e| e["title"] == choice));
            let path = format!("/api/v1/links/{}", text(&made["id"]));
            let wrong = world.ask("DELETE", &format!("{path}?mirrors=some"));
            assert_eq!(wrong.send().await.problem(), (400, "mirrors"));
            let gone = world.ask("DELETE", &format!("{path}?mirrors={choice}"));
            assert_eq!(gone.send().await.status, 204);
            let after = world.events(&world.calendars[1]).await;
            let kept = after.iter().filter(|e| e["title"] == choice).count();
            assert_eq!(kept, left, "{choice}");
            let again = world.ask("DELETE", &path).send().await;
            assert_eq!(again.problem(), (404, ""));
            let ask = world.ask("DELETE", &format!("/api/v1/events/{event}"));
            ask.header("if-match", "*").send().await.ok();
        }
    }
}

#[tokio::test]
async fn a_link_is_changed_and_a_preview_says_how() {
    for world in World::all().await {
        let everything = json!({"kind": "everything"});
        let form = link(
            &world,
            json!({"role": "source", "mask": everything}),
            json!({"role": "target", "mask": everything}),
        );
        let made = world.post("/api/v1/links", &form).await.ok();
        assert_eq!(made["onConflict"], "newest");
        let (event, _) = world.event(&visit("Root canal")).await;
        let path = format!("/api/v1/links/{}", text(&made["id"]));
        let mut members = form["members"].clone();
        members[1]["mask"] = json!({"kind": "busy", "title": "Taken"});
        let narrow = json!({"members": members, "onConflict": "ask"});
        let preview = world.post(&format!("{path}/preview"), &narrow).await.ok();
        assert_eq!(
            (&preview["updates"], &preview["creates"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(preview["items"][0]["title"], "Taken");
        assert_eq!(
            world.events(&world.calendars[1]).await[0]["title"],
            "Root canal"
        );
        let patch = |body: Value| world.ask("PATCH", &path).json(&body).send();
        let changed = patch(narrow).await.ok();
        assert_eq!(changed["onConflict"], "ask");
        assert_eq!(
            (&changed["events"], &changed["waiting"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(world.events(&world.calendars[1]).await[0]["title"], "Taken");

        let paused = patch(json!({"state": "paused", "name": "Later"}))
            .await
            .ok();
        assert_eq!(
            (&paused["state"], &paused["name"]),
            (&json!("paused"), &json!("Later"))
        );
        let edit = world.ask("DELETE", &format!("/api/v1/events/{event}"));
        edit.header("if-match", "*").send().await.ok();
        assert_eq!(world.events(&world.calendars[1]).await.len(), 1);
        members[1]["away"] = json!(true);
        let away = patch(json!({"state": "active", "members": members}))
            .await
            .ok();
        assert_eq!(away["members"][1]["away"], true);
        assert_eq!(world.events(&world.calendars[1]).await.len(), 1);
        members[1]["away"] = json!(false);
        patch(json!({"members": members})).await.ok();
        assert!(world.events(&world.calendars[1]).await.is_empty());

        for (body, field) in [
            (json!({"state": "asleep"}), "state"),
            (json!({"onConflict": "fight"}), "onConflict"),
            (json!({"name": ""}), "name"),
            (json!({"members": []}), "members"),
        ] {
            assert_eq!(patch(body).await.problem(), (400, field));
        }
        let nobody = "/api/v1/links/00000000-0000-0000-0000-000000000000";
        let gone = world.ask("PATCH", nobody).json(&json!({})).send().await;
        assert_eq!(gone.problem(), (404, ""));
    }
}

#[tokio::test]
async fn a_link_that_makes_no_sense_is_refused_by_field() {
    let world = World::sqlite().await;
    let form = |role: &str, mask: Value| {
        let other = json!({"role": "both", "mask": {}});
        link(&world, json!({"role": role, "mask": mask}), other)
    };
    let mut twice = form("both", json!({}));
    twice["members"][1]["calendar"] = json!(world.calendars[0]);
    let mut nameless = form("both", json!({}));
    nameless["name"] = json!(" ");
    for (form, field) in [
        (form("king", json!({})), "members[0].role"),
        (
            form("both", json!({"kind": "some"})),
            "members[0].mask.kind",
        ),
        (
            form("both", json!({"kind": "fields", "fields": ["soul"]})),
            "members[0].mask.fields",
        ),
        (twice, "members[1].calendar"),
        (nameless, "name"),
    ] {
        let refused = world.post("/api/v1/links/preview", &form).await;
        assert_eq!(refused.problem(), (400, field));
    }
}

#[tokio::test]
async fn a_filter_is_taken_shown_and_obeyed_and_its_errors_name_the_field() {
    for world in World::all().await {
        world.event(&visit("Root canal")).await;
        world.event(&visit("Lunch")).await;
        let filter = json!({
            "hours": {"from": "00:00", "to": "00:00", "days": ["mo", "tu", "we", "th", "fr", "sa", "su"]},
            "allDay": "exclude",
            "categories": {"noneOf": ["Secret"]},
            "answers": ["accepted", "needs-action"],
            "busyOnly": true,
            "text": {"anyOf": ["CANAL"], "noneOf": ["lunch"]},
            "horizon": {"back": 36_500},
            "skipIfInvited": true,
        });
        let form = |filter: &Value| {
            let mut form = link(
                &world,
                json!({"role": "source", "mask": {}}),
                json!({"role": "target", "mask": {"private": true}}),
            );
            form["members"][1]["filter"] = filter.clone();
            form
        };
        let made = world.post("/api/v1/links", &form(&filter)).await.ok();
        assert_eq!(made["members"][1]["filter"], filter);
        assert_eq!(made["members"][0].get("filter"), None);
        let mirrors = world.events(&world.calendars[1]).await;
        assert_eq!(mirrors.len(), 1);
        assert_eq!(mirrors[0]["title"], "Root canal");
        assert_eq!(mirrors[0]["privacy"], "private");
        let path = format!("/api/v1/links/{}", text(&made["id"]));
        let open = json!({"members": form(&json!({}))["members"]});
        let changed = world.ask("PATCH", &path).json(&open).send().await.ok();
        assert_eq!(changed["members"][1].get("filter"), None);
        assert_eq!(world.events(&world.calendars[1]).await.len(), 2);
        for (bad, field) in [
            (json!({"allDay": "no"}), "allDay"),
            (json!({"answers": ["maybe"]}), "answers"),
            (
                json!({"hours": {"from": "nine", "to": "17:00", "days": ["mo"]}}),
                "hours.from",
            ),
            (
                json!({"hours": {"from": "09:00", "to": "17:00", "days": ["monday"]}}),
                "hours.days",
            ),
            (
                json!({"hours": {"from": "09:00", "to": "17:00", "days": []}}),
                "hours.days",
            ),
            (json!({"text": {"anyOf": [" "]}}), "text.anyOf"),
            (json!({"horizon": {"ahead": 99_999}}), "horizon.ahead"),
        ] {
            let refused = world.post("/api/v1/links", &form(&bad)).await;
            let field = format!("members[1].filter.{field}");
            assert_eq!(refused.problem(), (400, field.as_str()));
        }
    }
}
