//! A link in pilot mode works everything out, shows it, and writes nothing.

mod ends;

use calendar::Text;
use kalends_hub::{
    EventView, LinkId, Mask, OnConflict, Precondition, Role,
    links::{Kept, LinkChange, LinkEdit, PlannedOperation},
};

use crate::{
    dice::Dice,
    preview::{self, CALENDARS, Told, told, written},
    world::{Database, World, event},
};

both! {
    a_pilot_writes_nothing_and_what_it_lists_is_what_is_written_once_it_is_live,
    what_a_person_edits_is_written_while_what_a_pilot_brings_is_not,
    what_a_pilot_brings_goes_no_further,
    a_deletion_at_the_provider_wins_over_what_a_pilot_brings,
    a_pilot_that_is_removed_leaves_everything_as_the_providers_have_it,
    a_deletion_that_a_pilot_shows_is_shown_and_written_along_further_links,
    a_link_that_is_made_beside_a_pilot_writes_nothing_that_only_the_pilot_brings,
    what_is_merged_with_what_a_pilot_brings_goes_no_further,
    what_a_live_link_brings_as_well_is_written,
}

const SEEDS: u64 = 8;

async fn shown(world: &World, link: LinkId) -> Vec<Told> {
    let shown = world.hub.shown_by(&world.actor, link).await.unwrap();
    told(world, &shown.planned)
}

async fn turn(world: &World, link: LinkId, pilot: bool) -> i64 {
    let change = LinkChange {
        pilot: Some(pilot),
        ..LinkChange::default()
    };
    world.change(link, change).await
}

/// A pilot between calendars, both ways.
async fn pilot(world: &World, between: &[usize]) -> LinkId {
    let all = |i: &usize| (*i, Role::Both, Mask::everything());
    let members: Vec<_> = between.iter().map(all).collect();
    let edit = LinkEdit {
        name: "Pilot".to_owned(),
        pilot: true,
        allow_notify: false,
        on_conflict: OnConflict::Newest,
        members: world.members(&members),
    };
    let made = world.hub.create_link(&world.actor, edit).await.unwrap();
    world.settle().await;
    made.link.id
}

async fn retitle(world: &World, event: &EventView, title: &str) {
    let edit = |e: &mut calendar::Event| {
        title.clone_into(&mut e.title);
        Ok(())
    };
    let edited = world
        .hub
        .edit_event(&world.actor, event.id, Precondition::None, edit);
    edited.await.unwrap();
}

async fn a_pilot_writes_nothing_and_what_it_lists_is_what_is_written_once_it_is_live(
    database: Database,
) {
    let mut listed = 0;
    for seed in 0..SEEDS {
        let mut dice = Dice::new(seed);
        let world = World::new(&database, CALENDARS).await;
        preview::fill(&mut dice, &world);
        world.settle().await;
        // What a pilot brings may go on along a link that is live.
        if dice.one_in(2) {
            let before = preview::edit(&mut dice, &world);
            world.hub.create_link(&world.actor, before).await.unwrap();
            world.settle().await;
        }
        written(&world);
        let edit = LinkEdit {
            pilot: true,
            allow_notify: false,
            ..preview::edit(&mut dice, &world)
        };
        let asked = world.hub.preview_link(&world.actor, edit.clone());
        let asked = told(&world, &asked.await.unwrap().planned);
        let made = world.hub.create_link(&world.actor, edit).await.unwrap();
        let link = made.link.id;
        assert_eq!(world.settle().await, 0, "seed {seed}");
        let now = shown(&world, link).await;
        assert_eq!(asked, now, "seed {seed}");
        assert_eq!(made.waiting, i64::try_from(now.len()).unwrap());
        listed += now.len();
        let live = LinkChange {
            pilot: Some(false),
            ..LinkChange::default()
        };
        let asked = world.hub.preview_change(&world.actor, link, live.clone());
        let asked = told(&world, &asked.await.unwrap().planned);
        assert_eq!(asked, now, "seed {seed}");
        world.change(link, live).await;
        world.settle().await;
        assert_eq!(written(&world), now, "seed {seed}");
        assert!(shown(&world, link).await.is_empty());
    }
    assert!(listed > 20, "they bring something: {listed}");
}

async fn what_a_person_edits_is_written_while_what_a_pilot_brings_is_not(database: Database) {
    let world = World::new(&database, 2).await;
    world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.models[1].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    let link = pilot(&world, &[0, 1]).await;
    written(&world);
    world.models[0].edit("a", |e| e.title = "Board, moved".into());
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(1), ["Board"]);
    // The hub shows what would be; the event's text is a person's, and is written without the title.
    let there = world.event(1, "Board, moved").await;
    assert!(!there.pending);
    let edit = |e: &mut calendar::Event| {
        e.text = Text::plain("Slides");
        Ok(())
    };
    let edited = world
        .hub
        .edit_event(&world.actor, there.id, Precondition::None, edit);
    edited.await.unwrap();
    assert_eq!(world.settle().await, 1);
    let living = world.models[1].living();
    assert_eq!(
        (&*living[0].1.title, &*living[0].1.text.content),
        ("Board", "Slides")
    );
    let waiting: Vec<_> = shown(&world, link)
        .await
        .into_iter()
        .map(|t| (t.0, t.1))
        .collect();
    assert_eq!(
        waiting,
        [(0, PlannedOperation::Update), (1, PlannedOperation::Update)]
    );
    // The pilot's title is the title for a person who edits it.
    retitle(
        &world,
        &world.event(1, "Board, moved").await,
        "Board in room 2",
    )
    .await;
    world.settle().await;
    assert_eq!(world.titles(1), ["Board in room 2"]);
    written(&world);
    turn(&world, link, false).await;
    world.settle().await;
    assert_eq!(world.titles(0), ["Board in room 2"]);
    assert_eq!(written(&world).len(), 1);
    // And back.
    turn(&world, link, true).await;
    world.models[1].edit("a", |e| e.title = "Board, again".into());
    assert_eq!(world.settle().await, 0);
    world.models[1].remove("a");
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(0), ["Board in room 2"]);
    let waiting = shown(&world, link).await;
    assert_eq!(waiting[0].1, PlannedOperation::Delete);
}

async fn what_a_pilot_brings_goes_no_further(database: Database) {
    let world = World::new(&database, 3).await;
    world.models[1].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    let all = Mask::everything;
    world
        .link(&[(1, Role::Both, all()), (2, Role::Target, all())])
        .await;
    let link = pilot(&world, &[0, 1]).await;
    written(&world);
    world.models[0].edit("a", |e| e.title = "Board, moved".into());
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(2), ["Board"]);
    let places: Vec<usize> = shown(&world, link).await.iter().map(|t| t.0).collect();
    assert_eq!(places, [1, 2]);
    turn(&world, link, false).await;
    world.settle().await;
    assert_eq!(world.titles(2), ["Board, moved"]);
}

async fn a_deletion_at_the_provider_wins_over_what_a_pilot_brings(database: Database) {
    let world = World::new(&database, 2).await;
    for model in 0..2 {
        world.models[model].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    }
    world.settle().await;
    pilot(&world, &[0, 1]).await;
    world.models[0].edit("a", |e| e.title = "Board, moved".into());
    world.settle().await;
    written(&world);
    world.models[1].remove("a");
    assert_eq!(world.settle().await, 0);
    assert!(world.titles(1).is_empty());
    assert_eq!(world.titles(0), ["Board, moved"]);
}

async fn a_pilot_that_is_removed_leaves_everything_as_the_providers_have_it(database: Database) {
    for kept in [Kept::Keep, Kept::Remove] {
        let world = World::new(&database, 3).await;
        // Its first calendar is the second: what goes from the first is no half of a move.
        world.models[1].put("c", event("c@x", "Gone", "2026-11-26T09:00:00"));
        world.settle().await;
        for model in 0..2 {
            world.models[model].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
        }
        world.models[0].put("b", event("b@x", "Only here", "2026-11-25T09:00:00"));
        world.models[0].put("c", event("c@x", "Gone", "2026-11-26T09:00:00"));
        world.settle().await;
        let all = Mask::everything;
        world
            .link(&[(1, Role::Both, all()), (2, Role::Target, all())])
            .await;
        let link = pilot(&world, &[0, 1]).await;
        world.models[0].edit("a", |e| e.title = "Board, moved".into());
        world.models[0].remove("c");
        world.settle().await;
        written(&world);
        assert_eq!(world.hub_titles(1).await, ["Board, moved", "Only here"]);
        let removed = world.hub.delete_link(&world.actor, link, kept);
        removed.await.unwrap();
        assert_eq!(world.settle().await, 0, "{kept:?}");
        for calendar in 0..3 {
            assert_eq!(
                world.hub_titles(calendar).await,
                world.titles(calendar),
                "{kept:?}"
            );
        }
        assert_eq!(world.titles(1), ["Board", "Gone"]);
        assert_eq!(world.titles(2), ["Board", "Gone"]);
    }
}

async fn a_deletion_that_a_pilot_shows_is_shown_and_written_along_further_links(
    database: Database,
) {
    for live in [true, false] {
        let world = World::new(&database, 3).await;
        for model in [1, 0] {
            world.models[model].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
            world.settle().await;
        }
        let all = Mask::everything;
        world
            .link(&[(1, Role::Both, all()), (2, Role::Target, all())])
            .await;
        let link = pilot(&world, &[1, 0]).await;
        written(&world);
        world.models[0].remove("a");
        assert_eq!(world.settle().await, 0);
        let listed = shown(&world, link).await;
        let places: Vec<_> = listed.iter().map(|t| (t.0, t.1)).collect();
        let gone = PlannedOperation::Delete;
        assert_eq!(places, [(1, gone), (2, gone)]);
        for calendar in 0..3 {
            assert!(world.hub_titles(calendar).await.is_empty());
        }
        if live {
            turn(&world, link, false).await;
            world.settle().await;
            assert_eq!(written(&world), listed);
            continue;
        }
        let removed = world.hub.delete_link(&world.actor, link, Kept::Keep);
        removed.await.unwrap();
        assert_eq!(world.settle().await, 0);
        for calendar in 1..3 {
            assert_eq!(world.hub_titles(calendar).await, ["Board"]);
            assert_eq!(world.titles(calendar), ["Board"]);
        }
    }
}

async fn a_link_that_is_made_beside_a_pilot_writes_nothing_that_only_the_pilot_brings(
    database: Database,
) {
    for live in [true, false] {
        let world = World::new(&database, 4).await;
        for model in 0..2 {
            world.models[model].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
        }
        world.models[3].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
        world.settle().await;
        let link = pilot(&world, &[0, 1]).await;
        world.models[0].edit("a", |e| e.title = "Board, moved".into());
        world.settle().await;
        written(&world);
        // One calendar has the event, the other gets it.
        let all = Mask::everything;
        world
            .link(&[
                (1, Role::Both, all()),
                (2, Role::Target, all()),
                (3, Role::Target, all()),
            ])
            .await;
        assert_eq!(world.settle().await, 0, "{:?}", written(&world));
        let listed = shown(&world, link).await;
        let places: Vec<_> = listed.iter().map(|t| (t.0, t.1)).collect();
        let (made, changed) = (PlannedOperation::Create, PlannedOperation::Update);
        assert_eq!(places, [(1, changed), (2, made), (3, changed)]);
        if live {
            turn(&world, link, false).await;
            world.settle().await;
            assert_eq!(written(&world), listed);
        } else {
            let removed = world.hub.delete_link(&world.actor, link, Kept::Keep);
            removed.await.unwrap();
            world.settle().await;
            assert_eq!(written(&world).len(), 1);
            for calendar in 1..4 {
                assert_eq!(world.titles(calendar), ["Board"]);
                assert_eq!(world.hub_titles(calendar).await, ["Board"]);
            }
        }
    }
}

async fn what_is_merged_with_what_a_pilot_brings_goes_no_further(database: Database) {
    let world = World::new(&database, 3).await;
    for model in 0..3 {
        let mut board = event("a@x", "Board", "2026-11-24T09:00:00");
        board.text = Text::plain("One\n\nTwo\n\nThree\n");
        world.models[model].put("a", board);
    }
    world.settle().await;
    let all = Mask::everything;
    world
        .link(&[(1, Role::Both, all()), (2, Role::Target, all())])
        .await;
    let link = pilot(&world, &[0, 1]).await;
    written(&world);
    world.models[0].edit("a", |e| e.text = Text::plain("Uno\n\nTwo\n\nThree\n"));
    assert_eq!(world.settle().await, 0);
    world.models[1].edit("a", |e| e.text = Text::plain("One\n\nTwo\n\nTres\n"));
    world.settle().await;
    for (model, has) in [(0, "Uno\n\nTwo\n\nThree\n"), (2, "One\n\nTwo\n\nThree\n")] {
        assert_eq!(world.models[model].living()[0].1.text.content, has);
    }
    turn(&world, link, false).await;
    world.settle().await;
    for model in 0..3 {
        let living = world.models[model].living();
        assert_eq!(living[0].1.text.content, "Uno\n\nTwo\n\nTres\n");
    }
}

async fn what_a_live_link_brings_as_well_is_written(database: Database) {
    for pilot_first in [true, false] {
        let world = World::new(&database, 2).await;
        for model in [1, 0] {
            world.models[model].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
            world.settle().await;
        }
        let live = [1, 0].map(|i| (i, Role::Both, Mask::everything()));
        if pilot_first {
            pilot(&world, &[1, 0]).await;
            world.link(&live).await;
        } else {
            world.link(&live).await;
            pilot(&world, &[1, 0]).await;
        }
        world.models[0].edit("a", |e| e.title = "Board, moved".into());
        assert_eq!(world.settle().await, 1);
        assert_eq!(world.titles(1), ["Board, moved"]);
        world.models[0].remove("a");
        assert_eq!(world.settle().await, 1);
        assert!(world.titles(1).is_empty());
    }
}
