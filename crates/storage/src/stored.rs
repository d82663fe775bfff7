//! Reading rows whose content is sealed: each type says once how, and the transaction does the rest.

use std::future::Future;

use crate::{Result, Tx, row::Row, value::Value};

/// A type that is read from rows.
pub(crate) trait Stored: Sized + Send {
    /// Reads one row, opening its content.
    fn read(tx: &mut Tx, row: &Row) -> impl Future<Output = Result<Self>> + Send;
}

impl Tx {
    /// The first row of a query, read.
    pub(crate) async fn find<T: Stored, V>(
        &mut self,
        sql: &'static str,
        values: V,
    ) -> Result<Option<T>>
    where
        V: IntoIterator<Item = Value>,
    {
        match self.one(sql, values).await? {
            Some(row) => T::read(self, &row).await.map(Some),
            None => Ok(None),
        }
    }

    /// All rows of a query, read.
    pub(crate) async fn list<T: Stored, V>(
        &mut self,
        sql: &'static str,
        values: V,
    ) -> Result<Vec<T>>
    where
        V: IntoIterator<Item = Value>,
    {
        let rows = self.all(sql, values).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(T::read(self, &row).await?);
        }
        Ok(found)
    }
}
