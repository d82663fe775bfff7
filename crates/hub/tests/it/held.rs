//! What waits for a person: many deletions at once, events that cannot be read, events that are rewritten again and again.

use std::sync::atomic::Ordering;

use kalends_hub::{Mask, Precondition, Role};

use crate::world::{Database, World, event, until};

both! {
    many_deletions_wait_and_go_when_they_are_confirmed,
    dismissed_deletions_stay_and_are_not_asked_about_again,
    what_cannot_be_read_is_told_until_it_can_be,
    what_could_not_be_read_once_is_read_soon,
    what_is_rewritten_again_and_again_is_paused,
    what_is_dragged_about_is_not,
}

/// Sixty events, of which the provider does not show thirty any more.
async fn halved(database: &Database) -> World {
    let world = World::new(database, 1).await;
    for i in 0..60 {
        let (uid, title) = (format!("{i}@x"), format!("Visit {i:02}"));
        world.models[0].put(&format!("e{i}"), event(&uid, &title, "2026-11-24T09:00:00"));
    }
    world.settle().await;
    hide(&world, 30).await;
    world
}

/// So many events are missing in a full listing.
async fn hide(world: &World, count: usize) {
    world.models[0].manners().hidden = (0..count).map(|i| format!("e{i}")).collect();
    world.models[0].expired.store(true, Ordering::Relaxed);
    pull(world).await;
}

async fn pull(world: &World) {
    let pulled = world.hub.pull(&world.store, world.calendars[0]).await;
    pulled.unwrap();
}

async fn many_deletions_wait_and_go_when_they_are_confirmed(database: Database) {
    let world = halved(&database).await;
    for _ in 0..3 {
        let view = world.view(0).await;
        assert_eq!(view.missing, 30);
        assert!(view.message.unwrap().starts_with("30 events are missing"));
        assert_eq!(world.hub_titles(0).await.len(), 60);
        // What was put aside is not forgotten with the next read.
        pull(&world).await;
    }
    // One of them was not deleted after all.
    world.models[0].manners().hidden.remove("e7");
    let id = world.calendars[0];
    let view = world.hub.confirm_held(&world.actor, id).await.unwrap();
    assert_eq!((view.missing, view.message), (0, None));
    let _worker = world.start();
    until("what was deleted goes, and no more", async || {
        world.hub_titles(0).await.len() == 31
    })
    .await;
    assert!(world.hub_titles(0).await.contains(&"Visit 07".to_owned()));
}

async fn dismissed_deletions_stay_and_are_not_asked_about_again(database: Database) {
    let world = halved(&database).await;
    let id = world.calendars[0];
    let view = world.hub.dismiss_held(&world.actor, id).await.unwrap();
    assert_eq!((view.missing, view.message), (0, None));
    hide(&world, 30).await;
    assert_eq!(world.view(0).await.missing, 0);
    assert_eq!(world.hub_titles(0).await.len(), 60);
    // They turn up, and are missing once more: that is news.
    hide(&world, 0).await;
    hide(&world, 30).await;
    assert_eq!(world.view(0).await.missing, 30);
    assert_eq!(world.hub_titles(0).await.len(), 60);
}

async fn what_cannot_be_read_is_told_until_it_can_be(database: Database) {
    let world = World::new(&database, 1).await;
    world.models[0].manners().malformed = ["bad".to_owned()].into();
    for title in ["bad", "good"] {
        world.models[0].put(title, event(title, title, "2026-11-24T09:00:00"));
    }
    for _ in 0..3 {
        pull(&world).await;
        let view = world.view(0).await;
        assert_eq!(view.unread, 1);
        assert!(view.message.unwrap().contains("start: is no time"));
        assert_eq!(world.hub_titles(0).await, ["good"]);
    }
    // The event is not changed; only what was wrong with its reading is over.
    world.models[0].manners().malformed.clear();
    world.clock.advance(120);
    pull(&world).await;
    let view = world.view(0).await;
    assert_eq!((view.unread, view.message), (0, None));
    assert_eq!(world.hub_titles(0).await, ["bad", "good"]);
}

/// Its answer was lost, say: whoever has just edited it need not wait until the calendar is read in its own time.
async fn what_could_not_be_read_once_is_read_soon(database: Database) {
    let world = World::new(&database, 1).await;
    world.models[0].manners().malformed = ["late".to_owned()].into();
    world.models[0].put("late", event("late", "late", "2026-11-24T09:00:00"));
    // The model is read once an hour.
    let _worker = world.start();
    until("it is left aside", async || world.view(0).await.unread == 1).await;
    world.models[0].manners().malformed.clear();
    world.clock.advance(10);
    until("it is read", async || world.hub_titles(0).await == ["late"]).await;
    assert_eq!(world.view(0).await.unread, 0);
}

async fn linked(database: &Database) -> World {
    let world = World::new(database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[0].put("e", event("e@x", "Ours", "2026-11-24T09:00:00"));
    world.settle().await;
    world
}

async fn what_is_rewritten_again_and_again_is_paused(database: Database) {
    let world = linked(&database).await;
    let there = world.id_of(1, "Ours");
    // Another program keeps the title at one of the providers.
    let fight = async || {
        for _ in 0..8 {
            world.models[0].edit("e", |e| e.title = "Ours".into());
            world.settle().await;
            world.models[1].edit(&there, |e| e.title = "Theirs".into());
            world.settle().await;
        }
    };
    let before = world.writes();
    fight().await;
    let writes = world.writes() - before;
    assert!(
        writes <= 7,
        "three of each, and not one for each move: {writes}"
    );
    let paused = world.event(0, "Theirs").await;
    assert!(paused.parked.clone().unwrap().starts_with("paused:"));
    assert_eq!(world.titles(0), ["Ours"]);
    // A person decides.
    let id = paused.id;
    let edit = async |title: &str| {
        let title = title.to_owned();
        let edited = world
            .hub
            .edit_event(&world.actor, id, Precondition::None, move |e| {
                e.title = title;
                Ok(())
            })
            .await;
        edited.unwrap();
        world.settle().await;
    };
    edit("Settled").await;
    assert_eq!(
        (world.titles(0), world.titles(1)),
        (vec!["Settled".to_owned()], vec!["Settled".to_owned()])
    );
    // Or time does. The other side comes to rest this time: the first fight began with its create, which is no rewriting.
    fight().await;
    assert_eq!(
        (world.titles(0), world.titles(1)),
        (vec!["Ours".to_owned()], vec!["Theirs".to_owned()])
    );
    world.clock.advance(3700);
    let _worker = world.start();
    until("it is written after an hour", async || {
        world.titles(1) == ["Ours"]
    })
    .await;
}

async fn what_is_dragged_about_is_not(database: Database) {
    let world = linked(&database).await;
    for hour in 8..20 {
        let start = format!("2026-11-24T{hour:02}:00:00");
        let when = event("", "", &start).when;
        world.models[0].edit("e", |e| e.when = when.clone());
        world.settle().await;
        assert_eq!(world.models[1].living()[0].1.when, when);
    }
    // Nor what is put back, like any other change of mind.
    for title in ["One", "Two"].into_iter().cycle().take(11) {
        world.models[0].edit("e", |e| e.title = title.into());
        world.settle().await;
        assert_eq!(world.titles(1), [title]);
    }
}
