//! Rows 20–25: what a listing shows, and what it does not.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use identity::{Ids, SystemIds};
use providers::Failure;
use uuid::Uuid;

use super::{forget, is_at_rest, linked, make, visit};
use crate::world::{Database, World, event};

both! {
    row_20_an_incremental_page_is_no_whole,
    row_21_token_invalid,
    row_22_token_dies_between_pages,
    row_23_page_truncated,
    row_23_what_leaves_a_window_is_not_deleted,
    row_55_moved_out_of_sight_of_a_window,
    row_24_full_listing_stale_or_empty,
    row_25_reads_lag_behind_writes,
}

/// Sixty events on both sides.
async fn sixty(database: &Database) -> World {
    let world = linked(database, 2).await;
    make(&world, 0, 60);
    world.settle().await;
    assert_eq!(world.titles(1).len(), 60);
    world
}

async fn row_20_an_incremental_page_is_no_whole(database: Database) {
    let world = sixty(&database).await;
    let before = world.writes();
    let looks = || world.models[0].looks.load(Ordering::Relaxed);
    let looked = looks();
    world.models[0].edit("e7", |e| e.title = "Changed".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(
        world.models[1]
            .log()
            .last()
            .map(|w| w.starts_with("update")),
        Some(true)
    );
    for model in 0..2 {
        assert_eq!(world.titles(model).len(), 60);
        assert_eq!(world.hub_titles(model).await.len(), 60);
    }
    assert_eq!(world.writes() - before, 1);
    assert_eq!(looks(), looked, "nobody asks what became of the others");
    is_at_rest(&world).await;
}

async fn row_21_token_invalid(database: Database) {
    let world = sixty(&database).await;
    // What happened meanwhile is found all the same: one new, one changed, one gone.
    world.models[0].put("n", event("n@x", "New", "2026-11-25T09:00:00"));
    world.models[0].edit("e1", |e| e.title = "Changed".into());
    world.models[0].remove("e2");
    forget(&world);
    assert_eq!(world.settle().await, 3);
    let titles = world.titles(0);
    assert_eq!(titles.len(), 60);
    assert_eq!(world.titles(1), titles);
    assert!(world.models[0].log().is_empty());
    is_at_rest(&world).await;
}

/// Ids of a process that is killed when it asks for another one after so many.
struct Mortal(AtomicUsize);

impl Ids for Mortal {
    fn uuid(&self) -> Uuid {
        let left = self.0.fetch_sub(1, Ordering::Relaxed);
        assert!(left > 0, "killed");
        SystemIds.uuid()
    }

    fn token(&self) -> String {
        SystemIds.token()
    }
}

async fn row_22_token_dies_between_pages(database: Database) {
    let world = linked(&database, 2).await;
    make(&world, 0, 250);
    // The process ends in the middle of what it read: a part is kept, but not the position behind all of it.
    let other = world
        .other_hub(Arc::new(Mortal(AtomicUsize::new(700))))
        .await;
    let store = other.store(world.store.tenant()).await.unwrap();
    let calendar = world.calendars[0];
    let killed = tokio::spawn(async move { other.pull(&store, calendar).await });
    assert!(killed.await.unwrap_err().is_panic());
    let known = world.hub_titles(0).await.len();
    assert!((1..250).contains(&known), "{known}");
    // And then the position is forgotten, and the listing that is to replace it breaks off.
    forget(&world);
    world.models[0].manners().breaks_off = Some(Failure::Unreachable("it answered 502".into()));
    let broken = world.hub.pull(&world.store, calendar).await;
    assert!(broken.is_err());
    assert_eq!(world.hub_titles(0).await.len(), known);
    world.models[0].manners().breaks_off = None;
    assert_eq!(world.settle().await, 250);
    assert_eq!(world.titles(1).len(), 250);
    is_at_rest(&world).await;
}

async fn row_23_page_truncated(database: Database) {
    let world = sixty(&database).await;
    // A third of the listing is missing, and nobody says so. Each is there when it is looked at.
    world.models[0].manners().unlisted = (0..20).map(|i| format!("e{i}")).collect();
    forget(&world);
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(1).len(), 60);
    assert_eq!(world.view(0).await.missing, 0);
    world.models[0].manners().unlisted.clear();
    is_at_rest(&world).await;
}

async fn row_23_what_leaves_a_window_is_not_deleted(database: Database) {
    let world = linked(&database, 2).await;
    make(&world, 0, 3);
    world.settle().await;
    let kept = world.titles(1);
    // One is put off until it is out of the window, one is deleted; the listing says the same of both, and of what nobody knows.
    let far = event("far", "", "2029-11-25T09:00:00").when;
    world.models[0].edit("e0", |e| e.when = far.clone());
    world.models[0].remove("e1");
    world.models[0].put("x", event("x@x", "Far", "2029-11-25T09:00:00"));
    world.models[0].manners().removed = ["e0", "e1", "x"].map(str::to_owned).into();
    assert_eq!(world.settle().await, 2);
    assert_eq!(world.titles(1), [kept[0].clone(), kept[2].clone()]);
    let there = world.models[1].living();
    assert!(there.iter().any(|(_, event)| event.when == far));
    // The window has moved on: what is in it now is told.
    world.models[0].manners().removed.clear();
    forget(&world);
    assert_eq!(world.settle().await, 1);
    is_at_rest(&world).await;
}

async fn row_55_moved_out_of_sight_of_a_window(database: Database) {
    let world = linked(&database, 2).await;
    world.models[0].put("far", event("far@x", "Far", "2029-11-25T09:00:00"));
    world.settle().await;
    // Out of the window: nothing is told of it until the window has moved on.
    world.models[0].manners().unlisted = ["far".to_owned()].into();
    world.models[1].put("there", event("far@x", "Far", "2029-11-25T09:00:00"));
    world.models[0].remove("far");
    world.settle().await;
    world.clock.advance(31 * 24 * 3600);
    world.settle().await;
    forget(&world);
    world.settle().await;
    assert_eq!(world.titles(1), ["Far"]);
}

async fn row_24_full_listing_stale_or_empty(database: Database) {
    // Many, a small part, and all: looks find nothing either.
    for (hidden, held) in [(9, false), (13, true), (60, true)] {
        let world = sixty(&database).await;
        world.models[0].manners().hidden = (0..hidden).map(|i| format!("e{i}")).collect();
        forget(&world);
        let writes = world.settle().await;
        let left = if held { 60 } else { 60 - hidden };
        assert_eq!(writes, 60 - left, "{hidden}");
        assert_eq!(world.titles(1).len(), left, "{hidden}");
        assert_eq!(world.view(0).await.missing, if held { hidden } else { 0 });
        if held {
            // They are back, and nothing has happened.
            world.models[0].manners().hidden.clear();
            is_at_rest(&world).await;
            assert_eq!(world.view(0).await.missing, 0);
            assert_eq!(world.titles(1).len(), 60);
        }
    }
}

async fn row_25_reads_lag_behind_writes(database: Database) {
    // A listing lags behind; or, after a reply that was lost, so does whatever is read.
    for (own_ids, lossy) in [(false, false), (true, false), (false, true), (true, true)] {
        let world = linked(&database, 2).await;
        world.models[1].manners().own_ids = own_ids;
        let behind = world.models[1].latest();
        {
            let mut manners = world.models[1].manners();
            (manners.lag, manners.looks_lag) = (Some(behind), lossy);
        }
        world.models[1].lossy.store(lossy, Ordering::Relaxed);
        world.models[0].put("a", visit());
        // Whoever looks finds nothing for a while.
        for _ in 0..3 {
            world.pull(0).await;
            world.pull(1).await;
            world.push(1).await;
            forget(&world);
        }
        world.models[1].lossy.store(false, Ordering::Relaxed);
        world.models[1].manners().lag = None;
        world.settle().await;
        assert_eq!(world.titles(0), ["Visit"], "{own_ids} {lossy}");
        assert_eq!(world.titles(1), ["Visit"], "{own_ids} {lossy}");
        assert!(world.models[0].log().is_empty());
        if !lossy {
            assert_eq!(world.models[1].log().len(), 1);
        }
        is_at_rest(&world).await;
    }
}
