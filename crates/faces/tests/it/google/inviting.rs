//! Meetings by Google's API: `sendUpdates` says whether those are written to who are not of the house; the others find them in
//! their calendars, as Google's own guests do.

use calendar::{Participation, Status};
use serde_json::{Value, json};

use super::world::{EVENTS, World, path};
use crate::guests::{ADA, CLEO, DAN, House};

async fn house(world: &World) -> House {
    let (hub, identity) = (&world.app.hub, &world.app.identity);
    let store = hub.store(world.actor.tenant).await.unwrap();
    House::new(hub, identity, &store).await
}

fn meeting() -> Value {
    json!({
        "id": "round", "summary": "Round",
        "start": {"dateTime": "2036-11-24T09:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2036-11-24T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "attendees": [{"email": CLEO}, {"email": DAN}],
    })
}

fn status<'e>(event: &'e Value, email: &str) -> &'e Value {
    let all = event["attendees"].as_array().unwrap();
    &all.iter().find(|a| a["email"] == email).unwrap()["responseStatus"]
}

#[tokio::test]
async fn nobody_is_written_to_unasked_and_the_house_knows_of_it() {
    let world = World::start().await;
    let house = house(&world).await;
    let made = world.post(EVENTS, meeting()).await.ok();
    assert_eq!(made["organizer"]["email"], ADA);
    assert_eq!(house.copy().await.event.title, "Round");
    house.answer(Participation::Tentative).await;
    let event = world.get(&path("round")).await.ok();
    assert_eq!(status(&event, CLEO), "tentative");
    assert_eq!(status(&event, DAN), "needsAction");
    let later = json!({
        "start": {"dateTime": "2036-11-25T09:00:00+01:00"}, "end": {"dateTime": "2036-11-25T10:00:00+01:00"},
    });
    let moved = world.patch(&path("round"), later).await.ok();
    assert_eq!(status(&moved, CLEO), "needsAction", "it is asked anew");
    let copy = house.copy().await.event;
    assert_eq!(copy.when.local_start().date().day(), 25);
    let without = json!({"attendees": [{"email": DAN}]});
    world.patch(&path("round"), without).await.ok();
    assert!(house.is_called_off().await, "for her");
    assert_eq!(world.delete(&path("round")).await.status, 204);
    assert_eq!(house.letters().await, [""; 0]);
    assert_eq!(house.messages().await, ["CANCEL", "REQUEST", "REQUEST"]);
}

#[tokio::test]
async fn send_updates_says_who_is_written_to() {
    let world = World::start().await;
    let house = house(&world).await;
    let asked = |query: &str| format!("{}?{query}", path("round"));
    let invited = format!("{EVENTS}?sendUpdates=externalOnly");
    world.post(&invited, meeting()).await.ok();
    assert_eq!(house.letters().await, ["REQUEST dan@elsewhere.example"]);
    for (query, expected) in [
        ("sendUpdates=none", 0),
        ("sendUpdates=all", 1),
        ("sendNotifications=true", 1),
        ("", 0),
    ] {
        let title = json!({"summary": format!("Council {query}")});
        world.patch(&asked(query), title).await.ok();
        assert_eq!(house.letters().await.len(), expected, "{query}");
    }
    // What is refused is not done.
    let bad = world.delete(&asked("sendUpdates=some")).await;
    assert_eq!(bad.fault(), (400, "invalidParameter".to_owned()));
    assert!(!house.is_called_off().await);
    world.delete(&asked("sendUpdates=all")).await;
    assert_eq!(house.letters().await, ["CANCEL dan@elsewhere.example"]);
    assert!(house.is_called_off().await);
}

#[tokio::test]
async fn an_import_is_nobody_elses() {
    let world = World::start().await;
    let house = house(&world).await;
    let mut own = meeting();
    own["iCalUID"] = json!("elsewhere@x");
    own["organizer"] = json!({"email": ADA});
    let import = format!("{EVENTS}/import?sendUpdates=all");
    for _ in 0..2 {
        world.post(&import, own.clone()).await.ok();
        own["summary"] = json!("Another");
    }
    assert!(house.copies().await.is_empty());
    assert_eq!(house.letters().await, [""; 0]);
}

#[tokio::test]
async fn who_is_invited_answers_and_changes_nothing_else() {
    let world = World::start().await;
    let house = house(&world).await;
    house.invite().await;
    let all = world.get(EVENTS).await.ok();
    let event = all["items"][0].clone();
    assert_eq!(event["organizer"]["email"], CLEO);
    let at = path(event["id"].as_str().unwrap());
    let yes = json!({"attendees": [{"email": ADA, "responseStatus": "accepted"}]});
    world.patch(&at, yes).await.ok();
    assert_eq!(house.answer_of(ADA).await, Participation::Accepted);
    let refused = world.patch(&at, json!({"summary": "Mine"})).await.fault();
    assert_eq!(refused, (403, "forbiddenForNonOrganizer".to_owned()));
    let own = json!({"colorId": "5", "reminders": {"useDefault": false}});
    world.patch(&at, own).await.ok();
    assert_eq!(world.delete(&at).await.status, 204);
    assert_eq!(house.answer_of(ADA).await, Participation::Declined);
    assert_eq!(house.letters().await, [""; 0]);
}

#[tokio::test]
async fn an_occurrence_is_called_off_and_an_event_comes_back() {
    let world = World::start().await;
    let house = house(&world).await;
    let mut series = meeting();
    series["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    world.post(EVENTS, series).await.ok();
    world.delete(&path("round_20361125T080000Z")).await;
    let copy = house.copy().await.event;
    let second = "2036-11-25T09:00:00".parse().unwrap();
    let called_off = copy.occurrence(second).unwrap().status;
    assert_eq!(called_off, Status::Cancelled, "to be seen");
    world.delete(&path("round")).await;
    assert!(house.is_called_off().await);
    let back = json!({"status": "confirmed"});
    world.patch(&path("round"), back).await.ok();
    assert!(!house.is_called_off().await);
}
