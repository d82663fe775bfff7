//! Whatever people do meanwhile: a pilot that becomes live ends as if it had been live all the time, one that is removed as if
//! it had not been. Many made-up calendars and links, each told by its seed.

use std::collections::BTreeMap;

use calendar::Text;
use kalends_hub::{
    LinkId, OnConflict,
    links::{Kept, LinkEdit},
};

use super::{shown, turn};
use crate::{
    dice::Dice,
    preview::{self, CALENDARS, written},
    world::{Database, World, event},
};

both! {
    a_pilot_that_becomes_live_ends_as_a_link_that_was_live_all_the_time,
    a_pilot_that_is_removed_after_much_is_as_if_it_had_not_been,
}

/// Each is lived twice.
const SEEDS: u64 = 5;

/// What people do at the providers while a link is a pilot: to each event in one calendar.
fn people(dice: &mut Dice, world: &World) {
    let mut there: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (calendar, model) in world.models.iter().enumerate() {
        for (id, _) in model.living() {
            there.entry(id).or_default().push(calendar);
        }
    }
    // Mirrors have other names from world to world.
    there.retain(|id, _| id.starts_with('e'));
    for (id, calendars) in there {
        let model = &world.models[calendars[dice.below(calendars.len())]];
        match dice.below(6) {
            0 => model.remove(&id),
            1 => model.edit(&id, |e| e.title = format!("{}, changed", e.title)),
            2 => model.edit(&id, |e| e.text = Text::plain("Changed")),
            3 => model.edit(&id, |e| {
                let later = e.when.local_start() + jiff::Span::new().days(1);
                e.when = e.when.starting_at(later.into());
            }),
            _ => {}
        }
    }
    let late = event("late@x", "Came later", "2026-11-25T07:00:00");
    world.models[dice.below(CALENDARS)].put("elate", late);
}

/// What each calendar has in the end.
fn held(world: &World) -> Vec<Vec<String>> {
    let all = world.models.iter().map(|model| {
        let living = model.living().into_iter();
        let mut events: Vec<String> = living
            .map(|(_, e)| format!("{} {:?} {:?} {:?}", e.title, e.when, e.text, e.overrides))
            .collect();
        events.sort();
        events
    });
    all.collect()
}

/// Calendars of a seed with a link that may be a pilot, and often another one beside it.
async fn begun(database: &Database, dice: &mut Dice, pilot: bool) -> (World, LinkId) {
    let world = World::new(database, CALENDARS).await;
    preview::fill(dice, &world);
    world.settle().await;
    if dice.one_in(2) {
        let before = LinkEdit {
            on_conflict: OnConflict::Newest,
            ..preview::edit(dice, &world)
        };
        world.hub.create_link(&world.actor, before).await.unwrap();
        world.settle().await;
    }
    written(&world);
    let edit = LinkEdit {
        pilot,
        on_conflict: OnConflict::Newest,
        ..preview::edit(dice, &world)
    };
    let made = world.hub.create_link(&world.actor, edit).await.unwrap();
    let link = made.link.id;
    world.settle().await;
    (world, link)
}

async fn a_pilot_that_becomes_live_ends_as_a_link_that_was_live_all_the_time(database: Database) {
    let mut differed = 0;
    for seed in 0..SEEDS {
        let mut ends = Vec::new();
        for as_pilot in [true, false] {
            let mut dice = Dice::new(seed);
            let (world, link) = begun(&database, &mut dice, as_pilot).await;
            people(&mut dice, &world);
            world.settle().await;
            let before = held(&world);
            if as_pilot {
                let now = shown(&world, link).await;
                written(&world);
                turn(&world, link, false).await;
                world.settle().await;
                assert_eq!(written(&world), now, "seed {seed}");
            }
            differed += usize::from(before != held(&world));
            ends.push(held(&world));
        }
        assert_eq!(ends[0], ends[1], "seed {seed}");
    }
    assert!(differed > 2, "they hold something back: {differed}");
}

async fn a_pilot_that_is_removed_after_much_is_as_if_it_had_not_been(database: Database) {
    for seed in 0..SEEDS {
        for kept in [Kept::Keep, Kept::Remove] {
            let mut dice = Dice::new(seed);
            let (world, link) = begun(&database, &mut dice, true).await;
            people(&mut dice, &world);
            world.settle().await;
            let before = held(&world);
            written(&world);
            let removed = world.hub.delete_link(&world.actor, link, kept);
            removed.await.unwrap();
            world.settle().await;
            assert_eq!(written(&world), [], "seed {seed}, {kept:?}");
            assert_eq!(held(&world), before);
            for calendar in 0..CALENDARS {
                // Events that were found to be the same are spelled the same here, which nobody is told (L8).
                let spelled = |titles: Vec<String>| {
                    let mut titles: Vec<_> = titles.iter().map(|t| t.trim().to_owned()).collect();
                    titles.sort();
                    titles
                };
                let here = spelled(world.hub_titles(calendar).await);
                let there = spelled(world.titles(calendar));
                assert_eq!(here, there, "seed {seed}, {kept:?}");
            }
        }
    }
}
