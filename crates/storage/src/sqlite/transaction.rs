//! A transaction on a file.

use std::{cell, sync::Arc, time::Duration};

use rusqlite::{
    CachedStatement, Connection, ToSql,
    types::{FromSqlError, ToSqlOutput, ValueRef},
};
use sync::TenantId;
use tokio::{
    task::{coop::consume_budget, spawn_blocking},
    time::{Instant, sleep},
};

use super::{
    LOG_PAGES_MAX, Log,
    connections::{Lent, Synchronous, begin_statement},
    places::numbers,
};
use crate::{Error, Result, value::Value};

/// Longest pause between two attempts to get a lock that another process has.
const LOCK_PAUSE_MAX: Duration = Duration::from_millis(50);

thread_local! {
    /// How many pages the log had after the last commit on this thread.
    static LOG_PAGES: cell::Cell<i32> = const { cell::Cell::new(0) };
}

/// What a row holds, by column.
pub(crate) type Cells = Vec<Cell>;

/// What a row holds in one column.
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
    /// As many bytes as an id has, without a place of their own.
    Id([u8; 16]),
}

impl Cell {
    fn of(value: ValueRef<'_>) -> rusqlite::Result<Self> {
        Ok(match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Text(_) => Self::Text(value.as_str()?.to_owned()),
            ValueRef::Blob(bytes) => match bytes.try_into() {
                Ok(id) => Self::Id(id),
                Err(_) => Self::Blob(bytes.to_vec()),
            },
            // No column of ours has any.
            ValueRef::Real(_) => return Err(FromSqlError::InvalidType.into()),
        })
    }
}

/// An open transaction; rolled back when it is dropped.
pub(crate) struct Transaction {
    lent: Lent,
    log: Option<Arc<Log>>,
}

impl Transaction {
    pub(super) fn begin_read(lent: Lent) -> Result<Self> {
        execute(lent.connection()?, "BEGIN DEFERRED")?;
        Ok(Self { lent, log: None })
    }

    /// Another process may have the lock: `kalends erase` beside a hub that runs.
    pub(super) async fn begin_write(lent: Lent, log: Option<Arc<Log>>) -> Result<Self> {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            let begin = execute(lent.connection()?, "BEGIN IMMEDIATE");
            match begin.map_err(Error::from) {
                Ok(()) => break,
                Err(Error::Busy(_)) if begun.elapsed() < lent.home.wait() => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LOCK_PAUSE_MAX);
                }
                Err(error) => return Err(error),
            }
        }
        if log.is_some() {
            lent.connection()?.wal_hook(Some(|_, pages| {
                LOG_PAGES.set(pages);
                Ok(())
            }));
        }
        Ok(Self { lent, log })
    }

    /// Runs a statement to its end; how many rows it touched.
    pub async fn run<V>(&mut self, sql: &'static str, tenant: TenantId, values: V) -> Result<u64>
    where
        V: IntoIterator<Item = Value>,
    {
        // A long transaction gives way to others now and then.
        consume_budget().await;
        let connection = self.lent.connection()?;
        let mut statement = prepared(connection, sql, tenant, values)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(connection.changes())
    }

    /// All rows of a query.
    pub async fn all<V>(
        &mut self,
        sql: &'static str,
        tenant: TenantId,
        values: V,
    ) -> Result<Vec<Cells>>
    where
        V: IntoIterator<Item = Value>,
    {
        consume_budget().await;
        let mut statement = prepared(self.lent.connection()?, sql, tenant, values)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let mut cells = Cells::with_capacity(columns);
            for column in 0..columns {
                cells.push(Cell::of(row.get_ref(column)?)?);
            }
            all.push(cells);
        }
        Ok(all)
    }

    /// Commits. Where that waits for the disk, it does so apart.
    pub async fn commit(self) -> Result<()> {
        if self.lent.home.synchronous() == Synchronous::Full {
            let done = spawn_blocking(move || self.commit_here()).await;
            return done.map_err(|error| Error::Database(error.into()))?;
        }
        self.commit_here()
    }

    fn commit_here(self) -> Result<()> {
        LOG_PAGES.set(0);
        execute(self.lent.connection()?, "COMMIT")?;
        if let Some(log) = &self.log {
            let pages = LOG_PAGES.get();
            if pages > LOG_PAGES_MAX {
                log.write_away();
            }
            log.grew(pages);
        }
        Ok(())
    }

    /// Undoes everything.
    pub fn rollback(self) -> Result<()> {
        Ok(execute(self.lent.connection()?, "ROLLBACK")?)
    }
}

/// Begins a transaction or ends one. These are prepared once, too.
pub(super) fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

/// The statement with its values: `$1` is the tenant, `$2` the first of them.
fn prepared<'c, V>(
    connection: &'c Connection,
    sql: &'static str,
    tenant: TenantId,
    values: V,
) -> Result<CachedStatement<'c>>
where
    V: IntoIterator<Item = Value>,
{
    begin_statement();
    let mut statement = connection.prepare_cached(sql)?;
    let values: Vec<Value> = values.into_iter().collect();
    for (place, number) in (1..).zip(numbers(sql, &statement).iter()) {
        match number.checked_sub(2) {
            Some(value) if value < values.len() => {
                statement.raw_bind_parameter(place, &values[value])?;
            }
            None if *number == 1 => {
                statement.raw_bind_parameter(place, tenant.0.as_bytes().as_slice())?;
            }
            _ => return Err(rusqlite::Error::InvalidParameterCount(place, values.len()).into()),
        }
    }
    Ok(statement)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::I64(None) | Self::Text(None) | Self::Blob(None) => ValueRef::Null,
            Self::I64(Some(number)) => ValueRef::Integer(*number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Blob(Some(bytes)) => ValueRef::Blob(bytes),
        }))
    }
}
