//! What was seen at a provider and is not taken up: deletions that wait for a person, events that cannot be read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::CalendarId;

use crate::{
    Aad, KeyRef, Result, Tx,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// One event of a provider that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The calendar that it is in.
    pub calendar: CalendarId,
    /// The provider's id or href.
    pub remote_id: String,
    /// What is to become of it.
    pub state: State,
    /// What is wrong with it, for people; no content.
    pub reason: String,
    /// How often it was looked at in vain.
    pub tries: u32,
    /// When to look at it again.
    pub due: Timestamp,
}

/// What is to become of something that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It is missing, with many others; a person is asked whether it was deleted.
    Missing,
    /// It is missing, and a person says that it was deleted.
    Confirmed,
    /// It is missing, and a person says that it was not deleted.
    Kept,
    /// It is there and cannot be read.
    Unread,
}

words! { State, "held.state":
    "missing" => State::Missing,
    "confirmed" => State::Confirmed,
    "kept" => State::Kept,
    "unread" => State::Unread,
}

#[derive(Serialize, Deserialize)]
struct Content {
    remote_id: String,
    reason: String,
}

const PUT: &str = "
    INSERT INTO held (tenant, calendar, remote_hash, state, tries, due, content) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant, calendar, remote_hash) DO UPDATE SET state = excluded.state, tries = excluded.tries,
        due = excluded.due, content = excluded.content";
const OF_CALENDAR: &str = "
    SELECT calendar, remote_hash, state, tries, due, content FROM held
    WHERE tenant = $1 AND calendar = $2 ORDER BY due, remote_hash";
const IS_HELD: &str = "SELECT 1 FROM held WHERE tenant = $1 AND calendar = $2 AND remote_hash = $3";
const COUNTS: &str =
    "SELECT calendar, state, COUNT(*) FROM held WHERE tenant = $1 GROUP BY calendar, state";
const SET_STATE: &str =
    "UPDATE held SET state = $4 WHERE tenant = $1 AND calendar = $2 AND state = $3";
const RELEASE: &str = "DELETE FROM held WHERE tenant = $1 AND calendar = $2 AND remote_hash = $3";

/// Holds something, or holds it in another way.
pub async fn put(tx: &mut Tx, held: &Held) -> Result<()> {
    let hash = hash(tx, &held.remote_id);
    let content = Content {
        remote_id: held.remote_id.clone(),
        reason: held.reason.clone(),
    };
    let key = KeyRef::Calendar(held.calendar);
    let sealed = tx.seal_json(key, aad(&hash), &content).await?;
    let row = values![
        held.calendar,
        hash,
        held.state.word(),
        i64::from(held.tries),
        held.due,
        sealed
    ];
    tx.run(PUT, row).await?;
    Ok(())
}

/// All that is held of a calendar, what is due first.
pub async fn of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Held>> {
    tx.list(OF_CALENDAR, values![calendar]).await
}

/// Whether this event is held.
pub async fn is_held(tx: &mut Tx, calendar: CalendarId, remote_id: &str) -> Result<bool> {
    let hash = hash(tx, remote_id);
    let row = tx.one(IS_HELD, values![calendar, hash]).await?;
    Ok(row.is_some())
}

/// How much is held, by calendar and state.
pub async fn counts(tx: &mut Tx) -> Result<Vec<(CalendarId, State, i64)>> {
    let rows = tx.all(COUNTS, values![]).await?;
    rows.iter()
        .map(|row| Ok((row.id(0)?, row.word(1)?, row.i64(2)?)))
        .collect()
}

/// Decides about everything in one state; how much that was.
pub async fn set_state(tx: &mut Tx, calendar: CalendarId, from: State, to: State) -> Result<u64> {
    tx.run(SET_STATE, values![calendar, from.word(), to.word()])
        .await
}

/// Holds something no more.
pub async fn release(tx: &mut Tx, calendar: CalendarId, remote_id: &str) -> Result<()> {
    let hash = hash(tx, remote_id);
    tx.run(RELEASE, values![calendar, hash]).await?;
    Ok(())
}

fn hash(tx: &Tx, remote_id: &str) -> [u8; 32] {
    tx.hash("held-remote", remote_id)
}

fn aad(hash: &[u8; 32]) -> Aad {
    Aad::hashed("held", hash)
}

impl Stored for Held {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let hash = row.hash(1)?;
        let content: Content = tx.open_json(aad(&hash), row.blob(5)?).await?;
        Ok(Self {
            calendar: row.id(0)?,
            remote_id: content.remote_id,
            state: row.word(2)?,
            reason: content.reason,
            tries: u32::try_from(row.i64(3)?).unwrap_or(u32::MAX),
            due: row.time(4)?,
        })
    }
}
