//! Servers that say that nothing has changed, whatever has.

use std::sync::atomic::Ordering;

use kalends_hub::{Mask, Role};

use crate::{
    model::Wrote,
    world::{Database, World, event},
};

both! {
    what_was_not_told_is_found_by_a_sweep,
    what_went_before_it_was_told_of_is_missed,
    what_a_server_does_not_show_yet_is_not_gone,
    what_came_back_beside_a_listing_is_read_whole_once_more,
    where_much_was_not_told_all_is_read_with_the_guards_of_a_full_listing,
}

/// A calendar with events, mirrored, that tells of no change any more.
async fn deaf(database: &Database, count: usize) -> World {
    let world = World::new(database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Source, all()), (1, Role::Target, all())])
        .await;
    for n in 0..count {
        let title = format!("Visit {n:03}");
        world.models[0].put(
            &n.to_string(),
            event(&n.to_string(), &title, "2026-11-24T09:00:00"),
        );
    }
    world.settle().await;
    assert_eq!(world.titles(1).len(), count);
    world.models[1].wrote();
    world.models[0].manners().unchanged = true;
    world
}

async fn what_was_not_told_is_found_by_a_sweep(database: Database) {
    let world = deaf(&database, 3).await;
    world.models[0].remove("0");
    world.models[0].edit("1", |event| "Moved".clone_into(&mut event.title));
    world.models[0].put("9", event("9", "New", "2026-11-25T09:00:00"));
    world.settle().await;
    assert_eq!(world.hub_titles(0).await.len(), 3, "nobody could know");
    world.models[0].manners().sweeps = true;
    world.settle().await;
    assert_eq!(world.hub_titles(0).await, ["Moved", "New", "Visit 002"]);
    assert_eq!(world.titles(1), ["Moved", "New", "Visit 002"]);
    assert_eq!(world.models[1].wrote().len(), 3);
    // What is known is not looked at again.
    let looks = world.models[0].looks.load(Ordering::Relaxed);
    world.settle().await;
    let looked = world.models[0].looks.load(Ordering::Relaxed);
    assert_eq!((looked, world.models[1].wrote().len()), (looks, 0));
}

async fn where_much_was_not_told_all_is_read_with_the_guards_of_a_full_listing(database: Database) {
    let world = deaf(&database, 120).await;
    for n in 0..110 {
        world.models[0].remove(&n.to_string());
    }
    world.models[0].manners().unchanged = false;
    world.models[0].manners().deaf = true;
    world.models[0].manners().sweeps = true;
    world.settle().await;
    assert_eq!(
        world.view(0).await.missing,
        110,
        "they are held for a person"
    );
    let deleted = world.models[1]
        .wrote()
        .iter()
        .filter(|(what, _)| *what == Wrote::Delete)
        .count();
    assert_eq!((deleted, world.titles(1).len()), (0, 120));
}

/// Two calendars with the same events; of what comes and goes between two reads the second one tells nothing.
async fn brief(database: &Database) -> World {
    let world = World::new(database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[1].manners().brief = true;
    world.settle().await;
    world.models[0].put("0", event("0", "Visit", "2026-11-24T09:00:00"));
    world.pull(0).await;
    world.push(1).await;
    assert_eq!(world.titles(1), ["Visit"]);
    world
}

async fn what_went_before_it_was_told_of_is_missed(database: Database) {
    let world = brief(&database).await;
    let (id, _) = world.models[1].living().remove(0);
    world.models[1].remove(&id);
    world.models[1].manners().unlisted.insert(id);
    world.pull(1).await;
    assert_eq!(world.view(1).await.unread, 1, "it may only lag behind");
    world.clock.advance(5);
    world.settle().await;
    let view = world.view(1).await;
    assert_eq!((view.unread, view.message), (0, None));
    assert!(world.titles(0).is_empty() && world.hub_titles(1).await.is_empty());
    // What was told, or looked at, is not looked at again.
    let looks = world.models[1].looks.load(Ordering::Relaxed);
    world.settle().await;
    assert_eq!(world.models[1].looks.load(Ordering::Relaxed), looks);
}

async fn what_a_server_does_not_show_yet_is_not_gone(database: Database) {
    let world = brief(&database).await;
    let before = world.models[1].latest() - 1;
    world.models[1].manners().lag = Some(before);
    world.models[1].manners().looks_lag = true;
    world.pull(1).await;
    assert_eq!(world.view(1).await.unread, 1);
    world.models[1].manners().lag = None;
    world.clock.advance(5);
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.view(1).await.unread, 0);
    assert_eq!([0, 1].map(|at| world.titles(at)), [["Visit"], ["Visit"]]);
}

async fn what_came_back_beside_a_listing_is_read_whole_once_more(database: Database) {
    let world = brief(&database).await;
    let (id, _) = world.models[1].living().remove(0);
    // Deleted before the listing, and brought back before we look.
    world.models[1].manners().unlisted.insert(id.clone());
    world.models[1].edit(&id, |event| event.title = "Visit again".into());
    world.models[1].expired.store(true, Ordering::Relaxed);
    world.pull(1).await;
    assert_eq!(world.hub_titles(0).await, ["Visit again"]);
    // Its going the cursor does not tell: it came and went.
    world.models[1].remove(&id);
    world.clock.advance(5);
    world.settle().await;
    assert!(world.titles(0).is_empty() && world.hub_titles(1).await.is_empty());
}
