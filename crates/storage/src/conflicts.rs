//! Values that lost when two people changed the same thing; kept so that they can be restored.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, ChangeId, Conflict, CopyId};
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx, row,
    row::{Word as _, words},
    stored::Stored,
    value::values,
};

/// A conflict with where and when it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its identity.
    pub id: Uuid,
    /// The copy in which both met.
    pub copy: CopyId,
    /// Its calendar.
    pub calendar: CalendarId,
    /// When they met.
    pub at: Timestamp,
    /// Since when it is as it is now.
    pub since: Timestamp,
    /// What has become of it.
    pub state: State,
    /// Both values.
    pub conflict: Conflict,
    /// What a person did about it last.
    pub last: Option<Deed>,
}

/// What a person did about a conflict, as far as it must be known to take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// What had become of the conflict before.
    pub before: State,
    /// The edit that it was.
    pub change: ChangeId,
    /// Who did it, as in [`crate::Change::actor`].
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// The sealed part.
#[derive(Deserialize)]
struct Content {
    #[serde(flatten)]
    conflict: Conflict,
    #[serde(default)]
    last: Option<Deed>,
}

/// The same, borrowed.
#[derive(Serialize)]
struct ContentRef<'a> {
    #[serde(flatten)]
    conflict: &'a Conflict,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<&'a Deed>,
}

/// What has become of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// A person is asked.
    Open,
    /// Somebody won.
    Resolved,
    /// A person brought the loser back.
    Restored,
    /// A person has seen what was made of it, and wants it so.
    Confirmed,
}

/// Which conflicts a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those about which a person is asked.
    Open,
    /// The others.
    Settled,
}

words! { State, "conflicts.state":
    "open" => State::Open,
    "resolved" => State::Resolved,
    "restored" => State::Restored,
    "confirmed" => State::Confirmed,
}

const INSERT: &str = "
    INSERT INTO conflicts (tenant, id, copy, calendar, at, since, state, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const GET: &str = "SELECT id, copy, calendar, at, since, state, content FROM conflicts WHERE tenant = $1 AND id = $2";
const LIST: &str = "
    SELECT id, copy, calendar, at, since, state, content FROM conflicts
    WHERE tenant = $1 AND (at < $2 OR (at = $2 AND id < $3))
    ORDER BY at DESC, id DESC LIMIT $4";
const LIST_OPEN: &str = "
    SELECT id, copy, calendar, at, since, state, content FROM conflicts
    WHERE tenant = $1 AND (at < $2 OR (at = $2 AND id < $3)) AND state = 'open'
    ORDER BY at DESC, id DESC LIMIT $4";
const LIST_SETTLED: &str = "
    SELECT id, copy, calendar, at, since, state, content FROM conflicts
    WHERE tenant = $1 AND (at < $2 OR (at = $2 AND id < $3)) AND state <> 'open'
    ORDER BY at DESC, id DESC LIMIT $4";
const OF_COPY: &str = "
    SELECT id, copy, calendar, at, since, state, content FROM conflicts
    WHERE tenant = $1 AND copy = $2 ORDER BY at DESC, id DESC LIMIT $3";
const OPEN_OF_COPY: &str = "
    SELECT id, copy, calendar, at, since, state, content FROM conflicts
    WHERE tenant = $1 AND copy = $2 AND state = 'open' ORDER BY at, id";
const ASKED_COPIES: &str =
    "SELECT copy FROM conflicts WHERE tenant = $1 AND calendar = $2 AND state = 'open'";
const UPDATE: &str =
    "UPDATE conflicts SET since = $3, state = $4, content = $5 WHERE tenant = $1 AND id = $2";
const PRUNE: &str = "DELETE FROM conflicts WHERE tenant = $1 AND since < $2 AND state <> 'open'";

/// Keeps a conflict.
pub async fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    let sealed = sealed(tx, row).await?;
    let state = row.state.word();
    let row = values![
        row.id,
        row.copy,
        row.calendar,
        row.at,
        row.since,
        state,
        sealed
    ];
    tx.known.asked.clear();
    tx.run(INSERT, row).await?;
    Ok(())
}

async fn sealed(tx: &mut Tx, row: &Row) -> Result<Vec<u8>> {
    let content = ContentRef {
        conflict: &row.conflict,
        last: row.last.as_ref(),
    };
    let key = KeyRef::Calendar(row.calendar);
    tx.seal_json(key, aad(row.id), &content).await
}

/// One conflict.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Row>> {
    tx.find(GET, values![id]).await
}

/// The latest conflicts, newest first; from the one after `after`, which is known by when it happened and its identity.
pub async fn list(
    tx: &mut Tx,
    which: Which,
    after: Option<(Timestamp, Uuid)>,
    limit: usize,
) -> Result<Vec<Row>> {
    let (at, id) = after.unwrap_or((Timestamp::MAX, Uuid::max()));
    let sql = match which {
        Which::All => LIST,
        Which::Open => LIST_OPEN,
        Which::Settled => LIST_SETTLED,
    };
    tx.list(sql, values![at, id, limit]).await
}

/// The latest conflicts of a copy, newest first.
pub async fn of_copy(tx: &mut Tx, copy: CopyId, limit: usize) -> Result<Vec<Row>> {
    tx.list(OF_COPY, values![copy, limit]).await
}

/// The questions about a copy that wait for an answer, oldest first. About which copies of the calendar there are any is
/// read once in a transaction.
pub async fn open_of_copy(tx: &mut Tx, calendar: CalendarId, copy: CopyId) -> Result<Vec<Row>> {
    if !tx.known.asked.contains_key(&calendar) {
        let rows = tx.all(ASKED_COPIES, values![calendar]).await?;
        let copies: Result<HashSet<CopyId>> = rows.iter().map(|row| row.id(0)).collect();
        tx.known.asked.insert(calendar, copies?);
    }
    if tx.known.asked[&calendar].contains(&copy) {
        tx.list(OPEN_OF_COPY, values![copy]).await
    } else {
        Ok(Vec::new())
    }
}

/// Writes what has become of a conflict, with its values.
pub async fn update(tx: &mut Tx, row: &Row) -> Result<()> {
    let sealed = sealed(tx, row).await?;
    let values = values![row.id, row.since, row.state.word(), sealed];
    tx.known.asked.clear();
    tx.run_one("conflict", UPDATE, values).await
}

/// Forgets conflicts that have been as they are since before a moment, but for open questions; how many.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "conflicts",
        row: id,
    }
}

impl Stored for Row {
    async fn read(tx: &mut Tx, row: &row::Row) -> Result<Self> {
        let id = row.id(0)?;
        let content: Content = tx.open_json(aad(id), row.blob(6)?).await?;
        Ok(Self {
            id,
            copy: row.id(1)?,
            calendar: row.id(2)?,
            at: row.time(3)?,
            since: row.time(4)?,
            state: row.word(5)?,
            conflict: content.conflict,
            last: content.last,
        })
    }
}
