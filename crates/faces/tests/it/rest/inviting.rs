//! Meetings by the REST API: people of the house find them in their calendars, others are written to where that is asked for.

use calendar::{Participation, Status};
use serde_json::{Value, json};

use super::world::{World, visit};
use crate::guests::{ADA, CLEO, DAN, House};

async fn house(world: &World) -> House {
    House::new(&world.hub, &world.identity, &world.store).await
}

fn meeting() -> Value {
    let guest = |email: &str| json!({"@type": "Participant", "email": email, "roles": {"attendee": true}, "sendTo": {"imip": format!("mailto:{email}")}});
    let mut meeting = visit("Round");
    meeting["start"] = json!("2036-11-24T09:00:00");
    meeting["participants"] = json!({"c": guest(CLEO), "d": guest(DAN)});
    meeting
}

/// The participant of an address.
fn one<'e>(event: &'e Value, email: &str) -> &'e Value {
    let all = event["participants"].as_object().unwrap();
    all.values().find(|p| p["email"] == email).unwrap()
}

async fn send(world: &World, method: &str, path: &str, tag: &str, body: &Value) -> u16 {
    let asked = world.ask(method, path).header("if-match", tag).json(body);
    asked.send().await.status
}

#[tokio::test]
async fn nobody_is_written_to_unasked_and_the_house_knows_of_it() {
    for world in World::all().await {
        let house = house(&world).await;
        let (id, _) = world.event(&meeting()).await;
        let path = format!("/api/v1/events/{id}");
        let copy = house.copy().await.event;
        assert_eq!(copy.title, "Round");
        assert_eq!(house.answer_of(CLEO).await, Participation::NeedsAction);
        let event = world.get(&path).await;
        assert_eq!(one(&event, ADA)["roles"], json!({"owner": true}));
        // The answer is in the event that Ada reads.
        house.answer(Participation::Accepted).await;
        let event = world.get(&path).await;
        assert_eq!(one(&event, CLEO)["participationStatus"], "accepted");
        // Another time is told, and asks anew.
        let later = json!({"start": "2036-11-25T09:00:00"});
        assert_eq!(send(&world, "PATCH", &path, "*", &later).await, 200);
        let copy = house.copy().await.event;
        assert_eq!(copy.when.local_start().date().day(), 25);
        assert_eq!(house.answer_of(CLEO).await, Participation::NeedsAction);
        // It was heard from Dan on the telephone.
        let dan = one(&world.get(&path).await, DAN).clone();
        let mut people = world.get(&path).await["participants"].clone();
        for person in people.as_object_mut().unwrap().values_mut() {
            if *person == dan {
                person["participationStatus"] = json!("accepted");
            }
        }
        let noted = json!({"participants": people});
        assert_eq!(send(&world, "PATCH", &path, "*", &noted).await, 200);
        let event = world.get(&path).await;
        assert_eq!(one(&event, DAN)["participationStatus"], "accepted");
        assert_eq!(send(&world, "DELETE", &path, "*", &json!({})).await, 204);
        assert!(house.is_called_off().await);
        assert_eq!(house.letters().await, [""; 0]);
        assert_eq!(
            house.messages().await,
            ["CANCEL", "REQUEST", "REQUEST"],
            "that somebody else comes is not told"
        );
    }
}

#[tokio::test]
async fn who_is_not_of_the_house_is_written_to_where_that_is_asked_for() {
    const ASKED: &str = "sendSchedulingMessages=true";
    for world in World::all().await {
        let house = house(&world).await;
        let mut body = meeting();
        body["calendar"] = json!(world.calendars[0]);
        let made = world.post(&format!("/api/v1/events?{ASKED}"), &body).await;
        let id = made.body["kalends.dev:id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/events/{id}");
        assert_eq!(house.letters().await, ["REQUEST dan@elsewhere.example"]);
        let title = json!({"title": "Council"});
        for (query, expected) in [("", 0), ("sendSchedulingMessages=false", 0), (ASKED, 1)] {
            let title = json!({"title": format!("Council {query}")});
            let asked = format!("{path}?{query}");
            assert_eq!(send(&world, "PATCH", &asked, "*", &title).await, 200);
            assert_eq!(house.letters().await.len(), expected, "{query}");
        }
        let bad = format!("{path}?sendSchedulingMessages=perhaps");
        let bad = world
            .ask("PATCH", &bad)
            .header("if-match", "*")
            .json(&title);
        let bad = bad.send().await;
        assert_eq!(bad.problem(), (400, "sendSchedulingMessages"));
        let asked = format!("{path}?{ASKED}");
        assert_eq!(send(&world, "DELETE", &asked, "*", &title).await, 204);
        assert_eq!(house.letters().await, ["CANCEL dan@elsewhere.example"]);
    }
}

#[tokio::test]
async fn one_occurrence_and_all_that_follow_are_told_too() {
    let world = World::sqlite().await;
    let house = house(&world).await;
    let mut series = meeting();
    series["recurrenceRules"] =
        json!([{"@type": "RecurrenceRule", "frequency": "daily", "count": 4}]);
    let (id, _) = world.event(&series).await;
    let at = |day: u8| format!("/api/v1/events/{id}/occurrences/2036-11-{day}T09:00:00");
    let single = json!({"title": "Another"});
    assert_eq!(send(&world, "PATCH", &at(25), "*", &single).await, 200);
    assert_eq!(send(&world, "DELETE", &at(24), "*", &single).await, 204);
    let shown = async || {
        let mut titles = Vec::new();
        for copy in house.copies().await {
            let all = copy
                .event
                .occurrences(calendar::Window::ALL, &jiff::tz::TimeZone::UTC);
            for occurrence in all {
                let single = occurrence.id.and_then(|id| copy.event.occurrence(id));
                let event = single.as_ref().unwrap_or(&copy.event);
                let title = match event.status {
                    Status::Cancelled => "-".to_owned(),
                    _ => event.title.clone(),
                };
                titles.push((occurrence.when.local_start().date().day(), title));
            }
        }
        titles.sort();
        titles
    };
    let name = |day: i8, title: &str| (day, title.to_owned());
    let before = [name(24, "-"), name(25, "Another")];
    let round = [name(26, "Round"), name(27, "Round")];
    assert_eq!(shown().await, [&before[..], &round].concat());
    let path = format!("{}?scope=following", at(26));
    let rest = json!({"title": "Rest"});
    assert_eq!(send(&world, "PATCH", &path, "*", &rest).await, 200);
    assert_eq!(
        shown().await,
        [&before[..], &[name(26, "Rest"), name(27, "Rest")]].concat(),
        "Cleo has both halves"
    );
    assert_eq!(house.copies().await.len(), 2);
}

#[tokio::test]
async fn who_is_invited_answers_and_changes_nothing_else() {
    for world in World::all().await {
        let house = house(&world).await;
        house.invite().await;
        let all = world.events(&world.calendars[0]).await;
        let event = &all[0];
        let path = format!(
            "/api/v1/events/{}",
            event["kalends.dev:id"].as_str().unwrap()
        );
        let people = event["participants"].as_object().unwrap();
        let own = people.iter().find(|(_, p)| p["email"] == ADA).unwrap().0;
        let yes = json!({format!("participants/{own}/participationStatus"): "accepted"});
        assert_eq!(send(&world, "PATCH", &path, "*", &yes).await, 200);
        assert_eq!(house.answer_of(ADA).await, Participation::Accepted);
        let later = json!({"start": "2036-11-25T09:00:00"});
        assert_eq!(send(&world, "PATCH", &path, "*", &later).await, 403);
        // What is hers alone she can change.
        let own = json!({"color": "red", "keywords": {"work": true}});
        assert_eq!(send(&world, "PATCH", &path, "*", &own).await, 200);
        assert_eq!(send(&world, "DELETE", &path, "*", &own).await, 204);
        assert_eq!(house.answer_of(ADA).await, Participation::Declined);
        assert_eq!(house.letters().await, [""; 0]);
    }
}

#[tokio::test]
async fn undoing_tells_as_much_as_doing() {
    let world = World::sqlite().await;
    let house = house(&world).await;
    let (id, _) = world.event(&meeting()).await;
    let path = format!("/api/v1/events/{id}");
    let undo = async || {
        let page = world.get("/api/v1/changes?after=0&limit=1000").await;
        let changes = page["changes"].as_array().unwrap();
        let own = changes.iter().rev().find(|c| c["id"] == id.as_str());
        let position = json!({"position": own.unwrap()["position"]});
        let undone = world.post("/api/v1/undo", &position).await;
        assert_eq!(undone.status, 204, "{undone:#?}");
    };
    let other = json!({"title": "Council"});
    assert_eq!(send(&world, "PATCH", &path, "*", &other).await, 200);
    assert_eq!(house.copy().await.event.title, "Council");
    undo().await;
    assert_eq!(house.copy().await.event.title, "Round");
    assert_eq!(send(&world, "DELETE", &path, "*", &other).await, 204);
    assert!(house.is_called_off().await);
    undo().await;
    assert!(!house.is_called_off().await, "it takes place after all");
    assert_eq!(house.letters().await, [""; 0]);
}
