//! A fresh database per test, and rows to put into it.

use std::sync::atomic::{AtomicU64, Ordering};

use calendar::{Duration, Event, When, Zone};
use jiff::Timestamp;
use kalends_storage::{
    Health, MasterKey, Settings, Store, Stores,
    calendars::{self, Calendar},
    copies,
};
use sync::{CalendarId, CopyId};
use tempfile::TempDir;
use uuid::Uuid;

pub struct Fixture {
    pub settings: Settings,
    pub stores: Stores,
    pub store: Store,
    pub folder: Option<TempDir>,
    /// The schema in PostgreSQL.
    pub schema: Option<String>,
}

pub fn master() -> MasterKey {
    MasterKey::new([42; 32])
}

impl Fixture {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/kalends.db", folder.path().display());
        Self {
            folder: Some(folder),
            ..Self::open(Settings::new(url)).await
        }
    }

    pub async fn postgres() -> Option<Self> {
        let url = postgres_url()?;
        // The process id, because each test may run in a process of its own; the counter, because it may not.
        let schema = format!("t_{}_{}", std::process::id(), id().simple());
        let old = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        run_sql(&url, old).await;
        run_sql(&url, format!("CREATE SCHEMA {schema}")).await;
        let and = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{and}options[search_path]={schema}");
        Some(Self {
            schema: Some(schema),
            ..Self::open(Settings::new(url)).await
        })
    }

    async fn open(settings: Settings) -> Self {
        let stores = Stores::open(settings.clone(), master()).await.unwrap();
        let store = stores.create_tenant("Practice").await.unwrap();
        Self {
            settings,
            stores,
            store,
            folder: None,
            schema: None,
        }
    }

    /// The same database, opened once more, as another process would.
    pub async fn again(&self) -> Stores {
        Stores::open(self.settings.clone(), master()).await.unwrap()
    }

    /// Runs SQL that the store itself never would.
    pub async fn run_sql(&self, sql: &str) {
        use sqlx::{Connection as _, Executor as _};
        if self.schema.is_some() {
            return run_sql(&self.settings.url, sql.to_owned()).await;
        }
        let connection = sqlx::SqliteConnection::connect(&self.settings.url);
        let mut connection = connection.await.unwrap();
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    /// A calendar that exists.
    pub async fn calendar(&self) -> CalendarId {
        let calendar = a_calendar();
        let mut tx = self.store.write().await.unwrap();
        calendars::insert(&mut tx, &calendar).await.unwrap();
        tx.commit().await.unwrap();
        calendar.id
    }
}

/// The PostgreSQL to test on.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var("KALENDS_TEST_POSTGRES").ok();
    let url = url.filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(
            std::env::var_os("KALENDS_REQUIRE_ALL").is_none(),
            "KALENDS_TEST_POSTGRES is not set"
        );
        #[expect(clippy::print_stderr, reason = "says what was not tested")]
        {
            eprintln!("SKIPPED: postgres: KALENDS_TEST_POSTGRES is not set");
        }
    }
    url
}

pub async fn run_sql(url: &str, sql: String) {
    use sqlx::{Connection as _, Executor as _};
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
    connection.execute(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// Ids that differ: version 7, so that observations find a time in them.
pub fn id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    uuid::Builder::from_unix_timestamp_millis(1_800_000_000_000 + n, &[7; 10]).into_uuid()
}

/// A moment, `seconds` after a fixed one.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub fn a_calendar() -> Calendar {
    let id = CalendarId(self::id());
    Calendar {
        id,
        connection: None,
        owner: None,
        name: "Practice".into(),
        color: Some("teal".into()),
        description: None,
        time_zone: Some("Europe/Berlin".into()),
        remote_id: None,
        slug: format!("practice-{id}"),
        read_only: false,
        selected: true,
        shown: true,
        cursor: None,
        feed: 0,
        state: Health::Ok,
        message: None,
        last_sync: None,
        moved: None,
        sort: 0,
        created: at(0),
        inbox: false,
        kept: serde_json::Map::new(),
    }
}

pub fn an_event(uid: &str) -> Event {
    let start = "2026-11-23T09:00:00".parse().unwrap();
    let zone = Zone::iana("Europe/Berlin").unwrap();
    let mut event = Event::new(uid, When::zoned(start, zone, Duration::hours(1)));
    event.title = "Check-up".into();
    event
}

pub fn a_copy(calendar: CalendarId, uid: &str) -> copies::Row {
    copies::Row {
        copy: sync::Copy::made_here(CopyId(id()), calendar, an_event(uid)),
        name: None,
        revision: 1,
        created: at(0),
        updated: at(0),
        shape: copies::Shape {
            start: 1_000,
            end: Some(2_000),
            recurring: false,
            admitted: true,
        },
        linked: None,
        projected: false,
        pending: false,
    }
}
