//! Every kind of row comes back as it went in, and is found by what it is looked up by.

use std::collections::BTreeMap;

use calendar::Unit;
use kalends_storage::{
    Error, Health, calendars, conflicts, connections, copies, edits,
    enclosures::{self, Enclosure, Kind},
    idempotency, intents, linked, links, members, observations,
};
use serde_json::json;
use sync::{
    CalendarId, Cause, CauseKind, ChangeId, Conflict, ConnectionId, CopyId, Filter, Intent, LinkId,
    LinkedId, Mask, Observation, OnConflict, Operation, Outcome, Remote, Role, Ruling, Stamp,
    UserId, Version,
};

use crate::fixture::{Fixture, a_calendar, a_copy, an_event, at, id};

both! {
    calendars_by_everything,
    what_is_held_and_decided,
    connections_keep_their_credentials,
    copies_by_everything,
    copies_page_by_page,
    what_is_beside_an_event,
    two_writers_of_one_copy,
    intents_until_they_are_settled,
    observations_and_edits,
    links_with_members,
    conflicts_are_kept,
    conflicts_are_listed_page_by_page,
    stretches_that_meet_and_overlaps,
    replies_are_given_again,
}

async fn calendars_by_everything(f: Fixture) {
    let connection = ConnectionId(id());
    let mut calendar = calendars::Calendar {
        connection: Some(connection),
        owner: Some(UserId(id())),
        remote_id: Some("https://dav.example/c/1/".into()),
        ..a_calendar()
    };
    let mut tx = f.store.write().await.unwrap();
    calendars::insert(&mut tx, &calendar).await.unwrap();
    calendar.name = "Praxis 🦷".into();
    calendar.description = Some("shared".into());
    calendar.cursor = Some("sync-token".into());
    calendar.feed = 3;
    calendar.state = Health::Failing;
    calendar.message = Some("timeout".into());
    calendar.last_sync = Some(at(1));
    calendar.moved = Some(at(2));
    calendar.sort = 7;
    calendar.selected = false;
    calendar.shown = false;
    calendar.read_only = true;
    calendar
        .kept
        .insert("google".into(), serde_json::json!({"hidden": true}));
    calendars::update(&mut tx, &calendar).await.unwrap();
    tx.commit().await.unwrap();
    f.calendar().await;

    let mut tx = f.store.read().await.unwrap();
    let whole = Some(calendar.clone());
    assert_eq!(calendars::get(&mut tx, calendar.id).await.unwrap(), whole);
    assert_eq!(
        calendars::by_slug(&mut tx, &calendar.slug).await.unwrap(),
        whole
    );
    let remote = "https://dav.example/c/1/";
    let found = calendars::by_remote(&mut tx, connection, remote).await;
    assert_eq!(found.unwrap(), whole);
    let none = calendars::by_remote(&mut tx, connection, "other").await;
    assert_eq!(none.unwrap(), None);
    let ids: Vec<_> = calendars::list(&mut tx)
        .await
        .unwrap()
        .iter()
        .map(|c| c.sort)
        .collect();
    assert_eq!(ids, [0, 7], "in their order");
    assert_eq!(
        calendars::of_connection(&mut tx, connection).await.unwrap(),
        [calendar.clone()]
    );
    drop(tx);

    let mut tx = f.store.write().await.unwrap();
    let twin = calendars::Calendar {
        id: CalendarId(id()),
        remote_id: None,
        ..calendar.clone()
    };
    let error = calendars::insert(&mut tx, &twin).await.unwrap_err();
    assert!(matches!(error, Error::Exists), "the slug is taken: {error}");
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    let error = calendars::update(&mut tx, &a_calendar()).await.unwrap_err();
    assert!(matches!(error, Error::Missing("calendar")));
}

async fn connections_keep_their_credentials(f: Fixture) {
    let mut connection = connections::Connection {
        id: ConnectionId(id()),
        user: UserId(id()),
        provider: "caldav".into(),
        account: "ada@example.com".into(),
        url: Some("https://dav.example".into()),
        credentials: json!({"password": "s3cret"}).into(),
        state: Health::Ok,
        message: None,
        scopes: vec!["calendar".into()],
        last_sync: None,
        created: at(0),
    };
    assert!(!format!("{connection:?}").contains("s3cret"));
    let mut tx = f.store.write().await.unwrap();
    connections::insert(&mut tx, &connection).await.unwrap();
    connection.state = Health::Reconnect;
    connection.message = Some("revoked".into());
    connection.last_sync = Some(at(3));
    connections::update(&mut tx, &connection).await.unwrap();
    let found = connections::get(&mut tx, connection.id).await.unwrap();
    assert_eq!(found.unwrap().credentials.expose()["password"], "s3cret");
    assert_eq!(
        connections::list(&mut tx).await.unwrap(),
        [connection.clone()]
    );
    connections::delete(&mut tx, connection.id).await.unwrap();
    assert_eq!(connections::list(&mut tx).await.unwrap(), []);
}

async fn copies_by_everything(f: Fixture) {
    let calendar = f.calendar().await;
    let mut row = a_copy(calendar, "uid-1");
    row.pending = true;
    let mut tx = f.store.write().await.unwrap();
    copies::insert(&mut tx, &row).await.unwrap();
    assert_eq!(
        copies::pending(&mut tx, calendar, 9).await.unwrap(),
        [row.clone()]
    );
    assert_eq!(
        copies::pending_ids(&mut tx, calendar, 9).await.unwrap(),
        [row.copy.id]
    );

    let version = Version {
        tag: "\"1\"".into(),
        order: Some(1),
    };
    row.copy.remote = Remote::Live {
        id: "remote-1".into(),
        version,
    };
    row.copy.base = Some(sync::Base {
        remote: an_event("uid-1"),
        local: an_event("uid-1"),
    });
    row.copy.causes = BTreeMap::from([(
        Unit::Title,
        Cause {
            kind: CauseKind::Edit,
            from: calendar,
            link: None,
            via: Vec::new(),
            change: ChangeId(id()),
            modified: Some(at(1)),
        },
    )]);
    row.name = Some("check-up.ics".into());
    row.linked = Some(LinkedId(id()));
    row.projected = true;
    row.pending = false;
    row.updated = at(2);
    row.shape.recurring = true;
    row.shape.end = None;
    copies::update(&mut tx, &mut row).await.unwrap();
    assert_eq!(row.revision, 2);
    assert_eq!(copies::pending(&mut tx, calendar, 9).await.unwrap(), []);
    tx.commit().await.unwrap();

    let mut tx = f.store.read().await.unwrap();
    let whole = Some(row.clone());
    assert_eq!(copies::get(&mut tx, row.copy.id).await.unwrap(), whole);
    let by_remote = copies::by_remote(&mut tx, calendar, "remote-1").await;
    assert_eq!(by_remote.unwrap(), whole);
    let by_name = copies::by_name(&mut tx, calendar, "check-up.ics").await;
    assert_eq!(by_name.unwrap(), whole);
    assert_eq!(
        copies::by_uid(&mut tx, calendar, "uid-1").await.unwrap(),
        [row.clone()]
    );
    assert_eq!(
        copies::by_uid(&mut tx, calendar, "uid-2").await.unwrap(),
        []
    );
    let elsewhere = CalendarId(id());
    assert_eq!(
        copies::by_uid(&mut tx, elsewhere, "uid-1").await.unwrap(),
        []
    );
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    copies::purge(&mut tx, row.copy.id).await.unwrap();
    assert_eq!(copies::get(&mut tx, row.copy.id).await.unwrap(), None);
}

async fn copies_page_by_page(f: Fixture) {
    let calendar = f.calendar().await;
    let mut tx = f.store.write().await.unwrap();
    let mut all = Vec::new();
    for n in 0..40 {
        let mut row = a_copy(calendar, &format!("uid-{n}"));
        row.copy.alive = n % 10 != 0;
        copies::insert(&mut tx, &row).await.unwrap();
        all.push(row.copy.id);
    }
    let mut found = Vec::new();
    loop {
        let page = copies::page(&mut tx, calendar, found.last().copied(), 7, true)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        found.extend(page.iter().map(|row| row.copy.id));
    }
    assert_eq!(found, all);
    let living = copies::page(&mut tx, calendar, None, 99, false)
        .await
        .unwrap();
    assert_eq!(living.len(), 36);

    let mut asked = all.clone();
    asked.push(CopyId(id()));
    let many = copies::get_many(&mut tx, &asked).await.unwrap();
    let mut ids: Vec<_> = many.iter().map(|row| row.copy.id).collect();
    ids.sort();
    assert_eq!(ids, all);
    assert_eq!(copies::get_many(&mut tx, &[]).await.unwrap(), []);
}

async fn two_writers_of_one_copy(f: Fixture) {
    let calendar = f.calendar().await;
    let row = a_copy(calendar, "uid");
    let mut tx = f.store.write().await.unwrap();
    copies::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let (mut first, mut second) = (row.clone(), row);
    let mut tx = f.store.write().await.unwrap();
    copies::update(&mut tx, &mut first).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    let error = copies::update(&mut tx, &mut second).await.unwrap_err();
    assert!(matches!(error, Error::Stale("event")) && error.is_transient());
    assert_eq!(second.revision, 1, "it did not move on");
}

async fn what_is_beside_an_event(f: Fixture) {
    let calendar = f.calendar().await;
    let mut row = a_copy(calendar, "uid");
    let mut tx = f.store.write().await.unwrap();
    copies::insert(&mut tx, &row).await.unwrap();
    let mut file = Enclosure {
        id: id(),
        calendar,
        copy: row.copy.id,
        occurrence: None,
        kind: Kind::File,
        created: at(1),
        content: json!({"name": "a.txt"}),
    };
    enclosures::insert(&mut tx, &file).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    let found = enclosures::of_copy(&mut tx, row.copy.id, Kind::File).await;
    assert_eq!(found.unwrap(), [file.clone()]);
    let other = enclosures::of_copy(&mut tx, row.copy.id, Kind::Extension).await;
    assert_eq!(other.unwrap(), []);
    (file.content, file.created) = (json!({"name": "b.txt"}), at(2));
    enclosures::update(&mut tx, &file).await.unwrap();
    let found = enclosures::of_calendar(&mut tx, calendar, Kind::File).await;
    assert_eq!(found.unwrap(), [file.clone()]);
    let places = enclosures::places(&mut tx, calendar, Kind::File).await;
    assert_eq!(places.unwrap(), [(row.copy.id, None)]);
    let day = "2026-12-08T09:00:00".parse().unwrap();
    let of_a_day = Enclosure {
        id: id(),
        occurrence: Some(day),
        created: at(3),
        ..file.clone()
    };
    enclosures::insert(&mut tx, &of_a_day).await.unwrap();
    let found = enclosures::of_copy(&mut tx, row.copy.id, Kind::File).await;
    assert_eq!(found.unwrap(), [file.clone(), of_a_day.clone()]);
    let mut places = enclosures::places(&mut tx, calendar, Kind::File)
        .await
        .unwrap();
    places.sort();
    assert_eq!(places, [(row.copy.id, None), (row.copy.id, Some(day))]);
    enclosures::delete(&mut tx, of_a_day.id).await.unwrap();
    // It goes some time after its event, and not before.
    assert_eq!(enclosures::prune(&mut tx, at(9)).await.unwrap(), 0);
    row.copy.alive = false;
    row.updated = at(5);
    copies::update(&mut tx, &mut row).await.unwrap();
    assert_eq!(enclosures::prune(&mut tx, at(5)).await.unwrap(), 0);
    assert_eq!(enclosures::prune(&mut tx, at(6)).await.unwrap(), 1);
    enclosures::insert(&mut tx, &file).await.unwrap();
    enclosures::delete(&mut tx, file.id).await.unwrap();
    let none = enclosures::of_copy(&mut tx, row.copy.id, Kind::File).await;
    assert_eq!(none.unwrap(), []);
    enclosures::insert(&mut tx, &file).await.unwrap();
    calendars::delete(&mut tx, calendar).await.unwrap();
    let gone = enclosures::of_copy(&mut tx, row.copy.id, Kind::File).await;
    assert_eq!(gone.unwrap(), [], "it goes with its calendar");
}

pub fn an_intent(copy: CopyId) -> Intent {
    Intent {
        stamp: Stamp(id()),
        copy,
        operation: Operation::Update,
        generation: 1,
        remote_id: Some("remote".into()),
        version: None,
        body: Some(an_event("uid")),
        local: Some(an_event("uid")),
        feed: 4,
        causes: BTreeMap::new(),
        life_cause: None,
        in_parts: true,
        at: at(0),
        outcome: Outcome::Open,
    }
}

async fn intents_until_they_are_settled(f: Fixture) {
    let calendar = f.calendar().await;
    let copy = CopyId(id());
    let mut tx = f.store.write().await.unwrap();
    let all: Vec<Intent> = (0..4)
        .map(|n| Intent {
            at: at(n),
            ..an_intent(copy)
        })
        .collect();
    for intent in all.iter().rev() {
        intents::insert(&mut tx, intent, calendar).await.unwrap();
    }
    intents::settle(&mut tx, all[0].stamp, Outcome::Done, at(10))
        .await
        .unwrap();
    intents::settle(&mut tx, all[1].stamp, Outcome::Unresolved, at(11))
        .await
        .unwrap();
    intents::settle(&mut tx, all[3].stamp, Outcome::Refused, at(12))
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let mut tx = f.store.write().await.unwrap();
    let found = intents::unfinished(&mut tx, copy).await.unwrap();
    let expected = [
        Intent {
            outcome: Outcome::Unresolved,
            ..all[1].clone()
        },
        all[2].clone(),
    ];
    assert_eq!(found, expected, "oldest first, with their outcome");
    let found = intents::open_of_calendar(&mut tx, calendar).await.unwrap();
    assert_eq!(found, [all[2].clone()]);
    let found = intents::by_stamp(&mut tx, all[0].stamp)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.outcome, Outcome::Done);
    let recent = intents::recent(&mut tx, Some(at(3)), 2).await.unwrap();
    let stamps: Vec<_> = recent
        .iter()
        .map(|(i, c, closed)| (i.stamp, *c, *closed))
        .collect();
    assert_eq!(
        stamps,
        [
            (all[2].stamp, calendar, None),
            (all[1].stamp, calendar, Some(at(11)))
        ]
    );
    assert_eq!(intents::of_copy(&mut tx, copy, 9).await.unwrap().len(), 4);
    assert_eq!(
        intents::prune(&mut tx, at(100)).await.unwrap(),
        2,
        "never what may still arrive"
    );
}

async fn observations_and_edits(f: Fixture) {
    let calendar = f.calendar().await;
    let seen: Vec<Observation> = (0..3)
        .map(|n| Observation {
            change: ChangeId(id()),
            remote_id: if n == 2 { "other" } else { "remote" }.into(),
            version: None,
            body: (n == 0).then(|| an_event("uid")),
            stamp: Some(Stamp(id())),
            modified: Some(at(n)),
        })
        .collect();
    let mut tx = f.store.write().await.unwrap();
    for one in &seen {
        observations::insert(&mut tx, calendar, one).await.unwrap();
    }
    let found = observations::by_change(&mut tx, seen[0].change)
        .await
        .unwrap();
    assert_eq!(found.as_ref(), Some(&seen[0]));
    let found = observations::of_remote(&mut tx, calendar, "remote", 9)
        .await
        .unwrap();
    assert_eq!(found, [seen[1].clone(), seen[0].clone()]);
    assert_eq!(
        observations::prune(&mut tx, at(-1_000_000)).await.unwrap(),
        0
    );
    assert_eq!(
        observations::prune(&mut tx, at(1_000_000)).await.unwrap(),
        3
    );

    let edit = edits::Edit {
        change: ChangeId(id()),
        copy: CopyId(id()),
        calendar,
        actor: "user:1".into(),
        at: at(1),
        before: Some(an_event("uid")),
        after: None,
    };
    edits::insert(&mut tx, &edit).await.unwrap();
    assert_eq!(
        edits::by_change(&mut tx, edit.change).await.unwrap(),
        std::slice::from_ref(&edit)
    );
    assert_eq!(edits::of_copy(&mut tx, edit.copy, 9).await.unwrap(), [edit]);
}

async fn links_with_members(f: Fixture) {
    let (ours, theirs) = (f.calendar().await, f.calendar().await);
    let member = |calendar, role| links::LinkMember {
        calendar,
        role,
        mask: Mask::busy("Busy"),
        filter: Filter {
            busy_only: role == Role::Target,
            ..Filter::default()
        },
        away: role == Role::Target,
    };
    let mut link = links::Link {
        id: LinkId(id()),
        name: "Practice".into(),
        state: links::State::Active,
        on_conflict: OnConflict::Ask,
        pilot: false,
        allow_notify: false,
        members: vec![member(ours, Role::Source), member(theirs, Role::Target)],
        created: at(0),
    };
    let mut tx = f.store.write().await.unwrap();
    links::insert(&mut tx, &link).await.unwrap();
    assert_eq!(
        links::of_calendar(&mut tx, theirs).await.unwrap(),
        [link.clone()]
    );
    link.members.pop();
    link.state = links::State::Paused;
    links::update(&mut tx, &link).await.unwrap();
    assert_eq!(
        links::get(&mut tx, link.id).await.unwrap(),
        Some(link.clone())
    );
    assert_eq!(links::of_calendar(&mut tx, theirs).await.unwrap(), []);
    assert_eq!(links::list(&mut tx).await.unwrap().len(), 1);

    let mut row = a_copy(ours, "uid");
    row.pending = true;
    copies::insert(&mut tx, &row).await.unwrap();
    let copy = row.copy.clone();
    let (mut event, mut joined) = sync::links::begin(
        LinkedId(id()),
        link.id,
        &copy,
        Role::Both,
        Mask::everything(),
    );
    linked::insert(&mut tx, &event).await.unwrap();
    assert_eq!(links::waiting(&mut tx, link.id).await.unwrap(), 0);
    members::insert(&mut tx, &joined).await.unwrap();
    assert_eq!(links::waiting(&mut tx, link.id).await.unwrap(), 1);
    row.pending = false;
    copies::update(&mut tx, &mut row).await.unwrap();
    assert_eq!(links::waiting(&mut tx, link.id).await.unwrap(), 0);
    event.value.title = "Moved".into();
    joined.declined = true;
    linked::update(&mut tx, &event).await.unwrap();
    members::update(&mut tx, &joined).await.unwrap();
    assert_eq!(
        linked::get(&mut tx, event.id).await.unwrap(),
        Some(event.clone())
    );
    assert_eq!(
        linked::get_for_update(&mut tx, event.id).await.unwrap(),
        Some(event.clone())
    );
    let page = linked::of_link(&mut tx, link.id, None, 9).await.unwrap();
    assert_eq!(page, [event.clone()]);
    assert_eq!(
        linked::of_link(&mut tx, link.id, Some(event.id), 9)
            .await
            .unwrap(),
        []
    );
    assert_eq!(linked::count_of_link(&mut tx, link.id).await.unwrap(), 1);
    let joined = [joined];
    assert_eq!(members::of_linked(&mut tx, event.id).await.unwrap(), joined);
    assert_eq!(members::of_copy(&mut tx, copy.id).await.unwrap(), joined);
    assert_eq!(
        members::of_link_calendar(&mut tx, link.id, ours)
            .await
            .unwrap(),
        joined
    );
    linked::delete_of_link(&mut tx, link.id).await.unwrap();
    links::delete(&mut tx, link.id).await.unwrap();
    assert_eq!(members::of_copy(&mut tx, copy.id).await.unwrap(), []);
    assert_eq!(links::get(&mut tx, link.id).await.unwrap(), None);
}

pub fn a_conflict(calendar: CalendarId) -> conflicts::Row {
    conflicts::Row {
        id: id(),
        copy: CopyId(id()),
        calendar,
        at: at(0),
        since: at(0),
        state: conflicts::State::Open,
        conflict: Conflict {
            unit: Unit::Title,
            base: an_event("uid"),
            local: an_event("uid"),
            remote: an_event("uid"),
            remote_won: None,
            by: Ruling::Ask,
            local_side: None,
            remote_side: None,
        },
        last: None,
    }
}

async fn conflicts_are_kept(f: Fixture) {
    let mut row = a_conflict(f.calendar().await);
    let mut tx = f.store.write().await.unwrap();
    conflicts::insert(&mut tx, &row).await.unwrap();
    assert_eq!(
        conflicts::prune(&mut tx, at(9)).await.unwrap(),
        0,
        "still open"
    );
    let open = conflicts::open_of_copy(&mut tx, row.calendar, row.copy)
        .await
        .unwrap();
    assert_eq!(open, std::slice::from_ref(&row));
    row.state = conflicts::State::Resolved;
    row.conflict.remote_won = Some(true);
    conflicts::update(&mut tx, &row).await.unwrap();
    assert_eq!(
        conflicts::get(&mut tx, row.id).await.unwrap(),
        Some(row.clone())
    );
    let open = conflicts::open_of_copy(&mut tx, row.calendar, row.copy)
        .await
        .unwrap();
    assert_eq!(open, []);
    row.state = conflicts::State::Restored;
    row.last = Some(conflicts::Deed {
        before: conflicts::State::Resolved,
        change: ChangeId(id()),
        actor: "user:1".into(),
        at: at(1),
    });
    conflicts::update(&mut tx, &row).await.unwrap();
    assert_eq!(
        conflicts::get(&mut tx, row.id).await.unwrap(),
        Some(row.clone())
    );
    assert_eq!(
        conflicts::of_copy(&mut tx, row.copy, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    row.since = at(9);
    conflicts::update(&mut tx, &row).await.unwrap();
    assert_eq!(conflicts::prune(&mut tx, at(9)).await.unwrap(), 0);
    assert_eq!(conflicts::prune(&mut tx, at(10)).await.unwrap(), 1);
}

async fn conflicts_are_listed_page_by_page(f: Fixture) {
    use conflicts::{State, Which};
    let calendar = f.calendar().await;
    let mut tx = f.store.write().await.unwrap();
    let mut all = Vec::new();
    // Several of one moment.
    for (second, state) in [
        (1, State::Open),
        (1, State::Resolved),
        (1, State::Confirmed),
        (2, State::Open),
        (3, State::Restored),
    ] {
        let row = conflicts::Row {
            at: at(second),
            state,
            ..a_conflict(calendar)
        };
        conflicts::insert(&mut tx, &row).await.unwrap();
        all.push(row);
    }
    all.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
    for (which, fits) in [
        (Which::All, (|_| true) as fn(State) -> bool),
        (Which::Open, |state| state == State::Open),
        (Which::Settled, |state| state != State::Open),
    ] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = conflicts::list(&mut tx, which, after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.at, last.id));
            listed.extend(page);
        }
        let expected = all.iter().filter(|row| fits(row.state));
        assert_eq!(listed, expected.cloned().collect::<Vec<_>>(), "{which:?}");
    }
}

async fn replies_are_given_again(f: Fixture) {
    let mut tx = f.store.write().await.unwrap();
    let request = idempotency::fingerprint(&tx, "POST {}");
    let first = idempotency::claim(&mut tx, "user:1", "k", &request, at(0)).await;
    assert_eq!(first.unwrap(), None);
    idempotency::answer(&mut tx, "user:1", "k", &request, b"reply")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    let other = idempotency::fingerprint(&tx, "POST {\"a\":1}");
    let found = idempotency::claim(&mut tx, "user:1", "k", &other, at(1)).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.request, request);
    assert_eq!(found.reply, b"reply");
    assert_ne!(found.request, other);
    let of_another = idempotency::claim(&mut tx, "user:2", "k", &other, at(1)).await;
    assert_eq!(of_another.unwrap(), None);
    assert_eq!(idempotency::prune(&mut tx, at(1)).await.unwrap(), 1);
    let again = idempotency::claim(&mut tx, "user:1", "k", &other, at(2)).await;
    assert_eq!(again.unwrap(), None);
}

async fn what_is_held_and_decided(f: Fixture) {
    use kalends_storage::held::{self, Held, State};
    let calendar = f.calendar().await;
    let one = |remote_id: &str, state| Held {
        calendar,
        remote_id: remote_id.into(),
        state,
        reason: "start: is no time".into(),
        tries: 2,
        due: at(7),
    };
    let mut tx = f.store.write().await.unwrap();
    for (id, state) in [
        ("a", State::Missing),
        ("b", State::Unread),
        ("c", State::Missing),
    ] {
        held::put(&mut tx, &one(id, State::Unread)).await.unwrap();
        held::put(&mut tx, &one(id, state)).await.unwrap();
    }
    let decided = held::set_state(&mut tx, calendar, State::Missing, State::Confirmed);
    assert_eq!(decided.await.unwrap(), 2);
    assert!(held::is_held(&mut tx, calendar, "c").await.unwrap());
    held::release(&mut tx, calendar, "c").await.unwrap();
    assert!(!held::is_held(&mut tx, calendar, "c").await.unwrap());
    let mut all = held::of_calendar(&mut tx, calendar).await.unwrap();
    all.sort_by(|a, b| a.remote_id.cmp(&b.remote_id));
    assert_eq!(all, [one("a", State::Confirmed), one("b", State::Unread)]);
    let mut counts = held::counts(&mut tx).await.unwrap();
    counts.sort_by_key(|(_, state, _)| *state == State::Unread);
    assert_eq!(
        counts,
        [
            (calendar, State::Confirmed, 1),
            (calendar, State::Unread, 1)
        ]
    );
    calendars::delete(&mut tx, calendar).await.unwrap();
    assert!(held::counts(&mut tx).await.unwrap().is_empty());
}

async fn stretches_that_meet_and_overlaps(f: Fixture) {
    use kalends_storage::{
        overlaps::{self, Met, Row, Rule},
        spans::{self, Meeting},
    };
    let (ours, theirs) = (f.calendar().await, f.calendar().await);
    let mut tx = f.store.write().await.unwrap();
    let (one, other, twin) = (CopyId(id()), CopyId(id()), CopyId(id()));
    spans::put(&mut tx, one, ours, &[], &[(10, 20), (30, 40)])
        .await
        .unwrap();
    spans::put(&mut tx, other, theirs, &[], &[(20, 31), (39, 50)])
        .await
        .unwrap();
    spans::put(&mut tx, twin, theirs, &[], &[(10, 20)])
        .await
        .unwrap();
    // What stays is not written again, however much goes and comes.
    let daily = |from: i64, to: i64| -> Vec<(i64, i64)> {
        let days = from..to;
        days.map(|day| (day * 1_000, day * 1_000 + 9)).collect()
    };
    let (series, mut before) = (CopyId(id()), Vec::new());
    for (from, to) in [(1, 40), (2, 41), (30, 70), (0, 0)] {
        let wanted = daily(from, to);
        spans::put(&mut tx, series, ours, &before, &wanted)
            .await
            .unwrap();
        before = spans::of_copy(&mut tx, series).await.unwrap();
        assert_eq!(before, wanted, "{from} to {to}");
    }
    // Twins: copies of one linked event.
    let (link, linked) = (LinkId(id()), LinkedId(id()));
    for (copy, calendar) in [(one, ours), (twin, theirs)] {
        let mut row = a_copy(calendar, "uid");
        row.copy.id = copy;
        let everything = Mask::everything();
        let (_, member) = sync::links::begin(linked, link, &row.copy, Role::Both, everything);
        members::insert(&mut tx, &member).await.unwrap();
    }
    let met = |span| Meeting { other, span };
    let meets = spans::meetings(&mut tx, one, theirs, 0, 9).await.unwrap();
    assert_eq!(meets, [met((30, 31)), met((39, 40))]);
    let later = spans::meetings(&mut tx, one, theirs, 31, 9).await.unwrap();
    assert_eq!(later, [met((39, 40))]);
    assert_eq!(spans::copies_of(&mut tx, ours).await.unwrap(), [one].into());
    assert_eq!(spans::prune(&mut tx, 21).await.unwrap(), 2);
    assert_eq!(spans::of_copy(&mut tx, one).await.unwrap(), [(30, 40)]);

    let mut row = Row {
        id: id(),
        first: (one, ours),
        second: (other, theirs),
        rule: Rule::Made,
        found: at(0),
        met: Met {
            start: at(1),
            end: at(2),
            until: at(4),
            times: 2,
        },
    };
    overlaps::lock(&mut tx).await.unwrap();
    overlaps::insert(&mut tx, &row).await.unwrap();
    row.met.start = at(3);
    overlaps::update(&mut tx, &row).await.unwrap();
    let all = [row.clone()];
    for copy in [one, other] {
        assert_eq!(overlaps::of_copy(&mut tx, copy).await.unwrap(), all);
    }
    for calendar in [ours, theirs] {
        assert_eq!(overlaps::of_calendar(&mut tx, calendar).await.unwrap(), all);
    }
    assert_eq!(overlaps::list(&mut tx, at(3), None, 9).await.unwrap(), all);
    let after = Some((at(3), row.id));
    assert_eq!(overlaps::list(&mut tx, at(3), after, 9).await.unwrap(), []);
    assert_eq!(overlaps::list(&mut tx, at(4), None, 9).await.unwrap(), []);
    assert_eq!(overlaps::passed(&mut tx, at(1)).await.unwrap(), []);
    assert_eq!(overlaps::passed(&mut tx, at(2)).await.unwrap(), all);
    overlaps::delete(&mut tx, row.id).await.unwrap();
    assert_eq!(overlaps::of_copy(&mut tx, one).await.unwrap(), []);
    overlaps::insert(&mut tx, &row).await.unwrap();
    calendars::delete(&mut tx, theirs).await.unwrap();
    assert_eq!(overlaps::of_copy(&mut tx, one).await.unwrap(), []);
    assert_eq!(spans::of_copy(&mut tx, other).await.unwrap(), []);
}
