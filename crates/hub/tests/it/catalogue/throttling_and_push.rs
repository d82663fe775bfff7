//! Rows 26–34: providers that have had enough, and notifications.

use std::{sync::atomic::Ordering, time::Duration};

use jiff::SignedDuration;
use kalends_hub::{
    Mask, Role, Settings,
    channels::{News, WATCH},
    replicate::PULL,
};
use providers::Failure;
use storage::{channels, jobs};
use uuid::Uuid;

use super::{make, visit};
use crate::world::{Database, World, event, until};

both! {
    row_26_throttled_account_holds_up_nobody_else,
    row_26_hanging_account_holds_up_nobody_else,
    row_27_push_lost,
    row_28_push_doubled_and_out_of_order,
    row_29_push_forged_or_replayed,
    row_30_push_before_the_first_read,
    row_31_thousands_of_notifications_at_once,
    row_32_channel_expiry,
    row_33_renewal_job_not_running,
    row_34_orphan_channels_after_a_restore,
}

/// Two accounts: the first with so many calendars, the second with one, which is mirrored into the third.
async fn accounts(database: &Database, calendars: usize) -> World {
    let mut world = World::empty(database, Settings::default(), 3).await;
    world.models[0].manners().more_calendars = calendars - 1;
    for model in 0..3 {
        world.connect(model).await;
    }
    world.find_calendars().await;
    world.settle().await;
    let all = Mask::everything;
    let (from, to) = (calendars, calendars + 1);
    world
        .link(&[(from, Role::Source, all()), (to, Role::Target, all())])
        .await;
    world
}

/// A person asks for a sync of the second account.
async fn sync_second(world: &World) {
    let calendar = world.calendars.len() - 2;
    let account = world.view(calendar).await.connection.unwrap();
    world.hub.sync_now(&world.actor, account).await.unwrap();
}

async fn row_26_throttled_account_holds_up_nobody_else(database: Database) {
    let world = accounts(&database, 4).await;
    let later = Failure::Later {
        after: Duration::from_secs(100_000),
        reason: "rateLimitExceeded".to_owned(),
    };
    world.models[0].manners().failure = Some(later);
    world.models[0].put("t", event("t@x", "Throttled", "2026-11-24T09:00:00"));
    world.models[1].put("a", visit());
    let reads = || world.models[0].reads.load(Ordering::Relaxed);
    let before = reads();
    world.sync_now().await;
    let _worker = world.start();
    until("the others go on", async || world.titles(2) == ["Visit"]).await;
    until("each calendar has asked once", async || {
        reads() == before + 4
    })
    .await;
    // Whoever was told to wait does not ask again, however much happens elsewhere.
    for i in 0..5 {
        world.models[1].edit("a", |e| e.title = format!("Visit {i}"));
        sync_second(&world).await;
        until("it is written", async || {
            world.titles(2) == [format!("Visit {i}")]
        })
        .await;
    }
    assert_eq!(reads(), before + 4);
    assert_eq!(world.writes(), 6);
    world.models[0].manners().failure = None;
    world.clock.advance(200_000);
    until("its time has come", async || {
        world.hub_titles(0).await == ["Throttled"]
    })
    .await;
    assert_eq!(world.writes(), 6);
}

async fn row_26_hanging_account_holds_up_nobody_else(database: Database) {
    // More calendars than there are hands.
    let world = accounts(&database, 12).await;
    world.models[0].manners().hangs = true;
    let reads = || world.models[0].reads.load(Ordering::Relaxed);
    let before = reads();
    let _worker = world.start();
    world.sync_now().await;
    until("it hangs", async || reads() > before).await;
    world.models[1].put("a", visit());
    sync_second(&world).await;
    until("the others go on", async || world.titles(2) == ["Visit"]).await;
    assert_eq!(world.writes(), 1);
    let hands = Settings::default().workers;
    assert!(
        reads() - before < hands,
        "it has {} of {hands}",
        reads() - before
    );
}

/// One account that sends notifications, mirrored into another one.
async fn notified(database: &Database) -> World {
    let settings = Settings {
        public_url: Some("https://hub.example/".to_owned()),
        ..Settings::default()
    };
    let mut world = World::empty(database, settings, 2).await;
    world.models[0].manners().push = true;
    for model in 0..2 {
        world.connect(model).await;
    }
    world.find_calendars().await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Source, all()), (1, Role::Target, all())])
        .await;
    world
}

/// Opens the first calendar's channel: its id and secret.
async fn channel(world: &World) -> (Uuid, String) {
    world
        .hub
        .watch(&world.store, world.calendars[0])
        .await
        .unwrap();
    let manners = world.models[0].manners();
    let (id, (secret, _)) = manners.channels.last_key_value().unwrap();
    (*id, secret.clone())
}

async fn tell(world: &World, channel: &(Uuid, String)) -> bool {
    let (id, secret) = channel;
    let told = world
        .hub
        .notified(world.store.tenant(), *id, secret, News::Changed);
    told.await.unwrap()
}

/// Nobody wants anything to be read.
async fn want_nothing(world: &World) {
    let mut tx = world.store.write().await.unwrap();
    for calendar in &world.calendars {
        jobs::cancel(&mut tx, PULL, calendar.0).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Whether a calendar is to be read now.
async fn is_wanted(world: &World) -> bool {
    is_wanted_within(world, SignedDuration::ZERO).await
}

/// The same within a time. One that is being read is due when the lease of its job ends, in half a minute.
async fn is_wanted_within(world: &World, time: SignedDuration) -> bool {
    let mut tx = world.store.read().await.unwrap();
    let due = jobs::next_due(&mut tx, &[PULL]).await.unwrap();
    due.is_some_and(|due| due <= world.clock.peek() + time)
}

async fn row_27_push_lost(database: Database) {
    let world = notified(&database).await;
    channel(&world).await;
    let worker = world.start();
    let minute = SignedDuration::from_mins(1);
    let is_read = async || !is_wanted_within(&world, minute).await;
    until("all is read", is_read).await;
    world.models[0].put("a", visit());
    // Nobody tells us of it. The model is read once an hour, and no more rarely because it sends notifications.
    world.clock.advance(2 * 3600);
    until("it is found", async || world.titles(1) == ["Visit"]).await;
    assert_eq!(world.writes(), 1);
    drop(worker);
}

async fn row_28_push_doubled_and_out_of_order(database: Database) {
    let world = notified(&database).await;
    let old = channel(&world).await;
    let reads = || world.models[0].reads.load(Ordering::Relaxed);
    let before = reads();
    world.models[0].put("a", visit());
    for _ in 0..50 {
        assert!(tell(&world, &old).await);
    }
    let worker = world.start();
    until("it is written", async || world.titles(1) == ["Visit"]).await;
    until("all is read", async || !is_wanted(&world).await).await;
    assert!(
        reads() - before <= 2,
        "{} reads for 50 notifications",
        reads() - before
    );
    // One that comes late finds nothing to do.
    assert!(tell(&world, &old).await);
    until("it was read again", async || !is_wanted(&world).await).await;
    assert_eq!(world.writes(), 1);
    drop(worker);
}

async fn row_29_push_forged_or_replayed(database: Database) {
    let world = notified(&database).await;
    let (id, secret) = channel(&world).await;
    world.settle().await;
    let reads = || world.models[0].reads.load(Ordering::Relaxed);
    let before = reads();
    want_nothing(&world).await;
    for (id, secret) in [
        (id, String::new()),
        (id, format!("{secret}x")),
        (id, secret[1..].to_owned()),
        (Uuid::from_u128(7), secret.clone()),
    ] {
        assert!(!tell(&world, &(id, secret)).await);
    }
    assert!(!is_wanted(&world).await, "a forged one does nothing at all");
    // A replayed one is a hint, and no more than that.
    assert!(tell(&world, &(id, secret)).await);
    assert!(is_wanted(&world).await);
    assert_eq!(reads(), before);
    assert_eq!(world.settle().await, 0);
}

async fn row_30_push_before_the_first_read(database: Database) {
    let settings = Settings {
        public_url: Some("https://hub.example/".to_owned()),
        ..Settings::default()
    };
    let mut world = World::empty(&database, settings, 2).await;
    world.models[0].manners().push = true;
    world.connect(0).await;
    world.connect(1).await;
    world.find_calendars().await;
    let all = Mask::everything;
    let members = world.members(&[(0, Role::Source, all()), (1, Role::Target, all())]);
    let edit = kalends_hub::links::LinkEdit {
        name: "Link".to_owned(),
        on_conflict: kalends_hub::OnConflict::Newest,
        pilot: false,
        allow_notify: false,
        members,
    };
    world.hub.create_link(&world.actor, edit).await.unwrap();
    let channel = channel(&world).await;
    world.models[0].put("a", visit());
    want_nothing(&world).await;
    assert!(tell(&world, &channel).await);
    assert_eq!(world.models[0].reads.load(Ordering::Relaxed), 0);
    assert!(is_wanted(&world).await, "it waits for its turn");
    let worker = world.start();
    until("it is written", async || world.titles(1) == ["Visit"]).await;
    assert_eq!(world.writes(), 1);
    drop(worker);
}

/// How fast they are acknowledged is measured by `cargo xtask bench sync --only storm`.
async fn row_31_thousands_of_notifications_at_once(database: Database) {
    let world = notified(&database).await;
    let (id, secret) = channel(&world).await;
    world.settle().await;
    want_nothing(&world).await;
    let tenant = world.store.tenant();
    // While the database's only writer is held, all of them come in.
    let writer = world.store.write().await.unwrap();
    let told = (0..5_000).map(|number| {
        let (hub, forged) = (world.hub.clone(), number % 10 == 7);
        let secret = if forged {
            "forged".to_owned()
        } else {
            secret.clone()
        };
        tokio::spawn(async move {
            let told = hub.notified(tenant, id, &secret, News::Changed).await;
            (told.unwrap(), !forged)
        })
    });
    let told: Vec<_> = told.collect();
    writer.rollback().await.unwrap();
    for one in told {
        let (believed, genuine) = one.await.unwrap();
        assert_eq!(believed, genuine);
    }
    assert!(is_wanted(&world).await);
    let reads = || world.models[0].reads.load(Ordering::Relaxed);
    let before = reads();
    world.models[0].put("a", visit());
    let worker = world.start();
    until("it is written", async || world.titles(1) == ["Visit"]).await;
    assert!(reads() - before <= 2, "{} reads", reads() - before);
    drop(worker);
}

async fn row_32_channel_expiry(database: Database) {
    let world = notified(&database).await;
    let first = channel(&world).await;
    // Half of its seventy hours.
    world.clock.advance(35 * 3600);
    world
        .hub
        .watch(&world.store, world.calendars[0])
        .await
        .unwrap();
    let ids = || {
        world.models[0]
            .manners()
            .channels
            .keys()
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(ids().len(), 2, "they overlap");
    assert!(tell(&world, &first).await, "the old one is heard as well");
    world.clock.advance(600);
    world
        .hub
        .watch(&world.store, world.calendars[0])
        .await
        .unwrap();
    let left = ids();
    assert!(left.len() == 1 && left[0] != first.0);
    world.models[0].put("a", visit());
    let secret = world.models[0].manners().channels[&left[0]].0.clone();
    assert!(tell(&world, &(left[0], secret)).await);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Visit"]);
}

async fn row_33_renewal_job_not_running(database: Database) {
    let world = notified(&database).await;
    let _worker = world.start();
    let connection = world.view(0).await.connection.unwrap();
    let pushed = async || world.hub.is_pushed(&world.actor, connection).await.unwrap();
    until("a channel is open", async || pushed().await).await;
    // The job that renews it is lost, and the channel ends while nobody can be asked for another one.
    let mut tx = world.store.write().await.unwrap();
    let calendar = world.calendars[0].0;
    jobs::cancel(&mut tx, WATCH, calendar).await.unwrap();
    tx.commit().await.unwrap();
    let away = Failure::Unreachable("it answered 502".to_owned());
    world.models[0].manners().failure = Some(away);
    world.clock.advance(80 * 3600);
    assert!(!pushed().await, "it is the channel's age that tells");
    world.models[0].manners().failure = None;
    world.models[0].put("a", visit());
    world.clock.advance(3600);
    // No new start gives back what was lost: the next read notices.
    until("another channel is open", async || {
        // A read that had begun before it could be reached fails after this, and is tried again in its time.
        world.clock.advance(60);
        pushed().await
    })
    .await;
    until("it is written", async || {
        world.clock.advance(60);
        world.titles(1) == ["Visit"]
    })
    .await;
    assert_eq!(world.writes(), 1);
}

async fn row_34_orphan_channels_after_a_restore(database: Database) {
    let world = notified(&database).await;
    let orphan = channel(&world).await;
    // The database is that of before: it knows nothing of the channel, which goes on.
    let mut tx = world.store.write().await.unwrap();
    channels::delete(&mut tx, orphan.0).await.unwrap();
    tx.commit().await.unwrap();
    want_nothing(&world).await;
    assert!(!tell(&world, &orphan).await);
    assert!(!is_wanted(&world).await);
    make(&world, 0, 1);
    channel(&world).await;
    let open: Vec<_> = world.models[0]
        .manners()
        .channels
        .clone()
        .into_iter()
        .collect();
    assert_eq!(open.len(), 2);
    let (own, (secret, _)) = open.into_iter().find(|(id, _)| *id != orphan.0).unwrap();
    assert!(tell(&world, &(own, secret)).await);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1).len(), 1);
}
