//! The keys of one tenant: wrapped in the table `keys`, unwrapped in memory.
//!
//! The master key wraps the tenant's key; that wraps one key for the tenant's own rows, one for look-up hashes, and one
//! per calendar. A key is destroyed by emptying its row: everything under it is unreadable from then on, in backups of
//! the other tables too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::hmac;
use sync::{CalendarId, TenantId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Error, MasterKey, Result, random,
    session::Session,
    value::values,
    vault::{Aad, KEY_LEN, Key, KeyRef, hash},
};

const INSERT: &str = "
    INSERT INTO keys (tenant, id, kind, subject, wrapped) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant, kind, subject) DO NOTHING";
const OF_SUBJECT: &str =
    "SELECT id, wrapped FROM keys WHERE tenant = $1 AND kind = $2 AND subject = $3";
const BY_ID: &str = "SELECT wrapped FROM keys WHERE tenant = $1 AND id = $2";
const DESTROY_CALENDAR: &str =
    "UPDATE keys SET wrapped = NULL WHERE tenant = $1 AND kind = 'calendar' AND subject = $2";
const DESTROY_TENANT: &str = "UPDATE keys SET wrapped = NULL WHERE tenant = $1";

/// The installation's row in `keys`; no tenant has this id.
const NOBODY: TenantId = TenantId(Uuid::nil());

/// The keys of a tenant, unwrapped.
pub(crate) struct Keyring {
    tenant: TenantId,
    wrapping: Key,
    data: Arc<Key>,
    lookup: hmac::Key,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    calendars: HashMap<CalendarId, Arc<Key>>,
    by_id: HashMap<Uuid, Arc<Key>>,
    /// The tenant's key was destroyed.
    destroyed: bool,
}

impl Keyring {
    /// Makes the keys of a new tenant.
    pub(crate) async fn create(session: &mut Session, master: &MasterKey) -> Result<()> {
        let tenant = session.tenant();
        let top = Key::new(Uuid::nil(), master.bytes());
        let (wrapping, wrapped) = fresh(tenant, &top);
        insert(session, wrapping.id, "tenant", tenant.0, wrapped).await?;
        for kind in ["data", "lookup"] {
            let (key, wrapped) = fresh(tenant, &wrapping);
            insert(session, key.id, kind, tenant.0, wrapped).await?;
        }
        Ok(())
    }

    /// Unwraps the keys of a tenant; `None` if there is no such tenant.
    pub(crate) async fn load(session: &mut Session, master: &MasterKey) -> Result<Option<Self>> {
        let tenant = session.tenant();
        let top = Key::new(Uuid::nil(), master.bytes());
        let Some((id, bytes)) = unwrap(session, &top, "tenant", tenant.0).await? else {
            return Ok(None);
        };
        let wrapping = Key::new(id, &bytes);
        let missing = || Error::Tampered { table: "keys" };
        let data = unwrap(session, &wrapping, "data", tenant.0).await?;
        let (id, bytes) = data.ok_or_else(missing)?;
        let data = Arc::new(Key::new(id, &bytes));
        let lookup = unwrap(session, &wrapping, "lookup", tenant.0).await?;
        let (_, bytes) = lookup.ok_or_else(missing)?;
        Ok(Some(Self {
            tenant,
            wrapping,
            data,
            lookup: hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice()),
            cache: Mutex::default(),
        }))
    }

    /// Seals something of the tenant's own outside of a [`crate::Tx`].
    pub(crate) fn seal_own(&self, aad: Aad, plain: &[u8]) -> Vec<u8> {
        self.data.seal(self.tenant, aad, plain)
    }

    pub(crate) fn open_own(&self, aad: Aad, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.data.open(self.tenant, aad, sealed)
    }

    pub(crate) fn hash(&self, purpose: &str, text: &str) -> [u8; 32] {
        hash(&self.lookup, purpose, text)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached(&self, key: KeyRef) -> Result<Option<Arc<Key>>> {
        let cache = self.cache();
        if cache.destroyed {
            return Err(Error::KeyDestroyed("tenant"));
        }
        Ok(match key {
            KeyRef::Tenant => Some(self.data.clone()),
            KeyRef::Calendar(id) => cache.calendars.get(&id).cloned(),
        })
    }

    fn cached_by_id(&self, id: Uuid) -> Result<Option<Arc<Key>>> {
        let cache = self.cache();
        if cache.destroyed {
            return Err(Error::KeyDestroyed("tenant"));
        }
        Ok(if id == self.data.id {
            Some(self.data.clone())
        } else {
            cache.by_id.get(&id).cloned()
        })
    }

    /// Takes over what a committed transaction did.
    pub(crate) fn committed(&self, done: Doings) {
        let mut cache = self.cache();
        for (calendar, key) in done.calendars {
            cache.by_id.insert(key.id, key.clone());
            cache.calendars.insert(calendar, key);
        }
        for key in done.by_id {
            cache.by_id.insert(key.id, key);
        }
        for key in done.destroyed {
            match key {
                KeyRef::Tenant => {
                    *cache = Cache {
                        destroyed: true,
                        ..Cache::default()
                    }
                }
                KeyRef::Calendar(id) => {
                    if let Some(key) = cache.calendars.remove(&id) {
                        cache.by_id.remove(&key.id);
                    }
                }
            }
        }
    }
}

/// What a transaction did to keys; others see it when it has committed.
#[derive(Default)]
pub(crate) struct Doings {
    calendars: HashMap<CalendarId, Arc<Key>>,
    by_id: Vec<Arc<Key>>,
    destroyed: Vec<KeyRef>,
}

impl Doings {
    /// The key to seal with; a calendar's is made when it is first needed.
    pub(crate) async fn key(
        &mut self,
        ring: &Keyring,
        session: &mut Session,
        key: KeyRef,
    ) -> Result<Arc<Key>> {
        if self.destroyed.contains(&key) {
            return Err(Error::KeyDestroyed(key.name()));
        }
        if let Some(found) = ring.cached(key)? {
            return Ok(found);
        }
        let KeyRef::Calendar(calendar) = key else {
            return Ok(ring.data.clone());
        };
        if let Some(found) = self.calendars.get(&calendar) {
            return Ok(found.clone());
        }
        let mut row = unwrap(session, &ring.wrapping, "calendar", calendar.0).await?;
        if row.is_none() {
            let (made, wrapped) = fresh(ring.tenant, &ring.wrapping);
            insert(session, made.id, "calendar", calendar.0, wrapped).await?;
            // Somebody else may have been first.
            row = unwrap(session, &ring.wrapping, "calendar", calendar.0).await?;
        }
        let (id, bytes) = row.ok_or(Error::Tampered { table: "keys" })?;
        let key = Arc::new(Key::new(id, &bytes));
        self.calendars.insert(calendar, key.clone());
        Ok(key)
    }

    /// The key that sealed something.
    pub(crate) async fn by_id(
        &mut self,
        ring: &Keyring,
        session: &mut Session,
        aad: Aad,
        id: Uuid,
    ) -> Result<Arc<Key>> {
        if let Some(found) = ring.cached_by_id(id)? {
            return Ok(found);
        }
        let mut own = self.calendars.values().chain(&self.by_id);
        if let Some(found) = own.find(|key| key.id == id) {
            return Ok(found.clone());
        }
        let row = session.one(BY_ID, values![id]).await?;
        let row = row.ok_or(Error::Tampered { table: aad.table })?;
        let bytes = unwrapped(
            ring.tenant,
            &ring.wrapping,
            id,
            row.blob_option(0)?,
            "calendar",
        )?;
        let key = Arc::new(Key::new(id, &bytes));
        self.by_id.push(key.clone());
        Ok(key)
    }

    pub(crate) async fn destroy(&mut self, session: &mut Session, key: KeyRef) -> Result<()> {
        match key {
            KeyRef::Tenant => session.run(DESTROY_TENANT, values![]).await?,
            KeyRef::Calendar(id) => session.run(DESTROY_CALENDAR, values![id]).await?,
        };
        if let KeyRef::Calendar(id) = key {
            self.calendars.remove(&id);
        }
        self.destroyed.push(key);
        Ok(())
    }
}

/// Checks that the master key is the one that this database was made with; on the first run, writes what the check needs.
pub(crate) async fn check_master(session: &mut Session, master: &MasterKey) -> Result<()> {
    debug_assert_eq!(session.tenant(), NOBODY);
    let top = Key::new(Uuid::nil(), master.bytes());
    let (probe, wrapped) = fresh(NOBODY, &top);
    insert(session, probe.id, "master", NOBODY.0, wrapped).await?;
    match unwrap(session, &top, "master", NOBODY.0).await {
        Ok(_) => Ok(()),
        Err(Error::Tampered { .. }) => Err(Error::WrongMasterKey),
        Err(other) => Err(other),
    }
}

/// The tenant of the installation's own rows.
pub(crate) fn nobody() -> TenantId {
    NOBODY
}

fn wrap_aad(id: Uuid) -> Aad {
    Aad {
        table: "keys",
        row: id,
    }
}

/// A new key and its wrapped form.
fn fresh(tenant: TenantId, under: &Key) -> (Key, Vec<u8>) {
    let id = random::id();
    let bytes = Zeroizing::new(random::bytes::<KEY_LEN>());
    let wrapped = under.seal(tenant, wrap_aad(id), bytes.as_slice());
    (Key::new(id, &bytes), wrapped)
}

async fn insert(
    session: &mut Session,
    id: Uuid,
    kind: &str,
    subject: Uuid,
    wrapped: Vec<u8>,
) -> Result<()> {
    let row = values![id, kind, subject, wrapped];
    session.run(INSERT, row).await?;
    Ok(())
}

async fn unwrap(
    session: &mut Session,
    under: &Key,
    kind: &'static str,
    subject: Uuid,
) -> Result<Option<(Uuid, Zeroizing<[u8; KEY_LEN]>)>> {
    let Some(row) = session.one(OF_SUBJECT, values![kind, subject]).await? else {
        return Ok(None);
    };
    let id = row.id(0)?;
    let bytes = unwrapped(session.tenant(), under, id, row.blob_option(1)?, kind)?;
    Ok(Some((id, bytes)))
}

fn unwrapped(
    tenant: TenantId,
    under: &Key,
    id: Uuid,
    wrapped: Option<&[u8]>,
    kind: &'static str,
) -> Result<Zeroizing<[u8; KEY_LEN]>> {
    let wrapped = wrapped.ok_or(Error::KeyDestroyed(kind))?;
    let plain = under.open(tenant, wrap_aad(id), wrapped)?;
    let bytes = <[u8; KEY_LEN]>::try_from(plain.as_slice());
    bytes
        .map(Zeroizing::new)
        .map_err(|_| Error::Tampered { table: "keys" })
}
