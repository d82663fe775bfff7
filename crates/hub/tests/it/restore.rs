//! What lost a conflict comes back, everywhere, and goes again when that is undone.

use kalends_hub::{Keep, Mask, Precondition, Role};

use crate::world::{Database, World, event};

both! {
    the_value_that_lost_goes_to_every_provider_and_can_be_taken_back,
}

async fn the_value_that_lost_goes_to_every_provider_and_can_be_taken_back(database: Database) {
    let world = World::new(&database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[0].put("a", event("a@x", "Check-up", "2026-11-24T09:00:00"));
    world.settle().await;
    let (hub, actor) = (&world.hub, &world.actor);
    let copy = world.event(0, "Check-up").await.id;
    hub.edit_event(actor, copy, Precondition::None, |event| {
        event.title = "Ours".into();
        Ok(())
    })
    .await
    .unwrap();
    world.models[0].edit("a", |event| event.title = "Theirs".into());
    world.settle().await;
    let titles = || (world.titles(0), world.titles(1));
    let (ours, theirs) = (vec!["Ours".to_owned()], vec!["Theirs".to_owned()]);
    assert_eq!(titles(), (ours.clone(), ours.clone()));
    let conflicts = world.conflicts().await;
    assert_eq!(conflicts.len(), 1);

    hub.decide_conflict(actor, conflicts[0].id, Keep::Loser, None)
        .await
        .unwrap();
    let restored = hub.position(actor).await.unwrap();
    world.settle().await;
    assert_eq!(titles(), (theirs.clone(), theirs));
    hub.undo(actor, restored).await.unwrap();
    world.settle().await;
    assert_eq!(titles(), (ours.clone(), ours));
    assert_eq!(world.conflicts().await.len(), 1);
}
