//! What a page of changes reads ahead, and what it writes together: nobody can tell it from one event at a time.
//! On SQLite nothing is gathered: there these stories show that asking for it changes nothing.

use kalends_storage::{Error, Tx, ahead, copies, linked, members, observations, spans};
use sync::{
    CalendarId, ChangeId, CopyId, LinkId, LinkedId, Mask, Observation, Remote, Role, Version, links,
};

use crate::fixture::{Fixture, a_copy, id};

both! {
    a_page_is_read_ahead_and_written_together,
    what_is_asked_for_sees_what_was_gathered,
    what_was_written_is_not_read_ahead_any_more,
    a_copy_that_is_written_twice_is_written_as_it_was_last,
    somebody_elses_write_is_noticed,
}

/// More than the largest statement has rows, and not a multiple of any.
const EVENTS: usize = 45;

fn remote_id(n: usize) -> String {
    format!("remote-{n}")
}

/// Events with two copies each, of which the first are those of `calendar`, in the order of their remote ids.
async fn an_estate(f: &Fixture, calendar: CalendarId, other: CalendarId) -> Vec<(CopyId, CopyId)> {
    let link = LinkId(id());
    let mut tx = f.store.write().await.unwrap();
    let mut ids = Vec::new();
    for n in 0..EVENTS {
        let (mut ours, theirs) = (
            a_copy(calendar, &n.to_string()),
            a_copy(other, &n.to_string()),
        );
        let version = Version {
            tag: "1".into(),
            order: None,
        };
        ours.copy.remote = Remote::Live {
            id: remote_id(n),
            version,
        };
        let event = LinkedId(id());
        let (value, member) = links::begin(event, link, &ours.copy, Role::Both, Mask::everything());
        linked::insert(&mut tx, &value).await.unwrap();
        let mut second = member.clone();
        (second.calendar, second.copy) = (other, theirs.copy.id);
        for (row, member) in [(&mut ours, &member), (&mut theirs.clone(), &second)] {
            row.linked = Some(event);
            copies::insert(&mut tx, row).await.unwrap();
            members::insert(&mut tx, member).await.unwrap();
        }
        let start = i64::try_from(n).unwrap() * 100;
        let span = [(start, start + 50)];
        spans::put(&mut tx, ours.copy.id, calendar, &[], &span)
            .await
            .unwrap();
        ids.push((ours.copy.id, theirs.copy.id));
    }
    tx.commit().await.unwrap();
    ids
}

async fn read_ahead(tx: &mut Tx, calendar: CalendarId) {
    let ids: Vec<String> = (0..EVENTS).map(remote_id).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let found = ahead::of_remotes(tx, calendar, &ids).await.unwrap();
    let found: Vec<CopyId> = found.iter().map(|row| row.copy.id).collect();
    assert_eq!(found.len(), EVENTS);
    ahead::of_changed(tx, &found).await.unwrap();
}

async fn titles(f: &Fixture, ids: &[CopyId]) -> Vec<(String, i64)> {
    let mut tx = f.store.read().await.unwrap();
    let mut found = Vec::new();
    for copy in ids {
        let row = copies::get(&mut tx, *copy).await.unwrap().unwrap();
        found.push((row.copy.local.title, row.revision));
    }
    found
}

async fn a_page_is_read_ahead_and_written_together(f: Fixture) {
    let (calendar, other) = (f.calendar().await, f.calendar().await);
    let ids = an_estate(&f, calendar, other).await;
    let mut tx = f.store.write().await.unwrap();
    tx.gather();
    read_ahead(&mut tx, calendar).await;
    for (n, (ours, theirs)) in ids.iter().enumerate() {
        let found = copies::by_remote(&mut tx, calendar, &remote_id(n)).await;
        let mut row = found.unwrap().unwrap();
        assert_eq!(row.copy.id, *ours);
        let all = members::of_copy(&mut tx, *ours).await.unwrap();
        let [member] = &all[..] else {
            panic!("{all:?}")
        };
        let value = linked::get_for_update(&mut tx, member.linked).await;
        let mut value = value.unwrap().unwrap();
        let both = members::of_linked(&mut tx, value.id).await.unwrap();
        let mut copies_of: Vec<CopyId> = both.iter().map(|member| member.copy).collect();
        let mut wanted = vec![*ours, *theirs];
        wanted.sort();
        copies_of.sort();
        assert_eq!(copies_of, wanted);
        let mut mirror = copies::get(&mut tx, *theirs).await.unwrap().unwrap();
        for row in [&mut row, &mut mirror] {
            row.copy.local.title = format!("New {n}");
            copies::update(&mut tx, row).await.unwrap();
        }
        value.value.title = format!("New {n}");
        linked::update(&mut tx, &value).await.unwrap();
        for mut member in both {
            member.agreed.title = format!("New {n}");
            members::update(&mut tx, &member).await.unwrap();
            let known = members::of_copy(&mut tx, member.copy).await.unwrap();
            assert_eq!(known, [member]);
        }
        let before = spans::of_copy(&mut tx, *ours).await.unwrap();
        assert_eq!(before.len(), 1);
        let now = [(before[0].0 + 7, before[0].1)];
        spans::put(&mut tx, *ours, calendar, &before, &now)
            .await
            .unwrap();
        let seen = Observation {
            change: ChangeId(id()),
            remote_id: remote_id(n),
            version: None,
            body: None,
            stamp: None,
            modified: None,
        };
        observations::insert(&mut tx, calendar, &seen)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    for at in 0..2 {
        let copies: Vec<CopyId> = ids.iter().map(|(a, b)| [*a, *b][at]).collect();
        let wanted: Vec<_> = (0..EVENTS).map(|n| (format!("New {n}"), 2)).collect();
        assert_eq!(titles(&f, &copies).await, wanted);
    }
    let mut tx = f.store.read().await.unwrap();
    for (n, (ours, theirs)) in ids.iter().enumerate() {
        let start = i64::try_from(n).unwrap() * 100;
        let taken = spans::of_copy(&mut tx, *ours).await.unwrap();
        assert_eq!(taken, [(start + 7, start + 50)]);
        let mirror = members::of_copy(&mut tx, *theirs).await.unwrap();
        assert_eq!(mirror[0].agreed.title, format!("New {n}"));
        let value = linked::get(&mut tx, mirror[0].linked).await.unwrap();
        assert_eq!(value.unwrap().value.title, format!("New {n}"));
        let seen = observations::of_remote(&mut tx, calendar, &remote_id(n), 9).await;
        assert_eq!(seen.unwrap().len(), 1);
    }
}

async fn what_is_asked_for_sees_what_was_gathered(f: Fixture) {
    let (calendar, other) = (f.calendar().await, f.calendar().await);
    let ids = an_estate(&f, calendar, other).await;
    let mut tx = f.store.write().await.unwrap();
    tx.gather();
    let mut row = copies::get(&mut tx, ids[0].0).await.unwrap().unwrap();
    row.pending = true;
    copies::update(&mut tx, &mut row).await.unwrap();
    let waiting = copies::pending(&mut tx, calendar, 9).await.unwrap();
    assert_eq!(waiting, [row]);
}

async fn what_was_written_is_not_read_ahead_any_more(f: Fixture) {
    let (calendar, other) = (f.calendar().await, f.calendar().await);
    let ids = an_estate(&f, calendar, other).await;
    let mut tx = f.store.write().await.unwrap();
    tx.gather();
    read_ahead(&mut tx, calendar).await;
    // By another way than that on which it was read ahead.
    let mut row = copies::by_uid(&mut tx, calendar, "3")
        .await
        .unwrap()
        .remove(0);
    row.copy.local.title = "Other".into();
    copies::update(&mut tx, &mut row).await.unwrap();
    let found = copies::by_remote(&mut tx, calendar, &remote_id(3)).await;
    assert_eq!(found.unwrap(), Some(row));
    let member = members::of_copy(&mut tx, ids[4].0).await.unwrap().remove(0);
    members::delete(&mut tx, member.linked, member.copy)
        .await
        .unwrap();
    let left = members::of_linked(&mut tx, member.linked).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(members::of_copy(&mut tx, ids[4].0).await.unwrap(), []);
}

async fn a_copy_that_is_written_twice_is_written_as_it_was_last(f: Fixture) {
    let (calendar, other) = (f.calendar().await, f.calendar().await);
    let ids = an_estate(&f, calendar, other).await;
    let mut tx = f.store.write().await.unwrap();
    tx.gather();
    let mut row = copies::get(&mut tx, ids[0].0).await.unwrap().unwrap();
    for title in ["One", "Two"] {
        row.copy.local.title = title.into();
        copies::update(&mut tx, &mut row).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(titles(&f, &[ids[0].0]).await, [("Two".to_owned(), 3)]);
}

async fn somebody_elses_write_is_noticed(f: Fixture) {
    let (calendar, other) = (f.calendar().await, f.calendar().await);
    let ids = an_estate(&f, calendar, other).await;
    let mut tx = f.store.write().await.unwrap();
    let mut old = copies::get(&mut tx, ids[0].0).await.unwrap().unwrap();
    let mut new = old.clone();
    copies::update(&mut tx, &mut new).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    tx.gather();
    let mut second = copies::get(&mut tx, ids[1].0).await.unwrap().unwrap();
    second.copy.local.title = "Late".into();
    copies::update(&mut tx, &mut second).await.unwrap();
    old.copy.local.title = "Late".into();
    // Where writes are not gathered, it is noticed at once.
    let noticed = match copies::update(&mut tx, &mut old).await {
        Ok(()) => tx.commit().await.map(drop),
        early => early,
    };
    assert!(matches!(noticed, Err(Error::Stale(_))), "{noticed:?}");
    let unchanged = ("Check-up".to_owned(), 1);
    assert_eq!(titles(&f, &[ids[1].0]).await, [unchanged]);
}
