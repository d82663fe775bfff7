//! Who is told of what, how often, and by whom.
#![expect(clippy::unwrap_used, reason = "tests")]

mod house;
mod life;
mod lists;
mod mail;
mod rich;

use std::time::Duration;

use faces::Watchers;
use house::House;
use hub::Access;

/// How long nothing may come until we believe it.
const SILENCE: Duration = Duration::from_millis(300);

/// What happens between the commit of a change and the end of the process is told by the next one.
#[tokio::test]
async fn what_nobody_told_before_the_end_is_told_after_the_start() {
    let mut house = House::new().await;
    let first = house.notifier();
    first.open(house.order()).await.unwrap();
    assert_eq!(house.heard().await.0, "sync");
    // It never ran.
    drop(first);
    house.change("while nobody followed").await;
    let running = tokio::spawn(house.notifier().run());
    assert_eq!(house.heard().await, ("exists".to_owned(), "2".to_owned()));
    running.abort();
    tokio::spawn(house.notifier().run());
    assert!(house.is_silent(SILENCE).await, "it was told");
    house.change("afterwards").await;
    assert_eq!(house.heard().await, ("exists".to_owned(), "3".to_owned()));
}

/// Each follows the same log; each message is sent once.
#[tokio::test]
async fn of_two_nodes_one_tells() {
    let mut house = House::new().await;
    house.notifier().open(house.order()).await.unwrap();
    house.heard().await;
    for _ in 0..2 {
        tokio::spawn(house.notifier().run());
    }
    for number in 2..8 {
        house.change("x").await;
        assert_eq!(house.heard().await.1, number.to_string());
        assert!(house.is_silent(Duration::from_millis(80)).await);
    }
}

/// The same with two processes' connections: each hears of what the other one commits.
#[tokio::test]
async fn of_two_nodes_on_postgres_one_tells() {
    let Some(settings) = house::postgres() else {
        return;
    };
    let mut house = House::on(settings).await;
    house.notifier().open(house.order()).await.unwrap();
    house.heard().await;
    let (_stores, elsewhere) = house.elsewhere().await;
    let elsewhere = tokio::spawn(elsewhere.run());
    house.change("at the other node").await;
    assert_eq!(house.heard().await.1, "2");
    tokio::spawn(house.notifier().run());
    for number in 3..8 {
        house.change("x").await;
        assert_eq!(house.heard().await.1, number.to_string());
        assert!(house.is_silent(Duration::from_millis(150)).await);
    }
    elsewhere.abort();
    house.change("and alone again").await;
    assert_eq!(house.heard().await.1, "8");
}

/// Somebody who takes their time is told once of all that happened meanwhile, and keeps nobody waiting.
#[tokio::test]
async fn a_slow_receiver_is_told_once_of_everything() {
    let mut house = House::new().await;
    let notifier = house.notifier();
    notifier.open(house.order()).await.unwrap();
    house.heard().await;
    tokio::spawn(house.notifier().run());
    let slow = house.be_slow().await;
    house.change("0").await;
    assert_eq!(house.heard().await.1, "2");
    for n in 1..5 {
        house.change(&n.to_string()).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert!(
        house.is_silent(Duration::from_millis(50)).await,
        "it is busy"
    );
    drop(slow);
    assert_eq!(house.heard().await.1, "3");
    assert!(house.is_silent(SILENCE).await, "of all four at once");
}

/// An order that has ended is none.
#[tokio::test]
async fn an_order_ends() {
    let mut house = House::new().await;
    let notifier = house.notifier();
    let order = house.order();
    notifier.open(order.clone()).await.unwrap();
    house.heard().await;
    tokio::spawn(house.notifier().run());
    assert_eq!(notifier.get(order.id).await, Some(order.clone()));
    let renewed = faces::Watcher {
        expires: order.expires + jiff::SignedDuration::from_hours(9),
        ..order.clone()
    };
    assert_eq!(notifier.renew(renewed.clone()).await, Ok(true));
    house.forward(3_600 * 2);
    house.change("y").await;
    house.heard().await;
    assert!(notifier.close(order.id).await);
    assert!(!notifier.close(order.id).await);
    house.change("z").await;
    assert!(house.is_silent(SILENCE).await);
    // One whose time is over is none, and does not come back.
    notifier.open(renewed.clone()).await.unwrap();
    house.heard().await;
    house.forward(3_600 * 9);
    assert_eq!(notifier.list().await, []);
    assert_eq!(notifier.renew(renewed).await, Ok(false));
    house.change("x").await;
    assert!(house.is_silent(SILENCE).await);
}

/// Who may not see a calendar any more is told nothing of it, and their order ends.
#[tokio::test]
async fn an_order_ends_with_the_grant() {
    let mut house = House::new().await;
    let notifier = house.notifier();
    let order = house.order_of_another().await;
    house.open_to_another(Access::FreeBusy).await;
    notifier.open(order.clone()).await.unwrap();
    house.heard().await;
    tokio::spawn(house.notifier().run());
    house.change("x").await;
    assert_eq!(house.heard().await.1, "2");
    house.open_to_another(Access::None).await;
    house.change("y").await;
    assert!(house.is_silent(SILENCE).await, "it is closed");
    assert_eq!(notifier.get(order.id).await, None);
}
