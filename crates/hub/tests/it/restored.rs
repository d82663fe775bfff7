//! After a backup was restored nothing is written until somebody has looked at what would be.

use calendar::Event;
use kalends_hub::{Error, EventView, Mask, Precondition, Role};

use crate::{
    catalogue::hub_edit,
    world::{Database, World, event},
};

both! {
    nothing_is_written_until_it_is_approved,
    an_edit_that_waits_is_let_go,
    a_deletion_that_waits_is_let_go,
    an_event_that_would_be_made_cannot_be_let_go_alone,
    what_was_given_out_before_is_not_given_out_again,
    nor_is_it_when_the_same_backup_is_restored_twice,
}

/// An event at the first of two providers, and its mirror at the other one.
async fn mirrored(database: &Database) -> World {
    let world = World::new(database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[0].put("a", event("a@x", "Plan", "2026-11-26T09:00:00"));
    world.settle().await;
    world
}

async fn held(world: &World) -> Vec<EventView> {
    let held = world.hub.held_writes(&world.actor).await.unwrap();
    assert!(held.iter().all(|event| event.notifies.is_none()));
    held
}

async fn mark(world: &World) {
    world.hub.mark_restored(&world.store).await.unwrap();
    assert_eq!(world.settle().await, 0);
}

async fn approve(world: &World) -> usize {
    world.hub.approve_restored(&world.actor).await.unwrap();
    assert_eq!(world.hub.restored(&world.store).await.unwrap(), None);
    world.settle().await
}

async fn nothing_is_written_until_it_is_approved(database: Database) {
    let world = mirrored(&database).await;
    mark(&world).await;
    world.models[0].edit("a", |e| e.title = "Plan B".into());
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(1), ["Plan"]);
    let waiting = held(&world).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (waiting[0].calendar, waiting[0].event.title.as_str()),
        (world.calendars[1], "Plan B")
    );
    // Nobody answers for a single one: all of it is looked at.
    let alone = world.hub.confirm_notice(&world.actor, waiting[0].id).await;
    assert!(matches!(alone, Err(Error::Stale)), "{alone:?}");
    // Marked again, it is what it was.
    mark(&world).await;
    assert_eq!(approve(&world).await, 1);
    assert_eq!(world.titles(1), ["Plan B"]);
    assert!(held(&world).await.is_empty());
    world.models[1].edit(&world.id_of(1, "Plan B"), |e| e.title = "Plan C".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), ["Plan C"]);
}

async fn an_edit_that_waits_is_let_go(database: Database) {
    let world = mirrored(&database).await;
    let plan = world.event(0, "Plan").await.id;
    hub_edit(&world, 0, "Plan", |e| e.title = "Old plan".into()).await;
    mark(&world).await;
    assert_eq!(held(&world).await.len(), 2, "the event and its mirror");
    world.hub.dismiss_notice(&world.actor, plan).await.unwrap();
    assert_eq!(world.settle().await, 0);
    assert!(held(&world).await.is_empty());
    assert_eq!(approve(&world).await, 0);
    for calendar in 0..2 {
        assert_eq!(world.titles(calendar), ["Plan"]);
        assert_eq!(world.hub_titles(calendar).await, ["Plan"]);
    }
}

async fn a_deletion_that_waits_is_let_go(database: Database) {
    let world = mirrored(&database).await;
    let plan = world.event(0, "Plan").await.id;
    let gone = world
        .hub
        .delete_event(&world.actor, plan, Precondition::None);
    gone.await.unwrap();
    mark(&world).await;
    let waiting = held(&world).await;
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|event| !event.alive && event.there));
    world.hub.dismiss_notice(&world.actor, plan).await.unwrap();
    assert_eq!(approve(&world).await, 0);
    for calendar in 0..2 {
        assert_eq!(world.titles(calendar), ["Plan"]);
        assert_eq!(world.hub_titles(calendar).await, ["Plan"]);
    }
}

async fn an_event_that_would_be_made_cannot_be_let_go_alone(database: Database) {
    let world = mirrored(&database).await;
    mark(&world).await;
    world.models[0].put("n", event("n@x", "New", "2026-11-27T09:00:00"));
    assert_eq!(world.settle().await, 0);
    let waiting = held(&world).await;
    assert_eq!((waiting.len(), waiting[0].there), (1, false));
    let alone = world.hub.dismiss_notice(&world.actor, waiting[0].id).await;
    assert!(matches!(alone, Err(Error::Invalid { .. })), "{alone:?}");
    assert_eq!(world.titles(0).len(), 2, "it would have gone here, too");
    assert_eq!(approve(&world).await, 1);
    assert_eq!(world.titles(1), world.titles(0));
}

async fn what_was_given_out_before_is_not_given_out_again(database: Database) {
    let world = mirrored(&database).await;
    let before = world.event(0, "Plan").await;
    let position = world.hub.position(&world.actor).await.unwrap();
    let mut follower = world.hub.follow(&world.actor).await.unwrap();
    follower.borrow_and_update();
    world.hub.mark_restored(&world.store).await.unwrap();
    assert!(follower.has_changed().unwrap(), "whoever waits is told");
    mark(&world).await;
    let since = world.hub.restored(&world.store).await.unwrap();
    let anew = world.hub.position(&world.actor).await.unwrap();
    assert!(anew > position + 1000, "{anew}");
    // More than once does no harm.
    world.clock.advance(60);
    mark(&world).await;
    assert_eq!(world.hub.restored(&world.store).await.unwrap(), since);
    assert_eq!(world.hub.position(&world.actor).await.unwrap(), anew);
    let calendar = world.calendars[0];
    // Whoever has read further than the backup goes was told of positions that come again otherwise.
    for told in [position - 1, position, position + 1, position + 1000] {
        let changes = world
            .hub
            .calendar_changes(&world.actor, calendar, told, 100)
            .await;
        assert!(matches!(changes, Err(Error::PositionUnknown)), "{told}");
    }
    assert_eq!(world.event(0, "Plan").await.revision, before.revision);
    hub_edit(&world, 0, "Plan", |e| e.title = "Plan B".into()).await;
    let after = world.event(0, "Plan B").await.revision;
    assert!(after > before.revision + 1000, "{after}");
    // And so it is for another process, which opens the database afterwards.
    let other = world
        .other_hub(std::sync::Arc::new(identity::SystemIds))
        .await;
    let edit = |event: &mut Event| {
        event.title = "Plan C".into();
        Ok(())
    };
    let edited = other.edit_event(&world.actor, before.id, Precondition::None, edit);
    assert_eq!(edited.await.unwrap().revision, after + 1);
}

/// Nothing in a backup knows of the first time.
async fn nor_is_it_when_the_same_backup_is_restored_twice(database: Database) {
    let world = mirrored(&database).await;
    mark(&world).await;
    let plan = world.event(0, "Plan").await.id;
    hub_edit(&world, 0, "Plan", |e| e.title = "Plan B".into()).await;
    let given_out = world.event(0, "Plan B").await.revision;
    let told = world.hub.position(&world.actor).await.unwrap();
    let mut tx = world.store.write().await.unwrap();
    for fact in ["restored", "editions"] {
        storage::meta::set(&mut tx, fact, "").await.unwrap();
    }
    tx.commit().await.unwrap();
    world.clock.advance(60);
    let hub = world
        .other_hub(std::sync::Arc::new(identity::SystemIds))
        .await;
    let store = hub.store(world.store.tenant()).await.unwrap();
    hub.mark_restored(&store).await.unwrap();
    let edit = |event: &mut Event| {
        event.title = "Plan C".into();
        Ok(())
    };
    let edited = hub.edit_event(&world.actor, plan, Precondition::None, edit);
    assert!(edited.await.unwrap().revision > given_out + 1000);
    assert!(hub.position(&world.actor).await.unwrap() > told + 1000);
}
