//! Rows 1–6: the same event twice, echoes, rings, and others who mirror, too.

use std::time::Duration;

use calendar::Text;
use kalends_hub::{Mask, Precondition, Role};
use providers::Failure;
use storage::copies;
use sync::CopyId;

use super::{hub_edit, is_at_rest, linked, visit, visited};
use crate::world::{Database, World, event};

both! {
    row_01_same_uid_twice_in_one_calendar,
    row_02_echo_of_own_write,
    row_03_there_and_back_again,
    row_04_ring_of_three_links,
    row_05_two_installations_mirror_each_other,
    row_06_another_tool_mirrors_too,
}

async fn row_01_same_uid_twice_in_one_calendar(database: Database) {
    let world = World::new(&database, 2).await;
    world.models[0].put("e1", event("same@x", "Board", "2026-11-24T09:00:00"));
    world.models[0].put("e2", event("same@x", "Board, again", "2026-11-25T09:00:00"));
    world.models[1].put("e3", event("same@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    // One of the two is that of the other calendar; the other one is mirrored like any event. Nobody's goes.
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Board", "Board, again"], "{model}");
    }
    assert_eq!(world.id_of(0, "Board"), "e1");
    assert_eq!(world.id_of(0, "Board, again"), "e2");
    assert!(world.models[0].log().is_empty());
    assert_eq!(world.writes(), 1);
    is_at_rest(&world).await;
}

async fn row_02_echo_of_own_write(database: Database) {
    let world = linked(&database, 2).await;
    // What comes back is never what was sent.
    for model in &world.models {
        model.manners().rewrites = Some(|event| event.title = event.title.to_uppercase());
    }
    world.models[0].put("a", visit());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["VISIT"]);
    hub_edit(&world, 0, "Visit", |e| e.title = "Check".into()).await;
    assert_eq!(world.settle().await, 2);
    for model in 0..2 {
        assert_eq!(world.titles(model), ["CHECK"]);
    }
    is_at_rest(&world).await;
}

async fn row_03_there_and_back_again(database: Database) {
    let world = visited(&database).await;
    let mirror = world.id_of(1, "Visit");
    let before = world.writes();
    world.models[0].edit("a", |e| e.title = "Out".into());
    assert_eq!(world.settle().await, 1);
    world.models[1].edit(&mirror, |e| e.title = "Back".into());
    assert_eq!(world.settle().await, 1);
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Back"]);
    }
    assert_eq!(world.writes() - before, 2, "one hop each, and none back");
    is_at_rest(&world).await;
}

async fn row_04_ring_of_three_links(database: Database) {
    let world = World::new(&database, 3).await;
    let all = Mask::everything;
    for (from, to) in [(0, 1), (1, 2), (2, 0)] {
        world
            .link(&[(from, Role::Both, all()), (to, Role::Both, all())])
            .await;
    }
    world.models[0].put("a", visit());
    assert_eq!(world.settle().await, 2);
    for model in 0..3 {
        assert_eq!(world.titles(model), ["Visit"], "{model}");
    }
    let third = world.id_of(2, "Visit");
    world.models[2].edit(&third, |e| e.title = "Moved".into());
    assert_eq!(world.settle().await, 2);
    for model in 0..3 {
        assert_eq!(world.titles(model), ["Moved"], "{model}");
    }
    is_at_rest(&world).await;
    // A deletion goes all the way round, and so does its being taken back.
    world.models[1].remove(&world.id_of(1, "Moved"));
    assert_eq!(world.settle().await, 2);
    for model in 0..3 {
        assert!(world.titles(model).is_empty(), "{model}");
    }
    world.models[2].put(&third, event("a@x", "Restored", "2026-11-24T09:00:00"));
    assert_eq!(world.settle().await, 2);
    for model in 0..3 {
        assert_eq!(world.titles(model), ["Restored"], "{model}");
    }
    is_at_rest(&world).await;
}

/// Lets two installations work in turns until neither has anything to write.
async fn settle_both(one: &World, other: &World) -> usize {
    let before = one.writes();
    for _ in 0..10 {
        let round = one.writes();
        one.settle().await;
        other.settle().await;
        if one.writes() == round {
            return round - before;
        }
    }
    panic!("two installations do not come to rest: {:?}", one.titles(1));
}

/// The event of the second calendar that an installation did not make.
async fn foreign_mirror(world: &World) -> CopyId {
    let mut tx = world.store.read().await.unwrap();
    let rows = copies::page(&mut tx, world.calendars[1], None, 10, false);
    let mut rows = rows.await.unwrap().into_iter();
    rows.find(|row| !row.projected).unwrap().copy.id
}

async fn row_05_two_installations_mirror_each_other(database: Database) {
    let one = World::new(&database, 2).await;
    let other = one.beside().await;
    let all = Mask::everything;
    let both = [(0, Role::Both, all()), (1, Role::Both, all())];
    one.link(&both).await;
    other.link(&both).await;
    one.models[0].put("a", visit());
    // One makes the mirror, the other one finds it there.
    assert_eq!(settle_both(&one, &other).await, 1);
    assert_eq!(one.titles(1), ["Visit"]);
    one.models[0].edit("a", |e| e.title = "Later".into());
    assert_eq!(settle_both(&one, &other).await, 1);
    assert_eq!(one.titles(1), ["Later"]);
    one.models[0].remove("a");
    assert_eq!(settle_both(&one, &other).await, 1);
    // Neither looks before it writes: then each has its own, and neither mirrors the other's.
    one.models[0].put("b", event("b@x", "Both", "2026-11-25T09:00:00"));
    for world in [&one, &other] {
        world.pull(0).await;
        world.push(1).await;
    }
    assert_eq!(settle_both(&one, &other).await, 0);
    assert_eq!(one.titles(0), ["Both"]);
    assert_eq!(one.titles(1), ["Both", "Both"]);
    one.models[0].edit("b", |e| e.title = "Edited".into());
    assert_eq!(settle_both(&one, &other).await, 2);
    assert_eq!(one.titles(1), ["Edited", "Edited"]);
    // Who edits the other one's mirror here leaves it a mirror: the other one overwrites it, and it is mirrored no more
    // than before.
    let mirror = foreign_mirror(&other).await;
    other
        .hub
        .edit_event(&other.actor, mirror, Precondition::None, |event| {
            event.text = Text::plain("Bring the keys");
            Ok(())
        })
        .await
        .unwrap();
    settle_both(&one, &other).await;
    one.models[0].edit("b", |e| e.title = "Edited again".into());
    settle_both(&one, &other).await;
    assert_eq!(one.titles(0), ["Edited again"]);
    assert_eq!(one.titles(1), ["Edited again", "Edited again"]);
    one.models[0].remove("b");
    assert_eq!(settle_both(&one, &other).await, 2);
    assert_eq!((one.titles(0).len(), one.titles(1).len()), (0, 0));
}

async fn row_06_another_tool_mirrors_too(database: Database) {
    let world = visited(&database).await;
    let mirror = world.id_of(1, "Visit");
    let before = world.writes();
    let busy = || Failure::Later {
        after: Duration::from_secs(1),
        reason: "busy".to_owned(),
    };
    for _ in 0..12 {
        for (from, id, title) in [(0, "a", "Ours"), (1, mirror.as_str(), "Theirs")] {
            let to = 1 - from;
            world.models[from].edit(id, |e| e.title = title.into());
            // What is refused in between is no reason to begin to count anew.
            world.models[to].manners().refused = [(title.to_owned(), Err(busy()))].into();
            world.pull(from).await;
            world.push(to).await;
            world.models[to].manners().refused.clear();
            world.settle().await;
        }
    }
    let writes = world.writes() - before;
    assert!(writes <= 8, "it goes on for ever: {writes}");
    assert_eq!(world.titles(0), ["Ours"]);
    assert_eq!(world.titles(1), ["Theirs"]);
    let mut paused = Vec::new();
    for calendar in 0..2 {
        let title = world.hub_titles(calendar).await.remove(0);
        paused.extend(world.event(calendar, &title).await.parked);
    }
    assert!(
        paused.iter().any(|reason| reason.starts_with("paused: ")),
        "{paused:?}"
    );
    // Other events are none of its business.
    world.models[0].put("b", event("b@x", "Other", "2026-11-25T09:00:00"));
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Other", "Theirs"]);
}
