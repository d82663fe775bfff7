//! Every write has an entry that says why: where the change log tells of what started it, by which rule, along which link.

use kalends_hub::{Mask, Operation, Precondition, Role, activity::Entry, links::LinkChange};

use crate::world::{Database, World, event};

both! {
    every_write_of_a_story_has_its_entry,
}

/// The entry of the newest write of a kind in a calendar.
fn of(entries: &[Entry], world: &World, calendar: usize, operation: Operation) -> Entry {
    let here = world.calendars[calendar];
    let mut found = entries
        .iter()
        .filter(|e| e.calendar == here && e.operation == operation);
    found.next().unwrap().clone()
}

async fn every_write_of_a_story_has_its_entry(database: Database) {
    let world = World::new(&database, 2).await;
    let all = Mask::everything;
    let link = world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    let before = world.writes();
    // Made at a provider, edited through the hub, masked, deleted at the other provider.
    world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    let here = world.event(0, "Board").await;
    let edit = |e: &mut calendar::Event| {
        e.title = "Board, room 2".into();
        Ok(())
    };
    let edited = world
        .hub
        .edit_event(&world.actor, here.id, Precondition::None, edit);
    edited.await.unwrap();
    world.settle().await;
    let members = world.members(&[(0, Role::Both, all()), (1, Role::Both, Mask::busy("Away"))]);
    let masked = LinkChange {
        members: Some(members),
        ..LinkChange::default()
    };
    world.change(link, masked).await;
    world.settle().await;
    world.models[1].remove(&world.id_of(1, "Away"));
    world.settle().await;
    let entries = world.hub.why(&world.actor, here.id).await.unwrap();
    assert_eq!(entries.len(), world.writes() - before);
    let rules = [
        (1, Operation::Create, "L2"),
        (0, Operation::Update, "R2"),
        (1, Operation::Update, "L6"),
        (0, Operation::Delete, "L3"),
    ];
    for (calendar, operation, rule) in rules {
        let entry = of(&entries, &world, calendar, operation);
        assert_eq!(entry.rule, rule, "{entry:?}");
        assert_eq!(entry.link, (rule != "R2").then_some(link), "{entry:?}");
    }
    let (logged, ..) = world.hub.changes(&world.actor, 0, 1_000).await.unwrap();
    for entry in &entries {
        let first = logged.iter().find(|l| l.change.cause == entry.change);
        assert!(entry.change.is_some(), "{entry:?}");
        assert_eq!(entry.position, Some(first.unwrap().position), "{entry:?}");
        assert!(entry.from.is_some() && !entry.text.is_empty());
    }
}
