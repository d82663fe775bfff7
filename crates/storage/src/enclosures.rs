//! What clients put beside an event: files, and properties of their own. It never leaves for a provider.

use std::{collections::BTreeSet, sync::LazyLock};

use calendar::RecurrenceId;
use jiff::{Timestamp, tz::TimeZone};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sync::{CalendarId, CopyId};
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx,
    bulk::Listed,
    row::{Row, Word as _, words},
    stored::Stored,
    value::{Value as Bound, values},
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
    /// The one occurrence beside which it is; `None`: it is beside the event itself.
    pub occurrence: Option<RecurrenceId>,
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
    /// The event as the client wrote it that wrote it last.
    Text,
    /// WebDAV properties that a client set on it.
    Property,
}

words! { Kind, "enclosures.kind":
    "file" => Kind::File,
    "extension" => Kind::Extension,
    "text" => Kind::Text,
    "property" => Kind::Property,
}

const INSERT: &str = "
    INSERT INTO enclosures (tenant, id, calendar, copy, occurrence, kind, created, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE: &str =
    "UPDATE enclosures SET created = $3, content = $4 WHERE tenant = $1 AND id = $2";
const OF_COPY: &str = "
    SELECT id, calendar, copy, occurrence, kind, created, content FROM enclosures
    WHERE tenant = $1 AND copy = $2 AND kind = $3 ORDER BY created, id";
const OF_CALENDAR: &str = "
    SELECT id, calendar, copy, occurrence, kind, created, content FROM enclosures
    WHERE tenant = $1 AND calendar = $2 AND kind = $3 ORDER BY created, id";
const OF_COPIES: &str =
    "SELECT id, copy, content FROM enclosures WHERE tenant = $1 AND kind = $2 AND copy IN ($3)";
const PLACES: &str =
    "SELECT copy, occurrence FROM enclosures WHERE tenant = $1 AND calendar = $2 AND kind = $3";
const DELETE: &str = "DELETE FROM enclosures WHERE tenant = $1 AND id = $2";
const PRUNE: &str = "
    DELETE FROM enclosures WHERE tenant = $1 AND NOT EXISTS (
        SELECT 1 FROM copies c WHERE c.tenant = $1 AND c.id = enclosures.copy AND (c.alive = 1 OR c.updated >= $2))";

static BESIDE: LazyLock<Listed> = LazyLock::new(|| Listed::new(OF_COPIES));

/// Puts something beside an event.
pub async fn insert(tx: &mut Tx, enclosure: &Enclosure) -> Result<()> {
    let sealed = seal(tx, enclosure).await?;
    let row = values![
        enclosure.id,
        enclosure.calendar,
        enclosure.copy,
        enclosure.occurrence.map(instant),
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

/// What of a kind is beside some events says, each with its event and as much of it as is wanted; in no particular order.
pub async fn contents<T: DeserializeOwned>(
    tx: &mut Tx,
    copies: &[CopyId],
    kind: Kind,
) -> Result<Vec<(CopyId, T)>> {
    let mut found = Vec::with_capacity(copies.len());
    for (sql, list) in BESIDE.asking(copies) {
        let kind_first = std::iter::once(Bound::from(kind.word()));
        for row in tx.all(sql, kind_first.chain(list)).await? {
            let content = tx.open_json(aad(row.id(0)?), row.blob(2)?).await?;
            found.push((row.id(1)?, content));
        }
    }
    Ok(found)
}

/// What of a kind is beside the events of a calendar.
pub async fn of_calendar(tx: &mut Tx, id: CalendarId, kind: Kind) -> Result<Vec<Enclosure>> {
    tx.list(OF_CALENDAR, values![id, kind.word()]).await
}

/// The events of a calendar beside which there is something of a kind, and their occurrences.
pub async fn places(
    tx: &mut Tx,
    id: CalendarId,
    kind: Kind,
) -> Result<Vec<(CopyId, Option<RecurrenceId>)>> {
    let rows = tx.all(PLACES, values![id, kind.word()]).await?;
    let read = |row: &Row| Ok((row.id(0)?, row.time_option(1)?));
    let places: Result<BTreeSet<_>> = rows.iter().map(read).collect();
    let told = places?.into_iter();
    Ok(told.map(|(copy, at)| (copy, at.map(occurrence))).collect())
}

/// An occurrence as it is kept: its local time, as if that were UTC.
fn instant(id: RecurrenceId) -> Timestamp {
    let zoned = TimeZone::UTC.to_ambiguous_timestamp(id.0);
    zoned.compatible().unwrap_or_default()
}

fn occurrence(at: Timestamp) -> RecurrenceId {
    RecurrenceId(TimeZone::UTC.to_datetime(at))
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
            occurrence: row.time_option(3)?.map(occurrence),
            kind: row.word(4)?,
            created: row.time(5)?,
            content: tx.open_json(aad(id), row.blob(6)?).await?,
        })
    }
}
