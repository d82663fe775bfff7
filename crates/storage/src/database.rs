//! The pools of one database, its migrations, and its transactions.

use std::time::Duration;

use sqlx::{
    Connection as _, PgConnection, PgPool, SqlitePool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::{
    Error, Result, Settings,
    dialect::{
        AnyTransaction, BEGIN_READ_POSTGRES, BEGIN_READ_SQLITE, BEGIN_WRITE_POSTGRES,
        BEGIN_WRITE_SQLITE,
    },
};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// An open database.
pub(crate) enum Database {
    /// A file in WAL mode: one writer, many readers.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        /// The folder of a database that vanishes.
        _folder: Option<TempDir>,
    },
    /// A cluster.
    Postgres(PgPool),
}

impl Database {
    pub(crate) async fn open(settings: &Settings) -> Result<Self> {
        let database = if is_sqlite(&settings.url) {
            open_sqlite(settings).await?
        } else if is_postgres(&settings.url) {
            let options: PgConnectOptions = settings.url.parse().map_err(Error::Open)?;
            // A pool would try for as long as it may wait, and then not say why.
            let first = PgConnection::connect_with(&options)
                .await
                .map_err(Error::Open)?;
            first.close().await.map_err(Error::Open)?;
            let pool = PgPoolOptions::new()
                .max_connections(settings.connections.max(2))
                .acquire_timeout(settings.busy_wait)
                .connect_with(options.application_name("kalends"))
                .await
                .map_err(Error::Open)?;
            Self::Postgres(pool)
        } else {
            return Err(Error::Url);
        };
        database.migrate().await?;
        Ok(database)
    }

    async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await,
            Self::Postgres(pool) => POSTGRES.run(pool).await,
        }
        .map_err(Error::Migrate)
    }

    pub(crate) async fn begin(&self, write: bool) -> Result<AnyTransaction> {
        Ok(match (self, write) {
            (Self::Sqlite { writer, .. }, true) => {
                AnyTransaction::Sqlite(writer.begin_with(BEGIN_WRITE_SQLITE).await?)
            }
            (Self::Sqlite { readers, .. }, false) => {
                AnyTransaction::Sqlite(readers.begin_with(BEGIN_READ_SQLITE).await?)
            }
            (Self::Postgres(pool), true) => {
                AnyTransaction::Postgres(pool.begin_with(BEGIN_WRITE_POSTGRES).await?)
            }
            (Self::Postgres(pool), false) => {
                AnyTransaction::Postgres(pool.begin_with(BEGIN_READ_POSTGRES).await?)
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Whether a URL is that of a file.
pub(crate) fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Whether a URL is that of a cluster.
pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The migrations that this version has.
pub(crate) fn versions(sqlite: bool) -> Vec<i64> {
    let migrator = if sqlite { &SQLITE } else { &POSTGRES };
    migrator.iter().map(|migration| migration.version).collect()
}

async fn open_sqlite(settings: &Settings) -> Result<Database> {
    let (options, folder) = if settings.url == "sqlite::memory:" {
        // A file all the same: SQLite's own memory mode has no WAL, and a reader there blocks the writer.
        let folder = vanishing_folder()?;
        let options = SqliteConnectOptions::new().filename(folder.path().join("kalends.db"));
        (options, Some(folder))
    } else {
        (settings.url.parse().map_err(Error::Open)?, None)
    };
    let synchronous = match (&folder, settings.durable) {
        (Some(_), _) => SqliteSynchronous::Off,
        (None, true) => SqliteSynchronous::Full,
        (None, false) => SqliteSynchronous::Normal,
    };
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(settings.busy_wait)
        // What is deleted is overwritten, not only forgotten.
        .pragma("secure_delete", "ON")
        .statement_cache_capacity(200);
    let pool = |connections: u32| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(settings.busy_wait)
            // A file does not hang up.
            .test_before_acquire(false)
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>)
    };
    // The writer first: it makes the file.
    let writer = pool(1)
        .connect_with(options.clone())
        .await
        .map_err(Error::Open)?;
    let readers = pool(settings.connections.max(1))
        .connect_with(options.pragma("query_only", "ON"))
        .await
        .map_err(Error::Open)?;
    Ok(Database::Sqlite {
        writer,
        readers,
        _folder: folder,
    })
}

/// In memory where the system has a place for that.
fn vanishing_folder() -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("kalends-");
    builder
        .tempdir_in("/dev/shm")
        .or_else(|_| builder.tempdir())
        .map_err(Error::Folder)
}
