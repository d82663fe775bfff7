//! An account that goes takes its mirrors along or leaves them, as the person says, and touches nothing else.

use std::collections::BTreeSet;

use kalends_hub::{
    Mask, Role,
    links::{Kept, PlannedOperation},
};

use crate::{
    dice::Dice,
    preview::{self, CALENDARS, written},
    world::{Database, World},
};

both! {
    with_keep_nothing_is_written_and_with_remove_exactly_its_mirrors_go,
}

const SEEDS: u64 = 4;

/// Linked calendars with made-up events, and what each provider has.
async fn linked(database: &Database, seed: u64) -> World {
    let world = World::new(database, CALENDARS).await;
    preview::fill(&mut Dice::new(seed), &world);
    world.settle().await;
    let all = |i| (i, Role::Both, Mask::everything());
    world.link(&[all(0), all(1), all(2)]).await;
    written(&world);
    world
}

/// The mirrors in a calendar of events that only the first calendar has, and everything else there, by id at the provider.
async fn sorted(world: &World, calendar: usize) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut tx = world.store.read().await.unwrap();
    let id = world.calendars[calendar];
    let rows = storage::copies::page(&mut tx, id, None, 1_000, false);
    let (mut mirrors, mut others) = (BTreeSet::new(), BTreeSet::new());
    for row in rows.await.unwrap() {
        let mut of_first_only = row.projected;
        for member in storage::members::of_linked(&mut tx, row.linked.unwrap())
            .await
            .unwrap()
        {
            let there = storage::copies::get(&mut tx, member.copy)
                .await
                .unwrap()
                .unwrap();
            of_first_only &= there.projected || there.copy.calendar == world.calendars[0];
        }
        let remote = row.copy.remote.id().unwrap().to_owned();
        if of_first_only {
            mirrors.insert(remote)
        } else {
            others.insert(remote)
        };
    }
    (mirrors, others)
}

fn there(world: &World, calendar: usize) -> BTreeSet<String> {
    world.models[calendar]
        .living()
        .into_iter()
        .map(|(id, _)| id)
        .collect()
}

async fn with_keep_nothing_is_written_and_with_remove_exactly_its_mirrors_go(database: Database) {
    let mut gone = 0;
    for seed in 0..SEEDS {
        for kept in [Kept::Keep, Kept::Remove] {
            let mut world = linked(&database, seed).await;
            let first = world.view(0).await.connection.unwrap();
            let (before, had) = (
                world.models[0].living(),
                [there(&world, 1), there(&world, 2)],
            );
            let mut stay = Vec::new();
            for calendar in [1, 2] {
                stay.push(sorted(&world, calendar).await.1);
            }
            let calendars = world.calendars.clone();
            world
                .hub
                .disconnect(&world.actor, first, kept)
                .await
                .unwrap();
            world.calendars.retain(|id| *id != calendars[0]);
            world.settle().await;
            let wrote = written(&world);
            assert_eq!(
                world.models[0].living(),
                before,
                "seed {seed}: its originals stay"
            );
            for calendar in [1, 2] {
                let now = there(&world, calendar);
                let expected = match kept {
                    Kept::Keep => &had[calendar - 1],
                    Kept::Remove => &stay[calendar - 1],
                };
                assert_eq!(now, *expected, "seed {seed}, {kept:?}, calendar {calendar}");
            }
            match kept {
                Kept::Keep => assert!(wrote.is_empty(), "seed {seed}: {wrote:?}"),
                Kept::Remove => {
                    assert!(
                        wrote.iter().all(|w| w.1 == PlannedOperation::Delete),
                        "{wrote:?}"
                    );
                    gone += wrote.len();
                }
            }
        }
    }
    assert!(gone > 5, "some had mirrors: {gone}");
}
