//! Occurrences that a provider cannot have within their series, and what happens to them, and to exploded series, at once on
//! several sides.

use calendar::{Event, Override, Patch, Privacy, RecurrenceId, When};
use kalends_hub::{
    Mask, Role,
    links::{Kept, LinkChange},
};

use crate::{
    exploded::{
        WINTERLY, at, at_rest, everything, id, linked, made, renamed, rule, series, single, yoga,
    },
    world::{Database, World, event},
};

const WEEKLY: &str = "FREQ=WEEKLY;BYDAY=TH";

async fn what_was_cancelled_there_and_edited_here_is_a_single_event(database: Database) {
    for origin in [0, 1] {
        let world = World::with_narrow(&database, 2).await;
        world.models[origin].put("yoga", yoga("FREQ=WEEKLY;BYDAY=TH"));
        world.settle().await;
        linked(&world, Role::Both).await;
        let (wide, narrow) = (world.id_of(0, "Yoga"), world.id_of(1, "Yoga"));
        let cancel = |e: &mut Event| drop(e.overrides.insert(id("2026-12-03"), Override::Excluded));
        world.models[1].edit(&narrow, cancel);
        world.models[0].edit(&wide, |e| {
            e.overrides.insert(id("2026-12-03"), renamed("Outside"));
        });
        at_rest(&world).await;
        let there = [
            "2026-11-19 09 Yoga FREQ=WEEKLY;BYDAY=TH",
            "2026-12-03 09 Outside",
        ];
        assert_eq!(at(&world, 1), there, "origin {origin}");
        assert_eq!(
            series(&world).overrides[&id("2026-12-03")],
            renamed("Outside")
        );
        // It goes on as that occurrence.
        world.models[1].edit(&single(&world, "2026-12-03"), |e| {
            "Inside".clone_into(&mut e.title);
        });
        at_rest(&world).await;
        assert_eq!(
            series(&world).overrides[&id("2026-12-03")],
            renamed("Inside")
        );
        // A rule sent anew resets the series there, and it has the occurrence again.
        world.models[0].edit(&wide, |e| e.rules = rule("FREQ=WEEKLY;COUNT=9"));
        at_rest(&world).await;
        assert_eq!(
            at(&world, 1),
            ["2026-11-19 09 Yoga FREQ=WEEKLY;COUNT=9;BYDAY=TH"]
        );
        let (_, there) = world.models[1].living().remove(0);
        assert_eq!(there.overrides[&id("2026-12-03")], renamed("Inside"));
    }
}

async fn extra_and_far_moved_occurrences_are_single_events(database: Database) {
    let world = made(&database, "FREQ=WEEKLY;BYDAY=TH").await;
    let far = |e: &Event| -> When {
        e.when
            .starting_at(RecurrenceId("2026-12-11T09:00".parse().unwrap()))
    };
    world.models[0].edit("yoga", |e| {
        e.overrides.insert(id("2026-12-19"), renamed("Extra"));
        let patch = Patch {
            when: Some(far(e)),
            ..Patch::default()
        };
        e.overrides
            .insert(id("2026-12-03"), Override::Patch(Box::new(patch)));
    });
    world.settle().await;
    linked(&world, Role::Both).await;
    let there = [
        "2026-11-19 09 Yoga FREQ=WEEKLY;BYDAY=TH",
        "2026-12-11 09 Yoga",
        "2026-12-19 09 Extra",
    ];
    assert_eq!(at(&world, 1), there);
    world.models[1].remove(&single(&world, "2026-12-19"));
    world.models[0].edit("yoga", |e| drop(e.overrides.remove(&id("2026-12-03"))));
    at_rest(&world).await;
    // What was cancelled there for it cannot come back: it stays an event of its own.
    assert_eq!(at(&world, 1), [there[0], "2026-12-03 09 Yoga"]);
    assert_eq!(series(&world).overrides.len(), 0);
}

/// A weekly series at both, and an occurrence that was cancelled at the narrow one and renamed at the other.
async fn with_one_apart(database: &Database) -> World {
    let world = made(database, WEEKLY).await;
    linked(&world, Role::Both).await;
    let cancel = |e: &mut Event| drop(e.overrides.insert(id("2026-12-03"), Override::Excluded));
    world.models[1].edit(&world.id_of(1, "Yoga"), cancel);
    world.models[0].edit("yoga", |e| {
        e.overrides.insert(id("2026-12-03"), renamed("Outside"));
    });
    at_rest(&world).await;
    world
}

/// Whoever changes a rule at such a provider resets the exceptions of the series there. That says nothing of what stands
/// beside it.
async fn a_rule_that_is_reset_there_takes_in_what_was_apart(database: Database) {
    let world = with_one_apart(&database).await;
    let narrow = world.id_of(1, "Yoga");
    world.models[1].edit(&narrow, |e| {
        e.rules = rule("FREQ=WEEKLY;COUNT=9;BYDAY=TH");
        e.overrides.clear();
    });
    at_rest(&world).await;
    let expected = [(id("2026-12-03"), renamed("Outside"))].into();
    assert_eq!(series(&world).overrides, expected);
    assert_eq!(
        at(&world, 1),
        ["2026-11-19 09 Yoga FREQ=WEEKLY;COUNT=9;BYDAY=TH"]
    );
    assert_eq!(world.models[1].living()[0].1.overrides, expected);
    // What it still cannot have stays beside the series, and is no second time within it.
    let far = |e: &Event| {
        Override::Patch(Box::new(Patch {
            when: Some(e.when.starting_at(id("2026-12-18"))),
            ..Patch::default()
        }))
    };
    world.models[0].edit("yoga", |e| {
        e.overrides.insert(id("2026-12-10"), far(e));
    });
    at_rest(&world).await;
    world.models[1].edit(&narrow, |e| {
        e.rules = rule("FREQ=WEEKLY;COUNT=8;BYDAY=TH");
        e.overrides.clear();
    });
    at_rest(&world).await;
    assert_eq!(
        at(&world, 1),
        [
            "2026-11-19 09 Yoga FREQ=WEEKLY;COUNT=8;BYDAY=TH",
            "2026-12-18 09 Yoga"
        ]
    );
    let there = world.models[1].living();
    let there = there.iter().find(|(_, e)| e.is_series()).unwrap();
    assert_eq!(there.1.overrides[&id("2026-12-10")], Override::Excluded);
    let moved = series(&world).occurrence(id("2026-12-10")).unwrap();
    assert_eq!(moved.when.local_start().to_string(), "2026-12-18T09:00:00");
}

async fn one_that_is_edited_while_it_is_cancelled_elsewhere_stays(database: Database) {
    let world = made(&database, WINTERLY).await;
    linked(&world, Role::Both).await;
    world.models[0].edit("yoga", |e| {
        e.overrides.insert(id("2026-12-03"), Override::Excluded);
    });
    world.models[1].edit(&single(&world, "2026-12-03"), |e| {
        "Outside".clone_into(&mut e.title);
    });
    at_rest(&world).await;
    let occurrence = series(&world).occurrence(id("2026-12-03")).unwrap();
    assert_eq!(occurrence.title, "Outside");
    assert!(at(&world, 1).contains(&"2026-12-03 09 Outside".to_owned()));
}

/// Their series goes while one of them is edited: it goes with the others, and the edit is kept.
async fn they_go_with_their_series(database: Database) {
    for away in [false, true] {
        let world = made(&database, WINTERLY).await;
        let link = linked(&world, Role::Both).await;
        let leave = async |away: bool| {
            let mut members =
                world.members(&[everything(Role::Both), (1, Role::Both, Mask::everything())]);
            members[1].away = away;
            let change = LinkChange {
                members: Some(members),
                ..LinkChange::default()
            };
            world.change(link, change).await;
        };
        leave(away).await;
        world.models[0].remove("yoga");
        world.models[1].edit(&single(&world, "2026-12-03"), |e| {
            "Outside".clone_into(&mut e.title);
        });
        at_rest(&world).await;
        leave(false).await;
        at_rest(&world).await;
        assert!(at(&world, 0).is_empty(), "{away}");
        assert!(at(&world, 1).is_empty(), "{away}: {:?}", at(&world, 1));
        let kept = world.conflicts().await;
        let kept: Vec<&str> = kept.iter().map(|row| &*row.conflict.local.title).collect();
        assert_eq!(kept, ["Outside"], "{away}");
    }
}

async fn an_occurrence_is_as_private_as_its_series(database: Database) {
    let world = made(&database, WINTERLY).await;
    world.models[0].edit("yoga", |e| {
        e.privacy = Privacy::Private;
        let patch = Patch {
            title: Some("Open".to_owned()),
            privacy: Some(Privacy::Public),
            ..Patch::default()
        };
        e.overrides
            .insert(id("2026-12-03"), Override::Patch(Box::new(patch)));
    });
    world.settle().await;
    linked(&world, Role::Both).await;
    let titles = world.titles(1);
    assert!(titles.iter().all(|title| title == "Busy"), "{titles:?}");
}

async fn only_what_starts_near_to_today_and_not_too_many(database: Database) {
    let world = World::with_narrow(&database, 2).await;
    let mut often = event("often@test", "Often", "2026-11-16T23:30:00");
    often.rules = rule("FREQ=HOURLY");
    world.models[0].put("often", often);
    world.settle().await;
    linked(&world, Role::Both).await;
    let there = at(&world, 1);
    assert_eq!(there.len(), 100);
    // Not the one that has begun the day before yesterday and is still on.
    assert_eq!(there[0], "2026-11-17 00 Often");
}

/// The invitation itself turns up there: the single events give way to it. What is edited on one of them is nobody's series.
async fn they_give_way_to_the_invitation_itself(database: Database) {
    let world = made(&database, WINTERLY).await;
    linked(&world, Role::Both).await;
    let single = single(&world, "2026-12-03");
    // It is listed before any of them.
    world.models[1].put("0-invited", yoga(WINTERLY));
    world.models[1].edit(&single, |e| "Mine".clone_into(&mut e.title));
    at_rest(&world).await;
    assert_eq!(series(&world).title, "Yoga");
    assert!(series(&world).overrides.is_empty());
    let left = at(&world, 1);
    assert!(left.len() <= 2, "{left:?}");
    assert!(left.contains(&format!("2026-11-19 09 Yoga {}", series(&world).rules[0])));
}

/// The account is connected anew, and linked again: what stood for the occurrences does so once more, and nothing is written.
async fn they_are_found_again_when_the_account_is_connected_anew(database: Database) {
    for account in [0, 1] {
        let mut world = made(&database, WINTERLY).await;
        linked(&world, Role::Both).await;
        world.models[1].edit(&single(&world, "2026-12-03"), |e| {
            "Outside".clone_into(&mut e.title);
        });
        at_rest(&world).await;
        let before = (world.writes(), at(&world, 1));
        let connection = world.view(account).await.connection.unwrap();
        let gone = world.hub.disconnect(&world.actor, connection, Kept::Keep);
        gone.await.unwrap();
        world.connect_again(account).await;
        linked(&world, Role::Both).await;
        assert_eq!((world.writes(), at(&world, 1)), before, "account {account}");
        let mut tx = world.store.read().await.unwrap();
        let taken = storage::spans::copies_of(&mut tx, world.calendars[1]).await;
        assert!(taken.unwrap().is_empty(), "a mirror takes up no time");
        drop(tx);
        world.models[0].edit("yoga", |e| "Qigong".clone_into(&mut e.title));
        at_rest(&world).await;
        world.models[1].remove(&single(&world, "2026-12-10"));
        at_rest(&world).await;
        let titles = world.titles(1);
        assert_eq!(titles.len(), before.1.len() - 1, "account {account}");
        let qigong = titles.iter().filter(|title| *title == "Qigong").count();
        assert_eq!(qigong, titles.len() - 1, "account {account}: {titles:?}");
        let cancelled = &series(&world).overrides[&id("2026-12-10")];
        assert_eq!(cancelled, &Override::Excluded);
    }
}

both!(
    what_was_cancelled_there_and_edited_here_is_a_single_event,
    extra_and_far_moved_occurrences_are_single_events,
    a_rule_that_is_reset_there_takes_in_what_was_apart,
    one_that_is_edited_while_it_is_cancelled_elsewhere_stays,
    they_go_with_their_series,
    an_occurrence_is_as_private_as_its_series,
    only_what_starts_near_to_today_and_not_too_many,
    they_give_way_to_the_invitation_itself,
    they_are_found_again_when_the_account_is_connected_anew,
);
