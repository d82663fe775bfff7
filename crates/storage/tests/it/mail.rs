//! Messages that wait to be sent by mail.

use kalends_storage::{
    jobs,
    mail::{self, Letter, MAIL, Party, State},
};
use uuid::Uuid;

use crate::fixture::{Fixture, at, id};

both! {
    one_message_is_asked_for_once,
    what_changes_before_it_is_sent_is_sent_once,
    what_was_sent_is_sent_again_only_with_other_words,
    of_an_address_that_is_forgotten_nothing_waits,
}

fn invitation() -> Letter {
    Letter {
        method: "REQUEST".to_owned(),
        uid: "u@example.com".to_owned(),
        sequence: 1,
        from: Party {
            address: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
        },
        to: Party {
            address: "ben@example.org".to_owned(),
            name: String::new(),
        },
        subject: "Lunch".to_owned(),
        text: "Ada invites you".to_owned(),
        calendar: "BEGIN:VCALENDAR\r\nDTSTAMP:20261101T000000Z\r\nEND:VCALENDAR\r\n".to_owned(),
        ..Letter::default()
    }
}

async fn post(f: &Fixture, letter: &Letter, second: i64) -> Option<Uuid> {
    let mut tx = f.store.write().await.unwrap();
    let posted = mail::post(&mut tx, id(), letter, at(second)).await.unwrap();
    tx.commit().await.unwrap();
    posted
}

async fn claim(f: &Fixture, second: i64) -> Option<jobs::Job> {
    jobs::claim(&f.store, &[MAIL], id(), at(second), 60)
        .await
        .unwrap()
}

async fn one_message_is_asked_for_once(f: Fixture) {
    let letter = invitation();
    let posted = post(&f, &letter, 1).await.unwrap();
    // At another time, and of another spelling.
    let mut same = letter.clone();
    same.calendar = same.calendar.replace("20261101", "20261102");
    same.to.address = "Ben@Example.org".into();
    assert_eq!(post(&f, &same, 2).await, None);
    // To another, of another version, about one occurrence, with another method: each is another one.
    let mut others = [(); 4].map(|()| letter.clone());
    others[0].to.address = "cleo@example.org".into();
    others[1].sequence = 2;
    others[2].recurrence = Some("20261124T120000Z".to_owned());
    others[3].method = "CANCEL".into();
    for other in others {
        assert_ne!(post(&f, &other, 2).await, Some(posted));
    }
    let mut jobs = Vec::new();
    while let Some(job) = claim(&f, 3).await {
        jobs.push(job.subject);
    }
    assert_eq!(jobs.len(), 5);
    let mut tx = f.store.read().await.unwrap();
    let mail = mail::get(&mut tx, posted).await.unwrap().unwrap();
    assert_eq!((&mail.letter, mail.state), (&letter, State::Waiting));
    let state = mail::state_of(&mut tx, &letter).await.unwrap();
    assert_eq!(state, Some(State::Waiting));
    let never = Letter::default();
    assert_eq!(mail::state_of(&mut tx, &never).await.unwrap(), None);
    assert_eq!((mail.revision, mail.attempts, mail.wanted), (1, 0, at(1)));
}

async fn what_changes_before_it_is_sent_is_sent_once(f: Fixture) {
    let mut letter = invitation();
    let posted = post(&f, &letter, 1).await.unwrap();
    let job = claim(&f, 1).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    let old = mail::get(&mut tx, posted).await.unwrap().unwrap();
    assert!(mail::begin(&mut tx, &old, at(1)).await.unwrap());
    tx.commit().await.unwrap();
    letter.text = "Ada invites you to lunch".into();
    assert_eq!(post(&f, &letter, 2).await, Some(posted));
    // Whoever sent the old words has not sent the new ones.
    let mut tx = f.store.write().await.unwrap();
    assert!(
        !mail::end(&mut tx, &old, State::Sent, at(3)).await.unwrap(),
        "it was changed"
    );
    assert!(!mail::begin(&mut tx, &old, at(3)).await.unwrap());
    assert!(jobs::done(&mut tx, &job).await.unwrap());
    let new = mail::get(&mut tx, posted).await.unwrap().unwrap();
    assert_eq!((new.letter.text, new.revision), (letter.text, 2));
    tx.commit().await.unwrap();
    assert_eq!(claim(&f, 4).await.unwrap().subject, posted);
    assert_eq!(claim(&f, 4).await, None);
}

async fn what_was_sent_is_sent_again_only_with_other_words(f: Fixture) {
    let mut letter = invitation();
    let posted = post(&f, &letter, 1).await.unwrap();
    let job = claim(&f, 1).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    let mail = mail::get(&mut tx, posted).await.unwrap().unwrap();
    assert!(mail::begin(&mut tx, &mail, at(2)).await.unwrap());
    assert!(mail::end(&mut tx, &mail, State::Sent, at(2)).await.unwrap());
    assert!(jobs::done(&mut tx, &job).await.unwrap());
    let sent = mail::get(&mut tx, posted).await.unwrap().unwrap();
    assert_eq!((sent.state, sent.attempts), (State::Sent, 1));
    assert_eq!(sent.letter, Letter::default(), "nothing is left of it");
    tx.commit().await.unwrap();
    assert_eq!(post(&f, &letter, 3).await, None);
    letter.subject = "Dinner".into();
    assert_eq!(post(&f, &letter, 3).await, Some(posted));
    assert!(claim(&f, 3).await.is_some());
    // What waits is not forgotten, however old.
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(mail::prune(&mut tx, at(9)).await.unwrap(), 0);
    let mail = mail::get(&mut tx, posted).await.unwrap().unwrap();
    assert_eq!(mail.attempts, 0);
    mail::end(&mut tx, &mail, State::Refused, at(4))
        .await
        .unwrap();
    assert_eq!(mail::prune(&mut tx, at(4)).await.unwrap(), 0);
    assert_eq!(mail::prune(&mut tx, at(5)).await.unwrap(), 1);
}

async fn of_an_address_that_is_forgotten_nothing_waits(f: Fixture) {
    let posted = post(&f, &invitation(), 1).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(
        mail::forget(&mut tx, "ada@example.com").await.unwrap(),
        0,
        "she writes"
    );
    let forgotten = mail::forget(&mut tx, "BEN@example.org").await.unwrap();
    assert_eq!(forgotten, 1);
    assert_eq!(mail::get(&mut tx, posted).await.unwrap(), None);
}
