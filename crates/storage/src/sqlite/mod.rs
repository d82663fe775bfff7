//! A SQLite file: statements run where they are called. They take microseconds; the way to a thread of the database's own
//! and back takes longer than most of them (docs/adr/0006).

mod connections;
mod places;
mod transaction;

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use sqlx::{
    ConnectOptions as _, Connection as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::{Error, Result, Settings, database::SQLITE};
use connections::{Connections, Opening, Synchronous};
pub(crate) use transaction::{Cell, Cells, Transaction};

/// Pages of the log after which it is written into the file.
const LOG_PAGES: i32 = 4_000;
/// Pages of the log after which whoever commits does that before anything else: it grows faster than it is written away.
const LOG_PAGES_MAX: i32 = 16_000;
/// What the connection that writes remembers of the file. With twice as much 10,000 events are not written faster.
const WRITER_CACHE_KIB: u32 = 8 * 1024;
/// What each of those that read remembers of it.
const READER_CACHE_KIB: u32 = 2 * 1024;

/// An open file.
pub(crate) struct File {
    writer: Arc<Connections>,
    readers: Arc<Connections>,
    /// `None` where nothing is ever flushed to a disk.
    log: Option<Arc<Log>>,
    /// The folder of a database that vanishes.
    _folder: Option<TempDir>,
}

impl File {
    /// Opens a file and brings its schema up to date.
    pub async fn open(settings: &Settings) -> Result<Self> {
        let (path, folder) = if settings.url == "sqlite::memory:" {
            // A file all the same: SQLite's own memory mode has no WAL, and a reader there blocks the writer.
            let folder = vanishing_folder()?;
            (folder.path().join("kalends.db"), Some(folder))
        } else {
            let options: SqliteConnectOptions = settings.url.parse().map_err(Error::open)?;
            (options.get_filename().to_owned(), None)
        };
        migrate(&path).await?;
        let reads = Opening {
            path,
            synchronous: match (&folder, settings.durable) {
                (Some(_), _) => Synchronous::Off,
                (None, true) => Synchronous::Full,
                (None, false) => Synchronous::Normal,
            },
            reads_only: true,
            cache_kib: READER_CACHE_KIB,
            statement: connections::thousands(settings.statement),
        };
        let writes = Opening {
            reads_only: false,
            cache_kib: WRITER_CACHE_KIB,
            ..reads.clone()
        };
        let wait = settings.busy_wait;
        let log = match folder {
            Some(_) => None,
            None => Some(Arc::new(Log::of(&writes)?)),
        };
        Ok(Self {
            writer: Connections::new(writes, 1, wait)?,
            readers: Connections::new(reads, settings.connections.max(1), wait)?,
            log,
            _folder: folder,
        })
    }

    /// Begins a transaction. The one that writes takes the lock now, not when the first statement finds that somebody else
    /// has it; one that reads sees one snapshot.
    pub async fn begin(&self, write: bool) -> Result<Transaction> {
        if write {
            let lent = self.writer.lend().await?;
            Transaction::begin_write(lent, self.log.clone()).await
        } else {
            Transaction::begin_read(self.readers.lend().await?)
        }
    }

    /// Begins one that reads a row or two and is over at once: with the connection that writes, if nobody has it. What that one
    /// remembers of the file stays true when it commits; those that only read forget all of it with each commit.
    pub async fn glance(&self) -> Result<Transaction> {
        match self.writer.lend_now() {
            Some(lent) => Transaction::begin_read(lent),
            None => self.begin(false).await,
        }
    }

    /// Waits until all transactions have ended, and closes.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// The write-ahead log, which has to be written into the file now and then. That waits for the disk, so whoever commits does
/// not do it.
pub(super) struct Log {
    connection: Mutex<rusqlite::Connection>,
    under_way: AtomicBool,
}

impl Log {
    fn of(opening: &Opening) -> Result<Self> {
        Ok(Self {
            connection: Mutex::new(opening.open()?),
            under_way: AtomicBool::new(false),
        })
    }

    /// The log has so many pages now.
    fn grew(self: &Arc<Self>, pages: i32) {
        if pages < LOG_PAGES || self.under_way.swap(true, Ordering::AcqRel) {
            return;
        }
        let log = self.clone();
        spawn_blocking(move || {
            log.write_away();
            log.under_way.store(false, Ordering::Release);
        });
    }

    /// Writes into the file what no reader needs any more in the log. If that cannot be done now, it is done later.
    fn write_away(&self) {
        let Ok(connection) = self.connection.lock() else {
            return;
        };
        let written = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = written {
            tracing::warn!(%error, "the database's log could not be written into its file");
        }
    }
}

/// The schema is the business of sqlx, as with PostgreSQL.
async fn migrate(path: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .pragma("secure_delete", "ON");
    let mut connection = options.connect().await.map_err(Error::open)?;
    SQLITE.run(&mut connection).await.map_err(Error::Migrate)?;
    connection.close().await.map_err(Error::open)
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
