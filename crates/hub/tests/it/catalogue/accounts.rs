//! Rows 35–40 and 67: access that runs out, is withdrawn, or goes.

use std::sync::{Arc, atomic::Ordering};

use identity::SystemIds;
use kalends_hub::{Health, Mask, Role, Settings, links::Kept};
use providers::Failure;

use super::{is_at_rest, linked, make, mirrored, visit};
use crate::world::{Database, World, event, until};

both! {
    row_35_refresh_race_between_nodes,
    row_36_rotated_token_lost_by_a_crash,
    row_37_consent_revoked,
    row_38_downgrade_to_read_only,
    row_39_disconnect_and_reconnect,
    row_40_account_deleted_at_its_provider,
    row_67_calendar_made_again_under_the_same_name,
}

/// An account of OAuth and another one, linked both ways, with one event.
async fn signed_in(database: &Database) -> World {
    let mut world = World::empty(database, Settings::default(), 2).await;
    world.connect_oauth().await;
    world.connect(1).await;
    world.find_calendars().await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[0].put("a", visit());
    assert_eq!(world.settle().await, 1);
    world
}

/// How the account of OAuth is.
async fn health(world: &World) -> Health {
    let id = world.view(0).await.connection.unwrap();
    let all = world.hub.connections(&world.actor).await.unwrap();
    all.iter().find(|c| c.id == id).unwrap().state
}

async fn row_35_refresh_race_between_nodes(database: Database) {
    let world = signed_in(&database).await;
    let other = world.other_hub(Arc::new(SystemIds)).await;
    let store = other.store(world.store.tenant()).await.unwrap();
    world.clock.advance(10_000);
    world.models[0].edit("a", |e| e.title = "Later".into());
    let calendar = world.calendars[0];
    let (one, two) = tokio::join!(
        world.hub.pull(&world.store, calendar),
        other.pull(&store, calendar)
    );
    // Whoever finds the other one at it, or meets its commit, tries again.
    assert!(one.is_ok() || two.is_ok());
    other.pull(&store, calendar).await.unwrap();
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.directory.refreshes.load(Ordering::SeqCst), 1);
    assert_eq!(world.titles(1), ["Later"]);
    assert_eq!(health(&world).await, Health::Ok);
}

async fn row_36_rotated_token_lost_by_a_crash(database: Database) {
    let mut world = signed_in(&database).await;
    let mirror = world.id_of(1, "Visit");
    world.clock.advance(10_000);
    // The provider has changed the token; the process that asked for it ends before it is kept.
    world.directory.silent.store(true, Ordering::SeqCst);
    let (hub, store, calendar) = (world.hub.clone(), world.store.clone(), world.calendars[0]);
    let dying = tokio::spawn(async move { hub.pull(&store, calendar).await });
    until("the token is used", async || {
        world.directory.refreshes.load(Ordering::SeqCst) == 1
    })
    .await;
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    world.directory.silent.store(false, Ordering::SeqCst);
    let spent = Failure::Reauthorise("invalid_grant".to_owned());
    *world.directory.refused.lock().unwrap() = Some(spent);
    world.clock.advance(60);
    world.restart().await;
    let read = world.hub.pull(&world.store, calendar).await;
    assert!(
        read.unwrap_err()
            .to_string()
            .contains("connect the account again")
    );
    assert_eq!(health(&world).await, Health::Reconnect);
    is_replayed_once(&mut world, &mirror).await;
}

async fn row_37_consent_revoked(database: Database) {
    let mut world = signed_in(&database).await;
    let mirror = world.id_of(1, "Visit");
    world.clock.advance(10_000);
    let revoked = Failure::Reauthorise("invalid_grant".to_owned());
    *world.directory.refused.lock().unwrap() = Some(revoked);
    let worker = world.start();
    world.sync_now().await;
    until("a person is asked", async || {
        health(&world).await == Health::Reconnect
    })
    .await;
    assert_eq!(
        world.view(1).await.health,
        Health::Ok,
        "the other one goes on"
    );
    let asked = world.directory.refreshes.load(Ordering::SeqCst);
    world.clock.advance(60);
    drop(worker);
    assert!(world.directory.refreshes.load(Ordering::SeqCst) <= asked + 3);
    is_replayed_once(&mut world, &mirror).await;
}

/// While the account is away changes queue up; once it is connected again each is written, once.
async fn is_replayed_once(world: &mut World, mirror: &str) {
    let before = world.writes();
    for round in 0..3 {
        world.models[1].edit(mirror, |e| e.title = format!("Round {round}"));
        world.pull(1).await;
        let calendar = world.calendars[0];
        let pushed = world.hub.push(&world.store, calendar).await;
        // Another one may be asking for a token in this moment; then it is put off.
        assert!(pushed.map_or(true, |pushed| pushed.again.is_some()));
    }
    world.models[1].put("n", event("n@x", "New", "2026-11-26T09:00:00"));
    world.pull(1).await;
    assert_eq!(world.titles(0), ["Visit"]);
    assert_eq!(world.titles(1), ["New", "Round 2"], "nothing is removed");
    assert_eq!(world.writes(), before);
    *world.directory.refused.lock().unwrap() = None;
    world.connect_oauth().await;
    assert_eq!(world.calendars.len(), 2, "it is the same account");
    assert_eq!(health(world).await, Health::Ok);
    assert_eq!(world.settle().await, 2);
    for model in 0..2 {
        assert_eq!(world.titles(model), ["New", "Round 2"]);
    }
    assert_eq!(world.id_of(0, "Round 2"), "a");
    is_at_rest(world).await;
}

async fn row_38_downgrade_to_read_only(database: Database) {
    let world = linked(&database, 2).await;
    make(&world, 0, 3);
    world.settle().await;
    let mirror = world.id_of(1, "Visit 000");
    let before = world.writes();
    world.models[1].manners().read_only = true;
    let asked = || world.models[1].asked.load(Ordering::Relaxed);
    let first = asked();
    for round in 0..5 {
        world.models[0].edit("e1", |e| e.title = format!("Round {round}"));
        world.settle().await;
    }
    assert_eq!(asked() - first, 1, "it is tried once");
    assert_eq!(world.writes(), before);
    let view = world.view(1).await;
    assert_eq!((view.read_only, view.health), (true, Health::Ok));
    // The other way it goes on: whoever may still write there is heard.
    world.models[1].edit(&mirror, |e| e.title = "From there".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), ["From there", "Round 4", "Visit 002"]);
    // The right comes back, and what waited is written as it is now.
    world.models[1].manners().read_only = false;
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), world.titles(0));
    assert!(!world.view(1).await.read_only);
    is_at_rest(&world).await;
}

async fn row_39_disconnect_and_reconnect(database: Database) {
    let masks = [Mask::everything(), Mask::busy("Away")];
    for (mask, account) in masks
        .into_iter()
        .flat_map(|mask| [(mask.clone(), 0), (mask, 1)])
    {
        let mut world = mirrored(&database, mask.clone()).await;
        make(&world, 0, 5);
        world.models[1].put("own", event("own@x", "Own", "2026-11-25T09:00:00"));
        assert_eq!(world.settle().await, 5);
        let before = (world.writes(), world.titles(1), world.models[1].log());
        let connection = world.view(account).await.connection.unwrap();
        let gone = world.hub.disconnect(&world.actor, connection, Kept::Keep);
        gone.await.unwrap();
        world.connect_again(account).await;
        let source = (0, Role::Source, Mask::everything());
        world.link(&[source, (1, Role::Target, mask)]).await;
        assert_eq!(
            (world.writes(), world.titles(1)),
            (before.0, before.1),
            "account {account}"
        );
        is_at_rest(&world).await;
        world.models[0].edit("e3", |e| e.when = event("", "", "2026-11-27T09:00:00").when);
        assert_eq!(world.settle().await, 1);
        let log = world.models[1].log();
        assert_eq!(log.len(), before.2.len() + 1);
        assert!(log.last().unwrap().starts_with("update"), "{log:?}");
    }
}

async fn row_40_account_deleted_at_its_provider(database: Database) {
    for failure in [
        Failure::CalendarGone,
        Failure::Reauthorise("account_deleted".to_owned()),
    ] {
        let world = linked(&database, 2).await;
        make(&world, 0, 3);
        world.settle().await;
        let before = world.writes();
        world.models[0].manners().failure = Some(failure.clone());
        let worker = world.start();
        world.sync_now().await;
        until("it is said", async || {
            world.view(0).await.health != Health::Ok
        })
        .await;
        drop(worker);
        assert_eq!(world.titles(1).len(), 3);
        assert_eq!(world.hub_titles(0).await.len(), 3);
        assert_eq!(world.writes(), before);
        // It was not deleted after all.
        world.models[0].manners().failure = None;
        is_at_rest(&world).await;
        assert_eq!(world.view(0).await.health, Health::Ok);
    }
}

async fn row_67_calendar_made_again_under_the_same_name(database: Database) {
    let mut world = mirrored(&database, Mask::everything()).await;
    make(&world, 0, 3);
    world.settle().await;
    let (before, old) = (world.writes(), world.calendars.clone());
    world.models[0].manners().calendar_ids = Some("again");
    let read = world.hub.pull(&world.store, old[0]).await;
    assert!(read.unwrap_err().to_string().contains("not there any more"));
    world.connect(0).await;
    world.find_calendars().await;
    let new = world.calendars.iter().find(|id| !old.contains(id));
    let new = *new.expect("it is a calendar of its own");
    world.hub.pull(&world.store, new).await.unwrap();
    world.hub.push(&world.store, old[1]).await.unwrap();
    // It has the same name and the same events. Whether it takes the old one's place is for a person to say.
    let links = world.hub.links(&world.actor).await.unwrap();
    assert!(links[0].link.place(new).is_none());
    assert_eq!(world.titles(1).len(), 3);
    assert_eq!(world.writes(), before);
}
