//! Connections to a file, and who has one.

use std::{
    cell::Cell,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::transaction::execute;
use crate::{Error, Result};

/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 200;
/// How long a statement that reads waits where a log is just being recovered or closed, and whoever opens the file; nothing
/// else is ever in their way.
const RECOVERY: Duration = Duration::from_secs(5);

/// How many thousand steps SQLite makes in a millisecond, roughly: reading a row of an index takes several steps.
const THOUSANDS_MILLI: u128 = 50;
/// Each time a statement has made so many thousand steps, it is looked at what it has taken. Most never make them.
const ASKED_EVERY: i32 = 1_000;

thread_local! {
    /// What the statement that runs on this thread has taken, in thousands of steps.
    static SPENT: Cell<u32> = const { Cell::new(0) };
}

/// What a statement may take, in thousands of steps.
pub(super) fn thousands(most: Duration) -> u32 {
    u32::try_from(most.as_millis().saturating_mul(THOUSANDS_MILLI)).unwrap_or(u32::MAX)
}

/// A statement begins on this thread.
pub(super) fn begin_statement() {
    SPENT.set(0);
}

/// What the statement has taken by now, which has made [`ASKED_EVERY`] thousand steps more.
fn spent() -> u32 {
    SPENT.set(SPENT.get().saturating_add(ASKED_EVERY.unsigned_abs()));
    SPENT.get()
}

/// When SQLite waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Synchronous {
    /// Never: the file vanishes anyway.
    Off,
    /// When the log is written into the file.
    Normal,
    /// With each commit.
    Full,
}

/// How a connection is opened.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub path: PathBuf,
    pub synchronous: Synchronous,
    pub reads_only: bool,
    pub cache_kib: u32,
    /// What one statement may take, in thousands of steps.
    pub statement: u32,
}

impl Opening {
    pub fn open(&self) -> Result<Connection> {
        // A connection is used by one transaction at a time, so SQLite need not lock it.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(Error::open)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(RECOVERY).map_err(Error::open)?;
        connection
            .execute_batch(&self.pragmas())
            .map_err(Error::open)?;
        if !self.reads_only {
            // Whoever writes waits as a task (`Transaction::begin_write`).
            connection
                .busy_timeout(Duration::ZERO)
                .map_err(Error::open)?;
        }
        // A plan is made once, whatever values come: else SQLite makes it anew with each other value of a LIMIT.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let most = self.statement;
        connection.progress_handler(ASKED_EVERY * 1_000, Some(move || spent() > most))?;
        Ok(connection)
    }

    fn pragmas(&self) -> String {
        let synchronous = match self.synchronous {
            Synchronous::Off => "OFF",
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        };
        // What is deleted is overwritten, not only forgotten.
        let mut pragmas = format!(
            "PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -{}; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
            self.cache_kib
        );
        if self.reads_only {
            pragmas += "PRAGMA query_only = ON;";
        }
        if self.synchronous != Synchronous::Off {
            // `Log` does it.
            pragmas += "PRAGMA wal_autocheckpoint = 0;";
        }
        pragmas
    }
}

/// So many connections, opened as they are needed.
pub(super) struct Connections {
    opening: Opening,
    idle: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
    count: u32,
    wait: Duration,
}

impl Connections {
    /// Opens the first: what is wrong with the file shows at once.
    pub fn new(opening: Opening, count: u32, wait: Duration) -> Result<Arc<Self>> {
        let first = opening.open()?;
        Ok(Arc::new(Self {
            opening,
            idle: Mutex::new(vec![first]),
            free: Arc::new(Semaphore::new(count as usize)),
            count,
            wait,
        }))
    }

    /// When a commit waits for the disk.
    pub fn synchronous(&self) -> Synchronous {
        self.opening.synchronous
    }

    /// How long a transaction may wait for its turn.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The next connection that is free.
    pub async fn lend(self: &Arc<Self>) -> Result<Lent> {
        let permit = match self.free.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => timeout(self.wait, self.free.clone().acquire_owned())
                .await
                .map_err(|_| Error::busy("no connection became free in time"))?
                .map_err(|_| Error::open("it has been closed"))?,
        };
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.opening.open()?,
        };
        Ok(self.lent(connection, permit))
    }

    /// A connection that is open and free now.
    pub fn lend_now(self: &Arc<Self>) -> Option<Lent> {
        let permit = self.free.clone().try_acquire_owned().ok()?;
        let connection = self.idle().pop()?;
        Some(self.lent(connection, permit))
    }

    fn lent(self: &Arc<Self>, connection: Connection, permit: OwnedSemaphorePermit) -> Lent {
        Lent {
            connection: Some(connection),
            home: self.clone(),
            _permit: permit,
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all are back, and closes them.
    pub async fn close(&self) {
        // Closed already if there is none.
        if let Ok(all) = self.free.acquire_many(self.count).await {
            self.idle().clear();
            self.free.close();
            drop(all);
        }
    }
}

/// A connection that somebody has. What is not committed when it goes back is rolled back.
pub(super) struct Lent {
    connection: Option<Connection>,
    pub home: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    /// The connection itself.
    pub fn connection(&self) -> Result<&Connection> {
        self.connection
            .as_ref()
            .ok_or_else(|| Error::open("it has been closed"))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let clean = connection.is_autocommit() || execute(&connection, "ROLLBACK").is_ok();
        if clean {
            self.home.idle().push(connection);
        }
    }
}
