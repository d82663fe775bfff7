//! Access tokens: one refresh in flight, and what is said where one is refused.

use std::sync::{Arc, Mutex, atomic::Ordering};

use identity::{Ids, SystemIds};
use kalends_hub::{Health, Settings, events::NewEvent};
use providers::Failure;
use uuid::Uuid;

use crate::world::{Database, World, event, until};

both! {
    one_refresh_at_a_time,
    a_refresh_that_another_process_just_made_is_not_made_again,
    a_new_refresh_token_takes_the_place_of_the_old_one,
    what_becomes_of_an_old_grant_does_not_touch_the_new_one,
    a_client_that_is_not_accepted_asks_no_person_for_anything,
    what_was_taken_back_is_told_from_a_calendar_that_may_not_be_read,
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

/// The tokens of the account, as they are kept.
async fn kept(world: &World) -> (String, String) {
    let mut tx = world.store.read().await.unwrap();
    let all = storage::connections::list(&mut tx).await.unwrap();
    let kept = &all[0].credentials.expose()["oauth"];
    let of = |name: &str| kept[name].as_str().unwrap().to_owned();
    (of("access"), of("refresh"))
}

async fn a_new_refresh_token_takes_the_place_of_the_old_one(database: Database) {
    let world = one_account(database).await;
    for _ in 0..3 {
        world.clock.advance(10_000);
        world.pull(0).await;
    }
    // Each was used once, and what is kept belongs together.
    let spent = world.directory.spent.lock().unwrap().clone();
    let expected = [
        "refresh-signed-in-0",
        "refresh-renewed-0",
        "refresh-renewed-1",
    ];
    assert_eq!(spent, expected);
    let expected = ("renewed-2".to_owned(), "refresh-renewed-2".to_owned());
    assert_eq!(kept(&world).await, expected);
}

async fn what_becomes_of_an_old_grant_does_not_touch_the_new_one(database: Database) {
    for refused in [None, Some(Failure::Reauthorise("invalid_grant".into()))] {
        let mut world = one_account(database.clone()).await;
        world.clock.advance(10_000);
        let bell = Arc::new(tokio::sync::Notify::new());
        *world.directory.lingers.lock().unwrap() = Some(bell.clone());
        *world.directory.refused.lock().unwrap() = refused;
        let (hub, store, calendar) = (world.hub.clone(), world.store.clone(), world.calendars[0]);
        let slow = tokio::spawn(async move { hub.pull(&store, calendar).await });
        until("it asks for a token", async || {
            world.directory.refreshes.load(Ordering::SeqCst) == 1
        })
        .await;
        world.connect_oauth().await;
        let new = kept(&world).await;
        assert_eq!(new.0, "signed-in-1");
        bell.notify_one();
        slow.await.unwrap().unwrap();
        assert_eq!(kept(&world).await, new);
        let all = world.hub.connections(&world.actor).await.unwrap();
        assert_eq!(all[0].state, Health::Ok);
    }
}

async fn a_client_that_is_not_accepted_asks_no_person_for_anything(database: Database) {
    let world = one_account(database).await;
    world.clock.advance(10_000);
    let ours = Failure::Misconfigured("invalid_client, AADSTS7000222".into());
    *world.directory.refused.lock().unwrap() = Some(ours);
    let _worker = world.start();
    until("it is said", async || {
        world.view(0).await.health == Health::Failing
    })
    .await;
    let said = world.view(0).await.message.unwrap();
    assert!(said.contains("AADSTS7000222") && said.contains("configuration"));
    let all = world.hub.connections(&world.actor).await.unwrap();
    assert_eq!(all[0].state, Health::Ok);
}

async fn what_was_taken_back_is_told_from_a_calendar_that_may_not_be_read(database: Database) {
    for write in [false, true] {
        let mut world = World::empty(&database, Settings::default(), 1).await;
        world.connect(0).await;
        world.find_calendars().await;
        world.settle().await;
        let calendar = world.calendars[0];
        let new = || NewEvent {
            name: None,
            event: event("", "Ours", "2026-11-24T09:00:00"),
        };
        let work = async || {
            if write {
                let made = world.hub.create_event(&world.actor, calendar, new()).await;
                made.unwrap();
                world.hub.push(&world.store, calendar).await.map(drop)
            } else {
                world.hub.pull(&world.store, calendar).await.map(drop)
            }
        };
        let forbidden = Failure::Forbidden("x".to_owned());
        world.models[0].manners().failure = Some(forbidden.clone());
        let failed = work().await.unwrap_err().to_string();
        assert_eq!(
            failed,
            forbidden.to_string(),
            "it may be about this calendar"
        );
        world.models[0].manners().failure = None;
        world.models[0].manners().withdrawn = true;
        let failed = work().await.unwrap_err().to_string();
        assert!(failed.contains("connect it again"), "{failed}");
        let _worker = world.start();
        world.sync_now().await;
        until("the account asks for its person", async || {
            let all = world.hub.connections(&world.actor).await.unwrap();
            all[0].state == Health::Reconnect
        })
        .await;
    }
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
