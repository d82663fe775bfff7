//! One transaction of one tenant on either database: statements in, rows out.

use sqlx::{Postgres, postgres::PgArguments, query::Query};
use sync::TenantId;

use crate::{
    Result,
    dialect::{AnyTransaction, Dialect},
    row::Row,
    value::Value,
};

/// An open transaction. Every statement gets the tenant as `$1`, so that none can forget it.
pub(crate) struct Session {
    transaction: AnyTransaction,
    tenant: TenantId,
    /// Whether it has written anything but events and what belongs to them.
    beyond: bool,
}

/// Tables of events and of what belongs to them: what anybody may do with which calendar does not depend on them.
const OF_EVENTS: [&str; 10] = [
    "changes",
    "copies",
    "edits",
    "enclosures",
    "intents",
    "linked",
    "members",
    "objects",
    "observations",
    "spans",
];

/// Whether a statement may write anything else.
fn writes_beyond(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace();
    let table = match words.next() {
        Some("SELECT") => return false,
        Some("UPDATE") => words.next(),
        Some("INSERT" | "DELETE") => words.nth(1),
        _ => None,
    };
    match table {
        // The counter of the change log.
        Some("tenants") => words.nth(1) != Some("position"),
        Some(table) => !OF_EVENTS.contains(&table),
        None => true,
    }
}

impl Session {
    /// Whether statements travel to a server.
    pub(crate) fn is_far(&self) -> bool {
        matches!(self.transaction, AnyTransaction::Postgres(_))
    }

    pub(crate) fn new(transaction: AnyTransaction, tenant: TenantId) -> Self {
        Self {
            transaction,
            tenant,
            beyond: false,
        }
    }

    /// Whether it has written anything but events and what belongs to them.
    pub(crate) fn is_beyond(&self) -> bool {
        self.beyond
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.transaction.dialect()
    }

    /// Runs a statement; how many rows it touched.
    pub(crate) async fn run<V>(&mut self, sql: &'static str, values: V) -> Result<u64>
    where
        V: IntoIterator<Item = Value>,
    {
        self.beyond |= writes_beyond(sql);
        let tenant = self.tenant;
        Ok(match &mut self.transaction {
            AnyTransaction::Sqlite(tx) => tx.run(sql, tenant, values).await?,
            AnyTransaction::Postgres(tx) => {
                let query = bound(sql, tenant, values);
                let done = Box::pin(query.execute(&mut **tx)).await?;
                done.rows_affected()
            }
        })
    }

    /// All rows of a query.
    pub(crate) async fn all<V>(&mut self, sql: &'static str, values: V) -> Result<Vec<Row>>
    where
        V: IntoIterator<Item = Value>,
    {
        self.beyond |= writes_beyond(sql);
        let tenant = self.tenant;
        Ok(match &mut self.transaction {
            AnyTransaction::Sqlite(tx) => {
                let rows = tx.all(sql, tenant, values).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            AnyTransaction::Postgres(tx) => {
                let query = bound(sql, tenant, values);
                let rows = Box::pin(query.fetch_all(&mut **tx)).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a query. All of them are fetched, so that a statement that changes something runs to its end.
    pub(crate) async fn one<V>(&mut self, sql: &'static str, values: V) -> Result<Option<Row>>
    where
        V: IntoIterator<Item = Value>,
    {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self.transaction {
            AnyTransaction::Sqlite(tx) => tx.commit().await?,
            AnyTransaction::Postgres(tx) => Box::pin(tx.commit()).await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<()> {
        match self.transaction {
            AnyTransaction::Sqlite(tx) => tx.rollback()?,
            AnyTransaction::Postgres(tx) => Box::pin(tx.rollback()).await?,
        }
        Ok(())
    }
}

/// A statement for PostgreSQL with its values.
fn bound<V>(sql: &'static str, tenant: TenantId, values: V) -> Query<'static, Postgres, PgArguments>
where
    V: IntoIterator<Item = Value>,
{
    let mut query = sqlx::query(sql).bind(tenant.0.as_bytes().to_vec());
    for value in values {
        query = match value {
            Value::I64(n) => query.bind(n),
            Value::Text(text) => query.bind(text),
            Value::Blob(bytes) => query.bind(bytes),
        };
    }
    query
}
