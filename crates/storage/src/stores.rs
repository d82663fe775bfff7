//! All tenants of one database, and the door to each.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sync::TenantId;
use tokio::task::AbortHandle;

use crate::{
    Error, MasterKey, Result, Settings, Store,
    database::Database,
    keys::{Keyring, check_master, nobody},
    listen, random,
    session::Session,
    timeline,
    value::values,
    vault::Aad,
};

const TENANT_INSERT: &str = "INSERT INTO tenants (tenant, position, name) VALUES ($1, 0, $2)";
const TENANT_NAME: &str = "SELECT name, position FROM tenants WHERE tenant = $1";
// The installation asks, not a tenant: `$1` is the id that no tenant has.
const TENANTS: &str = "SELECT tenant FROM tenants WHERE tenant <> $1 ORDER BY tenant";

/// An open database with its tenants. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    inner: Arc<Inner>,
}

struct Inner {
    database: Arc<Database>,
    master: MasterKey,
    open: Arc<OpenStores>,
    listener: Option<AbortHandle>,
}

/// The stores that are in use; one per tenant, so that everybody waits on the same signal.
#[derive(Default)]
pub(crate) struct OpenStores(Mutex<HashMap<TenantId, Store>>);

impl OpenStores {
    pub(crate) fn get(&self, tenant: TenantId) -> Option<Store> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&tenant).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Store> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().cloned().collect()
    }

    /// Keeps a store, or gives the one that somebody else has opened meanwhile.
    fn keep(&self, store: Store) -> Store {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.entry(store.tenant()).or_insert(store).clone()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

impl Stores {
    /// Opens the database, brings its schema up to date, and checks the master key.
    pub async fn open(settings: Settings, master: MasterKey) -> Result<Self> {
        let database = Arc::new(Database::open(&settings).await?);
        let mut session = Session::new(database.begin(true).await?, nobody());
        check_master(&mut session, &master).await?;
        session.commit().await?;
        let open = Arc::new(OpenStores::default());
        let listener = match &*database {
            Database::Postgres(pool) => Some(listen::start(pool.clone(), open.clone()).await?),
            Database::Sqlite(_) => None,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                master,
                open,
                listener,
            }),
        })
    }

    /// Brings the schema up to date and does nothing else.
    pub async fn migrate(settings: &Settings) -> Result<()> {
        Database::open(settings).await?.close().await;
        Ok(())
    }

    /// Makes a tenant with its keys and its counter row.
    pub async fn create_tenant(&self, name: &str) -> Result<Store> {
        self.create_tenant_as(TenantId(random::id()), name).await
    }

    /// Makes a tenant with a given id.
    ///
    /// # Errors
    /// [`Error::Exists`] if there is one with that id.
    pub async fn create_tenant_as(&self, tenant: TenantId, name: &str) -> Result<Store> {
        let mut session = Session::new(self.inner.database.begin(true).await?, tenant);
        Keyring::create(&mut session, &self.inner.master).await?;
        let ring = self.keyring(&mut session).await?;
        let sealed = ring.seal_own(name_aad(tenant), name.as_bytes());
        session.run(TENANT_INSERT, values![sealed]).await?;
        session.commit().await?;
        self.of(tenant).await
    }

    /// The ids of all tenants.
    pub async fn tenants(&self) -> Result<Vec<TenantId>> {
        let mut session = Session::new(self.inner.database.begin(false).await?, nobody());
        let rows = session.all(TENANTS, values![]).await?;
        session.rollback().await?;
        rows.iter().map(|row| row.id(0)).collect()
    }

    /// The store of a tenant.
    ///
    /// # Errors
    /// [`Error::UnknownTenant`] if it is not in this database, [`Error::KeyDestroyed`] if it was erased.
    pub async fn of(&self, tenant: TenantId) -> Result<Store> {
        if let Some(store) = self.inner.open.get(tenant) {
            return Ok(store);
        }
        Box::pin(self.open_store(tenant)).await
    }

    async fn open_store(&self, tenant: TenantId) -> Result<Store> {
        let mut session = Session::new(self.inner.database.begin(false).await?, tenant);
        let ring = self.keyring(&mut session).await?;
        let row = session.one(TENANT_NAME, values![]).await?;
        let editions = timeline::editions_above(&mut session).await?;
        session.rollback().await?;
        let row = row.ok_or(Error::UnknownTenant(tenant))?;
        let name = ring.open_own(name_aad(tenant), row.blob(0)?)?;
        let name = String::from_utf8_lossy(&name).into_owned();
        let database = self.inner.database.clone();
        let store = Store::new(tenant, name, database, ring, row.i64(1)?);
        store.raise_editions(editions);
        Ok(self.inner.open.keep(store))
    }

    async fn keyring(&self, session: &mut Session) -> Result<Keyring> {
        let tenant = session.tenant();
        let ring = Keyring::load(session, &self.inner.master).await?;
        ring.ok_or(Error::UnknownTenant(tenant))
    }

    /// Waits until all transactions have ended and closes the database.
    pub async fn close(&self) {
        // The listener holds a connection.
        if let Some(listener) = &self.inner.listener {
            listener.abort();
        }
        self.inner.database.close().await;
    }
}

fn name_aad(tenant: TenantId) -> Aad {
    Aad {
        table: "tenants",
        row: tenant.0,
    }
}
