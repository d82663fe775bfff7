//! What can go wrong in storage.

use std::path::PathBuf;

/// What the database's own library said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Everything that can go wrong in storage. After any error of a statement, drop the transaction: PostgreSQL takes no
/// more of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL names no database that we know.
    #[error("the database URL must start with sqlite: or postgres://")]
    Url,
    /// The database cannot be reached or opened.
    #[error(
        "the database cannot be opened: {0}. Check that it runs, and the URL and the rights in the configuration"
    )]
    Open(#[source] Cause),
    /// The schema cannot be brought up to date.
    #[error("the database cannot be migrated: {0}. It may belong to a newer version of Kalends")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the database refused a statement: {0}")]
    Database(#[source] Cause),
    /// Another transaction was in the way, or no connection became free in time. Try the whole transaction again.
    #[error("the database is busy; try again")]
    Busy(#[source] Cause),
    /// Nothing can be written: the disk is full, or fails. What is there can be read.
    #[error("the database cannot be written, its disk is full or fails: {0}")]
    Full(#[source] Cause),
    /// There is already a row with that key.
    #[error("it exists already")]
    Exists,
    /// The row was changed since it was read. Read it again and decide anew.
    #[error("the {0} was changed by somebody else meanwhile; read it again")]
    Stale(&'static str),
    /// The row to change is not there.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// No tenant has this id here.
    #[error("tenant {0} is not in this database")]
    UnknownTenant(sync::TenantId),
    /// The database was made with another master key.
    #[error(
        "this is not the master key that the database was made with. Give the right one in KALENDS_MASTER_KEY or in \
         the key file; without it nothing in the database can be read"
    )]
    WrongMasterKey,
    /// The master key is not 32 bytes in base64.
    #[error("the master key from {0} is not 32 bytes in base64")]
    BadMasterKey(String),
    /// The file of the master key cannot be read or made.
    #[error("the master key file {path} cannot be read or made: {source}")]
    MasterKeyFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// No folder for a database that is to vanish.
    #[error("no temporary folder for the database: {0}")]
    Folder(#[source] std::io::Error),
    /// The key was destroyed on purpose: what it sealed is gone for ever.
    #[error("the key of this {0} was destroyed; what it sealed cannot be read any more")]
    KeyDestroyed(&'static str),
    /// Sealed bytes were changed, moved from another row, or sealed with a key that is not here.
    #[error("sealed data in {table} does not open: it was changed, moved, or its key is not here")]
    Tampered {
        /// The table.
        table: &'static str,
    },
    /// What was stored is not what this version of Kalends stores there.
    #[error("a row of {table} is not readable by this version: {reason}")]
    Format {
        /// The table or column.
        table: &'static str,
        /// What is wrong, without content.
        reason: String,
    },
}

/// The result of everything in storage.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the same transaction may succeed if it is done again from its beginning.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Stale(_))
    }

    pub(crate) fn open(cause: impl Into<Cause>) -> Self {
        Self::Open(cause.into())
    }

    pub(crate) fn busy(cause: impl Into<Cause>) -> Self {
        Self::Busy(cause.into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::busy(error),
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::Exists,
            sqlx::Error::Database(inner) => match inner.code().as_deref() {
                // serialization_failure, deadlock_detected, query_canceled (it took longer than a statement may).
                Some("40001" | "40P01" | "57014") => Self::busy(error),
                // disk_full, io_error.
                Some("53100" | "58030") => Self::Full(error.into()),
                _ => Self::Database(error.into()),
            },
            _ => Self::Database(error.into()),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let Some(inner) = error.sqlite_error() else {
            return Self::Database(error.into());
        };
        match (inner.code, inner.extended_code) {
            // The last one took more steps than a statement may.
            (
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::OperationInterrupted,
                _,
            ) => Self::busy(error),
            (ErrorCode::DiskFull, _)
            | (
                _,
                ffi::SQLITE_IOERR_WRITE
                | ffi::SQLITE_IOERR_FSYNC
                | ffi::SQLITE_IOERR_DIR_FSYNC
                | ffi::SQLITE_IOERR_TRUNCATE
                | ffi::SQLITE_IOERR_SHMSIZE,
            ) => Self::Full(error.into()),
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::Exists,
            _ => Self::Database(error.into()),
        }
    }
}
