//! Feeds of calendars.

use kalends_storage::published::{self, Published, Shows};

use crate::fixture::{Fixture, at, id};

both! {
    a_feed_is_found_by_its_secret_alone,
}

async fn a_feed_is_found_by_its_secret_alone(f: Fixture) {
    let calendar = f.calendar().await;
    let mut feed = Published {
        id: id(),
        calendar,
        name: "The front desk".into(),
        shows: Shows::Outline,
        show_private: false,
        created: at(1),
        changed: at(1),
        last_read: None,
    };
    let mut tx = f.store.write().await.unwrap();
    let (one, other) = (tx.hash("feed", "one"), tx.hash("feed", "other"));
    published::insert(&mut tx, &feed, one).await.unwrap();
    assert_eq!(
        published::by_hash(&mut tx, one).await.unwrap(),
        Some(feed.clone())
    );
    assert_eq!(published::by_hash(&mut tx, other).await.unwrap(), None);
    published::rotate(&mut tx, feed.id, other, at(2))
        .await
        .unwrap();
    feed.changed = at(2);
    assert_eq!(published::by_hash(&mut tx, one).await.unwrap(), None);
    assert_eq!(
        published::by_hash(&mut tx, other).await.unwrap(),
        Some(feed.clone())
    );
    (feed.shows, feed.show_private, feed.name) = (Shows::Busy, true, "Everybody".into());
    published::update(&mut tx, &feed).await.unwrap();
    published::touch(&mut tx, feed.id, at(3)).await.unwrap();
    feed.last_read = Some(at(3));
    let all = published::of_calendar(&mut tx, calendar).await.unwrap();
    assert_eq!(all, [feed.clone()]);
    assert!(published::delete(&mut tx, feed.id).await.unwrap());
    assert!(!published::delete(&mut tx, feed.id).await.unwrap());
    // They end with their calendar.
    published::insert(&mut tx, &feed, one).await.unwrap();
    kalends_storage::calendars::delete(&mut tx, calendar)
        .await
        .unwrap();
    assert_eq!(published::by_hash(&mut tx, one).await.unwrap(), None);
    tx.commit().await.unwrap();
}
