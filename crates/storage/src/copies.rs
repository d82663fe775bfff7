//! Local copies of events: their shape in columns that queries need, the rest sealed under their calendar's key.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, CopyId, LinkedId, Remote};

use crate::{
    Aad, Error, KeyRef, Result, Tx, row,
    stored::Stored,
    takes::{self, Takes},
    value::{Value, values},
};

/// A copy with what storage and faces know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The copy.
    pub copy: sync::Copy,
    /// Its file name at the CalDAV face (`….ics`), where a client has chosen one.
    pub name: Option<String>,
    /// Grows by one with every write; whoever writes must have read the last one.
    pub revision: i64,
    /// When it was made here.
    pub created: Timestamp,
    /// When it was last written here.
    pub updated: Timestamp,
    /// What queries need to know of the local value.
    pub shape: Shape,
    /// The linked event that it belongs to.
    pub linked: Option<LinkedId>,
    /// Whether it was made by a link, rather than by a person in this calendar.
    pub projected: bool,
    /// Whether the planner has something to do for it.
    pub pending: bool,
}

/// When the local value happens, as far as a query must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Start of the first occurrence, in microseconds since 1970. Early enough for every zone if it is a day or floating.
    pub start: i64,
    /// End of the last occurrence, in the same way; `None` if there is no last one.
    pub end: Option<i64>,
    /// Whether it has more than one occurrence.
    pub recurring: bool,
    /// Whether it counts: only admitted events reach busy time, links and people.
    pub admitted: bool,
}

/// The sealed part.
#[derive(Deserialize)]
struct Content {
    copy: sync::Copy,
    name: Option<String>,
}

/// The same, borrowed.
#[derive(Serialize)]
struct ContentRef<'a> {
    copy: &'a sync::Copy,
    name: Option<&'a str>,
}

/// How many copies one statement of [`get_many`] asks for.
const MANY: usize = 16;

const INSERT: &str = "
    INSERT INTO copies (tenant, id, calendar, uid_hash, remote_hash, name_hash, linked, alive, admitted, projected,
        pending, parked, recurring, start_at, end_at, takes, revision, created, updated, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
const UPDATE: &str = "
    UPDATE copies SET calendar = $3, uid_hash = $4, remote_hash = $5, name_hash = $6, linked = $7, alive = $8,
        admitted = $9, projected = $10, pending = $11, parked = $12, recurring = $13, start_at = $14, end_at = $15,
        takes = $16, revision = $17, created = $18, updated = $19, content = $20
    WHERE tenant = $1 AND id = $2 AND revision = $21";
const GET: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND id = $2";
const GET_MANY: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1
      AND id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const BY_REMOTE: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND remote_hash = $3 ORDER BY alive DESC, updated DESC";
// The condition is that of the index in `0024_written.sql`, word for word. CROSS keeps SQLite from beginning with all copies,
// and of which calendar they are is not asked: PostgreSQL would look for all of it for each.
const WRITTEN_SINCE: &str = "
    SELECT c.id, c.remote_hash, c.calendar FROM intents i CROSS JOIN copies c
    WHERE i.tenant = $1 AND i.calendar = $2 AND i.closed_at >= $3 AND i.outcome IN ('done', 'partly')
        AND c.tenant = $1 AND c.id = i.copy";
const BY_UID: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND uid_hash = $3 ORDER BY alive DESC, updated DESC";
const BY_NAME: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND name_hash = $3 ORDER BY alive DESC, updated DESC";
const LIVING: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1 ORDER BY id LIMIT $3 OFFSET $4";
const PAGE: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND id > $3 AND alive >= $4 ORDER BY id LIMIT $5";
const PAGE_OF_SERIES: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND id > $3 AND alive = 1 AND recurring = 1 ORDER BY id LIMIT $4";
const PENDING: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND pending = 1 ORDER BY updated, id LIMIT $3";
const PENDING_IDS: &str = "
    SELECT id FROM copies WHERE tenant = $1 AND calendar = $2 AND pending = 1 ORDER BY updated, id LIMIT $3";
const PARKED: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND parked = 1 ORDER BY updated, id LIMIT $3";
const COUNT: &str = "SELECT COUNT(*) FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1";
const PURGE: &str = "DELETE FROM copies WHERE tenant = $1 AND id = $2";

/// Adds a copy.
pub async fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    forget(tx, &row.copy);
    let columns = columns(tx, row, row.revision).await?;
    tx.run(INSERT, columns).await?;
    if let Some(journal) = &mut tx.journal {
        journal.made(&row.copy);
    }
    Ok(())
}

/// Writes a copy and gives it its next revision.
///
/// # Errors
/// [`Error::Stale`] if it was written since it was read, or is gone; a transaction that gathers its writes may say so later.
pub async fn update(tx: &mut Tx, row: &mut Row) -> Result<()> {
    forget(tx, &row.copy);
    let next = row.revision + 1;
    let mut columns = columns(tx, row, next).await?;
    let expected = Value::from(row.revision);
    if let Some(behind) = &mut tx.behind {
        behind.copy(row.copy.id, columns, expected);
    } else {
        columns.push(expected);
        if tx.run(UPDATE, columns).await? == 0 {
            return Err(Error::Stale("event"));
        }
    }
    row.revision = next;
    if let Some(journal) = &mut tx.journal {
        journal.written(&row.copy);
    }
    Ok(())
}

/// What was read ahead of a copy that is written.
fn forget(tx: &mut Tx, copy: &sync::Copy) {
    let remote = copy.remote.id().map(|id| tx.hash("copy-remote", id));
    let ahead = &mut tx.known.ahead;
    ahead.forget_copy(copy.id, copy.calendar, remote);
}

async fn columns(tx: &mut Tx, row: &Row, revision: i64) -> Result<Vec<Value>> {
    let copy = &row.copy;
    let content = ContentRef {
        copy,
        name: row.name.as_deref(),
    };
    let key = KeyRef::Calendar(copy.calendar);
    let sealed = tx.seal_json(key, aad(copy.id), &content).await?;
    let remote = copy.remote.id();
    Ok(Vec::from(values![
        copy.id,
        copy.calendar,
        tx.hash("copy-uid", &copy.local.uid),
        remote.map(|id| tx.hash("copy-remote", id)),
        row.name.as_deref().map(|name| tx.hash("copy-name", name)),
        row.linked,
        copy.alive,
        row.shape.admitted,
        row.projected,
        row.pending,
        copy.parked.is_some(),
        row.shape.recurring,
        row.shape.start,
        row.shape.end,
        takes::of(&copy.local).map(Takes::number),
        revision,
        row.created,
        row.updated,
        sealed,
    ]))
}

/// One copy, alive or not.
pub async fn get(tx: &mut Tx, id: CopyId) -> Result<Option<Row>> {
    if let Some(row) = tx.known.ahead.take_copy(id) {
        return Ok(Some(row));
    }
    tx.find(GET, values![id]).await
}

/// Those of the copies that exist, in no particular order.
pub async fn get_many(tx: &mut Tx, ids: &[CopyId]) -> Result<Vec<Row>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(MANY) {
        // The statement has so many places; the rest ask for the last one again.
        let last = some.last().into_iter().cycle();
        let places = some.iter().chain(last).take(MANY);
        let rows: Vec<Row> = tx.list(GET_MANY, places.copied().map(Value::from)).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The copy of the provider's event with that id; a living one first.
pub async fn by_remote(tx: &mut Tx, calendar: CalendarId, remote_id: &str) -> Result<Option<Row>> {
    let hash = tx.hash("copy-remote", remote_id);
    if let Some(row) = tx.known.ahead.take_remote(calendar, hash) {
        return Ok(Some(row));
    }
    tx.find(BY_REMOTE, values![calendar, hash]).await
}

/// The ids at the provider of what was written there from a moment on, as far as is known, without those that it has `told`.
pub async fn written_since(
    tx: &mut Tx,
    calendar: CalendarId,
    since: Timestamp,
    told: impl IntoIterator<Item = &String>,
) -> Result<Vec<String>> {
    let rows = tx.all(WRITTEN_SINCE, values![calendar, since]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let told = told.into_iter().map(|id| tx.hash("copy-remote", id));
    let told: HashSet<[u8; 32]> = told.collect();
    let mut untold = BTreeSet::new();
    for row in rows {
        let moved = row.id::<CalendarId>(2)? != calendar;
        let told = row.hash_option(1)?.is_none_or(|hash| told.contains(&hash));
        if !moved && !told {
            untold.insert(row.id(0)?);
        }
    }
    let mut written = Vec::new();
    for copy in untold {
        let row = get(tx, copy).await?.map(|row| row.copy.remote);
        if let Some(Remote::Live { id, .. }) = row {
            written.push(id);
        }
    }
    Ok(written)
}

/// The copies with that UID (RFC 5545 3.8.4.7), alive or not; living ones first.
pub async fn by_uid(tx: &mut Tx, calendar: CalendarId, uid: &str) -> Result<Vec<Row>> {
    let hash = tx.hash("copy-uid", uid);
    tx.list(BY_UID, values![calendar, hash]).await
}

/// The copy with that file name; a living one first.
pub async fn by_name(tx: &mut Tx, calendar: CalendarId, name: &str) -> Result<Option<Row>> {
    let hash = tx.hash("copy-name", name);
    tx.find(BY_NAME, values![calendar, hash]).await
}

/// A calendar's living copies by id, without the first `skip`.
pub async fn living(
    tx: &mut Tx,
    calendar: CalendarId,
    skip: usize,
    limit: usize,
) -> Result<Vec<Row>> {
    tx.list(LIVING, values![calendar, limit, skip]).await
}

/// A calendar's copies by id, from the one after `after`.
pub async fn page(
    tx: &mut Tx,
    calendar: CalendarId,
    after: Option<CopyId>,
    limit: usize,
    include_dead: bool,
) -> Result<Vec<Row>> {
    let after = after.unwrap_or(CopyId(uuid::Uuid::nil()));
    let values = values![calendar, after, !include_dead, limit];
    tx.list(PAGE, values).await
}

/// A calendar's living series by id, from the one after `after`.
pub async fn page_of_series(
    tx: &mut Tx,
    calendar: CalendarId,
    after: Option<CopyId>,
    limit: usize,
) -> Result<Vec<Row>> {
    let after = after.unwrap_or(CopyId(uuid::Uuid::nil()));
    tx.list(PAGE_OF_SERIES, values![calendar, after, limit])
        .await
}

/// Copies for which the planner has something to do, longest waiting first.
pub async fn pending(tx: &mut Tx, calendar: CalendarId, limit: usize) -> Result<Vec<Row>> {
    tx.list(PENDING, values![calendar, limit]).await
}

/// The ids of the same.
pub async fn pending_ids(tx: &mut Tx, calendar: CalendarId, limit: usize) -> Result<Vec<CopyId>> {
    let rows = tx.all(PENDING_IDS, values![calendar, limit]).await?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Copies that are not written until something changes, longest waiting first.
pub async fn parked(tx: &mut Tx, calendar: CalendarId, limit: usize) -> Result<Vec<Row>> {
    tx.list(PARKED, values![calendar, limit]).await
}

/// How many living copies a calendar has.
pub async fn count(tx: &mut Tx, calendar: CalendarId) -> Result<i64> {
    let row = tx.one(COUNT, values![calendar]).await?;
    row.map_or(Ok(0), |row| row.i64(0))
}

/// Removes a copy for good.
pub async fn purge(tx: &mut Tx, id: CopyId) -> Result<()> {
    tx.known.ahead.take_copy(id);
    tx.run(PURGE, values![id]).await?;
    Ok(())
}

/// What the sealed part of a copy is bound to.
pub(crate) fn aad(id: CopyId) -> Aad {
    Aad {
        table: "copies",
        row: id.0,
    }
}

impl Stored for Row {
    async fn read(tx: &mut Tx, row: &row::Row) -> Result<Self> {
        let content: Content = tx.open_json(aad(row.id(0)?), row.blob(11)?).await?;
        if let Some(journal) = &mut tx.journal {
            journal.read(&content.copy);
        }
        Ok(Self {
            copy: content.copy,
            name: content.name,
            linked: row.id_option(1)?,
            projected: row.bool(3)?,
            shape: Shape {
                admitted: row.bool(2)?,
                recurring: row.bool(5)?,
                start: row.i64(6)?,
                end: row.i64_option(7)?,
            },
            pending: row.bool(4)?,
            revision: row.i64(8)?,
            created: row.time(9)?,
            updated: row.time(10)?,
        })
    }
}
