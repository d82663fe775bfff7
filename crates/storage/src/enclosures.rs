//! What clients put beside an event: files, and properties of their own. It never leaves for a provider.

use jiff::Timestamp;
use serde_json::Value;
use sync::{CalendarId, CopyId};
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// Something beside an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    /// Its identity.
    pub id: Uuid,
    /// The calendar that the event is in.
    pub calendar: CalendarId,
    /// The event.
    pub copy: CopyId,
    /// What it is.
    pub kind: Kind,
    /// When it was put there, or last changed.
    pub created: Timestamp,
    /// What it says, in the words of whoever put it there. Sealed under the calendar's key.
    pub content: Value,
}

/// What something beside an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A file.
    File,
    /// Properties of a client's own.
    Extension,
}

words! { Kind, "enclosures.kind":
    "file" => Kind::File,
    "extension" => Kind::Extension,
}

const INSERT: &str = "
    INSERT INTO enclosures (tenant, id, calendar, copy, kind, created, content) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const UPDATE: &str =
    "UPDATE enclosures SET created = $3, content = $4 WHERE tenant = $1 AND id = $2";
const OF_COPY: &str = "
    SELECT id, calendar, copy, kind, created, content FROM enclosures
    WHERE tenant = $1 AND copy = $2 AND kind = $3 ORDER BY created, id";
const OF_CALENDAR: &str = "
    SELECT id, calendar, copy, kind, created, content FROM enclosures
    WHERE tenant = $1 AND calendar = $2 AND kind = $3 ORDER BY created, id";
const COPIES: &str =
    "SELECT DISTINCT copy FROM enclosures WHERE tenant = $1 AND calendar = $2 AND kind = $3";
const DELETE: &str = "DELETE FROM enclosures WHERE tenant = $1 AND id = $2";
const PRUNE: &str = "
    DELETE FROM enclosures WHERE tenant = $1 AND NOT EXISTS (
        SELECT 1 FROM copies c WHERE c.tenant = $1 AND c.id = enclosures.copy AND (c.alive = 1 OR c.updated >= $2))";

/// Puts something beside an event.
pub async fn insert(tx: &mut Tx, enclosure: &Enclosure) -> Result<()> {
    let sealed = seal(tx, enclosure).await?;
    let row = values![
        enclosure.id,
        enclosure.calendar,
        enclosure.copy,
        enclosure.kind.word(),
        enclosure.created,
        sealed
    ];
    tx.run_one("enclosure", INSERT, row).await
}

/// Says something else in its place.
pub async fn update(tx: &mut Tx, enclosure: &Enclosure) -> Result<()> {
    let sealed = seal(tx, enclosure).await?;
    let row = values![enclosure.id, enclosure.created, sealed];
    tx.run_one("enclosure", UPDATE, row).await
}

/// What of a kind is beside an event, the oldest first.
pub async fn of_copy(tx: &mut Tx, copy: CopyId, kind: Kind) -> Result<Vec<Enclosure>> {
    tx.list(OF_COPY, values![copy, kind.word()]).await
}

/// What of a kind is beside the events of a calendar.
pub async fn of_calendar(tx: &mut Tx, id: CalendarId, kind: Kind) -> Result<Vec<Enclosure>> {
    tx.list(OF_CALENDAR, values![id, kind.word()]).await
}

/// The events of a calendar beside which there is something of a kind.
pub async fn copies(tx: &mut Tx, id: CalendarId, kind: Kind) -> Result<Vec<CopyId>> {
    let rows = tx.all(COPIES, values![id, kind.word()]).await?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Takes it away.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run(DELETE, values![id]).await?;
    Ok(())
}

/// Forgets what is beside events that were deleted before a moment; how much.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

async fn seal(tx: &mut Tx, enclosure: &Enclosure) -> Result<Vec<u8>> {
    let key = KeyRef::Calendar(enclosure.calendar);
    tx.seal_json(key, aad(enclosure.id), &enclosure.content)
        .await
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "enclosures",
        row: id,
    }
}

impl Stored for Enclosure {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        Ok(Self {
            id,
            calendar: row.id(1)?,
            copy: row.id(2)?,
            kind: row.word(3)?,
            created: row.time(4)?,
            content: tx.open_json(aad(id), &row.blob(5)?).await?,
        })
    }
}
