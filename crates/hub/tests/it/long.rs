//! Listings that are too long to be held whole: they name events, which are read some at a time (row 74).

use std::sync::atomic::Ordering;

use kalends_hub::{Mask, Role};

use crate::world::{Database, World, event};

both! { row_74_a_long_listing_is_read_some_at_a_time }

/// More than are read at once.
const MANY: usize = 1_010;

async fn row_74_a_long_listing_is_read_some_at_a_time(database: Database) {
    let world = World::new(&database, 2).await;
    let there = &world.models[0];
    for n in 0..MANY {
        let uid = format!("{n}@x");
        there.put(&format!("{n:04}"), event(&uid, &uid, "2026-11-24T09:00:00"));
    }
    {
        let mut manners = there.manners();
        manners.names_only = true;
        // One cannot be read, and one is gone between the listing and the read.
        manners.malformed.insert("0003".to_owned());
        manners.hidden.insert("1005".to_owned());
    }
    world.pull(0).await;
    assert_eq!(world.hub_titles(0).await.len(), MANY - 2);
    assert!(
        world
            .view(0)
            .await
            .message
            .unwrap()
            .contains("cannot be read")
    );
    there.manners().malformed.clear();
    there.manners().hidden.clear();
    // The next listing is whole again. One is gone by then, one has changed, and one is at the provider as it was.
    there.remove("0007");
    there.edit("1007", |event| "Changed".clone_into(&mut event.title));
    there.expired.store(true, Ordering::Relaxed);
    let looks = || there.looks.load(Ordering::Relaxed);
    let before = looks();
    world.pull(0).await;
    // Each is read, and nothing but what was known and is not listed is looked at as well.
    assert_eq!(looks() - before, MANY);
    let titles = world.hub_titles(0).await;
    assert_eq!(titles.len(), MANY - 1);
    assert!(titles.contains(&"Changed".to_owned()) && !titles.contains(&"7@x".to_owned()));
    // And they are bound: what is linked is written once, and is not read as news.
    let all = Mask::everything;
    world
        .link(&[(0, Role::Source, all()), (1, Role::Target, all())])
        .await;
    world.settle().await;
    assert_eq!(world.titles(1).len(), MANY - 1);
    world.sync_now().await;
    assert_eq!(world.settle().await, 0);
}
