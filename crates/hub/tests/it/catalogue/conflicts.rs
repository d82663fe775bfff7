//! Rows 7–12: two people, one event; and what providers make of what they are given.

use super::{hub_edit, is_at_rest, linked, visit, visited};
use crate::world::{Database, event};
use calendar::Text;

both! {
    row_07_same_field_on_two_sides,
    row_08_different_fields,
    row_09_remote_write_between_read_and_write,
    row_10_older_snapshot_after_newer,
    row_11_provider_rewrites_text,
    row_12_two_versions_of_one_second,
}

async fn row_07_same_field_on_two_sides(database: Database) {
    let world = visited(&database).await;
    let mirror = world.id_of(1, "Visit");
    let before = world.writes();
    world.models[0].edit("a", |e| e.title = "Earlier".into());
    // The later one by its provider's own time.
    for _ in 0..5 {
        world.models[1].edit(&mirror, |e| e.title = "Later".into());
    }
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Later"]);
    }
    assert_eq!(world.writes() - before, 1);
    let kept = world.conflicts().await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].conflict.local.title, "Earlier");
    is_at_rest(&world).await;
}

async fn row_08_different_fields(database: Database) {
    let world = visited(&database).await;
    let mirror = world.id_of(1, "Visit");
    let before = world.writes();
    world.models[0].edit("a", |e| e.title = "Renamed".into());
    let when = event("", "", "2026-11-25T15:00:00").when;
    world.models[1].edit(&mirror, |e| {
        e.when = when.clone();
        e.text = Text::plain("Bring X-rays");
    });
    world.settle().await;
    for model in &world.models {
        let (_, event) = model.living().remove(0);
        assert_eq!((event.title.as_str(), &event.when), ("Renamed", &when));
        assert_eq!(event.text, Text::plain("Bring X-rays"));
    }
    assert_eq!(world.writes() - before, 2);
    assert!(world.conflicts().await.is_empty());
    is_at_rest(&world).await;
}

async fn row_09_remote_write_between_read_and_write(database: Database) {
    let world = visited(&database).await;
    let before = world.writes();
    hub_edit(&world, 0, "Visit", |e| e.title = "Ours".into()).await;
    world.models[0].edit("a", |e| e.text = Text::plain("Theirs"));
    // Nothing was read since: the write meets a version that it does not know, looks, and is made again.
    world.push(0).await;
    let (_, event) = world.models[0].living().remove(0);
    assert_eq!(event.title, "Ours");
    assert_eq!(event.text, Text::plain("Theirs"));
    assert_eq!(world.writes() - before, 2, "one refused and one done");
    assert_eq!(world.models[0].log(), ["update a"]);
    world.settle().await;
    assert_eq!(world.models[1].living()[0].1.text, Text::plain("Theirs"));
    assert_eq!(world.titles(1), ["Ours"]);
    is_at_rest(&world).await;
}

async fn row_10_older_snapshot_after_newer(database: Database) {
    let world = visited(&database).await;
    let old = world.models[0].sighting("a");
    world.models[0].edit("a", |e| e.title = "New".into());
    world.settle().await;
    let before = world.writes();
    for _ in 0..2 {
        world.models[0].manners().replays = vec![old.clone()];
        world.settle().await;
    }
    for model in 0..2 {
        assert_eq!(world.titles(model), ["New"]);
        assert_eq!(world.hub_titles(model).await, ["New"]);
    }
    assert_eq!(world.writes(), before);
    // Nor does it come back from the dead.
    world.models[0].remove("a");
    assert_eq!(world.settle().await, 1);
    world.models[0].manners().replays = vec![old];
    assert_eq!(world.settle().await, 0);
    assert!(world.titles(1).is_empty());
    is_at_rest(&world).await;
}

async fn row_11_provider_rewrites_text(database: Database) {
    let world = linked(&database, 2).await;
    world.models[1].manners().rewrites = Some(|e| {
        e.title = e.title.trim().to_owned();
        e.text.content = format!("{}\n", e.text.content.trim_end().replace('\n', "\r\n"));
    });
    let mut long = visit();
    long.title = "  Visit ".into();
    long.text = Text::plain("one\ntwo");
    world.models[0].put("a", long.clone());
    assert_eq!(world.settle().await, 1);
    let shadow = world.models[1].living().remove(0).1;
    assert_eq!(
        (shadow.title.as_str(), shadow.text.content.as_str()),
        ("Visit", "one\r\ntwo\n")
    );
    is_at_rest(&world).await;
    // Another change says nothing of the text.
    let when = event("", "", "2026-11-25T15:00:00").when;
    let mirror = world.id_of(1, "Visit");
    world.models[1].edit(&mirror, |e| e.when = when.clone());
    assert_eq!(world.settle().await, 1);
    let original = world.models[0].living().remove(0).1;
    assert_eq!(original.when, when);
    assert_eq!((original.title, original.text), (long.title, long.text));
    is_at_rest(&world).await;
}

async fn row_12_two_versions_of_one_second(database: Database) {
    let world = linked(&database, 2).await;
    for model in &world.models {
        model.manners().coarse = true;
    }
    world.models[0].put("a", visit());
    world.settle().await;
    let mirror = world.id_of(1, "Visit");
    // Each is seen though its second is that of the one before, also right after a write of ours.
    for round in 0..4 {
        let (here, back) = (format!("Here {round}"), format!("Back {round}"));
        world.models[0].edit("a", |e| e.title.clone_from(&here));
        assert_eq!(world.settle().await, 1);
        assert_eq!(world.titles(1), [here]);
        world.models[1].edit(&mirror, |e| e.title.clone_from(&back));
        assert_eq!(world.settle().await, 1);
        assert_eq!(world.titles(0), [back]);
    }
    is_at_rest(&world).await;
}
