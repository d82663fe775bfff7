//! Access tokens: one refresh in flight, and what is said where one is refused.

use std::sync::{Arc, Mutex, atomic::Ordering};

use identity::{Ids, SystemIds};
use kalends_hub::{Health, Settings};
use providers::Failure;
use uuid::Uuid;

use crate::world::{Database, World, event, until};

both! {
    one_refresh_at_a_time,
    a_refresh_that_another_process_just_made_is_not_made_again,
    a_revoked_token_stops_one_account_and_a_working_read_ends_that,
}

/// The first provider connected with OAuth, with several calendars.
async fn one_account(database: Database) -> World {
    let mut world = World::empty(&database, Settings::default(), 2).await;
    world.models[0].manners().more_calendars = 3;
    world.connect_oauth().await;
    world.settle().await;
    world
}

async fn one_refresh_at_a_time(database: Database) {
    let world = one_account(database).await;
    world.clock.advance(10_000);
    let reads = world.calendars.iter().map(|calendar| {
        let (hub, store, calendar) = (world.hub.clone(), world.store.clone(), *calendar);
        tokio::spawn(async move { hub.pull(&store, calendar).await })
    });
    let reads: Vec<_> = reads.collect();
    assert_eq!(reads.len(), 4);
    for read in reads {
        read.await.unwrap().unwrap();
    }
    assert_eq!(world.directory.refreshes.load(Ordering::SeqCst), 1);
}

/// Ids of a process that is held up while another one acts.
struct HeldUp(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Ids for HeldUp {
    fn uuid(&self) -> Uuid {
        if let Some(meanwhile) = self.0.lock().unwrap().take() {
            meanwhile();
        }
        SystemIds.uuid()
    }

    fn token(&self) -> String {
        SystemIds.token()
    }
}

async fn a_refresh_that_another_process_just_made_is_not_made_again(database: Database) {
    let world = one_account(database).await;
    world.clock.advance(10_000);
    let (hub, store, calendar) = (world.hub.clone(), world.store.clone(), world.calendars[0]);
    let handle = tokio::runtime::Handle::current();
    // The first id that the second process needs is that of its lease: it has read the old token by then.
    let meanwhile = move || {
        std::thread::spawn(move || handle.block_on(hub.pull(&store, calendar)).unwrap())
            .join()
            .unwrap();
    };
    let ids = HeldUp(Mutex::new(Some(Box::new(meanwhile))));
    let other = world.other_hub(Arc::new(ids)).await;
    let store = other.store(world.store.tenant()).await.unwrap();
    other.pull(&store, calendar).await.unwrap();
    assert_eq!(world.directory.refreshes.load(Ordering::SeqCst), 1);
}

async fn a_revoked_token_stops_one_account_and_a_working_read_ends_that(database: Database) {
    let mut world = World::empty(&database, Settings::default(), 2).await;
    world.connect_oauth().await;
    world.connect(1).await;
    world.find_calendars().await;
    world.settle().await;
    world.clock.advance(10_000);
    *world.directory.refused.lock().unwrap() = Some(Failure::Reauthorise("invalid_grant".into()));
    world.models[1].put("e", event("e@x", "Elsewhere", "2026-11-24T09:00:00"));
    let _worker = world.start();
    world.sync_now().await;
    let states = async || {
        let all = world.hub.connections(&world.actor).await.unwrap();
        all.iter().map(|c| c.state).collect::<Vec<_>>()
    };
    until("the account asks for its person", async || {
        states().await == [Health::Reconnect, Health::Ok]
            && world.view(0).await.health == Health::Reconnect
    })
    .await;
    assert!(world.view(0).await.message.unwrap().contains("connect"));
    until("the other account goes on", async || {
        world.hub_titles(1).await == ["Elsewhere"]
    })
    .await;
    *world.directory.refused.lock().unwrap() = None;
    world.sync_now().await;
    until("it works again", async || {
        states().await == [Health::Ok, Health::Ok] && world.view(0).await.health == Health::Ok
    })
    .await;
}
