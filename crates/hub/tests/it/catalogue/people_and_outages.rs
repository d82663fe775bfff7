//! Rows 77 and 78: what people decide about mirrors, and providers that are away for days.

use kalends_hub::{Health, Mask, Role, links::Kept};
use providers::Failure;

use super::{is_at_rest, make};
use crate::world::{Database, World, event, until};

both! {
    row_77_unlink_keeps_or_removes_mirrors,
    row_78_outage_for_days,
}

async fn row_77_unlink_keeps_or_removes_mirrors(database: Database) {
    for kept in [Kept::Keep, Kept::Remove] {
        let world = World::new(&database, 2).await;
        let all = Mask::everything;
        let link = world
            .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
            .await;
        make(&world, 0, 3);
        world.models[1].put("own", event("own@x", "Own", "2026-11-25T09:00:00"));
        // An invitation that both have is nobody's mirror.
        for model in &world.models {
            model.put("shared", event("shared@x", "Shared", "2026-11-26T09:00:00"));
        }
        world.settle().await;
        let (before, titles) = (world.writes(), [world.titles(0), world.titles(1)]);
        world
            .hub
            .delete_link(&world.actor, link, kept)
            .await
            .unwrap();
        world.settle().await;
        if kept == Kept::Keep {
            assert_eq!([world.titles(0), world.titles(1)], titles);
            assert_eq!(world.writes(), before);
        } else {
            assert_eq!(
                world.titles(0),
                ["Shared", "Visit 000", "Visit 001", "Visit 002"]
            );
            assert_eq!(world.titles(1), ["Own", "Shared"]);
            assert_eq!(world.writes() - before, 4);
        }
        // Nothing flows any more.
        world.models[0].edit("e0", |e| e.title = "Alone".into());
        world.models[1].remove("shared");
        assert_eq!(world.settle().await, 0);
        assert!(world.titles(0).contains(&"Shared".to_owned()));
        is_at_rest(&world).await;
    }
}

async fn row_78_outage_for_days(database: Database) {
    let world = World::new(&database, 3).await;
    let all = Mask::everything;
    world
        .link(&[
            (0, Role::Source, all()),
            (1, Role::Target, all()),
            (2, Role::Target, all()),
        ])
        .await;
    make(&world, 0, 40);
    world.settle().await;
    let written = |model: usize| world.models[model].log().len();
    assert_eq!((written(1), written(2)), (40, 40));
    let away = Failure::Unreachable("it answered 503".to_owned());
    world.models[1].manners().failure = Some(away);
    let _worker = world.start();
    for day in 0..4 {
        for i in 0..40 {
            world.models[0].edit(&format!("e{i}"), |e| e.title = format!("Day {day}, {i:02}"));
        }
        world.sync_now().await;
        until("the others go on", async || {
            world
                .titles(2)
                .iter()
                .all(|title| title.starts_with(&format!("Day {day}")))
        })
        .await;
        world.clock.advance(86_400);
    }
    until("it is told", async || {
        world.view(1).await.health == Health::Failing
    })
    .await;
    assert_eq!((written(1), written(2)), (40, 200));
    world.models[1].manners().failure = None;
    world.clock.advance(60);
    until("all is written", async || {
        world.titles(1) == world.titles(0)
    })
    .await;
    until("all is well", async || {
        world.view(1).await.health == Health::Ok
    })
    .await;
    // Each is written once, as it is by now, and none of what it was in between.
    assert_eq!((written(1), written(2)), (80, 200));
    let mut updated = world.models[1].log().split_off(40);
    updated.sort();
    updated.dedup();
    assert_eq!(updated.len(), 40);
}
