//! What was seen at providers: the evidence from which local copies follow.

use jiff::Timestamp;
use sync::{CalendarId, ChangeId, Observation};

use crate::{Aad, KeyRef, Result, Tx, row::Row, stored::Stored, value::values};

const INSERT: &str = "
    INSERT INTO observations (tenant, change, calendar, remote_hash, at, content) VALUES ($1, $2, $3, $4, $5, $6)";
const BY_CHANGE: &str =
    "SELECT change, content FROM observations WHERE tenant = $1 AND change = $2";
const OF_REMOTE: &str = "
    SELECT change, content FROM observations
    WHERE tenant = $1 AND calendar = $2 AND remote_hash = $3 ORDER BY at DESC, change DESC LIMIT $4";
const PRUNE: &str = "DELETE FROM observations WHERE tenant = $1 AND at < $2";

/// Stores a sighting. Its time is that of its change id (UUID version 7); the provider's own is part of the sighting.
pub async fn insert(tx: &mut Tx, calendar: CalendarId, observation: &Observation) -> Result<()> {
    let change = observation.change;
    let key = KeyRef::Calendar(calendar);
    let sealed = tx.seal_json(key, aad(change), observation).await?;
    let remote = tx.hash("copy-remote", &observation.remote_id);
    let row = values![change, calendar, remote, seen_at(change), sealed];
    match &mut tx.behind {
        Some(behind) => behind.observation(row.into()),
        None => {
            tx.run(INSERT, row).await?;
        }
    }
    Ok(())
}

/// The sighting that a change came from.
pub async fn by_change(tx: &mut Tx, change: ChangeId) -> Result<Option<Observation>> {
    tx.find(BY_CHANGE, values![change]).await
}

/// The latest sightings of one event, newest first.
pub async fn of_remote(
    tx: &mut Tx,
    calendar: CalendarId,
    remote_id: &str,
    limit: usize,
) -> Result<Vec<Observation>> {
    let hash = tx.hash("copy-remote", remote_id);
    tx.list(OF_REMOTE, values![calendar, hash, limit]).await
}

/// The latest sightings of a copy, newest first: those of its present or past remote id.
pub async fn of_copy(tx: &mut Tx, copy: &sync::Copy, limit: usize) -> Result<Vec<Observation>> {
    match copy.remote.id() {
        Some(id) => of_remote(tx, copy.calendar, id, limit).await,
        None => Ok(Vec::new()),
    }
}

/// Forgets what was seen before a moment; how many.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

/// Microseconds; 0 for an id without a time in it.
fn seen_at(change: ChangeId) -> i64 {
    let Some(time) = change.0.get_timestamp() else {
        return 0;
    };
    let (seconds, nanos) = time.to_unix();
    let seconds = i64::try_from(seconds).unwrap_or(0);
    seconds.saturating_mul(1_000_000) + i64::from(nanos / 1000)
}

fn aad(change: ChangeId) -> Aad {
    Aad {
        table: "observations",
        row: change.0,
    }
}

impl Stored for Observation {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        tx.open_json(aad(row.id(0)?), row.blob(1)?).await
    }
}
