//! The pools of one database, its migrations, and its transactions.

use sqlx::{
    Connection as _, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    Error, Result, Settings,
    dialect::{AnyTransaction, BEGIN_READ_POSTGRES, BEGIN_WRITE_POSTGRES},
    sqlite,
};

pub(crate) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// An open database.
pub(crate) enum Database {
    /// A file in WAL mode: one writer, many readers.
    Sqlite(sqlite::File),
    /// A cluster.
    Postgres(PgPool),
}

impl Database {
    pub(crate) async fn open(settings: &Settings) -> Result<Self> {
        Ok(if is_sqlite(&settings.url) {
            Self::Sqlite(sqlite::File::open(settings).await?)
        } else if is_postgres(&settings.url) {
            let options: PgConnectOptions = settings.url.parse().map_err(Error::open)?;
            // A pool would try for as long as it may wait, and then not say why.
            let mut first = PgConnection::connect_with(&options)
                .await
                .map_err(Error::open)?;
            // Changing the schema takes as long as it takes.
            POSTGRES.run(&mut first).await.map_err(Error::Migrate)?;
            first.close().await.map_err(Error::open)?;
            let most = settings.statement.as_millis().max(1).to_string();
            let options = options
                .application_name("kalends")
                .options([("statement_timeout", most)]);
            let pool = PgPoolOptions::new()
                .max_connections(settings.connections.max(2))
                .acquire_timeout(settings.busy_wait)
                .connect_with(options)
                .await
                .map_err(Error::open)?;
            Self::Postgres(pool)
        } else {
            return Err(Error::Url);
        })
    }

    pub(crate) async fn begin(&self, write: bool) -> Result<AnyTransaction> {
        Ok(match (self, write) {
            (Self::Sqlite(file), write) => AnyTransaction::Sqlite(file.begin(write).await?),
            // Boxed, here and in `session.rs`: what a request to a server needs to remember is large, and every task that may
            // come by here would have room for it inside and be moved with it, SQLite's too.
            (Self::Postgres(pool), true) => {
                AnyTransaction::Postgres(Box::pin(pool.begin_with(BEGIN_WRITE_POSTGRES)).await?)
            }
            (Self::Postgres(pool), false) => {
                AnyTransaction::Postgres(Box::pin(pool.begin_with(BEGIN_READ_POSTGRES)).await?)
            }
        })
    }

    /// Begins a transaction that reads a row or two.
    pub(crate) async fn glance(&self) -> Result<AnyTransaction> {
        match self {
            Self::Sqlite(file) => Ok(AnyTransaction::Sqlite(file.glance().await?)),
            Self::Postgres(_) => self.begin(false).await,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(file) => file.close().await,
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
