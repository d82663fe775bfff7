//! The store of one tenant: begin transactions, wait for changes.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use sync::TenantId;
use tokio::sync::watch;

use crate::{
    Position, Result, Tx,
    database::Database,
    dialect::AnyTransaction,
    keys::{Doings, Keyring},
    session::Session,
};

/// Everything of one tenant. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    tenant: TenantId,
    name: String,
    database: Arc<Database>,
    keyring: Keyring,
    newest: watch::Sender<Position>,
    /// See [`crate::timeline`].
    editions_above: AtomicI64,
    /// How often people or what they sign in with have changed.
    people: AtomicU64,
    /// How often anything beyond events has changed.
    calendars: AtomicU64,
}

impl Store {
    pub(crate) fn new(
        tenant: TenantId,
        name: String,
        database: Arc<Database>,
        keyring: Keyring,
        newest: Position,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                tenant,
                name,
                database,
                keyring,
                newest: watch::Sender::new(newest),
                editions_above: AtomicI64::new(0),
                people: AtomicU64::new(0),
                calendars: AtomicU64::new(0),
            }),
        }
    }

    /// Whose store it is.
    pub fn tenant(&self) -> TenantId {
        self.inner.tenant
    }

    pub(crate) fn editions_above(&self) -> i64 {
        self.inner.editions_above.load(Ordering::Relaxed)
    }

    pub(crate) fn raise_editions(&self, above: i64) {
        self.inner
            .editions_above
            .fetch_max(above, Ordering::Relaxed);
    }

    /// What the tenant is called.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Begins a transaction that may write. On SQLite there is one at a time; the others wait. Do not begin a second one
    /// while you hold the first.
    pub async fn write(&self) -> Result<Tx> {
        self.begin(true).await
    }

    /// Begins a transaction that only reads, all of it from one moment.
    pub async fn read(&self) -> Result<Tx> {
        self.begin(false).await
    }

    /// The same for who reads a row or two: on SQLite, others may wait with a write for it to end.
    pub async fn glance(&self) -> Result<Tx> {
        Ok(self.tx(self.inner.database.glance().await?))
    }

    async fn begin(&self, write: bool) -> Result<Tx> {
        Ok(self.tx(self.inner.database.begin(write).await?))
    }

    fn tx(&self, transaction: AnyTransaction) -> Tx {
        let session = Session::new(transaction, self.inner.tenant);
        Tx::new(self.clone(), session)
    }

    /// The newest position of the change log, as it grows: by commits of this process at once, by those of other nodes
    /// on the same PostgreSQL as they tell. May skip positions; read the log for what happened.
    pub fn subscribe(&self) -> watch::Receiver<Position> {
        self.inner.newest.subscribe()
    }

    /// Keyed hash of a text, as [`Tx::hash`].
    pub fn hash(&self, purpose: &str, text: &str) -> [u8; 32] {
        self.inner.keyring.hash(purpose, text)
    }

    /// Another number than before once this process has committed a change of people or of what their devices sign in with.
    /// Of what other processes commit it says nothing.
    pub fn people(&self) -> u64 {
        self.inner.people.load(Ordering::Acquire)
    }

    /// The same of whatever this process commits but events and what belongs to them: of calendars, and of who may do what with them.
    pub fn calendars(&self) -> u64 {
        self.inner.calendars.load(Ordering::Acquire)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.inner.keyring
    }

    /// A transaction was committed. `beyond`: it has written something beyond events; `people`: people or what they sign in with.
    pub(crate) fn committed(
        &self,
        keys: Doings,
        (beyond, people): (bool, bool),
        newest: Option<Position>,
    ) {
        self.inner.keyring.committed(keys);
        if beyond {
            self.inner.calendars.fetch_add(1, Ordering::AcqRel);
        }
        if people {
            self.inner.people.fetch_add(1, Ordering::AcqRel);
        }
        if let Some(newest) = newest {
            self.reached(newest);
        }
    }

    /// Tells those who wait that the log has grown to `position`.
    pub(crate) fn reached(&self, position: Position) {
        self.inner.newest.send_if_modified(|newest| {
            let grown = position > *newest;
            *newest = position.max(*newest);
            grown
        });
    }
}
