//! What only a SQLite file has: locks of other processes, and a log that is written into it.

use std::{fs, time::Duration};

use kalends_storage::{Error, Settings, Stores, calendars};

use crate::fixture::{Fixture, a_calendar, master};

/// As another process would have it.
async fn lock(f: &Fixture) -> kalends_storage::Tx {
    let stores = f.again().await;
    let store = stores.of(f.store.tenant()).await.unwrap();
    store.write().await.unwrap()
}

#[tokio::test]
async fn who_waits_for_the_lock_of_another_process_stops_nobody() {
    let f = Fixture::sqlite().await;
    // Less than SQLite itself would wait.
    let settings = Settings {
        busy_wait: Duration::from_secs(2),
        ..f.settings.clone()
    };
    let stores = Stores::open(settings, master()).await.unwrap();
    let store = stores.of(f.store.tenant()).await.unwrap();
    let held = lock(&f).await;
    let waits = tokio::spawn(async move { store.write().await.map(drop) });
    // On the only thread there is; a wait that blocks it would last until the lock is given up.
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    assert!(!waits.is_finished());
    f.store.read().await.unwrap();
    drop(held);
    waits.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_lock_that_is_not_given_up_is_told_as_busy() {
    let f = Fixture::sqlite().await;
    let _held = lock(&f).await;
    let hasty = Settings {
        busy_wait: Duration::from_millis(20),
        ..f.settings.clone()
    };
    let error = Stores::open(hasty, master()).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Busy(_)), "{error}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_transaction_that_is_dropped_in_the_middle_leaves_nothing() {
    let f = Fixture::sqlite().await;
    let mut tx = f.store.write().await.unwrap();
    calendars::insert(&mut tx, &a_calendar()).await.unwrap();
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    assert!(calendars::list(&mut tx).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_log_that_has_grown_is_written_into_the_file() {
    for durable in [false, true] {
        let f = Fixture::sqlite().await;
        let settings = Settings {
            durable,
            ..f.settings.clone()
        };
        let stores = Stores::open(settings, master()).await.unwrap();
        let store = stores.of(f.store.tenant()).await.unwrap();
        let file = f.folder.as_ref().unwrap().path().join("kalends.db");
        let before = fs::metadata(&file).unwrap().len();
        let name = "x".repeat(100_000);
        for _ in 0..240 {
            let mut tx = store.write().await.unwrap();
            let mut calendar = a_calendar();
            calendar.name.clone_from(&name);
            calendars::insert(&mut tx, &calendar).await.unwrap();
            tx.commit().await.unwrap();
        }
        let grown = async {
            while fs::metadata(&file).unwrap().len() < before + 3_000_000 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let grown = tokio::time::timeout(Duration::from_secs(20), grown).await;
        grown.expect("the log was never written into the file");
        let mut tx = store.read().await.unwrap();
        assert_eq!(calendars::list(&mut tx).await.unwrap().len(), 240);
        drop(tx);
        stores.close().await;
    }
}
