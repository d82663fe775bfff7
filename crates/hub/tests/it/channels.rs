//! What a provider says of a channel itself: that it is about to end, that it has ended, that something went unsaid.

use jiff::{SignedDuration, Timestamp};
use kalends_hub::{Settings, channels::News, replicate::PULL};
use storage::jobs;
use uuid::Uuid;

use crate::world::{Database, World, until};

both! {
    one_that_can_be_prolonged_stays_the_same,
    one_that_must_be_authorised_again_is_prolonged_at_once,
    one_that_is_not_there_any_more_is_followed_by_another,
    one_that_ended_before_its_time_is_followed_by_one_other,
    what_went_unsaid_is_read,
    one_through_which_nothing_came_makes_no_read_wait,
}

/// A calendar whose provider sends notifications and can prolong their channels.
async fn watched(database: &Database) -> World {
    let settings = Settings {
        public_url: Some("https://hub.example/".to_owned()),
        ..Settings::default()
    };
    let mut world = World::empty(database, settings, 1).await;
    world.models[0].manners().push = true;
    world.models[0].manners().prolongs = true;
    world.connect(0).await;
    world.find_calendars().await;
    see_to(&world).await;
    world
}

/// Sees to the channel; in how many hours that has to be done again.
async fn see_to(world: &World) -> i64 {
    let next = world.hub.watch(&world.store, world.calendars[0]).await;
    let next = next.unwrap().unwrap();
    next.duration_since(world.clock.peek()).as_hours()
}

/// The channels that the provider has: secret, and until when.
fn open(world: &World) -> Vec<(Uuid, (String, Timestamp))> {
    let channels = world.models[0].manners().channels.clone();
    channels.into_iter().collect()
}

async fn tell(world: &World, (id, (secret, _)): &(Uuid, (String, Timestamp)), news: News) -> bool {
    let told = world.hub.notified(world.store.tenant(), *id, secret, news);
    told.await.unwrap()
}

async fn one_that_can_be_prolonged_stays_the_same(database: Database) {
    let world = watched(&database).await;
    let first = open(&world);
    world.clock.advance(36 * 3600);
    assert_eq!(see_to(&world).await, 34, "half of another seventy hours");
    let now = open(&world);
    assert_eq!((now.len(), now[0].0), (1, first[0].0));
    assert_eq!(now[0].1.0, first[0].1.0, "the secret, too");
    let longer = now[0].1.1.duration_since(first[0].1.1);
    assert!(longer > SignedDuration::from_hours(35), "{longer}");
}

async fn one_that_must_be_authorised_again_is_prolonged_at_once(database: Database) {
    let world = watched(&database).await;
    let first = open(&world).remove(0);
    world.clock.advance(3600);
    assert_eq!(see_to(&world).await, 33, "it is not yet time");
    assert!(tell(&world, &first, News::Ending).await);
    assert_eq!(see_to(&world).await, 34);
    let now = open(&world);
    assert_eq!((now.len(), now[0].0), (1, first.0));
    assert!(now[0].1.1 > first.1.1);
}

async fn one_that_is_not_there_any_more_is_followed_by_another(database: Database) {
    let world = watched(&database).await;
    let first = open(&world).remove(0);
    world.models[0].manners().channels.clear();
    assert!(tell(&world, &first, News::Ending).await);
    see_to(&world).await;
    let now = open(&world);
    assert_eq!(now.len(), 1);
    assert_ne!(now[0].0, first.0);
    assert!(tell(&world, &now[0], News::Changed).await);
}

async fn one_that_ended_before_its_time_is_followed_by_one_other(database: Database) {
    let world = watched(&database).await;
    let first = open(&world).remove(0);
    world.models[0].manners().channels.clear();
    assert!(tell(&world, &first, News::Ended).await);
    // The one that has ended would have lived longer than the other.
    world.models[0].manners().shorter = SignedDuration::from_hours(10);
    for minute in 0..20 {
        see_to(&world).await;
        let now = open(&world);
        assert_eq!(now.len(), 1, "minute {minute}");
        assert_ne!(now[0].0, first.0);
        world.clock.advance(60);
    }
    // What is late of the old one is told from nothing.
    assert!(!tell(&world, &first, News::Changed).await);
}

async fn what_went_unsaid_is_read(database: Database) {
    let world = watched(&database).await;
    let channel = open(&world).remove(0);
    let mut tx = world.store.write().await.unwrap();
    let calendar = world.calendars[0].0;
    jobs::cancel(&mut tx, PULL, calendar).await.unwrap();
    tx.commit().await.unwrap();
    assert!(tell(&world, &channel, News::Changed).await);
    let mut tx = world.store.read().await.unwrap();
    let due = jobs::next_due(&mut tx, &[PULL]).await.unwrap();
    assert!(due.unwrap() <= world.clock.peek());
}

async fn one_through_which_nothing_came_makes_no_read_wait(database: Database) {
    let world = watched(&database).await;
    world.models[0].manners().poll = Some(std::time::Duration::from_mins(1));
    let channel = open(&world).remove(0);
    let wait = async || {
        let mut tx = world.store.read().await.unwrap();
        let due = jobs::next_due(&mut tx, &[PULL]).await.unwrap().unwrap();
        due.duration_since(world.clock.peek()).as_secs()
    };
    let _worker = world.start();
    world.sync_now().await;
    // Twice as rarely where nothing happens; while it is being read, the job's lease stands there, half a minute long.
    until("it is read, and again in two minutes", async || {
        (90..=120).contains(&wait().await)
    })
    .await;
    assert!(tell(&world, &channel, News::Changed).await);
    until("it is read, and again in five minutes", async || {
        (250..=300).contains(&wait().await)
    })
    .await;
}
