//! Rows 49–54: series, their occurrences, and their rules.

use calendar::{Event, Frequency, Override, RecurrenceId, Rule};
use kalends_hub::{Precondition, events::Scope};

use super::{hub_edit, is_at_rest, linked};
use crate::world::{Database, World, event};

both! {
    row_49_master_here_exception_there,
    row_50_this_and_following,
    row_51_rule_leaves_an_exception_without_a_slot,
    row_52_instance_deleted_and_edited,
    row_53_exclusions_in_another_form,
    row_54_endless_series,
}

/// Six weeks, on Mondays at ten.
fn series() -> Event {
    let mut series = event("s@x", "Hygiene", "2026-11-23T10:00:00");
    series.rules.push(Rule {
        count: Some(6),
        ..Rule::every(Frequency::Weekly)
    });
    series
}

fn week(number: usize) -> RecurrenceId {
    let days = [
        "2026-11-23T10:00:00",
        "2026-11-30T10:00:00",
        "2026-12-07T10:00:00",
        "2026-12-14T10:00:00",
    ];
    days[number].parse().unwrap()
}

/// An edit of one occurrence only.
fn rename(series: &mut Event, number: usize, title: &str) {
    let mut single = series.occurrence(week(number)).unwrap();
    title.clone_into(&mut single.title);
    series.set_occurrence(week(number), &single);
}

async fn with_series(database: &Database) -> World {
    let world = linked(database, 2).await;
    world.models[0].put("s", series());
    assert_eq!(world.settle().await, 1);
    world
}

/// The only event of each provider, which has to be the same everywhere.
fn same(world: &World) -> Event {
    let mut all: Vec<Event> = world
        .models
        .iter()
        .map(|m| m.living().remove(0).1)
        .collect();
    let (first, second) = (all.remove(0), all.remove(0));
    assert!(world.models.iter().all(|m| m.living().len() == 1));
    assert_eq!(first.title, second.title);
    assert_eq!(first.when, second.when);
    assert_eq!(first.rules, second.rules);
    assert_eq!(first.overrides, second.overrides);
    first
}

async fn row_49_master_here_exception_there(database: Database) {
    let world = with_series(&database).await;
    let mirror = world.id_of(1, "Hygiene");
    let before = world.writes();
    world.models[0].edit("s", |s| s.title = "Hygiene, room 2".into());
    world.models[1].edit(&mirror, |s| rename(s, 2, "With the doctor"));
    world.settle().await;
    let merged = same(&world);
    assert_eq!(merged.title, "Hygiene, room 2");
    assert_eq!(merged.occurrence(week(2)).unwrap().title, "With the doctor");
    assert_eq!(merged.occurrence(week(3)).unwrap().title, "Hygiene, room 2");
    assert_eq!(world.writes() - before, 2);
    is_at_rest(&world).await;
}

async fn row_50_this_and_following(database: Database) {
    let world = with_series(&database).await;
    world.models[0].edit("s", |s| rename(s, 1, "First half"));
    world.models[0].edit("s", |s| rename(s, 3, "Second half"));
    assert_eq!(world.settle().await, 1);
    let before = world.writes();
    let id = world.event(0, "Hygiene").await.id;
    let split = world.hub.edit_occurrence(
        &world.actor,
        id,
        week(2),
        Scope::Following,
        Precondition::None,
        |tail| {
            tail.title = "Hygiene, from now on".into();
            Ok(())
        },
    );
    split.await.unwrap();
    world.settle().await;
    // One series is two, here and there; each exception is in its half.
    assert_eq!(world.writes() - before, 4);
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Hygiene", "Hygiene, from now on"]);
        for (_, half) in world.models[model].living() {
            let (number, title) = if half.title == "Hygiene" {
                (1, "First half")
            } else {
                (3, "Second half")
            };
            assert_eq!(half.overrides.len(), 1, "{half:?}");
            assert_eq!(half.occurrence(week(number)).unwrap().title, title);
        }
    }
    // They are linked: what is done to the second half on the other side comes back.
    let there = world.id_of(1, "Hygiene, from now on");
    world.models[1].edit(&there, |s| s.title = "Later".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), ["Hygiene", "Later"]);
    is_at_rest(&world).await;
}

async fn row_51_rule_leaves_an_exception_without_a_slot(database: Database) {
    let world = with_series(&database).await;
    world.models[0].edit("s", |s| rename(s, 1, "Exception"));
    assert_eq!(world.settle().await, 1);
    let mirror = world.id_of(1, "Hygiene");
    // Every other week from now on: the second one has no place any more.
    world.models[1].edit(&mirror, |s| s.rules[0].interval = 2);
    assert_eq!(world.settle().await, 1);
    let merged = same(&world);
    assert_eq!(merged.rules[0].interval, 2);
    // It is kept as an occurrence of its own.
    assert!(merged.has_occurrence(week(1)));
    assert_eq!(merged.occurrence(week(1)).unwrap().title, "Exception");
    assert!(merged.has_occurrence(week(2)) && !merged.has_occurrence(week(3)));
    is_at_rest(&world).await;
}

async fn row_52_instance_deleted_and_edited(database: Database) {
    // Whichever side does which.
    for edits in 0..2 {
        let world = with_series(&database).await;
        let ids = ["s".to_owned(), world.id_of(1, "Hygiene")];
        let before = world.writes();
        world.models[edits].edit(&ids[edits], |s| rename(s, 2, "Edited"));
        world.models[1 - edits].edit(&ids[1 - edits], |s| {
            s.overrides.insert(week(2), Override::Excluded);
        });
        world.settle().await;
        let merged = same(&world);
        assert_eq!(
            merged.occurrence(week(2)).unwrap().title,
            "Edited",
            "{edits}"
        );
        assert!(merged.has_occurrence(week(2)));
        assert!(world.writes() - before <= 2, "{}", world.writes() - before);
        is_at_rest(&world).await;
    }
}

async fn row_53_exclusions_in_another_form(database: Database) {
    let world = linked(&database, 2).await;
    // A provider that says the same rule in other words.
    world.models[1].manners().rewrites = Some(|series| {
        series.rules = vec!["FREQ=WEEKLY;BYDAY=MO;COUNT=6".parse().unwrap()];
    });
    let mut given = series();
    given.overrides.insert(week(1), Override::Excluded);
    given
        .overrides
        .insert("2026-11-26T10:00:00".parse().unwrap(), Override::extra());
    world.models[0].put("s", given.clone());
    assert_eq!(world.settle().await, 1);
    let there = world.models[1].living().remove(0).1;
    assert_eq!(there.overrides, given.overrides);
    assert_ne!(there.rules, given.rules);
    is_at_rest(&world).await;
    // A further one is one write, and nothing else comes back.
    let mirror = world.id_of(1, "Hygiene");
    world.models[1].edit(&mirror, |s| {
        s.overrides.insert(week(3), Override::Excluded);
    });
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.models[0].living()[0].1.overrides.len(), 3);
    assert_eq!(world.models[0].living()[0].1.rules, given.rules);
    is_at_rest(&world).await;
}

async fn row_54_endless_series(database: Database) {
    let world = linked(&database, 2).await;
    let mut endless = event("s@x", "Every minute", "2026-11-23T10:00:00");
    endless.rules.push(Rule::every(Frequency::Minutely));
    world.models[0].put("s", endless);
    assert_eq!(world.settle().await, 1, "a rule is written, not its dates");
    hub_edit(&world, 1, "Every minute", |s| s.title = "For ever".into()).await;
    assert_eq!(world.settle().await, 2);
    assert_eq!(same(&world).title, "For ever");
    world.clock.advance(400 * 86_400);
    is_at_rest(&world).await;
}
