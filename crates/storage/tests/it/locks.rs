//! Jobs and leases: coalesced, claimed by one owner at a time, fenced when that one was too slow. Rows that are read to
//! be changed.

use std::{collections::BTreeSet, time::Duration};

use kalends_storage::{
    Store, calendars, jobs, leases,
    locks::{Locked, lock},
    timers,
};
use uuid::Uuid;

use crate::fixture::{Fixture, at, id};

both! {
    requests_coalesce,
    a_request_during_the_work_is_not_forgotten,
    two_owners_never_claim_the_same_job,
    an_expired_lease_is_taken_over_and_fenced,
    what_an_owner_left_behind_is_given_back_and_nothing_else,
    kinds_are_kept_apart,
    leases_exclude_and_expire,
    timers_fire_in_order,
    what_two_change_in_a_row_stays,
}

async fn request(store: &Store, kind: &str, subject: Uuid, due: i64) {
    let mut tx = store.write().await.unwrap();
    jobs::request(&mut tx, kind, subject, at(due));
    tx.commit().await.unwrap();
}

async fn claim(store: &Store, now: i64) -> Option<jobs::Job> {
    jobs::claim(store, &["pull"], id(), at(now), 30)
        .await
        .unwrap()
}

async fn done(store: &Store, job: &jobs::Job) -> bool {
    let mut tx = store.write().await.unwrap();
    let ours = jobs::done(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
    ours
}

async fn next_due(store: &Store) -> Option<i64> {
    let mut tx = store.read().await.unwrap();
    let due = jobs::next_due(&mut tx, &["pull"]).await.unwrap();
    due.map(|due| due.as_second() - at(0).as_second())
}

async fn requests_coalesce(f: Fixture) {
    let subject = id();
    for due in [50, 10, 70] {
        request(&f.store, "pull", subject, due).await;
    }
    assert_eq!(next_due(&f.store).await, Some(10), "the earliest counts");
    assert_eq!(claim(&f.store, 9).await, None, "not yet");
    let job = claim(&f.store, 10).await.unwrap();
    assert_eq!((job.subject, job.wanted, job.attempts), (subject, 3, 1));
    assert_eq!(claim(&f.store, 10).await, None, "it was one job");
    assert_eq!(next_due(&f.store).await, Some(40), "when its lease ends");
    assert!(done(&f.store, &job).await);
    assert_eq!(next_due(&f.store).await, None);
}

async fn a_request_during_the_work_is_not_forgotten(f: Fixture) {
    let subject = id();
    request(&f.store, "pull", subject, 0).await;
    let job = claim(&f.store, 0).await.unwrap();
    request(&f.store, "pull", subject, 5).await;
    assert!(done(&f.store, &job).await);
    let again = claim(&f.store, 5).await.expect("due again");
    assert_eq!((again.wanted, again.attempts), (2, 1));

    let mut tx = f.store.write().await.unwrap();
    assert!(jobs::retry(&mut tx, &again, at(100)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(next_due(&f.store).await, Some(100));
    let third = claim(&f.store, 100).await.unwrap();
    assert_eq!(third.attempts, 2, "the failure is remembered");
    let mut tx = f.store.write().await.unwrap();
    jobs::cancel(&mut tx, "pull", subject).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!done(&f.store, &third).await);
}

async fn two_owners_never_claim_the_same_job(f: Fixture) {
    for _ in 0..30 {
        request(&f.store, "pull", id(), 0).await;
    }
    let node = f.again().await;
    let other = node.of(f.store.tenant()).await.unwrap();
    let work = async |store: Store| {
        let mut mine = Vec::new();
        while let Some(job) = claim(&store, 1).await {
            mine.push(job.subject);
            // Finishing some at once makes the two run into each other more.
            if mine.len() % 3 == 0 {
                assert!(done(&store, &job).await);
            }
        }
        mine
    };
    let stores = [f.store.clone(), f.store.clone(), other.clone(), other];
    let workers = stores.map(|store| tokio::spawn(work(store)));
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), 30);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 30, "each once");
}

async fn an_expired_lease_is_taken_over_and_fenced(f: Fixture) {
    request(&f.store, "pull", id(), 0).await;
    let slow = claim(&f.store, 0).await.unwrap();
    assert_eq!(claim(&f.store, 29).await, None, "still held");
    assert!(jobs::extend(&f.store, &slow, at(60)).await.unwrap());
    assert_eq!(claim(&f.store, 59).await, None, "held longer");
    let quick = claim(&f.store, 60).await.expect("the lease has ended");
    assert_eq!((quick.id, quick.fence), (slow.id, slow.fence + 1));

    let mut tx = f.store.write().await.unwrap();
    assert!(!jobs::check(&mut tx, &slow).await.unwrap());
    assert!(jobs::check(&mut tx, &quick).await.unwrap());
    assert!(!jobs::retry(&mut tx, &slow, at(0)).await.unwrap());
    tx.commit().await.unwrap();
    assert!(!jobs::extend(&f.store, &slow, at(99)).await.unwrap());
    assert!(
        !done(&f.store, &slow).await,
        "it is not the slow one's any more"
    );
    assert!(done(&f.store, &quick).await);
    assert!(!done(&f.store, &quick).await, "once");
}

async fn kinds_are_kept_apart(f: Fixture) {
    let subject = id();
    request(&f.store, "push", subject, 0).await;
    assert_eq!(claim(&f.store, 9).await, None);
    // More kinds than one statement has places for.
    let mut kinds: Vec<String> = (0..11).map(|n| format!("kind-{n}")).collect();
    kinds.push("push".into());
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let job = jobs::claim(&f.store, &kinds, id(), at(9), 30)
        .await
        .unwrap();
    assert_eq!(job.unwrap().kind, "push");
    assert_eq!(
        jobs::claim(&f.store, &[], id(), at(9), 30).await.unwrap(),
        None
    );
}

async fn leases_exclude_and_expire(f: Fixture) {
    let take = async |now| {
        leases::take(&f.store, "refresh:1", id(), at(now), 10)
            .await
            .unwrap()
    };
    let first = take(0).await.unwrap();
    assert_eq!(take(9).await, None);
    let second = take(10).await.expect("it has ended");
    assert!(second > first);
    let mut tx = f.store.write().await.unwrap();
    assert!(!leases::check(&mut tx, "refresh:1", first).await.unwrap());
    assert!(leases::check(&mut tx, "refresh:1", second).await.unwrap());
    drop(tx);
    leases::release(&f.store, "refresh:1", first).await.unwrap();
    assert_eq!(take(11).await, None, "the lost one cannot release it");
    leases::release(&f.store, "refresh:1", second)
        .await
        .unwrap();
    let third = take(11).await.unwrap();
    assert!(third > second);
    assert!(
        leases::extend(&f.store, "refresh:1", third, at(50))
            .await
            .unwrap()
    );
    assert_eq!(take(40).await, None);

    let node = f.again().await;
    let other = node.of(f.store.tenant()).await.unwrap();
    let race = async |store: Store| leases::take(&store, "race", id(), at(0), 10).await.unwrap();
    let (a, b) = tokio::join!(race(f.store.clone()), race(other));
    assert!(a.is_some() != b.is_some(), "one of two: {a:?} {b:?}");
}

async fn timers_fire_in_order(f: Fixture) {
    let (a, b) = (id(), id());
    let mut tx = f.store.write().await.unwrap();
    timers::set(&mut tx, "busy", a, at(9)).await.unwrap();
    timers::set(&mut tx, "busy", b, at(5)).await.unwrap();
    timers::set(&mut tx, "busy", a, at(3)).await.unwrap();
    assert_eq!(timers::next(&mut tx).await.unwrap(), Some(at(3)));
    let due = timers::due(&mut tx, at(5), 9).await.unwrap();
    assert_eq!(due.iter().map(|t| t.subject).collect::<Vec<_>>(), [a, b]);
    assert_eq!(timers::due(&mut tx, at(4), 9).await.unwrap().len(), 1);
    timers::clear(&mut tx, "busy", a).await.unwrap();
    timers::clear(&mut tx, "busy", b).await.unwrap();
    assert_eq!(timers::next(&mut tx).await.unwrap(), None);
}

async fn what_an_owner_left_behind_is_given_back_and_nothing_else(f: Fixture) {
    let (mine, other) = (id(), id());
    let take = async |owner| {
        request(&f.store, "pull", id(), 0).await;
        let job = jobs::claim(&f.store, &["pull"], owner, at(0), 30).await;
        job.unwrap().unwrap()
    };
    let (left, held) = (take(mine).await, take(other).await);
    assert_eq!(claim(&f.store, 1).await, None, "both are held");
    assert_eq!(jobs::give_back(&f.store, mine).await.unwrap(), 1);
    let again = claim(&f.store, 1).await.expect("at once");
    assert_eq!(
        (again.subject, again.attempts),
        (left.subject, 1),
        "no failure"
    );
    assert!(!done(&f.store, &left).await, "the former self has lost it");
    assert!(done(&f.store, &held).await, "the other one has not");
}

async fn what_two_change_in_a_row_stays(f: Fixture) {
    let calendar = f.calendar().await;
    let other = f.again().await.of(f.store.tenant()).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    lock(&mut tx, Locked::Calendar(calendar)).await.unwrap();
    let mut row = calendars::get(&mut tx, calendar).await.unwrap().unwrap();
    row.selected = false;
    let second = tokio::spawn(async move {
        let mut tx = other.write().await.unwrap();
        lock(&mut tx, Locked::Calendar(calendar)).await.unwrap();
        let mut row = calendars::get(&mut tx, calendar).await.unwrap().unwrap();
        row.feed += 1;
        calendars::update(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
    });
    // Long enough for it to read, were it not made to wait.
    tokio::time::sleep(Duration::from_millis(200)).await;
    calendars::update(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    second.await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let row = calendars::get(&mut tx, calendar).await.unwrap().unwrap();
    assert_eq!((row.selected, row.feed), (false, 1));
}
