//! What an event was before a change, and events that come back.

use kalends_hub::{CalendarId, Error, Precondition, calendars::NewCalendar, events::NewEvent};

use crate::world::{Database, World, event};

both! {
    a_delta_knows_what_an_event_was_before,
    what_was_deleted_comes_back_as_it_was,
}

async fn local(world: &World) -> CalendarId {
    let new = NewCalendar {
        name: "Here".into(),
        ..NewCalendar::default()
    };
    let made = world.hub.create_calendar(&world.actor, new).await;
    made.unwrap().id
}

async fn made(world: &World, calendar: CalendarId) -> kalends_hub::EventView {
    let event = event("a@x", "Visit", "2026-11-24T09:00:00");
    let new = NewEvent { name: None, event };
    let made = world.hub.create_event(&world.actor, calendar, new);
    made.await.unwrap()
}

async fn a_delta_knows_what_an_event_was_before(database: Database) {
    let world = World::new(&database, 1).await;
    let (hub, actor) = (&world.hub, &world.actor);
    let calendar = local(&world).await;
    let start = hub.position(actor).await.unwrap();
    let made = made(&world, calendar).await;
    let then = hub.position(actor).await.unwrap();
    for title in ["Second", "Third"] {
        let edit = |event: &mut calendar::Event| {
            event.title = title.into();
            Ok(())
        };
        let edited = hub.edit_event(actor, made.id, Precondition::None, edit);
        edited.await.unwrap();
    }
    // Since it was there: as it was before the first of its changes.
    let delta = hub
        .calendar_changes(actor, calendar, then, 10)
        .await
        .unwrap();
    let first = delta.first[&made.id].unwrap();
    let before = hub.event_before(actor, made.id, first).await.unwrap();
    assert_eq!(before.unwrap().title, "Visit");
    assert_eq!(delta.events[0].event.title, "Third");
    // Since before that: nothing.
    let delta = hub
        .calendar_changes(actor, calendar, start, 10)
        .await
        .unwrap();
    let before = match delta.first[&made.id] {
        Some(first) => hub.event_before(actor, made.id, first).await.unwrap(),
        None => None,
    };
    assert_eq!(before, None);
}

async fn what_was_deleted_comes_back_as_it_was(database: Database) {
    let world = World::new(&database, 1).await;
    let (hub, actor) = (&world.hub, &world.actor);
    let calendar = local(&world).await;
    let made = made(&world, calendar).await;
    let deleted = hub.delete_event(actor, made.id, Precondition::None).await;
    deleted.unwrap();
    let there = hub.events(actor, calendar, None, 10, false).await.unwrap();
    assert_eq!(there, []);
    let back = hub.revive_event(actor, made.id).await.unwrap();
    assert!(back.alive);
    assert_eq!(back.event, made.event);
    // Once more changes nothing.
    let again = hub.revive_event(actor, made.id).await.unwrap();
    assert_eq!(again.revision, back.revision);
    let there = hub.events(actor, calendar, None, 10, false).await.unwrap();
    assert_eq!(there.len(), 1);
    let nobody = hub.revive_event(actor, kalends_hub::CopyId(uuid::Uuid::nil()));
    assert!(matches!(nobody.await, Err(Error::NotFound(_))));
}
