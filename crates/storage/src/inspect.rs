//! A look at a database that changes nothing: is it there, and of which version?

use sqlx::{
    Connection as _, PgConnection, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};

use crate::{
    Error, Result, Settings, Stores,
    database::{is_postgres, is_sqlite, versions},
};

const HAS_SQLITE: &str = "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
const HAS_POSTGRES: &str = "SELECT count(*) FROM (SELECT to_regclass('_sqlx_migrations') AS name) AS found WHERE name IS NOT NULL";
const APPLIED: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";

/// How far a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// There is no file, or nothing of ours in the database.
    Missing,
    /// So many migrations are missing.
    Behind(usize),
    /// As this version wants it.
    Current,
    /// It has migrations that this version does not know.
    Ahead,
}

impl Stores {
    /// Looks at the database without making, migrating or changing anything.
    ///
    /// # Errors
    /// [`Error::Open`] if it cannot be reached.
    pub async fn inspect(settings: &Settings) -> Result<Schema> {
        let applied = if is_sqlite(&settings.url) {
            in_file(&settings.url).await?
        } else if is_postgres(&settings.url) {
            in_cluster(&settings.url).await?
        } else {
            return Err(Error::Url);
        };
        let known = versions(is_sqlite(&settings.url));
        Ok(match applied {
            None => Schema::Missing,
            Some(applied) if applied.iter().any(|version| !known.contains(version)) => {
                Schema::Ahead
            }
            Some(applied) if applied.len() < known.len() => {
                Schema::Behind(known.len() - applied.len())
            }
            Some(_) => Schema::Current,
        })
    }
}

async fn in_file(url: &str) -> Result<Option<Vec<i64>>> {
    let options: SqliteConnectOptions = url.parse().map_err(Error::open)?;
    if !options.get_filename().exists() {
        return Ok(None);
    }
    let options = options.read_only(true).create_if_missing(false);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .map_err(Error::open)?;
    let has: i64 = sqlx::query_scalar(HAS_SQLITE)
        .fetch_one(&mut connection)
        .await
        .map_err(Error::open)?;
    let applied = if has > 0 {
        Some(
            sqlx::query_scalar(APPLIED)
                .fetch_all(&mut connection)
                .await?,
        )
    } else {
        None
    };
    connection.close().await?;
    Ok(applied)
}

async fn in_cluster(url: &str) -> Result<Option<Vec<i64>>> {
    let options: PgConnectOptions = url.parse().map_err(Error::open)?;
    let mut connection = PgConnection::connect_with(&options)
        .await
        .map_err(Error::open)?;
    let has: i64 = sqlx::query_scalar(HAS_POSTGRES)
        .fetch_one(&mut connection)
        .await?;
    let applied = if has > 0 {
        Some(
            sqlx::query_scalar(APPLIED)
                .fetch_all(&mut connection)
                .await?,
        )
    } else {
        None
    };
    connection.close().await?;
    Ok(applied)
}
