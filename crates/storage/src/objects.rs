//! Calendar objects that are no events: tasks, journals and the like, kept as their clients wrote them, sealed under their
//! calendar's key.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::CalendarId;
use uuid::Uuid;

use crate::{Aad, Error, KeyRef, Result, Tx, row::Row, stored::Stored, timeline, value::values};

/// A calendar object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its identity.
    pub id: Uuid,
    /// The calendar that it is in.
    pub calendar: CalendarId,
    /// What it is, in capitals: `VTODO`, `VJOURNAL`.
    pub component: String,
    /// Whether it exists; of one that is gone the text is gone too.
    pub alive: bool,
    /// Grows by one with every write.
    pub revision: i64,
    /// When it was made here.
    pub created: Timestamp,
    /// When it was last written here.
    pub updated: Timestamp,
    /// The sealed part.
    pub content: Content,
}

/// What is sealed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Its file name, unique among the living ones of its calendar.
    pub name: String,
    /// Its UID (RFC 5545 3.8.4.7).
    pub uid: String,
    /// Its text (RFC 5545), as it came.
    pub text: String,
}

const INSERT: &str = "
    INSERT INTO objects (tenant, id, calendar, uid_hash, name_hash, component, alive, revision, created, updated, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str = "
    UPDATE objects SET calendar = $3, uid_hash = $4, name_hash = $5, component = $6, alive = $7, revision = $8,
        created = $9, updated = $10, content = $11
    WHERE tenant = $1 AND id = $2 AND revision = $12";
const GET: &str = "
    SELECT id, calendar, component, alive, revision, created, updated, content
    FROM objects WHERE tenant = $1 AND id = $2";
const BY_NAME: &str = "
    SELECT id, calendar, component, alive, revision, created, updated, content
    FROM objects WHERE tenant = $1 AND calendar = $2 AND name_hash = $3 AND alive = 1";
const BY_UID: &str = "
    SELECT id, calendar, component, alive, revision, created, updated, content
    FROM objects WHERE tenant = $1 AND uid_hash = $2 AND alive = 1";
const PAGE: &str = "
    SELECT id, calendar, component, alive, revision, created, updated, content
    FROM objects WHERE tenant = $1 AND calendar = $2 AND alive = 1 AND id > $3 ORDER BY id LIMIT $4";
const PRUNE: &str = "DELETE FROM objects WHERE tenant = $1 AND alive = 0 AND updated < $2";

const PRUNE_INBOXES: &str = "
    DELETE FROM objects WHERE tenant = $1 AND updated < $2
        AND calendar IN (SELECT id FROM calendars WHERE tenant = $1 AND inbox = 1)";

/// Adds an object.
///
/// # Errors
/// [`Error::Exists`] if its name is taken in its calendar.
pub async fn insert(tx: &mut Tx, object: &Object) -> Result<()> {
    let sealed = seal(tx, object).await?;
    let row = values![
        object.id,
        object.calendar,
        tx.hash("object-uid", &object.content.uid),
        tx.hash("object-name", &object.content.name),
        object.component.as_str(),
        object.alive,
        object.revision,
        object.created,
        object.updated,
        sealed
    ];
    tx.run_one("object", INSERT, row).await
}

/// Writes an object and gives it its next revision.
///
/// # Errors
/// [`Error::Stale`] if it was written since it was read, or is gone.
pub async fn update(tx: &mut Tx, object: &mut Object) -> Result<()> {
    let sealed = seal(tx, object).await?;
    let next = timeline::next_edition(tx, object.revision);
    let row = values![
        object.id,
        object.calendar,
        tx.hash("object-uid", &object.content.uid),
        tx.hash("object-name", &object.content.name),
        object.component.as_str(),
        object.alive,
        next,
        object.created,
        object.updated,
        sealed,
        object.revision
    ];
    if tx.run(UPDATE, row).await? == 0 {
        return Err(Error::Stale("object"));
    }
    object.revision = next;
    Ok(())
}

/// One object, alive or not.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Object>> {
    tx.find(GET, values![id]).await
}

/// The living object with that file name.
pub async fn by_name(tx: &mut Tx, calendar: CalendarId, name: &str) -> Result<Option<Object>> {
    let hash = tx.hash("object-name", name);
    tx.find(BY_NAME, values![calendar, hash]).await
}

/// The living objects with that UID, in whatever calendar.
pub async fn by_uid(tx: &mut Tx, uid: &str) -> Result<Vec<Object>> {
    let hash = tx.hash("object-uid", uid);
    tx.list(BY_UID, values![hash]).await
}

/// A calendar's living objects by id, from the one after `after`.
pub async fn page(
    tx: &mut Tx,
    calendar: CalendarId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Object>> {
    let after = after.unwrap_or_default();
    tx.list(PAGE, values![calendar, after, limit]).await
}

/// Forgets objects that were deleted before a moment; how many.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

/// Forgets messages that arrived in inboxes before a moment, whether or not anybody has read them; how many.
pub async fn prune_inboxes(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE_INBOXES, values![older_than]).await
}

async fn seal(tx: &mut Tx, object: &Object) -> Result<Vec<u8>> {
    let key = KeyRef::Calendar(object.calendar);
    tx.seal_json(key, aad(object.id), &object.content).await
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "objects",
        row: id,
    }
}

impl Stored for Object {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        Ok(Self {
            id,
            calendar: row.id(1)?,
            component: row.text(2)?,
            alive: row.bool(3)?,
            revision: row.i64(4)?,
            created: row.time(5)?,
            updated: row.time(6)?,
            content: tx.open_json(aad(id), row.blob(7)?).await?,
        })
    }
}
