//! The change log: one row for everything that somebody may follow, in commit order.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, ChangeId};
use uuid::Uuid;

use crate::{
    Result, Tx,
    bulk::Bulk,
    dialect::{Dialect, NOTIFY_POSTGRES},
    row::{Row, Word as _, words},
    session::Session,
    value::{Value, values},
};

/// A place in the change log; the first change has 1. Every cursor handed to anyone is one.
pub type Position = i64;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// A copy of an event.
    Event,
    /// A calendar object that is no event.
    Object,
    /// A calendar.
    Calendar,
    /// A connection.
    Connection,
    /// A link.
    Link,
    /// A conflict.
    Conflict,
    /// What somebody may see or do.
    Grant,
    /// A setting of a person or tenant.
    Setting,
    /// A write to a provider was answered.
    Write,
}

words! { ChangeKind, "changes.kind":
    "event" => ChangeKind::Event,
    "object" => ChangeKind::Object,
    "calendar" => ChangeKind::Calendar,
    "connection" => ChangeKind::Connection,
    "link" => ChangeKind::Link,
    "conflict" => ChangeKind::Conflict,
    "grant" => ChangeKind::Grant,
    "setting" => ChangeKind::Setting,
    "write" => ChangeKind::Write,
}

/// One accepted change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it is about.
    pub kind: ChangeKind,
    /// The id of what changed.
    pub subject: Uuid,
    /// The calendar that it is in, for events and what belongs to them.
    pub calendar: Option<CalendarId>,
    /// Who did it, as a kind and an id: `user:…`, `provider:…`, `link:…`. Not sealed: no names, no addresses.
    pub actor: String,
    /// What started it.
    pub cause: Option<ChangeId>,
    /// When.
    pub at: Timestamp,
    /// Whether the subject is gone for those who follow.
    pub removed: bool,
}

/// A change with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// Where it is in the log.
    pub position: Position,
    /// What happened.
    pub change: Change,
}

const RESERVE: &str =
    "UPDATE tenants SET position = position + $2 WHERE tenant = $1 RETURNING position";
const INSERT: &str = "
    INSERT INTO changes (tenant, position, kind, subject, calendar, actor, cause, at, removed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const AFTER: &str = "
    SELECT position, kind, subject, calendar, actor, cause, at, removed FROM changes
    WHERE tenant = $1 AND position > $2 ORDER BY position LIMIT $3";
const OF_CALENDAR_AFTER: &str = "
    SELECT position, kind, subject, calendar, actor, cause, at, removed FROM changes
    WHERE tenant = $1 AND calendar = $2 AND position > $3 ORDER BY position LIMIT $4";
const BY_CAUSE: &str = "
    SELECT position, kind, subject, calendar, actor, cause, at, removed FROM changes
    WHERE tenant = $1 AND cause = $2 ORDER BY position LIMIT $3";
const LATEST: &str = "SELECT position FROM tenants WHERE tenant = $1";
const OLDEST: &str = "SELECT position FROM changes WHERE tenant = $1 ORDER BY position LIMIT 1";
const FIRST_SINCE: &str =
    "SELECT position FROM changes WHERE tenant = $1 AND at >= $2 ORDER BY position LIMIT 1";
const LATEST_OF_CALENDAR: &str = "
    SELECT position, at FROM changes WHERE tenant = $1 AND calendar = $2 ORDER BY position DESC LIMIT 1";
const PRUNE: &str = "DELETE FROM changes WHERE tenant = $1 AND position <= $2";

static INSERTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(INSERT));

/// Numbers and writes changes: the last thing before a commit.
pub(crate) async fn append(session: &mut Session, changes: &[Change]) -> Result<Option<Position>> {
    if changes.is_empty() {
        return Ok(None);
    }
    let row = session.one(RESERVE, values![changes.len()]).await?;
    let tenant = session.tenant();
    let newest = row.ok_or(crate::Error::UnknownTenant(tenant))?.i64(0)?;
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    let rows = (newest - count + 1..).zip(changes);
    let rows = rows.map(|(position, change)| Vec::from(columns(position, change)));
    INSERTS.run(session, rows.collect()).await?;
    if session.dialect() == Dialect::Postgres {
        let payload = format!("{tenant} {newest}");
        session.all(NOTIFY_POSTGRES, values![payload]).await?;
    }
    Ok(Some(newest))
}

fn columns(position: Position, change: &Change) -> [Value; 8] {
    values![
        position,
        change.kind.word(),
        change.subject,
        change.calendar,
        change.actor.as_str(),
        change.cause,
        change.at,
        change.removed
    ]
}

/// The changes after a position, oldest first.
pub async fn after(tx: &mut Tx, position: Position, limit: usize) -> Result<Vec<Logged>> {
    let rows = tx.all(AFTER, values![position, limit]).await?;
    rows.iter().map(logged).collect()
}

/// The changes of one calendar after a position, oldest first.
pub async fn of_calendar_after(
    tx: &mut Tx,
    calendar: CalendarId,
    position: Position,
    limit: usize,
) -> Result<Vec<Logged>> {
    let values = values![calendar, position, limit];
    let rows = tx.all(OF_CALENDAR_AFTER, values).await?;
    rows.iter().map(logged).collect()
}

/// The newest change that is about a calendar or something in it, and when it was; `None` if the log does not go back so far.
pub async fn latest_of_calendar(
    tx: &mut Tx,
    calendar: CalendarId,
) -> Result<Option<(Position, Timestamp)>> {
    let row = tx.one(LATEST_OF_CALENDAR, values![calendar]).await?;
    row.map(|row| Ok((row.i64(0)?, row.time(1)?))).transpose()
}

/// What followed from one change, oldest first.
pub async fn by_cause(tx: &mut Tx, cause: ChangeId, limit: usize) -> Result<Vec<Logged>> {
    let rows = tx.all(BY_CAUSE, values![cause, limit]).await?;
    rows.iter().map(logged).collect()
}

/// The newest position; 0 if nothing ever happened.
pub async fn latest(tx: &mut Tx) -> Result<Position> {
    let row = tx.one(LATEST, values![]).await?;
    row.map_or(Ok(0), |row| row.i64(0))
}

/// The oldest position that is still there; `None` if there is none. Who asks for changes after an older one than the one
/// before it must begin anew.
pub async fn oldest(tx: &mut Tx) -> Result<Option<Position>> {
    let row = tx.one(OLDEST, values![]).await?;
    row.map(|row| row.i64(0)).transpose()
}

/// The oldest position that is not from before a moment.
pub async fn first_since(tx: &mut Tx, at: Timestamp) -> Result<Option<Position>> {
    let row = tx.one(FIRST_SINCE, values![at]).await?;
    row.map(|row| row.i64(0)).transpose()
}

/// Forgets the changes up to a position; how many.
pub async fn prune(tx: &mut Tx, position: Position) -> Result<u64> {
    tx.run(PRUNE, values![position]).await
}

fn logged(row: &Row) -> Result<Logged> {
    Ok(Logged {
        position: row.i64(0)?,
        change: Change {
            kind: row.word(1)?,
            subject: row.id(2)?,
            calendar: row.id_option(3)?,
            actor: row.text(4)?,
            cause: row.id_option(5)?,
            at: row.time(6)?,
            removed: row.bool(7)?,
        },
    })
}
