//! Writes at providers: persisted before they are made, settled when their outcome is known.

use std::collections::HashSet;

use jiff::Timestamp;
use sync::{CalendarId, CopyId, Intent, Operation, Outcome, Stamp};

use crate::{
    Aad, KeyRef, Result, Tx,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// An intent, the calendar that it writes to, and when it was settled.
pub type Recorded = (Intent, CalendarId, Option<Timestamp>);

words! { Outcome, "intents.outcome":
    "open" => Outcome::Open,
    "unresolved" => Outcome::Unresolved,
    "done" => Outcome::Done,
    "partly" => Outcome::Partly,
    "refused" => Outcome::Refused,
}

const INSERT: &str = "
    INSERT INTO intents (tenant, stamp, copy, calendar, outcome, at, content) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const UNFINISHED: &str = "
    SELECT stamp, calendar, outcome, closed_at, content FROM intents
    WHERE tenant = $1 AND copy = $2 AND outcome IN ('open', 'unresolved') ORDER BY at, stamp";
const UNFINISHED_COPIES: &str = "
    SELECT copy FROM intents WHERE tenant = $1 AND calendar = $2 AND outcome IN ('open', 'unresolved')";
const BY_STAMP: &str = "
    SELECT stamp, calendar, outcome, closed_at, content FROM intents WHERE tenant = $1 AND stamp = $2";
const OUTCOME: &str = "SELECT outcome FROM intents WHERE tenant = $1 AND stamp = $2";
const SETTLE: &str =
    "UPDATE intents SET outcome = $3, closed_at = $4 WHERE tenant = $1 AND stamp = $2";
const OPEN_OF_CALENDAR: &str = "
    SELECT stamp, calendar, outcome, closed_at, content FROM intents
    WHERE tenant = $1 AND calendar = $2 AND outcome = 'open' ORDER BY at, stamp";
const UNFINISHED_OF_CALENDAR: &str = "
    SELECT stamp, calendar, outcome, closed_at, content FROM intents
    WHERE tenant = $1 AND calendar = $2 AND outcome IN ('open', 'unresolved') ORDER BY at, stamp";
const RECENT: &str = "
    SELECT stamp, calendar, outcome, closed_at, content FROM intents
    WHERE tenant = $1 AND at < $2 ORDER BY at DESC, stamp DESC LIMIT $3";
const OF_COPY: &str = "
    SELECT stamp, calendar, outcome, closed_at, content FROM intents
    WHERE tenant = $1 AND copy = $2 ORDER BY at DESC, stamp DESC LIMIT $3";
const OF_COPY_SINCE: &str = "
    SELECT stamp, calendar, outcome, closed_at, content FROM intents
    WHERE tenant = $1 AND copy = $2 AND at >= $3 ORDER BY at DESC, stamp DESC LIMIT $4";
const PRUNE: &str = "
    DELETE FROM intents WHERE tenant = $1 AND closed_at < $2 AND outcome IN ('done', 'refused')";

/// Persists an intent. Commit before the write itself.
pub async fn insert(tx: &mut Tx, intent: &Intent, calendar: CalendarId) -> Result<()> {
    let key = KeyRef::Calendar(calendar);
    let sealed = tx.seal_json(key, aad(intent.stamp), intent).await?;
    let row = values![
        intent.stamp,
        intent.copy,
        calendar,
        intent.outcome.word(),
        intent.at,
        sealed
    ];
    tx.known.unfinished.clear();
    tx.run(INSERT, row).await?;
    Ok(())
}

/// The intents of a copy that may still arrive, oldest first.
pub async fn unfinished(tx: &mut Tx, copy: CopyId) -> Result<Vec<Intent>> {
    let found: Vec<Recorded> = tx.list(UNFINISHED, values![copy]).await?;
    Ok(found.into_iter().map(|(intent, ..)| intent).collect())
}

/// The same for many copies of a calendar: which of them have any is read once in a transaction.
pub async fn unfinished_in(tx: &mut Tx, calendar: CalendarId, copy: CopyId) -> Result<Vec<Intent>> {
    if !tx.known.unfinished.contains_key(&calendar) {
        let rows = tx.all(UNFINISHED_COPIES, values![calendar]).await?;
        let copies: Result<HashSet<CopyId>> = rows.iter().map(|row| row.id(0)).collect();
        tx.known.unfinished.insert(calendar, copies?);
    }
    if tx.known.unfinished[&calendar].contains(&copy) {
        unfinished(tx, copy).await
    } else {
        Ok(Vec::new())
    }
}

/// The intent that an event bears the stamp of.
pub async fn by_stamp(tx: &mut Tx, stamp: Stamp) -> Result<Option<Intent>> {
    let found: Option<Recorded> = tx.find(BY_STAMP, values![stamp]).await?;
    Ok(found.map(|(intent, ..)| intent))
}

/// What became of an intent, as far as is known.
pub async fn outcome(tx: &mut Tx, stamp: Stamp) -> Result<Option<Outcome>> {
    let row = tx.one(OUTCOME, values![stamp]).await?;
    row.map(|row| row.word(0)).transpose()
}

/// Notes what became of an intent. One that is not there is passed over: it may have been pruned.
pub async fn settle(tx: &mut Tx, stamp: Stamp, outcome: Outcome, at: Timestamp) -> Result<()> {
    tx.run(SETTLE, values![stamp, outcome.word(), at]).await?;
    Ok(())
}

/// The intents of a calendar whose outcome must be looked up, oldest first.
pub async fn open_of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Intent>> {
    let found: Vec<Recorded> = tx.list(OPEN_OF_CALENDAR, values![calendar]).await?;
    Ok(found.into_iter().map(|(intent, ..)| intent).collect())
}

/// The create that chose this id for its event, if its outcome is not known.
pub async fn create_of_id(
    tx: &mut Tx,
    calendar: CalendarId,
    remote_id: &str,
) -> Result<Option<Intent>> {
    let mut intents = unfinished_of_calendar(tx, calendar).await?.into_iter();
    Ok(intents.find(|intent| {
        intent.operation == Operation::Create && intent.remote_id.as_deref() == Some(remote_id)
    }))
}

/// The intents of a calendar that may still arrive, oldest first.
pub async fn unfinished_of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Intent>> {
    let found: Vec<Recorded> = tx.list(UNFINISHED_OF_CALENDAR, values![calendar]).await?;
    Ok(found.into_iter().map(|(intent, ..)| intent).collect())
}

/// The latest intents of the tenant before a moment, newest first.
pub async fn recent(tx: &mut Tx, before: Option<Timestamp>, limit: usize) -> Result<Vec<Recorded>> {
    let before = before.unwrap_or(Timestamp::MAX);
    tx.list(RECENT, values![before, limit]).await
}

/// The latest intents of a copy, newest first.
pub async fn of_copy(tx: &mut Tx, copy: CopyId, limit: usize) -> Result<Vec<Recorded>> {
    tx.list(OF_COPY, values![copy, limit]).await
}

/// The same from a moment on.
pub async fn of_copy_since(
    tx: &mut Tx,
    copy: CopyId,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<Recorded>> {
    tx.list(OF_COPY_SINCE, values![copy, since, limit]).await
}

/// Forgets what was settled before a moment; how many.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

fn aad(stamp: Stamp) -> Aad {
    Aad {
        table: "intents",
        row: stamp.0,
    }
}

impl Stored for Recorded {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let mut intent: Intent = tx.open_json(aad(row.id(0)?), row.blob(4)?).await?;
        // The sealed body stays as it was sent; only its outcome moves on.
        intent.outcome = row.word(2)?;
        Ok((intent, row.id(1)?, row.time_option(3)?))
    }
}
