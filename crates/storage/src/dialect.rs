//! The few things that SQLite and PostgreSQL say differently.

use sqlx::{Transaction, postgres::Postgres};

use crate::sqlite;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One file, one writer.
    Sqlite,
    /// Many writers.
    Postgres,
}

/// A transaction of either database.
pub(crate) enum AnyTransaction {
    /// SQLite.
    Sqlite(sqlite::Transaction),
    /// PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl AnyTransaction {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }
}

/// Begins a write on PostgreSQL.
pub(crate) const BEGIN_WRITE_POSTGRES: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Begins a read on PostgreSQL; sees one snapshot.
pub(crate) const BEGIN_READ_POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The channel on which PostgreSQL nodes tell each other of commits. The payload is «tenant position».
pub(crate) const NOTIFY_CHANNEL: &str = "kalends_changes";

/// Tells the other nodes, when the transaction commits.
pub(crate) const NOTIFY_POSTGRES: &str =
    "SELECT pg_notify('kalends_changes', $2)::text FROM tenants WHERE tenant = $1";

/// How many kinds one claim can ask for; the statements below have a place for each.
pub(crate) const CLAIM_KINDS: usize = 8;

impl Dialect {
    /// Takes the most overdue job that nobody holds. $2 now, $3 owner, $4 end of the lease, $5… kinds.
    pub(crate) fn claim(self) -> &'static str {
        match self {
            Self::Sqlite => CLAIM_SQLITE,
            Self::Postgres => CLAIM_POSTGRES,
        }
    }
}

/// The writer's lock is held already.
const CLAIM_SQLITE: &str = "
    UPDATE jobs SET owner = $3, lease = $4, fence = fence + 1, attempts = attempts + 1
    WHERE tenant = $1 AND id = (
        SELECT id FROM jobs
        WHERE tenant = $1 AND kind IN ($5, $6, $7, $8, $9, $10, $11, $12)
          AND due <= $2 AND (lease IS NULL OR lease <= $2)
        ORDER BY due LIMIT 1)
    RETURNING id, kind, subject, attempts, fence, wanted";

/// What another node is just claiming is passed over.
const CLAIM_POSTGRES: &str = "
    UPDATE jobs SET owner = $3, lease = $4, fence = fence + 1, attempts = attempts + 1
    WHERE tenant = $1 AND id = (
        SELECT id FROM jobs
        WHERE tenant = $1 AND kind IN ($5, $6, $7, $8, $9, $10, $11, $12)
          AND due <= $2 AND (lease IS NULL OR lease <= $2)
        ORDER BY due LIMIT 1
        FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, subject, attempts, fence, wanted";
