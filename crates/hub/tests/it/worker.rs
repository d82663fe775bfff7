//! The worker and its jobs: nothing stops for good, and what is old goes.

use std::{sync::atomic::Ordering, time::Duration};

use kalends_hub::{
    Error, Health, NodeId, Settings,
    calendars::CalendarEdit,
    channels::{News, WATCH},
    events::NewEvent,
    replicate::{PULL, PUSH},
};
use providers::Failure;
use storage::{
    calendars, jobs,
    locks::{Locked, lock},
};

use crate::world::{Database, World, event, until};

both! {
    what_is_hidden_is_kept_in_step,
    what_was_stopped_goes_on_when_it_is_selected_again,
    what_a_person_chooses_while_a_calendar_is_read_stays,
    jobs_that_were_lost_come_back_with_the_next_start,
    what_a_killed_process_held_is_taken_up_at_once,
    a_provider_that_fails_is_tried_again_and_the_message_goes,
    channels_are_renewed_at_half_life_with_an_overlap,
    a_channel_that_its_provider_ended_is_opened_again,
    what_is_old_is_forgotten_and_old_positions_are_refused,
}

async fn edit(world: &World, edit: CalendarEdit) {
    let edited = world
        .hub
        .update_calendar(&world.actor, world.calendars[0], edit);
    edited.await.unwrap();
}

fn selected(selected: bool) -> CalendarEdit {
    CalendarEdit {
        selected: Some(selected),
        ..CalendarEdit::default()
    }
}

async fn what_is_hidden_is_kept_in_step(database: Database) {
    let world = World::new(&database, 1).await;
    let hide = CalendarEdit {
        shown: Some(false),
        ..CalendarEdit::default()
    };
    edit(&world, hide).await;
    let view = world.view(0).await;
    assert_eq!((view.shown, view.health), (false, Health::Ok));
    world.models[0].put("e", event("e@x", "Hidden", "2026-11-24T09:00:00"));
    let _worker = world.start();
    world.sync_now().await;
    until("it is read", async || {
        world.hub_titles(0).await == ["Hidden"]
    })
    .await;
}

/// Whether a job of a kind is asked for, for the first calendar.
async fn wanted(world: &World, kind: &str) -> bool {
    let mut tx = world.store.read().await.unwrap();
    jobs::next_due(&mut tx, &[kind]).await.unwrap().is_some()
}

async fn what_was_stopped_goes_on_when_it_is_selected_again(database: Database) {
    let world = World::new(&database, 1).await;
    let _worker = world.start();
    edit(&world, selected(false)).await;
    assert_eq!(world.view(0).await.health, Health::Paused);
    world.sync_now().await;
    until("nothing is asked for any more", async || {
        !wanted(&world, PULL).await && !wanted(&world, PUSH).await
    })
    .await;
    world.models[0].put("e", event("e@x", "Meanwhile", "2026-11-24T09:00:00"));
    edit(&world, selected(true)).await;
    until("it is read", async || {
        world.hub_titles(0).await == ["Meanwhile"]
    })
    .await;
}

async fn what_a_person_chooses_while_a_calendar_is_read_stays(database: Database) {
    let world = World::new(&database, 1).await;
    let other = world.database.open().await;
    let other = other.of(world.store.tenant()).await.unwrap();
    let mut tx = other.write().await.unwrap();
    let id = world.calendars[0];
    lock(&mut tx, Locked::Calendar(id)).await.unwrap();
    let mut row = calendars::get(&mut tx, id).await.unwrap().unwrap();
    row.selected = false;
    let choose = async {
        // Long enough for it to be read, were it not made to wait.
        tokio::time::sleep(Duration::from_millis(300)).await;
        calendars::update(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
    };
    let _ = tokio::join!(world.pull(0), choose);
    assert_eq!(world.view(0).await.health, Health::Paused);
}

async fn jobs_that_were_lost_come_back_with_the_next_start(database: Database) {
    let world = World::new(&database, 1).await;
    let mut tx = world.store.write().await.unwrap();
    for kind in [PULL, PUSH, WATCH] {
        jobs::cancel(&mut tx, kind, world.calendars[0].0)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    world.models[0].put("e", event("e@x", "Lost", "2026-11-24T09:00:00"));
    let _worker = world.start();
    until("it is read", async || world.hub_titles(0).await == ["Lost"]).await;
}

async fn what_a_killed_process_held_is_taken_up_at_once(database: Database) {
    let node = NodeId::from_u128(7);
    let settings = Settings {
        node: Some(node),
        ..Settings::default()
    };
    let mut world = World::empty(&database, settings, 1).await;
    world.connect(0).await;
    world.find_calendars().await;
    world.sync_now().await;
    world.models[0].put("e", event("e@x", "Held", "2026-11-24T09:00:00"));
    let now = world.clock.peek() + jiff::SignedDuration::from_hours(1);
    let held = jobs::claim(&world.store, &[PULL], node, now, 3_600).await;
    assert!(held.unwrap().is_some(), "the one before was reading");
    let _worker = world.start();
    until("it is read", async || world.hub_titles(0).await == ["Held"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_fails_is_tried_again() {
    let mut database = Database::sqlite();
    database.settings.busy_wait = Duration::from_secs(1);
    let world = World::new(&database, 1).await;
    let other = world.database.open().await;
    let other = other.of(world.store.tenant()).await.unwrap();
    let lock = other.write().await.unwrap();
    world.models[0].put("e", event("e@x", "Late", "2026-11-24T09:00:00"));
    let before = world.clock.asked();
    let worker = world.start();
    // Each attempt asks what time it is.
    until("it has tried again", async || {
        world.clock.asked() > before + 3
    })
    .await;
    lock.rollback().await.unwrap();
    until("it is read", async || world.hub_titles(0).await == ["Late"]).await;
    drop(worker);
}

async fn a_provider_that_fails_is_tried_again_and_the_message_goes(database: Database) {
    let world = World::new(&database, 1).await;
    world.models[0].put("e", event("e@x", "Late", "2026-11-24T09:00:00"));
    world.models[0].manners().failure = Some(Failure::Unreachable("it answered 500".into()));
    let _worker = world.start();
    world.sync_now().await;
    until("it is said", async || {
        world.view(0).await.health == Health::Failing
    })
    .await;
    assert!(world.view(0).await.message.unwrap().contains("500"));
    world.models[0].manners().failure = None;
    // Longer than the first pauses after a failure.
    world.clock.advance(60);
    until("it is read, and the message gone", async || {
        let view = world.view(0).await;
        world.hub_titles(0).await == ["Late"] && view.health == Health::Ok && view.message.is_none()
    })
    .await;
}

/// One calendar at a provider that sends notifications.
async fn notified(database: Database) -> World {
    let settings = Settings {
        public_url: Some("https://hub.example/".to_owned()),
        ..Settings::default()
    };
    let mut world = World::empty(&database, settings, 1).await;
    world.models[0].manners().push = true;
    world.connect(0).await;
    world.find_calendars().await;
    world
}

async fn channels_are_renewed_at_half_life_with_an_overlap(database: Database) {
    let world = notified(database).await;
    let open = || world.models[0].manners().channels.len();
    let watch = async || {
        let next = world.hub.watch(&world.store, world.calendars[0]).await;
        let next = next.unwrap().unwrap();
        next.duration_since(world.clock.peek()).as_hours()
    };
    // A channel lives 70 hours.
    assert_eq!((watch().await, open()), (34, 1));
    world.clock.advance(30 * 3600);
    assert_eq!((watch().await, open()), (4, 1), "it is not yet time");
    world.clock.advance(5 * 3600);
    watch().await;
    assert_eq!(open(), 2, "the old one stays a while");
    world.clock.advance(400);
    assert_eq!((watch().await, open()), (34, 1));
}

async fn a_channel_that_its_provider_ended_is_opened_again(database: Database) {
    let world = notified(database).await;
    let calendar = world.calendars[0];
    let connection = world.view(0).await.connection.unwrap();
    world.hub.watch(&world.store, calendar).await.unwrap();
    let (id, secret) = {
        let manners = world.models[0].manners();
        let (id, (secret, _)) = manners.channels.first_key_value().unwrap();
        (*id, secret.clone())
    };
    let tenant = world.store.tenant();
    let tell = async |secret: &str, news| world.hub.notified(tenant, id, secret, news).await;
    assert!(!tell("forged", News::Ended).await.unwrap());
    assert!(world.hub.is_pushed(&world.actor, connection).await.unwrap());
    world.models[0].manners().channels.clear();
    assert!(tell(&secret, News::Ended).await.unwrap());
    assert!(!world.hub.is_pushed(&world.actor, connection).await.unwrap());
    let _worker = world.start();
    until("another one is open", async || {
        world.models[0].manners().channels.len() == 1
            && world.hub.is_pushed(&world.actor, connection).await.unwrap()
    })
    .await;
}

async fn what_is_old_is_forgotten_and_old_positions_are_refused(database: Database) {
    let world = World::new(&database, 1).await;
    let make = async |title: &str| {
        let event = event("", title, "2026-11-24T09:00:00");
        let new = NewEvent { name: None, event };
        let made = world
            .hub
            .create_event(&world.actor, world.calendars[0], new);
        made.await.unwrap();
        world.settle().await;
    };
    make("Old").await;
    let position = world.hub.position(&world.actor).await.unwrap();
    world.clock.advance(100 * 86_400);
    make("New").await;
    let titles = async || {
        let all = world.hub.activity(&world.actor, None, 10).await.unwrap();
        all.into_iter().map(|e| e.title).collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["New", "Old"]);
    let _worker = world.start();
    until("only what is new is there", async || {
        titles().await == ["New"]
    })
    .await;
    let old = world.hub.changes(&world.actor, position - 1, 10).await;
    assert!(matches!(old, Err(Error::PositionUnknown)));
    let (new, _) = world.hub.changes(&world.actor, position, 10).await.unwrap();
    assert!(!new.is_empty());
    assert_eq!(world.hub_titles(0).await, ["New", "Old"]);
    assert!(world.models[0].reads.load(Ordering::Relaxed) > 0);
}
