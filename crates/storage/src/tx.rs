//! A transaction of one tenant, and how it commits: position order is commit order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use sync::{CalendarId, CopyId, TenantId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Change, Error, Position, Result, Store,
    behind::Behind,
    changes::append,
    dialect::Dialect,
    jobs,
    keys::Doings,
    known::Known,
    row::Row,
    runs::{self, Journal},
    session::Session,
    value::Value,
    vault::{Aad, Key, KeyRef, key_id},
};

/// A transaction. Rolls back when it is dropped without [`Tx::commit`].
///
/// After an error of a statement the transaction is of no further use: drop it and begin again.
pub struct Tx {
    store: Store,
    pub(crate) session: Session,
    changes: Vec<Change>,
    keys: Doings,
    /// Whether it changes people or what their devices sign in with.
    pub(crate) people: bool,
    pub(crate) known: Known,
    /// Jobs that are asked for, and for when.
    pub(crate) requested: BTreeMap<(String, Uuid), Timestamp>,
    touched: Touched,
    /// What it does as a part of a run, if it is one.
    pub(crate) journal: Option<Box<Journal>>,
    /// Writes that are still to be made, if it gathers them.
    pub(crate) behind: Option<Box<Behind>>,
    /// What was opened last; of no use to anybody but the next one that is opened.
    opened: Zeroizing<Vec<u8>>,
}

/// What must be looked at once more at the end of a transaction, when everything else is as it will be committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Copies that take up other time than before, or belong with other copies, and their calendars.
    pub copies: BTreeMap<CopyId, CalendarId>,
    /// Calendars that are linked with others than before.
    pub calendars: BTreeSet<CalendarId>,
}

impl Tx {
    /// Whose transaction it is.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn new(store: Store, session: Session) -> Self {
        Self {
            store,
            session,
            changes: Vec::new(),
            keys: Doings::default(),
            people: false,
            known: Known::default(),
            requested: BTreeMap::new(),
            touched: Touched::default(),
            journal: None,
            behind: None,
            opened: Zeroizing::default(),
        }
    }

    /// Whose transaction it is.
    pub fn tenant(&self) -> TenantId {
        self.session.tenant()
    }

    /// Notes a change for the change log. It gets its position in [`Tx::commit`].
    pub fn log(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// What was noted for the change log so far.
    pub fn logged(&self) -> &[Change] {
        &self.changes
    }

    /// What is to be looked at before the commit.
    pub fn touched(&mut self) -> &mut Touched {
        &mut self.touched
    }

    /// Asks for the jobs that are wanted, numbers and writes the logged changes, commits, and wakes whoever waits for changes. The position of the last
    /// change, if any was logged.
    ///
    /// The counter row is locked by the last statements before the commit, so that nobody can commit a higher position
    /// before this one is visible.
    pub async fn commit(mut self) -> Result<Option<Position>> {
        self.write_gathered().await?;
        runs::write_journal(&mut self).await?;
        jobs::write_requests(&mut self).await?;
        let changes = std::mem::take(&mut self.changes);
        let newest = append(&mut self.session, &changes).await?;
        let beyond = self.session.is_beyond();
        self.session.commit().await?;
        self.store
            .committed(self.keys, (beyond, self.people), newest);
        Ok(newest)
    }

    /// Undoes everything.
    pub async fn rollback(self) -> Result<()> {
        self.session.rollback().await
    }

    /// Keyed hash of a text, for look-ups over sealed values. The purpose keeps equal texts of different columns apart.
    pub fn hash(&self, purpose: &str, text: &str) -> [u8; 32] {
        self.store.keyring().hash(purpose, text)
    }

    /// Seals `plain` for one row: key id (16 bytes), nonce (12), ciphertext and tag (16 more than `plain`).
    pub async fn seal(&mut self, key: KeyRef, aad: Aad, plain: &[u8]) -> Result<Vec<u8>> {
        let ring = self.store.keyring();
        let key = self.keys.key(ring, &mut self.session, key).await?;
        Ok(key.seal(self.session.tenant(), aad, plain))
    }

    /// Opens what was sealed for that row.
    ///
    /// # Errors
    /// [`Error::Tampered`] if it was changed or belongs to another row, [`Error::KeyDestroyed`] if its key is gone.
    pub async fn open(&mut self, aad: Aad, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let key = self.key_of(aad, sealed).await?;
        key.open(self.session.tenant(), aad, sealed)
    }

    /// The key that sealed these bytes.
    async fn key_of(&mut self, aad: Aad, sealed: &[u8]) -> Result<Arc<Key>> {
        let id = key_id(aad, sealed)?;
        let ring = self.store.keyring();
        self.keys.by_id(ring, &mut self.session, aad, id).await
    }

    /// Destroys a key and with it everything that it ever sealed. There is no way back once the transaction commits.
    pub async fn destroy_key(&mut self, key: KeyRef) -> Result<()> {
        self.keys.destroy(&mut self.session, key).await
    }

    pub(crate) async fn seal_json<T: Serialize>(
        &mut self,
        key: KeyRef,
        aad: Aad,
        value: &T,
    ) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(value).map_err(|error| format(aad, &error))?;
        self.seal(key, aad, &Zeroizing::new(json)).await
    }

    pub(crate) async fn open_json<T: DeserializeOwned>(
        &mut self,
        aad: Aad,
        sealed: &[u8],
    ) -> Result<T> {
        let key = self.key_of(aad, sealed).await?;
        key.open_into(&mut self.opened, self.session.tenant(), aad, sealed)?;
        serde_json::from_slice(&self.opened).map_err(|error| format(aad, &error))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    pub(crate) async fn run<V>(&mut self, sql: &'static str, values: V) -> Result<u64>
    where
        V: IntoIterator<Item = Value>,
    {
        self.write_gathered().await?;
        self.session.run(sql, values).await
    }

    pub(crate) async fn one<V>(&mut self, sql: &'static str, values: V) -> Result<Option<Row>>
    where
        V: IntoIterator<Item = Value>,
    {
        self.write_gathered().await?;
        self.session.one(sql, values).await
    }

    pub(crate) async fn all<V>(&mut self, sql: &'static str, values: V) -> Result<Vec<Row>>
    where
        V: IntoIterator<Item = Value>,
    {
        self.write_gathered().await?;
        self.session.all(sql, values).await
    }

    /// Runs a statement that must touch its row.
    pub(crate) async fn run_one<V>(
        &mut self,
        what: &'static str,
        sql: &'static str,
        values: V,
    ) -> Result<()>
    where
        V: IntoIterator<Item = Value>,
    {
        match self.run(sql, values).await? {
            0 => Err(Error::Missing(what)),
            _ => Ok(()),
        }
    }
}

/// Serde's messages may quote content; only the place is kept.
fn format(aad: Aad, error: &serde_json::Error) -> Error {
    Error::Format {
        table: aad.table,
        reason: format!("{:?} error at column {}", error.classify(), error.column()),
    }
}
