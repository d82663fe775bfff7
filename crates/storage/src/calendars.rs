//! Calendars: local ones and those of a connection.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sync::{CalendarId, ConnectionId, UserId};

use crate::{
    Aad, Health, KeyRef, Result, Tx,
    row::{Row, Word as _},
    stored::Stored,
    value::values,
};

/// A calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may be so without the others"
)]
pub struct Calendar {
    /// Its identity.
    pub id: CalendarId,
    /// Where it is replicated from and to; `None` for a local calendar.
    pub connection: Option<ConnectionId>,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// What people call it.
    pub name: String,
    /// CSS colour.
    pub color: Option<String>,
    /// Longer text.
    pub description: Option<String>,
    /// IANA zone in which its floating and all-day events are seen.
    pub time_zone: Option<String>,
    /// The provider's id or href; unique in its connection.
    pub remote_id: Option<String>,
    /// Its name in URLs and its id in faces; unique in the tenant.
    pub slug: String,
    /// Whether the provider lets us write.
    pub read_only: bool,
    /// Whether it is kept in step with its provider.
    pub selected: bool,
    /// Whether it is drawn; kept in step all the same.
    pub shown: bool,
    /// The provider's sync token.
    pub cursor: Option<String>,
    /// How often its feed has been read.
    pub feed: u64,
    /// How replication is doing.
    pub state: Health,
    /// What is wrong, for people.
    pub message: Option<String>,
    /// When its provider was last asked what is new, of what was then taken in whole.
    pub last_sync: Option<Timestamp>,
    /// When something was last seen or written in it.
    pub moved: Option<Timestamp>,
    /// Place in lists, smallest first.
    pub sort: i64,
    /// When it was made here.
    pub created: Timestamp,
    /// It is where messages arrive for its owner (RFC 6638 2.2), and is in no list.
    pub inbox: bool,
    /// What clients said of it that the model has no field for, by the dialect in which they said it.
    pub kept: Map<String, Value>,
}

impl Calendar {
    /// A local calendar with nothing but a name.
    pub fn new(id: CalendarId, name: String, slug: String, created: Timestamp) -> Self {
        Self {
            id,
            connection: None,
            owner: None,
            name,
            color: None,
            description: None,
            time_zone: None,
            remote_id: None,
            slug,
            read_only: false,
            selected: true,
            shown: true,
            cursor: None,
            feed: 0,
            state: Health::Ok,
            message: None,
            last_sync: None,
            moved: None,
            sort: 0,
            created,
            inbox: false,
            kept: Map::new(),
        }
    }
}

/// The sealed part.
#[derive(Serialize, Deserialize)]
struct Content {
    name: String,
    color: Option<String>,
    description: Option<String>,
    time_zone: Option<String>,
    remote_id: Option<String>,
    slug: String,
    cursor: Option<String>,
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    kept: Map<String, Value>,
}

const INSERT: &str = "
    INSERT INTO calendars (tenant, id, connection, owner, remote_hash, slug_hash, read_only, selected, feed, state,
        last_sync, moved, sort, created, content, shown, inbox)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const UPDATE: &str = "
    UPDATE calendars SET connection = $3, owner = $4, remote_hash = $5, slug_hash = $6, read_only = $7, selected = $8,
        feed = $9, state = $10, last_sync = $11, moved = $12, sort = $13, created = $14, content = $15,
        shown = $16, inbox = $17
    WHERE tenant = $1 AND id = $2";
const FEED: &str = "SELECT feed FROM calendars WHERE tenant = $1 AND id = $2";
const CONNECTION: &str = "SELECT connection FROM calendars WHERE tenant = $1 AND id = $2";
const GET: &str = "
    SELECT id, connection, owner, read_only, selected, feed, state, last_sync, moved, sort, created, content, shown, inbox
    FROM calendars WHERE tenant = $1 AND id = $2";
const BY_REMOTE: &str = "
    SELECT id, connection, owner, read_only, selected, feed, state, last_sync, moved, sort, created, content, shown, inbox
    FROM calendars WHERE tenant = $1 AND connection = $2 AND remote_hash = $3";
const BY_SLUG: &str = "
    SELECT id, connection, owner, read_only, selected, feed, state, last_sync, moved, sort, created, content, shown, inbox
    FROM calendars WHERE tenant = $1 AND slug_hash = $2";
const LIST: &str = "
    SELECT id, connection, owner, read_only, selected, feed, state, last_sync, moved, sort, created, content, shown, inbox
    FROM calendars WHERE tenant = $1 AND inbox = 0 ORDER BY sort, created, id";
const OF_CONNECTION: &str = "
    SELECT id, connection, owner, read_only, selected, feed, state, last_sync, moved, sort, created, content, shown, inbox
    FROM calendars WHERE tenant = $1 AND connection = $2 ORDER BY sort, created, id";
const INBOX_OF: &str = "
    SELECT id, connection, owner, read_only, selected, feed, state, last_sync, moved, sort, created, content, shown, inbox
    FROM calendars WHERE tenant = $1 AND owner = $2 AND inbox = 1";
const DELETE: &str = "DELETE FROM calendars WHERE tenant = $1 AND id = $2";
const DELETE_MEMBERS: &str = "DELETE FROM members WHERE tenant = $1 AND calendar = $2";

/// Adds a calendar.
///
/// # Errors
/// [`crate::Error::Exists`] if its slug is taken, or its remote id in the same connection.
pub async fn insert(tx: &mut Tx, calendar: &Calendar) -> Result<()> {
    put(tx, INSERT, calendar).await
}

/// Writes a calendar.
///
/// # Errors
/// [`crate::Error::Missing`] if it is not there, and those of [`insert`].
pub async fn update(tx: &mut Tx, calendar: &Calendar) -> Result<()> {
    put(tx, UPDATE, calendar).await
}

async fn put(tx: &mut Tx, sql: &'static str, calendar: &Calendar) -> Result<()> {
    let content = Content {
        name: calendar.name.clone(),
        color: calendar.color.clone(),
        description: calendar.description.clone(),
        time_zone: calendar.time_zone.clone(),
        remote_id: calendar.remote_id.clone(),
        slug: calendar.slug.clone(),
        cursor: calendar.cursor.clone(),
        message: calendar.message.clone(),
        kept: calendar.kept.clone(),
    };
    let key = KeyRef::Calendar(calendar.id);
    let sealed = tx.seal_json(key, aad(calendar.id), &content).await?;
    let remote_hash = calendar.remote_id.as_deref();
    let row = values![
        calendar.id,
        calendar.connection,
        calendar.owner,
        remote_hash.map(|id| tx.hash("calendar-remote", id)),
        tx.hash("calendar-slug", &calendar.slug),
        calendar.read_only,
        calendar.selected,
        i64::try_from(calendar.feed).unwrap_or(i64::MAX),
        calendar.state.word(),
        calendar.last_sync,
        calendar.moved,
        calendar.sort,
        calendar.created,
        sealed,
        calendar.shown,
        calendar.inbox
    ];
    let replicated = calendar.connection.is_some();
    tx.known.replicated.insert(calendar.id, replicated);
    tx.run_one("calendar", sql, row).await
}

/// Whether a calendar has a provider; of none that there is, no. Read once in a transaction.
pub async fn is_replicated(tx: &mut Tx, id: CalendarId) -> Result<bool> {
    if let Some(known) = tx.known.replicated.get(&id) {
        return Ok(*known);
    }
    let row = tx.one(CONNECTION, values![id]).await?;
    let connection: Option<ConnectionId> = row.map_or(Ok(None), |row| row.id_option(0))?;
    tx.known.replicated.insert(id, connection.is_some());
    Ok(connection.is_some())
}

/// How often the feed of a calendar has been read; 0 if there is no such calendar.
pub async fn feed(tx: &mut Tx, id: CalendarId) -> Result<u64> {
    let row = tx.one(FEED, values![id]).await?;
    row.map_or(Ok(0), |row| Ok(row.i64(0)?.unsigned_abs()))
}

/// One calendar.
pub async fn get(tx: &mut Tx, id: CalendarId) -> Result<Option<Calendar>> {
    let found: Option<Calendar> = tx.find(GET, values![id]).await?;
    if let Some(calendar) = &found {
        let replicated = calendar.connection.is_some();
        tx.known.replicated.insert(id, replicated);
    }
    Ok(found)
}

/// The calendar with the provider's id `remote_id` in a connection.
pub async fn by_remote(
    tx: &mut Tx,
    connection: ConnectionId,
    remote_id: &str,
) -> Result<Option<Calendar>> {
    let hash = tx.hash("calendar-remote", remote_id);
    tx.find(BY_REMOTE, values![connection, hash]).await
}

/// The calendar with a name in URLs.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Calendar>> {
    let hash = tx.hash("calendar-slug", slug);
    tx.find(BY_SLUG, values![hash]).await
}

/// Where messages arrive for a person, if any ever has.
pub async fn inbox_of(tx: &mut Tx, owner: UserId) -> Result<Option<Calendar>> {
    tx.find(INBOX_OF, values![owner]).await
}

/// All calendars but inboxes, in their order.
pub async fn list(tx: &mut Tx) -> Result<Vec<Calendar>> {
    tx.list(LIST, values![]).await
}

/// The calendars of a connection, in their order.
pub async fn of_connection(tx: &mut Tx, connection: ConnectionId) -> Result<Vec<Calendar>> {
    tx.list(OF_CONNECTION, values![connection]).await
}

/// Deletes a calendar with everything in it, and destroys its key, so that what is left of it in backups cannot be read
/// either.
pub async fn delete(tx: &mut Tx, id: CalendarId) -> Result<()> {
    tx.known.replicated.remove(&id);
    tx.known.ahead = crate::ahead::Ahead::default();
    tx.run(DELETE_MEMBERS, values![id]).await?;
    tx.run(DELETE, values![id]).await?;
    tx.destroy_key(KeyRef::Calendar(id)).await
}

fn aad(id: CalendarId) -> Aad {
    Aad {
        table: "calendars",
        row: id.0,
    }
}

impl Stored for Calendar {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let content: Content = tx.open_json(aad(id), row.blob(11)?).await?;
        Ok(Self {
            id,
            connection: row.id_option(1)?,
            owner: row.id_option(2)?,
            name: content.name,
            color: content.color,
            description: content.description,
            time_zone: content.time_zone,
            remote_id: content.remote_id,
            slug: content.slug,
            read_only: row.bool(3)?,
            selected: row.bool(4)?,
            shown: row.bool(12)?,
            inbox: row.bool(13)?,
            cursor: content.cursor,
            feed: row.i64(5)?.unsigned_abs(),
            state: row.word(6)?,
            message: content.message,
            last_sync: row.time_option(7)?,
            moved: row.time_option(8)?,
            sort: row.i64(9)?,
            created: row.time(10)?,
            kept: content.kept,
        })
    }
}
