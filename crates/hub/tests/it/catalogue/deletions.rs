//! Rows 13–19: deletions, and creates that nobody knows the outcome of.

use std::sync::atomic::Ordering;

use super::{hub_edit, is_at_rest, linked, visit, visited};
use crate::world::{Database, World, event};

both! {
    row_13_delete_against_edit,
    row_14_delete_on_both,
    row_15_delete_while_the_hub_is_down,
    row_16_undelete_from_the_bin,
    row_16_undelete_of_what_is_being_made_again,
    row_17_create_applied_reply_lost,
    row_18_create_applied_minutes_later,
    row_19_late_create_after_a_persons_delete,
    row_19_late_create_where_a_later_one_was_deleted,
    row_19_a_person_deletes_what_we_were_never_told_was_made,
}

async fn row_13_delete_against_edit(database: Database) {
    // Whichever of the two is seen first.
    for first in 0..2 {
        let world = visited(&database).await;
        let mirror = world.id_of(1, "Visit");
        let before = world.writes();
        world.models[0].remove("a");
        world.models[1].edit(&mirror, |e| e.title = "Edited".into());
        world.pull(first).await;
        world.settle().await;
        for model in 0..2 {
            assert_eq!(world.titles(model), ["Edited"], "first {first}");
        }
        assert_eq!(world.writes() - before, 1, "it is made again, once");
        assert_eq!(world.id_of(1, "Edited"), mirror);
        is_at_rest(&world).await;
    }
}

async fn row_14_delete_on_both(database: Database) {
    let world = visited(&database).await;
    let before = world.writes();
    world.models[1].remove(&world.id_of(1, "Visit"));
    world.models[0].remove("a");
    // One is read, and has the other one deleted: which is gone already.
    world.pull(0).await;
    world.push(1).await;
    world.settle().await;
    assert_eq!((world.titles(0).len(), world.titles(1).len()), (0, 0));
    assert_eq!(world.writes() - before, 1);
    assert!(
        world
            .models
            .iter()
            .all(|m| m.log().iter().all(|w| !w.starts_with("delete")))
    );
    is_at_rest(&world).await;
}

async fn row_15_delete_while_the_hub_is_down(database: Database) {
    let mut world = visited(&database).await;
    world.models[0].put("b", event("b@x", "Stays", "2026-11-25T09:00:00"));
    world.settle().await;
    let before = world.writes();
    world.models[0].remove("a");
    world.clock.advance(7 * 86_400);
    world.restart().await;
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Stays"]);
    }
    assert_eq!(world.writes() - before, 1);
    is_at_rest(&world).await;
}

async fn row_16_undelete_from_the_bin(database: Database) {
    // Some providers give an event back under its old id, others under a new one.
    for id in ["a", "b"] {
        let world = visited(&database).await;
        let (here, there) = (world.event(0, "Visit").await, world.event(1, "Visit").await);
        world.models[0].remove("a");
        assert_eq!(world.settle().await, 1);
        assert!(world.titles(1).is_empty());
        world.models[0].put(id, visit());
        assert_eq!(world.settle().await, 1);
        for (model, before) in [here, there].into_iter().enumerate() {
            assert_eq!(world.titles(model), ["Visit"]);
            let after = world.event(model, "Visit").await;
            assert_eq!((after.id, after.linked), (before.id, before.linked), "{id}");
        }
        is_at_rest(&world).await;
    }
}

/// A person edits here what another one deletes there: it is made again. That arrives late, after somebody restored it.
async fn row_16_undelete_of_what_is_being_made_again(database: Database) {
    let world = visited(&database).await;
    let model = &world.models[0];
    model.manners().own_ids = true;
    model.remove("a");
    hub_edit(&world, 0, "Visit", |e| e.title = "Edited".into()).await;
    world.pull(0).await;
    model.manners().late = true;
    world.push(0).await;
    model.manners().late = false;
    model.put("z", visit());
    model.deliver();
    world.pull(0).await;
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Edited"]);
    }
    assert_eq!(world.models[0].living()[0].0, "z");
    is_at_rest(&world).await;
}

async fn row_17_create_applied_reply_lost(database: Database) {
    for own_ids in [false, true] {
        let world = linked(&database, 2).await;
        world.models[1].manners().own_ids = own_ids;
        world.models[1].lossy.store(true, Ordering::Relaxed);
        world.models[0].put("a", visit());
        world.pull(0).await;
        // The second time it does not know what became of the first one.
        world.push(1).await;
        world.push(1).await;
        assert_eq!(world.writes(), 1, "found, not made again");
        assert_eq!(world.settle().await, 0);
        assert_eq!(world.titles(1), ["Visit"]);
        world.models[1].lossy.store(false, Ordering::Relaxed);
        // It is bound: what a person does there comes back.
        let mirror = world.id_of(1, "Visit");
        world.models[1].edit(&mirror, |e| e.title = "Bound".into());
        assert_eq!(world.settle().await, 1);
        assert_eq!(world.titles(0), ["Bound"]);
        is_at_rest(&world).await;
    }
}

/// Two linked calendars, with an event in the first whose create in the second is under way for long.
async fn with_late_create(database: &Database, own_ids: bool) -> World {
    let world = linked(database, 2).await;
    world.models[1].manners().own_ids = own_ids;
    world.models[1].manners().late = true;
    world.models[0].put("a", visit());
    world.pull(0).await;
    world.push(1).await;
    world.models[1].manners().late = false;
    world
}

async fn row_18_create_applied_minutes_later(database: Database) {
    for own_ids in [false, true] {
        let world = with_late_create(&database, own_ids).await;
        // The look finds nothing, so it is made once more; then the first one comes.
        world.push(1).await;
        world.clock.advance(600);
        world.models[1].deliver();
        world.settle().await;
        assert_eq!(world.titles(1), ["Visit"], "own ids: {own_ids}");
        // Where we may not choose the id, the second one is found and removed.
        let writes = if own_ids { 3 } else { 1 };
        assert_eq!(world.models[1].log().len(), writes);
        assert!(world.models[0].log().is_empty());
        is_at_rest(&world).await;
    }
}

async fn row_19_late_create_after_a_persons_delete(database: Database) {
    for own_ids in [false, true] {
        let world = with_late_create(&database, own_ids).await;
        world.models[0].remove("a");
        world.settle().await;
        assert!(world.models[1].log().is_empty());
        world.models[1].deliver();
        assert_eq!(world.titles(1), ["Visit"]);
        assert_eq!(world.settle().await, 1, "it is removed again");
        assert_eq!((world.titles(0).len(), world.titles(1).len()), (0, 0));
        assert!(world.models[0].log().is_empty());
        is_at_rest(&world).await;
    }
}

async fn row_19_late_create_where_a_later_one_was_deleted(database: Database) {
    let world = with_late_create(&database, false).await;
    world.models[1].manners().reuses_ids = true;
    // The look finds nothing, so it is made once more, under the same id; somebody deletes that, and the first one comes.
    world.push(1).await;
    world.settle().await;
    world.models[1].remove(&world.id_of(1, "Visit"));
    world.models[1].deliver();
    assert_eq!(world.titles(1), ["Visit"]);
    assert_eq!(world.settle().await, 2, "both are removed");
    assert_eq!((world.titles(0).len(), world.titles(1).len()), (0, 0));
    is_at_rest(&world).await;
}

async fn row_19_a_person_deletes_what_we_were_never_told_was_made(database: Database) {
    let world = linked(&database, 2).await;
    world.models[0].put("a", visit());
    world.pull(0).await;
    world.models[1].lossy.store(true, Ordering::Relaxed);
    world.push(1).await;
    world.models[1].lossy.store(false, Ordering::Relaxed);
    world.models[1].remove(&world.id_of(1, "Visit"));
    // Its id, which only we can have chosen, is told as gone: so it was there.
    assert_eq!(world.settle().await, 1, "it is deleted, not made again");
    assert_eq!((world.titles(0).len(), world.titles(1).len()), (0, 0));
    is_at_rest(&world).await;
}
