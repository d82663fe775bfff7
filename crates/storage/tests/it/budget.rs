//! What one statement may take.

use std::time::Duration;

use kalends_storage::{Error, Settings, Stores, calendars};

use crate::fixture::{Fixture, a_calendar, master};

both! {
    row_63_a_statement_that_takes_too_long_is_given_up,
    a_statement_with_much_to_do_is_done,
}

/// As a plan gone wrong does, and only on the row that it is about.
const SLOW_SQLITE: &str = "
    CREATE TRIGGER slow BEFORE INSERT ON calendars BEGIN
        SELECT count(*) FROM calendars a, (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)
            SELECT i FROM n);
    END";
const SLOW_POSTGRES: &str = "
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
    CREATE TRIGGER slow BEFORE INSERT ON calendars FOR EACH ROW EXECUTE FUNCTION slow()";

async fn row_63_a_statement_that_takes_too_long_is_given_up(f: Fixture) {
    let settings = Settings {
        statement: Duration::from_millis(500),
        ..f.settings.clone()
    };
    let stores = Stores::open(settings, master()).await.unwrap();
    let store = stores.of(f.store.tenant()).await.unwrap();
    f.calendar().await;
    let slow = if f.schema.is_some() {
        SLOW_POSTGRES
    } else {
        SLOW_SQLITE
    };
    f.run_sql(slow).await;
    let mut tx = store.write().await.unwrap();
    let given_up = calendars::insert(&mut tx, &a_calendar()).await;
    assert!(matches!(given_up, Err(Error::Busy(_))), "{given_up:?}");
    drop(tx);
    // Nothing else is held up, and what waits is written once there is a way.
    let mut tx = store.read().await.unwrap();
    assert_eq!(calendars::list(&mut tx).await.unwrap().len(), 1);
    drop(tx);
    let on = if f.schema.is_some() {
        " ON calendars"
    } else {
        ""
    };
    f.run_sql(&format!("DROP TRIGGER slow{on}")).await;
    let mut tx = store.write().await.unwrap();
    calendars::insert(&mut tx, &a_calendar()).await.unwrap();
    tx.commit().await.unwrap();
}

/// As one that goes through all of a large calendar.
const LONG_SQLITE: &str = "
    CREATE TRIGGER long BEFORE INSERT ON calendars BEGIN
        SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT i FROM n);
    END";
const LONG_POSTGRES: &str = "
    CREATE FUNCTION long() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM count(*) FROM generate_series(1, 2000000); RETURN NEW; END $$;
    CREATE TRIGGER long BEFORE INSERT ON calendars FOR EACH ROW EXECUTE FUNCTION long()";

async fn a_statement_with_much_to_do_is_done(f: Fixture) {
    let long = if f.schema.is_some() {
        LONG_POSTGRES
    } else {
        LONG_SQLITE
    };
    f.run_sql(long).await;
    f.calendar().await;
}
