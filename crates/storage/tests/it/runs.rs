//! What the transactions of a run did to copies is kept with their commits, and nothing else.

use std::collections::BTreeMap;

use kalends_storage::{
    Store, copies, edits,
    runs::{self, Run},
};
use sync::{CalendarId, ChangeId, CopyId};

use crate::fixture::{Fixture, a_copy, at, id};

both! {
    a_run_keeps_what_became_other_from_its_first_transaction_to_its_last,
    the_latest_runs_come_first,
}

fn a_run() -> Run {
    Run::new(ChangeId(id()), "run:pull:x".to_owned(), at(7))
}

async fn made(store: &Store, calendar: CalendarId, count: usize) -> Vec<CopyId> {
    let mut tx = store.write().await.unwrap();
    let mut all = Vec::new();
    for n in 0..count {
        let mut row = a_copy(calendar, &format!("{n}@x"));
        "Before".clone_into(&mut row.copy.local.title);
        copies::insert(&mut tx, &row).await.unwrap();
        all.push(row.copy.id);
    }
    tx.commit().await.unwrap();
    all
}

/// One transaction of a run, in which copies get a title.
async fn titled(store: &Store, run: &Run, copies: &[CopyId], title: &str) {
    let mut tx = store.write().await.unwrap();
    runs::begin(&mut tx, run.clone());
    for copy in copies {
        let mut row = copies::get(&mut tx, *copy).await.unwrap().unwrap();
        title.clone_into(&mut row.copy.local.title);
        copies::update(&mut tx, &mut row).await.unwrap();
        copies::get(&mut tx, *copy).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn a_run_keeps_what_became_other_from_its_first_transaction_to_its_last(f: Fixture) {
    let calendar = f.calendar().await;
    let all = made(&f.store, calendar, 12).await;
    let run = a_run();
    titled(&f.store, &run, &all[..11], "Between").await;
    titled(&f.store, &run, &all[10..11], "After").await;
    // Nothing becomes of one, another is made, another goes; and what is rolled back has not happened.
    titled(&f.store, &run, &all[11..], "Before").await;
    let mut tx = f.store.write().await.unwrap();
    runs::begin(&mut tx, run.clone());
    let new = a_copy(calendar, "new@x");
    copies::insert(&mut tx, &new).await.unwrap();
    let mut read = copies::get(&mut tx, new.copy.id).await.unwrap().unwrap();
    copies::update(&mut tx, &mut read).await.unwrap();
    let mut gone = copies::get(&mut tx, all[0]).await.unwrap().unwrap();
    gone.copy.alive = false;
    copies::update(&mut tx, &mut gone).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    runs::begin(&mut tx, run.clone());
    let row = a_copy(calendar, "never@x");
    copies::insert(&mut tx, &row).await.unwrap();
    tx.rollback().await.unwrap();

    let mut tx = f.store.read().await.unwrap();
    let kept = edits::by_change(&mut tx, run.id).await.unwrap();
    let title = |event: Option<calendar::Event>| event.map(|event| event.title);
    let kept: BTreeMap<CopyId, _> = kept
        .into_iter()
        .map(|edit| (edit.copy, (title(edit.before), title(edit.after))))
        .collect();
    let some = |title: &str| Some(title.to_owned());
    let mut expected: BTreeMap<CopyId, _> = all[..11]
        .iter()
        .map(|copy| (*copy, (some("Before"), some("Between"))))
        .collect();
    expected.insert(all[10], (some("Before"), some("After")));
    expected.insert(all[0], (some("Before"), None));
    expected.insert(new.copy.id, (None, Some(new.copy.local.title)));
    assert_eq!(kept, expected);
    let latest = runs::latest(&mut tx, 9).await.unwrap();
    assert_eq!(latest.len(), 1);
    assert_eq!((latest[0].id, latest[0].copies), (run.id, 12));
    assert_eq!((&*latest[0].actor, latest[0].at), ("run:pull:x", at(7)));
}

async fn the_latest_runs_come_first(f: Fixture) {
    let calendar = f.calendar().await;
    let all = made(&f.store, calendar, 1).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let run = Run::new(ChangeId(id()), "run:pull:x".to_owned(), at(n));
        titled(&f.store, &run, &all, &format!("Title {n}")).await;
        ids.push(run.id);
    }
    // An edit of a person is no run.
    let mut tx = f.store.write().await.unwrap();
    let edit = edits::Edit {
        change: ChangeId(id()),
        copy: all[0],
        calendar,
        actor: "user:x".to_owned(),
        at: at(9),
        before: None,
        after: None,
    };
    edits::insert(&mut tx, &edit).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let latest = runs::latest(&mut tx, 2).await.unwrap();
    let latest: Vec<ChangeId> = latest.iter().map(|run| run.id).collect();
    assert_eq!(latest, [ids[2], ids[1]]);
}
