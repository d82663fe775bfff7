//! The catalogue of failures, row by row: what goes wrong, what is at the providers when all is at rest, and how many
//! writes it took. `docs/conformance/failures.md` says which line each of them stands for.

mod accounts;
mod conflicts;
mod deletions;
mod duplicates_and_loops;
mod erasure;
mod listings;
mod machines;
mod moves_and_zones;
mod people;
mod people_and_outages;
mod poison;
mod series;
mod throttling_and_push;

use std::sync::atomic::Ordering;

use calendar::Event;
use kalends_hub::{EventView, Mask, Precondition, Role};

use crate::world::{Database, World, event};

/// So many calendars that are linked both ways.
pub async fn linked(database: &Database, count: usize) -> World {
    let world = World::new(database, count).await;
    let all: Vec<_> = (0..count)
        .map(|i| (i, Role::Both, Mask::everything()))
        .collect();
    world.link(&all).await;
    world
}

/// Two calendars, linked both ways, with one event `a`: «Visit».
pub async fn visited(database: &Database) -> World {
    let world = linked(database, 2).await;
    world.models[0].put("a", visit());
    world.settle().await;
    world
}

/// The first calendar flows into the second, through a mask.
pub async fn mirrored(database: &Database, mask: Mask) -> World {
    let world = World::new(database, 2).await;
    let source = (0, Role::Source, Mask::everything());
    world.link(&[source, (1, Role::Target, mask)]).await;
    world
}

/// An hour on a Tuesday.
pub fn visit() -> Event {
    event("a@x", "Visit", "2026-11-24T09:00:00")
}

/// Several events, `e0`, `e1`, …
pub fn make(world: &World, model: usize, count: usize) {
    for i in 0..count {
        let (uid, title) = (format!("{i}@x"), format!("Visit {i:03}"));
        world.models[model].put(&format!("e{i}"), event(&uid, &title, "2026-11-24T09:00:00"));
    }
}

/// A person changes an event through the hub.
pub async fn hub_edit(
    world: &World,
    calendar: usize,
    title: &str,
    edit: impl FnOnce(&mut Event) + Send,
) -> EventView {
    let id = world.event(calendar, title).await.id;
    let edited = world
        .hub
        .edit_event(&world.actor, id, Precondition::None, |event| {
            edit(event);
            Ok(())
        });
    edited.await.unwrap()
}

/// Every provider forgets how far we had read; what follows is a full listing.
pub fn forget(world: &World) {
    for model in &world.models {
        model.expired.store(true, Ordering::Relaxed);
    }
}

/// Nothing is left to do, not even after everything is listed once more.
pub async fn is_at_rest(world: &World) {
    assert_eq!(world.settle().await, 0, "it was not at rest");
    forget(world);
    assert_eq!(
        world.settle().await,
        0,
        "another full listing writes nothing"
    );
}

/// The event at a provider.
pub fn there(world: &World, model: usize, title: &str) -> Event {
    let living = world.models[model].living();
    let found = living.into_iter().find(|(_, event)| event.title == title);
    found.unwrap().1
}
