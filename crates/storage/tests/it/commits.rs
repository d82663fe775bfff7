//! Position order is commit order, and those who wait are woken.

use std::time::Duration;

use kalends_storage::{Change, ChangeKind, changes};
use sync::ChangeId;
use tokio::time::timeout;

use crate::fixture::{Fixture, at, id};

both! {
    positions_follow_commits_not_beginnings,
    no_reader_ever_sees_a_gap,
    a_rolled_back_change_leaves_no_gap,
    a_snapshot_does_not_move,
    who_waits_is_woken,
    another_node_hears_of_a_commit,
    changes_come_back_as_they_went_in,
    however_many_changes_a_commit_has_they_are_numbered_in_order,
    tenants_do_not_see_each_other,
}

fn change(actor: &str) -> Change {
    Change {
        kind: ChangeKind::Event,
        subject: id(),
        calendar: None,
        actor: actor.into(),
        cause: None,
        at: at(0),
        removed: false,
    }
}

async fn actors(f: &Fixture, after: i64) -> Vec<(i64, String)> {
    let mut tx = f.store.read().await.unwrap();
    let logged = changes::after(&mut tx, after, 100).await.unwrap();
    let each = logged.into_iter();
    each.map(|l| (l.position, l.change.actor)).collect()
}

async fn positions_follow_commits_not_beginnings(f: Fixture) {
    let postgres = f.schema.is_some();
    let mut slow = f.store.write().await.unwrap();
    slow.log(change("slow"));
    // Work before the commit must not take the position.
    kalends_storage::meta::set(&mut slow, "slow", "1")
        .await
        .unwrap();

    let store = f.store.clone();
    let quick = tokio::spawn(async move {
        let mut quick = store.write().await.unwrap();
        quick.log(change("quick"));
        quick.commit().await.unwrap()
    });
    if postgres {
        // Two writers at once: the second one commits while the first is open, and a reader sees no hole before it.
        assert_eq!(quick.await.unwrap(), Some(1));
        assert_eq!(actors(&f, 0).await, [(1, "quick".into())]);
        assert_eq!(slow.commit().await.unwrap(), Some(2));
        assert_eq!(actors(&f, 1).await, [(2, "slow".into())]);
    } else {
        // One writer at a time: the second one waits, and nothing is visible before.
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!quick.is_finished());
        assert_eq!(actors(&f, 0).await, []);
        assert_eq!(slow.commit().await.unwrap(), Some(1));
        assert_eq!(quick.await.unwrap(), Some(2));
        assert_eq!(
            actors(&f, 0).await,
            [(1, "slow".into()), (2, "quick".into())]
        );
    }
}

async fn however_many_changes_a_commit_has_they_are_numbered_in_order(f: Fixture) {
    let mut expected = Vec::new();
    for count in [1, 7, 8, 9, 16, 21] {
        let mut tx = f.store.write().await.unwrap();
        for _ in 0..count {
            let position = expected.len() + 1;
            let actor = position.to_string();
            tx.log(change(&actor));
            expected.push((i64::try_from(position).unwrap(), actor));
        }
        let newest = tx.commit().await.unwrap();
        assert_eq!(newest, expected.last().map(|(position, _)| *position));
    }
    assert_eq!(actors(&f, 0).await, expected);
}

async fn no_reader_ever_sees_a_gap(f: Fixture) {
    const WRITERS: i64 = 6;
    const COMMITS: i64 = 15;
    for writer in 0..WRITERS {
        let store = f.store.clone();
        tokio::spawn(async move {
            for n in 0..COMMITS {
                let mut tx = store.write().await.unwrap();
                kalends_storage::meta::set(&mut tx, &format!("{writer}"), "x")
                    .await
                    .unwrap();
                for _ in 0..=(writer + n) % 3 {
                    tx.log(change("w"));
                }
                tokio::task::yield_now().await;
                tx.commit().await.unwrap();
            }
        });
    }
    let total: i64 = (0..WRITERS)
        .flat_map(|w| (0..COMMITS).map(move |n| (w + n) % 3 + 1))
        .sum();
    let read_all = async {
        let mut seen = 0;
        while seen < total {
            for (position, _) in actors(&f, seen).await {
                assert_eq!(position, seen + 1, "a position was skipped");
                seen = position;
            }
        }
    };
    timeout(Duration::from_mins(1), read_all).await.unwrap();
}

async fn a_rolled_back_change_leaves_no_gap(f: Fixture) {
    for end in ["drop", "rollback"] {
        let mut tx = f.store.write().await.unwrap();
        tx.log(change("nobody"));
        kalends_storage::meta::set(&mut tx, "x", "1").await.unwrap();
        if end == "rollback" {
            tx.rollback().await.unwrap();
        }
    }
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(
        kalends_storage::meta::get(&mut tx, "x").await.unwrap(),
        None
    );
    tx.log(change("a"));
    tx.log(change("b"));
    assert_eq!(tx.commit().await.unwrap(), Some(2));
    assert_eq!(actors(&f, 0).await, [(1, "a".into()), (2, "b".into())]);

    let tx = f.store.write().await.unwrap();
    assert_eq!(tx.commit().await.unwrap(), None, "nothing was logged");
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(changes::prune(&mut tx, 1).await.unwrap(), 1);
    assert_eq!(changes::oldest(&mut tx).await.unwrap(), Some(2));
    assert_eq!(changes::latest(&mut tx).await.unwrap(), 2);
}

async fn a_snapshot_does_not_move(f: Fixture) {
    let mut reader = f.store.read().await.unwrap();
    assert_eq!(changes::latest(&mut reader).await.unwrap(), 0);
    let mut tx = f.store.write().await.unwrap();
    tx.log(change("a"));
    tx.commit().await.unwrap();
    assert_eq!(changes::latest(&mut reader).await.unwrap(), 0);
    assert_eq!(changes::after(&mut reader, 0, 9).await.unwrap(), []);
    assert!(
        kalends_storage::meta::set(&mut reader, "x", "1")
            .await
            .is_err(),
        "a reader cannot write"
    );
}

async fn who_waits_is_woken(f: Fixture) {
    let mut newest = f.store.subscribe();
    assert_eq!(*newest.borrow_and_update(), 0);
    let mut tx = f.store.write().await.unwrap();
    tx.log(change("a"));
    assert!(!newest.has_changed().unwrap());
    tx.commit().await.unwrap();
    let seen = newest.wait_for(|position| *position == 1);
    timeout(Duration::from_secs(5), seen)
        .await
        .unwrap()
        .unwrap();
}

async fn another_node_hears_of_a_commit(f: Fixture) {
    if f.schema.is_none() {
        return; // a SQLite file has one process
    }
    let node = f.again().await;
    let other = node.of(f.store.tenant()).await.unwrap();
    let mut newest = other.subscribe();
    let mut tx = f.store.write().await.unwrap();
    tx.log(change("a"));
    tx.commit().await.unwrap();
    let seen = newest.wait_for(|position| *position == 1);
    let seen = timeout(Duration::from_secs(5), seen).await;
    seen.expect("the other node is told").unwrap();
}

async fn changes_come_back_as_they_went_in(f: Fixture) {
    let calendar = f.calendar().await;
    let cause = ChangeId(id());
    let whole = Change {
        kind: ChangeKind::Conflict,
        subject: id(),
        calendar: Some(calendar),
        actor: "link:1".into(),
        cause: Some(cause),
        at: at(5),
        removed: true,
    };
    let mut tx = f.store.write().await.unwrap();
    tx.log(change("a"));
    tx.log(whole.clone());
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let found = changes::of_calendar_after(&mut tx, calendar, 0, 9)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].position, &found[0].change), (2, &whole));
    assert_eq!(changes::by_cause(&mut tx, cause, 9).await.unwrap(), found);
    assert_eq!(changes::after(&mut tx, 0, 1).await.unwrap().len(), 1);
}

async fn tenants_do_not_see_each_other(f: Fixture) {
    let other = f.stores.create_tenant("Other").await.unwrap();
    let mut tx = other.write().await.unwrap();
    tx.log(change("other"));
    kalends_storage::meta::set(&mut tx, "x", "other")
        .await
        .unwrap();
    assert_eq!(tx.commit().await.unwrap(), Some(1));
    assert_eq!(actors(&f, 0).await, []);
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(
        kalends_storage::meta::get(&mut tx, "x").await.unwrap(),
        None
    );
    assert_ne!(f.store.hash("uid", "a"), other.hash("uid", "a"));
}
