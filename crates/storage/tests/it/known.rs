//! What a transaction reads once: forgotten when it is written, and, for links, held until the transaction ends.

use std::time::Duration;

use calendar::Unit;
use kalends_storage::{calendars, conflicts, copies, intents, jobs, links};
use sync::{
    CalendarId, Conflict, CopyId, Filter, Intent, LinkId, Mask, OnConflict, Operation, Outcome,
    Role, Ruling, Stamp,
};

use crate::fixture::{Fixture, a_copy, at, id};

both! {
    what_was_read_is_read_again_once_it_was_written,
    events_alone_say_nothing_new_of_calendars,
    a_job_is_asked_for_once_and_for_the_earliest_moment,
    a_link_that_is_followed_stays_as_it_is_until_the_end,
}

fn a_link(calendar: CalendarId) -> links::Link {
    links::Link {
        id: LinkId(id()),
        name: "Practice".into(),
        state: links::State::Active,
        on_conflict: OnConflict::Newest,
        pilot: false,
        allow_notify: false,
        members: vec![links::LinkMember {
            calendar,
            role: Role::Both,
            mask: Mask::everything(),
            filter: Filter::default(),
            away: false,
        }],
        created: at(0),
    }
}

fn an_intent(copy: CopyId) -> Intent {
    Intent {
        stamp: Stamp(id()),
        copy,
        operation: Operation::Delete,
        generation: 0,
        remote_id: None,
        version: None,
        body: None,
        local: None,
        feed: 0,
        causes: std::collections::BTreeMap::new(),
        life_cause: None,
        in_parts: false,
        at: at(0),
        outcome: Outcome::Open,
    }
}

async fn events_alone_say_nothing_new_of_calendars(f: Fixture) {
    let calendar = f.calendar().await;
    let before = f.store.calendars();
    let mut row = a_copy(calendar, "uid");
    let mut tx = f.store.write().await.unwrap();
    copies::insert(&mut tx, &row).await.unwrap();
    copies::update(&mut tx, &mut row).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.store.calendars(), before);
    let mut tx = f.store.write().await.unwrap();
    let mut there = calendars::get(&mut tx, calendar).await.unwrap().unwrap();
    there.read_only = true;
    calendars::update(&mut tx, &there).await.unwrap();
    assert_eq!(f.store.calendars(), before, "not yet");
    tx.commit().await.unwrap();
    assert_ne!(f.store.calendars(), before);
}

async fn what_was_read_is_read_again_once_it_was_written(f: Fixture) {
    let calendar = f.calendar().await;
    let mut link = a_link(calendar);
    let row = a_copy(calendar, "uid");
    let copy = row.copy.id;
    let mut tx = f.store.write().await.unwrap();
    let nothing = links::followed_by(&mut tx, calendar).await.unwrap();
    assert_eq!(nothing, []);
    assert_eq!(links::followed(&mut tx, link.id).await.unwrap(), None);
    links::insert(&mut tx, &link).await.unwrap();
    let all = links::followed_by(&mut tx, calendar).await.unwrap();
    assert_eq!((all.len(), &*all[0]), (1, &link));
    link.name = "Another".into();
    links::update(&mut tx, &link).await.unwrap();
    let found = links::followed(&mut tx, link.id).await.unwrap();
    assert_eq!(found.as_deref(), Some(&link));
    links::delete(&mut tx, link.id).await.unwrap();
    assert_eq!(links::followed(&mut tx, link.id).await.unwrap(), None);

    let unfinished = intents::unfinished_in(&mut tx, calendar, copy).await;
    assert_eq!(unfinished.unwrap(), []);
    let intent = an_intent(copy);
    intents::insert(&mut tx, &intent, calendar).await.unwrap();
    let unfinished = intents::unfinished_in(&mut tx, calendar, copy).await;
    assert_eq!(unfinished.unwrap(), std::slice::from_ref(&intent));
    intents::settle(&mut tx, intent.stamp, Outcome::Done, at(1))
        .await
        .unwrap();
    let unfinished = intents::unfinished_in(&mut tx, calendar, copy).await;
    assert_eq!(unfinished.unwrap(), []);
    let outcome = intents::outcome(&mut tx, intent.stamp).await.unwrap();
    assert_eq!(outcome, Some(Outcome::Done));

    let open = conflicts::open_of_copy(&mut tx, calendar, copy).await;
    assert_eq!(open.unwrap(), []);
    let question = conflicts::Row {
        id: id(),
        copy,
        calendar,
        at: at(0),
        since: at(0),
        last: None,
        state: conflicts::State::Open,
        conflict: Conflict {
            unit: Unit::Title,
            base: row.copy.local.clone(),
            local: row.copy.local.clone(),
            remote: row.copy.local.clone(),
            remote_won: None,
            by: Ruling::Ask,
            local_side: None,
            remote_side: None,
        },
    };
    conflicts::insert(&mut tx, &question).await.unwrap();
    let open = conflicts::open_of_copy(&mut tx, calendar, copy).await;
    assert_eq!(open.unwrap(), [question]);
}

async fn a_job_is_asked_for_once_and_for_the_earliest_moment(f: Fixture) {
    let subject = id();
    let claim = async |now| {
        let claimed = jobs::claim(&f.store, &["push"], id(), at(now), 30).await;
        claimed.unwrap()
    };
    let mut tx = f.store.write().await.unwrap();
    for due in [50, 70, 10, 60] {
        jobs::request(&mut tx, "push", subject, at(due));
    }
    tx.commit().await.unwrap();
    assert_eq!(claim(9).await, None);
    let job = claim(10).await.unwrap();
    assert_eq!(job.wanted, 1, "one request covers them all");

    let mut tx = f.store.write().await.unwrap();
    jobs::request(&mut tx, "push", subject, at(20));
    assert!(jobs::done(&mut tx, &job).await.unwrap());
    jobs::cancel(&mut tx, "push", subject).await.unwrap();
    jobs::request(&mut tx, "push", subject, at(30));
    tx.commit().await.unwrap();
    assert_eq!(claim(29).await, None);
    assert!(
        claim(30).await.is_some(),
        "asked for again after it was cancelled"
    );
}

async fn a_link_that_is_followed_stays_as_it_is_until_the_end(f: Fixture) {
    let calendar = f.calendar().await;
    let mut link = a_link(calendar);
    let mut tx = f.store.write().await.unwrap();
    links::insert(&mut tx, &link).await.unwrap();
    tx.commit().await.unwrap();

    let mut following = f.store.write().await.unwrap();
    links::followed_by(&mut following, calendar).await.unwrap();
    link.name = "Another".into();
    let store = f.store.clone();
    let changing = tokio::spawn(async move {
        let mut tx = store.write().await.unwrap();
        links::update(&mut tx, &link).await.unwrap();
        tx.commit().await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!changing.is_finished(), "it did not wait");
    following.commit().await.unwrap();
    changing.await.unwrap();
}
