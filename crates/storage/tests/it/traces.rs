//! All that is kept of events, table by table, and putting something else in a row's place.

use kalends_storage::{
    KeyRef, Tx, calendars, conflicts, copies, observations,
    traces::{self, Kept, State, Trace},
};
use sync::{ChangeId, Observation};

use crate::{
    fixture::{Fixture, a_calendar, a_copy, at, id},
    rows::a_conflict,
};

both! {
    what_is_past_is_put_and_nothing_else,
    pages_have_everything_but_what_nobody_can_read,
}

async fn only(tx: &mut Tx, kept: Kept) -> Trace {
    let (mut found, _) = traces::page(tx, kept, None, 9).await.unwrap();
    assert_eq!(found.len(), 1, "{kept:?}");
    found.remove(0)
}

fn seen(remote: &str) -> Observation {
    Observation {
        change: ChangeId(id()),
        remote_id: remote.to_owned(),
        version: None,
        body: None,
        stamp: None,
        modified: Some(at(1)),
    }
}

async fn what_is_past_is_put_and_nothing_else(f: Fixture) {
    let calendar = f.calendar().await;
    let mut tx = f.store.write().await.unwrap();
    let observation = seen("one");
    observations::insert(&mut tx, calendar, &observation)
        .await
        .unwrap();
    let trace = only(&mut tx, Kept::Observations).await;
    assert_eq!(
        (trace.state, trace.calendar),
        (State::Settled, Some(calendar))
    );
    let content = String::from_utf8(trace.content.to_vec()).unwrap();
    let content = content.replace("one", "two");
    assert!(
        traces::put(&mut tx, &trace, content.as_bytes())
            .await
            .unwrap()
    );
    let by_change = observations::by_change(&mut tx, observation.change).await;
    assert_eq!(by_change.unwrap().unwrap().remote_id, "two");
    let again = traces::put(&mut tx, &trace, content.as_bytes()).await;
    assert!(!again.unwrap(), "it is not as it was read");

    let mut row = a_copy(calendar, "uid");
    copies::insert(&mut tx, &row).await.unwrap();
    let living = only(&mut tx, Kept::Copies).await;
    assert_eq!(living.state, State::Living);
    assert!(!traces::put(&mut tx, &living, b"{}").await.unwrap());
    (row.copy.alive, row.pending) = (false, true);
    copies::update(&mut tx, &mut row).await.unwrap();
    assert_eq!(only(&mut tx, Kept::Copies).await.state, State::Waiting);
    row.pending = false;
    copies::update(&mut tx, &mut row).await.unwrap();
    let dead = only(&mut tx, Kept::Copies).await;
    assert_eq!(dead.state, State::Settled);
    let content = dead.content.to_vec();
    assert!(traces::put(&mut tx, &dead, &content).await.unwrap());
    let late = copies::update(&mut tx, &mut row).await;
    assert!(late.is_err(), "whoever read it before does not put it back");

    let mut question = a_conflict(calendar);
    question.state = conflicts::State::Open;
    conflicts::insert(&mut tx, &question).await.unwrap();
    let open = only(&mut tx, Kept::Conflicts).await;
    assert_eq!(open.state, State::Waiting);
    assert!(!traces::put(&mut tx, &open, b"{}").await.unwrap());
}

async fn pages_have_everything_but_what_nobody_can_read(f: Fixture) {
    let calendar = f.calendar().await;
    let gone = a_calendar();
    let mut tx = f.store.write().await.unwrap();
    calendars::insert(&mut tx, &gone).await.unwrap();
    for i in 0..5 {
        let place = if i == 2 { gone.id } else { calendar };
        observations::insert(&mut tx, place, &seen(&format!("{i}")))
            .await
            .unwrap();
    }
    tx.destroy_key(KeyRef::Calendar(gone.id)).await.unwrap();
    let (mut after, mut count) = (None, 0);
    loop {
        let page = traces::page(&mut tx, Kept::Observations, after.as_ref(), 2).await;
        let (found, last) = page.unwrap();
        count += found.len();
        if last.is_none() {
            break;
        }
        after = last;
    }
    assert_eq!(count, 4);
}
