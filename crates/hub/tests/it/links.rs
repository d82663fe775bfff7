//! Linked calendars stay the same.

use calendar::{Address, Frequency, Override, Person, Rule, Text, Unit};
use kalends_hub::{Mask, Precondition, Role, events::NewEvent, links::Kept};
use std::sync::atomic::Ordering;

use crate::world::{Database, World, event};

both! {
    an_event_hops_to_all_others_and_edits_come_back,
    nothing_is_doubled_when_replies_are_lost,
    series_with_moved_and_cancelled_occurrences_stay_whole,
    an_expired_cursor_deletes_nothing_and_writes_nothing,
    what_comes_along_one_link_goes_on_along_the_next,
    a_mirror_that_somebody_edits_when_its_link_has_gone_is_theirs,
    a_busy_mask_lets_nothing_through_but_time,
    linking_calendars_that_hold_the_same_events_makes_no_duplicates,
    a_note_that_one_of_two_calendars_has_is_not_taken_from_it,
    of_two_events_with_the_same_content_the_one_with_the_uid_is_the_others,
    what_loses_when_calendars_are_linked_is_kept,
    an_invitation_that_comes_late_joins_and_its_mirror_goes,
    what_was_noted_on_a_mirror_that_gives_way_is_kept,
    an_event_that_is_moved_to_another_calendar_of_its_link_is_not_lost,
    an_edit_in_the_hub_reaches_all_and_can_be_undone,
}

/// Two calendars, both ways.
fn pair(one: usize, other: usize) -> [(usize, Role, Mask); 2] {
    [one, other].map(|calendar| (calendar, Role::Both, Mask::everything()))
}

async fn linked(database: &Database, count: usize) -> World {
    let world = World::new(database, count).await;
    let all: Vec<_> = (0..count)
        .map(|i| (i, Role::Both, Mask::everything()))
        .collect();
    world.link(&all).await;
    world
}

async fn an_event_hops_to_all_others_and_edits_come_back(database: Database) {
    let world = linked(&database, 3).await;
    world.models[0].put("a", event("a@x", "Check-up", "2026-11-24T09:00:00"));
    assert_eq!(world.settle().await, 2);
    for model in 0..3 {
        assert_eq!(world.titles(model), ["Check-up"]);
    }
    let there = world.id_of(2, "Check-up");
    world.models[2].edit(&there, |e| e.title = "Check-up 🦷 فحص".into());
    assert_eq!(world.settle().await, 2);
    assert_eq!(world.titles(0), ["Check-up 🦷 فحص"]);
    assert_eq!(world.titles(1), ["Check-up 🦷 فحص"]);
    world.models[1].remove(&world.id_of(1, "Check-up 🦷 فحص"));
    assert_eq!(world.settle().await, 2);
    for model in 0..3 {
        assert!(world.titles(model).is_empty());
    }
}

async fn nothing_is_doubled_when_replies_are_lost(database: Database) {
    let world = linked(&database, 2).await;
    world.models[1].lossy.store(true, Ordering::Relaxed);
    for i in 0..5 {
        world.models[0].put(
            &format!("e{i}"),
            event(
                &format!("{i}@x"),
                &format!("Visit {i}"),
                "2026-11-24T09:00:00",
            ),
        );
    }
    world.settle().await;
    world.models[0].edit("e1", |e| e.title = "Changed".into());
    world.models[0].remove("e2");
    world.settle().await;
    assert_eq!(
        world.titles(1),
        ["Changed", "Visit 0", "Visit 3", "Visit 4"]
    );
}

async fn series_with_moved_and_cancelled_occurrences_stay_whole(database: Database) {
    let world = linked(&database, 2).await;
    let mut series = event("s@x", "Hygiene", "2026-11-23T10:00:00");
    series.rules.push(Rule {
        count: Some(6),
        ..Rule::every(Frequency::Weekly)
    });
    series
        .overrides
        .insert("2026-11-30T10:00:00".parse().unwrap(), Override::Excluded);
    world.models[0].put("s", series.clone());
    world.settle().await;
    let there = world.id_of(1, "Hygiene");
    let moved = "2026-12-07T10:00:00".parse().unwrap();
    world.models[1].edit(&there, |series| {
        let mut single = series.occurrence(moved).unwrap();
        single.when = single
            .when
            .starting_at("2026-12-08T11:00:00".parse().unwrap());
        series.set_occurrence(moved, &single);
    });
    world.settle().await;
    let (here, there) = (world.models[0].living(), world.models[1].living());
    assert_eq!(here[0].1.overrides.len(), 2);
    assert_eq!(here[0].1.overrides, there[0].1.overrides);
    assert_eq!(here[0].1.rules, there[0].1.rules);
}

async fn what_comes_along_one_link_goes_on_along_the_next(database: Database) {
    let world = World::new(&database, 4).await;
    for pair in [pair(0, 1), pair(1, 2), pair(2, 3)] {
        world.link(&pair).await;
    }
    // What a link made is no original of the next: each event begins in the middle.
    world.models[1].put("e", event("e@x", "Visit", "2026-11-24T09:00:00"));
    world.settle().await;
    for model in [0, 1, 2] {
        assert_eq!(world.titles(model), ["Visit"], "at {model}");
    }
    let mirror = world.id_of(0, "Visit");
    world.models[0].edit(&mirror, |event| "Moved".clone_into(&mut event.title));
    world.settle().await;
    for model in [0, 1, 2] {
        assert_eq!(world.titles(model), ["Moved"], "at {model}");
    }
    // Nor of one that is made when they are there.
    world.link(&pair(0, 3)).await;
    world.settle().await;
    assert_eq!(world.titles(3), [""; 0]);
}

async fn a_mirror_that_somebody_edits_when_its_link_has_gone_is_theirs(database: Database) {
    let world = World::new(&database, 3).await;
    let first = world.link(&pair(0, 1)).await;
    world.link(&pair(1, 2)).await;
    world.models[0].put("a", event("a@x", "Visit", "2026-11-24T09:00:00"));
    world.settle().await;
    assert_eq!(world.titles(2), [""; 0]);
    let ended = world.hub.delete_link(&world.actor, first, Kept::Remove);
    ended.await.unwrap();
    let mirror = world.id_of(1, "Visit");
    world.models[1].edit(&mirror, |event| event.title = "Ours".into());
    world.settle().await;
    assert_eq!(world.titles(0), ["Visit"]);
    for model in [1, 2] {
        assert_eq!(world.titles(model), ["Ours"], "at {model}");
    }
}

async fn an_expired_cursor_deletes_nothing_and_writes_nothing(database: Database) {
    let world = linked(&database, 2).await;
    for i in 0..60 {
        world.models[0].put(
            &format!("e{i}"),
            event(
                &format!("{i}@x"),
                &format!("Visit {i}"),
                "2026-11-24T09:00:00",
            ),
        );
    }
    world.settle().await;
    for model in &world.models {
        model.expired.store(true, Ordering::Relaxed);
    }
    let before = revisions(&world).await;
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(1).len(), 60);
    assert_eq!(
        revisions(&world).await,
        before,
        "what is known is not stored again"
    );
}

/// How often each copy was stored.
async fn revisions(world: &World) -> Vec<i64> {
    let mut tx = world.store.read().await.unwrap();
    let mut all = Vec::new();
    for calendar in &world.calendars {
        let rows = storage::copies::page(&mut tx, *calendar, None, 1_000, true);
        all.extend(rows.await.unwrap().iter().map(|row| row.revision));
    }
    all
}

async fn a_busy_mask_lets_nothing_through_but_time(database: Database) {
    let world = World::new(&database, 2).await;
    world
        .link(&[
            (0, Role::Source, Mask::everything()),
            (1, Role::Target, Mask::busy("Busy")),
        ])
        .await;
    let mut secret = event("p@x", "Therapy XYZZY", "2026-11-24T09:00:00");
    secret.text = Text::plain("XYZZY");
    world.models[0].put("p", secret);
    world.settle().await;
    let seen = format!("{:?}", world.models[1].living());
    assert_eq!(world.titles(1), ["Busy"]);
    assert!(!seen.contains("XYZZY") && !seen.contains("p@x"));
    // What a person notes on the block stays there, and the source is never written.
    let block = world.id_of(1, "Busy");
    world.models[1].edit(&block, |e| e.title = "Dentist away".into());
    world.models[1].put("own", event("own@x", "Own", "2026-11-25T09:00:00"));
    world.settle().await;
    assert_eq!(world.titles(0), ["Therapy XYZZY"]);
    assert_eq!(world.models[0].writes.load(Ordering::Relaxed), 0);
    world.models[0].edit("p", |e| e.when = event("", "", "2026-11-24T11:00:00").when);
    world.settle().await;
    assert_eq!(world.titles(1), ["Dentist away", "Own"]);
}

/// Tier 2 of the simulation, seed 400154: somebody has copied an event before its calendar is linked.
async fn of_two_events_with_the_same_content_the_one_with_the_uid_is_the_others(
    database: Database,
) {
    let world = World::new(&database, 2).await;
    let visit = |uid: &str| event(uid, "Visit", "2026-11-24T09:00:00");
    world.models[0].put("a", visit("visit@x"));
    // Copies are met in the order of their ids, which is the order in which they were found.
    for i in 0..8 {
        world.models[1].put(&format!("a{i}"), visit(&format!("copy{i}@x")));
    }
    world.settle().await;
    world.models[1].put("b", visit("visit@x"));
    world.settle().await;
    let both = [0, 1].map(|i| (i, Role::Both, Mask::everything()));
    world.link(&both).await;
    world.settle().await;
    world.models[0].edit("a", |e| e.title = "Visit of Grace".into());
    world.settle().await;
    assert_eq!(world.id_of(1, "Visit of Grace"), "b");
    assert_eq!(world.titles(1).len(), 9);
}

async fn linking_calendars_that_hold_the_same_events_makes_no_duplicates(database: Database) {
    let world = World::new(&database, 2).await;
    for (model, uid) in [(0, "x@a"), (1, "y@b")] {
        world.models[model].put("e", event(uid, "Same", "2026-11-24T09:00:00"));
        world.models[model].put(
            "o",
            event(
                &format!("{uid}o"),
                &format!("Only {model}"),
                "2026-11-24T12:00:00",
            ),
        );
    }
    world.settle().await;
    world
        .link(&[
            (0, Role::Both, Mask::everything()),
            (1, Role::Both, Mask::everything()),
        ])
        .await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Only 0", "Only 1", "Same"]);
    }
}

/// Two calendars that had the same event with these texts, and are linked.
async fn met(database: &Database, texts: [&str; 2]) -> World {
    let world = World::new(database, 2).await;
    for (model, text) in world.models.iter().zip(texts) {
        let mut same = event("x@a", "Same", "2026-11-24T09:00:00");
        same.text = Text::plain(text);
        model.put("e", same);
    }
    world.settle().await;
    world
        .link(&[
            (0, Role::Both, Mask::everything()),
            (1, Role::Both, Mask::everything()),
        ])
        .await;
    world
}

async fn what_loses_when_calendars_are_linked_is_kept(database: Database) {
    let world = met(&database, ["Room 1", "Room 2"]).await;
    assert_eq!(world.models[1].living()[0].1.text, Text::plain("Room 1"));
    let kept = world.conflicts().await;
    let [row] = &kept[..] else {
        panic!("one conflict: {kept:?}")
    };
    assert_eq!(row.calendar, world.calendars[1]);
    assert_eq!(row.conflict.remote_won, Some(true));
    assert_eq!(row.conflict.local.text, Text::plain("Room 2"));
}

async fn a_note_that_one_of_two_calendars_has_is_not_taken_from_it(database: Database) {
    for noted in [0, 1] {
        let mut texts = ["", ""];
        texts[noted] = "Bring the forms";
        let world = met(&database, texts).await;
        for model in 0..2 {
            let text = world.models[model].living()[0].1.text.clone();
            assert_eq!(text, Text::plain("Bring the forms"), "{noted} {model}");
        }
        assert_eq!(world.writes(), 1);
        assert_eq!(world.conflicts().await, []);
    }
}

async fn an_invitation_that_comes_late_joins_and_its_mirror_goes(database: Database) {
    for role in [Role::Both, Role::Target] {
        let world = World::new(&database, 2).await;
        let all = Mask::everything;
        world
            .link(&[(0, Role::Both, all()), (1, role, all())])
            .await;
        world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
        world.settle().await;
        world.models[1].put("i", event("a@x", "Board", "2026-11-24T09:00:00"));
        world.settle().await;
        for model in 0..2 {
            assert_eq!(world.titles(model), ["Board"], "{role:?}");
        }
        assert_eq!(world.id_of(1, "Board"), "i");
        world.models[0].edit("a", |e| e.title = "Board, room 2".into());
        world.settle().await;
        assert_eq!(world.titles(1), ["Board, room 2"], "{role:?}");
    }
}

async fn what_was_noted_on_a_mirror_that_gives_way_is_kept(database: Database) {
    let world = World::new(&database, 2).await;
    world
        .link(&[
            (0, Role::Source, Mask::everything()),
            (1, Role::Target, Mask::everything()),
        ])
        .await;
    world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    let mirror = world.id_of(1, "Board");
    world.models[1].edit(&mirror, |e| {
        e.text = Text::plain("Take the slides");
        e.people
            .insert(Address::new("ann@example.com"), Person::default());
    });
    world.settle().await;
    world.models[1].put("i", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    assert_eq!(world.titles(1), ["Board"]);
    let kept = world.conflicts().await;
    assert_eq!(kept[0].conflict.local.text, Text::plain("Take the slides"));
    let units: Vec<_> = kept.iter().map(|row| row.conflict.unit.clone()).collect();
    let ann = Unit::Person(Address::new("ann@example.com"));
    assert!(units.contains(&ann), "{units:?}");
}

async fn an_event_that_is_moved_to_another_calendar_of_its_link_is_not_lost(database: Database) {
    // Whichever half of the move is seen first.
    for first in 0..2 {
        let world = linked(&database, 2).await;
        world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
        world.settle().await;
        world.models[1].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
        world.models[0].remove("a");
        let calendar = world.calendars[first];
        world.hub.pull(&world.store, calendar).await.unwrap();
        world.settle().await;
        for model in 0..2 {
            assert_eq!(world.titles(model), ["Board"], "first {first}");
        }
        assert_eq!(world.id_of(1, "Board"), "a");
        // Its home is where it was moved to: from there it can be deleted.
        world.models[1].remove("a");
        world.settle().await;
        assert!(world.titles(0).is_empty(), "first {first}");
    }
}

async fn an_edit_in_the_hub_reaches_all_and_can_be_undone(database: Database) {
    let world = linked(&database, 2).await;
    let made = world
        .hub
        .create_event(
            &world.actor,
            world.calendars[0],
            NewEvent {
                name: None,
                event: event("", "Made here", "2026-11-24T09:00:00"),
            },
        )
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(
        (world.titles(0), world.titles(1)),
        (vec!["Made here".to_owned()], vec!["Made here".to_owned()])
    );
    let stale = world
        .hub
        .edit_event(
            &world.actor,
            made.id,
            Precondition::Revision(99),
            |_| Ok(()),
        )
        .await;
    assert!(matches!(stale, Err(kalends_hub::Error::Stale)));
    let position = world.hub.position(&world.actor).await.unwrap();
    world
        .hub
        .delete_event(&world.actor, made.id, Precondition::None)
        .await
        .unwrap();
    world.settle().await;
    assert!(world.titles(1).is_empty());
    let (changes, _) = world.hub.changes(&world.actor, position, 10).await.unwrap();
    world
        .hub
        .undo(&world.actor, changes[0].position)
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(world.titles(1), ["Made here"]);
    assert!(
        !world
            .hub
            .why(&world.actor, made.id)
            .await
            .unwrap()
            .is_empty()
    );
}
