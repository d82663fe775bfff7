//! Answers to invitations, meetings that are called off.

use calendar::{Address, Person, Role};
use hub::Precondition;
use serde_json::{Value, json};

use super::{Mailbox, appointment, code, ids, weekly};

/// An invitation by somebody else, as it stands in the owner's calendar.
async fn invited(mailbox: &Mailbox, event: Value) -> String {
    let made = mailbox.post("me/events", &event).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let (hub, actor) = (&mailbox.world.app.hub, &mailbox.world.actor);
    let all = hub.events(actor, mailbox.world.calendar.id, None, 2, false);
    let owner = mailbox.world.user.email.clone();
    let boss = move |event: &mut calendar::Event| {
        for (address, organizer, role) in [
            (&*owner, false, Some(Role::Required)),
            ("cy@example.com", false, Some(Role::Optional)),
            ("boss@example.com", true, None),
        ] {
            let person = Person {
                organizer,
                role,
                ..Person::default()
            };
            event.people.insert(Address::new(address), person);
        }
        Ok(())
    };
    let view = all.await.unwrap().remove(0);
    let edited = hub.edit_event(actor, view.id, Precondition::None, boss);
    edited.await.unwrap();
    id
}

#[tokio::test]
async fn an_invitation_is_answered_and_says_so() {
    let mailbox = Mailbox::open().await;
    let id = invited(&mailbox, appointment("Meeting")).await;
    let at = format!("me/events/{id}");
    let shown = mailbox.get(&at).await;
    assert_eq!(shown["isOrganizer"], false);
    for (action, body, response) in [
        (
            "accept",
            json!({"comment": "Gladly", "sendResponse": true}),
            "accepted",
        ),
        // As the SDK writes it.
        (
            "tentativelyAccept",
            json!({"Comment": "Perhaps", "SendResponse": false}),
            "tentativelyAccepted",
        ),
        ("decline", json!({}), "declined"),
        ("microsoft.graph.accept", Value::Null, "accepted"),
    ] {
        let answer = mailbox.act(&format!("{at}/{action}"), &body).await;
        assert_eq!(answer.status, 202, "{action}: {}", answer.body);
        let shown = mailbox.get(&at).await;
        assert_eq!(shown["responseStatus"]["response"], response, "{action}");
        let attendees = shown["attendees"].as_array().unwrap();
        let own = attendees
            .iter()
            .find(|a| a["emailAddress"]["address"] == mailbox.world.user.email.as_str());
        assert_eq!(own.unwrap()["status"]["response"], response, "{action}");
    }
    let proposal = json!({"proposedNewTime": {}});
    let refused = mailbox.act(&format!("{at}/accept"), &proposal).await;
    assert_eq!(
        (refused.status, code(&refused)),
        (400, "UnableToDeserializePostBody")
    );
    // Who is invited cannot call it off.
    let refused = mailbox.act(&format!("{at}/cancel"), &json!({})).await;
    assert_eq!(
        (refused.status, code(&refused)),
        (400, "ErrorInvalidRequest")
    );
}

#[tokio::test]
async fn one_occurrence_is_answered_by_itself() {
    let mailbox = Mailbox::open().await;
    let id = invited(&mailbox, weekly("Meeting")).await;
    let window = super::WINDOW;
    let all = mailbox
        .get(&format!("me/events/{id}/instances?{window}"))
        .await;
    let second = ids(&all)[1].to_owned();
    let answer = mailbox
        .act(&format!("me/events/{second}/decline"), &json!({}))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let response = async |id: &str| {
        let shown = mailbox.get(&format!("me/events/{id}")).await;
        shown["responseStatus"]["response"].clone()
    };
    assert_eq!(response(&second).await, "declined");
    assert_ne!(response(ids(&all)[0]).await, "declined");
}

#[tokio::test]
async fn an_organizer_calls_off_and_does_not_answer() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("me/events", &appointment("Own")).await;
    let at = format!("me/events/{}", made["id"].as_str().unwrap());
    let refused = mailbox.act(&format!("{at}/accept"), &json!({})).await;
    assert_eq!(
        (refused.status, code(&refused)),
        (400, "ErrorInvalidRequest")
    );
    let bad = mailbox
        .act(&format!("{at}/cancel"), &json!({"Comment": 7}))
        .await;
    assert_eq!(bad.status, 400);
    let gone = mailbox
        .act(&format!("{at}/cancel"), &json!({"Comment": "Ill"}))
        .await;
    assert_eq!(gone.status, 202);
    let again = mailbox.act(&format!("{at}/cancel"), &json!({})).await;
    assert_eq!((again.status, code(&again)), (404, "ErrorItemNotFound"));

    let series = mailbox.post("me/events", &weekly("Series")).await;
    let at = format!("me/events/{}", series["id"].as_str().unwrap());
    let all = mailbox
        .get(&format!("{at}/instances?{}", super::WINDOW))
        .await;
    let first = format!("me/events/{}", ids(&all)[0]);
    assert_eq!(
        mailbox
            .act(&format!("{first}/cancel"), &Value::Null)
            .await
            .status,
        202
    );
    let left = mailbox
        .get(&format!("{at}/instances?{}", super::WINDOW))
        .await;
    assert_eq!(ids(&left).len(), ids(&all).len() - 1);
}
