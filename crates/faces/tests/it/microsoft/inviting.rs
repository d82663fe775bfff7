//! Meetings by Microsoft's API: what an organizer writes is told to all guests, unasked; who is of the house finds it in their
//! calendar, others are written to.

use calendar::Participation;
use serde_json::{Value, json};

use super::{Mailbox, code, ids};
use crate::guests::{ADA, CLEO, DAN, House};

async fn house(mailbox: &Mailbox) -> House {
    let app = &mailbox.world.app;
    let store = app.hub.store(mailbox.world.actor.tenant).await.unwrap();
    House::new(&app.hub, &app.identity, &store).await
}

fn meeting() -> Value {
    let guest = |address: &str| json!({"emailAddress": {"address": address}, "type": "required"});
    json!({
        "subject": "Round",
        "start": {"dateTime": "2036-11-24T09:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2036-11-24T10:00:00", "timeZone": "W. Europe Standard Time"},
        "attendees": [guest(CLEO), guest(DAN)],
    })
}

fn status<'e>(event: &'e Value, email: &str) -> &'e Value {
    let all = event["attendees"].as_array().unwrap();
    let own = all.iter().find(|a| a["emailAddress"]["address"] == email);
    &own.unwrap()["status"]["response"]
}

fn at(event: &Value) -> String {
    format!("me/events/{}", event["id"].as_str().unwrap())
}

#[tokio::test]
async fn guests_are_told_of_what_is_made_changed_and_removed() {
    let mailbox = Mailbox::open().await;
    let house = house(&mailbox).await;
    // Who meets nobody writes to nobody.
    let mut alone = meeting();
    alone["attendees"] = json!([]);
    mailbox.post("me/events", &alone).await;
    assert!(house.letters().await.is_empty() && house.copies().await.is_empty());
    let made = mailbox.post("me/events", &meeting()).await;
    assert_eq!(house.copy().await.event.title, "Round");
    assert_eq!(house.letters().await, ["REQUEST dan@elsewhere.example"]);
    house.answer(Participation::Accepted).await;
    let shown = mailbox.get(&at(&made)).await;
    assert_eq!(status(&shown, CLEO), "accepted");
    let title = json!({"subject": "Council"});
    assert_eq!(mailbox.patch(&at(&made), &title).await.status, 200);
    assert_eq!(house.copy().await.event.title, "Council");
    assert_eq!(house.answer_of(CLEO).await, Participation::Accepted);
    assert_eq!(house.letters().await, ["REQUEST dan@elsewhere.example"]);
    assert_eq!(mailbox.delete(&at(&made)).await, 204);
    assert!(house.is_called_off().await);
    assert_eq!(house.letters().await, ["CANCEL dan@elsewhere.example"]);
}

#[tokio::test]
async fn calling_off_says_why() {
    let mailbox = Mailbox::open().await;
    let house = house(&mailbox).await;
    let made = mailbox.post("me/events", &meeting()).await;
    house.letters().await;
    let why = json!({"comment": "I am ill"});
    let gone = mailbox.act(&format!("{}/cancel", at(&made)), &why).await;
    assert_eq!(gone.status, 202, "{}", gone.body);
    assert!(house.is_called_off().await);
    assert_eq!(house.letters().await, ["CANCEL dan@elsewhere.example"]);
    assert_eq!(house.messages().await, ["CANCEL I am ill", "REQUEST"]);
}

#[tokio::test]
async fn an_answer_reaches_the_organizer_if_it_is_to_be_sent() {
    let mailbox = Mailbox::open().await;
    let house = house(&mailbox).await;
    house.invite().await;
    let all = mailbox.get("me/events").await;
    let at = format!("me/events/{}", ids(&all)[0]);
    let answer = async |action: &str, body: Value| {
        let answered = mailbox.act(&format!("{at}/{action}"), &body).await;
        assert_eq!(answered.status, 202, "{}", answered.body);
        house.answer_of(ADA).await
    };
    let quiet = json!({"sendResponse": false});
    assert_eq!(
        answer("accept", quiet).await,
        Participation::NeedsAction,
        "it is in Ada's calendar alone"
    );
    let said = json!({"comment": "If I can"});
    let tentative = answer("tentativelyAccept", said).await;
    assert_eq!(tentative, Participation::Tentative);
    assert_eq!(
        answer("decline", json!({"sendResponse": true})).await,
        Participation::Declined
    );
    assert_eq!(house.messages().await, ["REPLY", "REPLY If I can"]);
    // What is the organizer's to say is not Ada's.
    let refused = mailbox.patch(&at, &json!({"subject": "Mine"})).await;
    assert_eq!((refused.status, code(&refused)), (403, "ErrorAccessDenied"));
    assert_eq!(answer("accept", json!({})).await, Participation::Accepted);
    // Removing a copy answers nothing.
    assert_eq!(mailbox.delete(&at).await, 204);
    assert_eq!(house.answer_of(ADA).await, Participation::Accepted);
    assert_eq!(house.letters().await, [""; 0]);
}
