//! Values that lost when two people changed the same thing; kept so that they can be restored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, Conflict, CopyId};
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
    /// What has become of it.
    pub state: State,
    /// Both values.
    pub conflict: Conflict,
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
}

words! { State, "conflicts.state":
    "open" => State::Open,
    "resolved" => State::Resolved,
    "restored" => State::Restored,
}

const INSERT: &str = "
    INSERT INTO conflicts (tenant, id, copy, calendar, at, state, content) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const GET: &str =
    "SELECT id, copy, calendar, at, state, content FROM conflicts WHERE tenant = $1 AND id = $2";
const LIST: &str = "
    SELECT id, copy, calendar, at, state, content FROM conflicts
    WHERE tenant = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3";
const OF_COPY: &str = "
    SELECT id, copy, calendar, at, state, content FROM conflicts
    WHERE tenant = $1 AND copy = $2 ORDER BY at DESC, id DESC LIMIT $3";
const OPEN_OF_COPY: &str = "
    SELECT id, copy, calendar, at, state, content FROM conflicts
    WHERE tenant = $1 AND copy = $2 AND state = 'open' ORDER BY at, id";
const UPDATE: &str = "UPDATE conflicts SET state = $3, content = $4 WHERE tenant = $1 AND id = $2";
const SET_STATE: &str = "UPDATE conflicts SET state = $3 WHERE tenant = $1 AND id = $2";
const PRUNE: &str = "DELETE FROM conflicts WHERE tenant = $1 AND at < $2 AND state <> 'open'";

/// Keeps a conflict.
pub async fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    let key = KeyRef::Calendar(row.calendar);
    let sealed = tx.seal_json(key, aad(row.id), &row.conflict).await?;
    let state = row.state.word();
    let row = values![row.id, row.copy, row.calendar, row.at, state, sealed];
    tx.run(INSERT, row).await?;
    Ok(())
}

/// One conflict.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Row>> {
    tx.find(GET, values![id]).await
}

/// The latest conflicts before a moment, newest first.
pub async fn list(tx: &mut Tx, before: Option<Timestamp>, limit: usize) -> Result<Vec<Row>> {
    let before = before.unwrap_or(Timestamp::MAX);
    tx.list(LIST, values![before, limit]).await
}

/// The latest conflicts of a copy, newest first.
pub async fn of_copy(tx: &mut Tx, copy: CopyId, limit: usize) -> Result<Vec<Row>> {
    tx.list(OF_COPY, values![copy, limit]).await
}

/// The questions about a copy that wait for an answer, oldest first.
pub async fn open_of_copy(tx: &mut Tx, copy: CopyId) -> Result<Vec<Row>> {
    tx.list(OPEN_OF_COPY, values![copy]).await
}

/// Writes what has become of a conflict, with its values.
pub async fn update(tx: &mut Tx, row: &Row) -> Result<()> {
    let key = KeyRef::Calendar(row.calendar);
    let sealed = tx.seal_json(key, aad(row.id), &row.conflict).await?;
    let values = values![row.id, row.state.word(), sealed];
    tx.run_one("conflict", UPDATE, values).await
}

/// Notes what has become of a conflict.
pub async fn set_state(tx: &mut Tx, id: Uuid, state: State) -> Result<()> {
    let values = values![id, state.word()];
    tx.run_one("conflict", SET_STATE, values).await
}

/// Forgets decided conflicts from before a moment; how many.
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
        Ok(Self {
            id,
            copy: row.id(1)?,
            calendar: row.id(2)?,
            at: row.time(3)?,
            state: row.word(4)?,
            conflict: tx.open_json(aad(id), &row.blob(5)?).await?,
        })
    }
}
