//! Calendars published as feeds, each under an address of its own that is a secret.

use jiff::Timestamp;
use sync::CalendarId;
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// What a feed shows of events that are not private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// All of them.
    Whole,
    /// When they are, their titles and places.
    Outline,
    /// When the time is taken.
    Busy,
}

words! { Shows, "published.shows":
    "whole" => Shows::Whole,
    "outline" => Shows::Outline,
    "busy" => Shows::Busy,
}

/// A feed of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its identity.
    pub id: Uuid,
    /// Which calendar.
    pub calendar: CalendarId,
    /// What its maker calls it: who has the address.
    pub name: String,
    /// What it shows.
    pub shows: Shows,
    /// Whether private events are shown like all others. If not, only their time is.
    pub show_private: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When what it shows, or its address, last changed.
    pub changed: Timestamp,
    /// When somebody last read it, roughly.
    pub last_read: Option<Timestamp>,
}

const INSERT: &str = "
    INSERT INTO published (tenant, id, calendar, secret_hash, shows, show_private, created, changed, last_read, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const UPDATE: &str = "
    UPDATE published SET shows = $3, show_private = $4, changed = $5, content = $6 WHERE tenant = $1 AND id = $2";
const ROTATE: &str =
    "UPDATE published SET secret_hash = $3, changed = $4 WHERE tenant = $1 AND id = $2";
const TOUCH: &str = "UPDATE published SET last_read = $3 WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM published WHERE tenant = $1 AND id = $2";
const BY_HASH: &str = "
    SELECT id, calendar, shows, show_private, created, changed, last_read, content FROM published
    WHERE tenant = $1 AND secret_hash = $2";
const OF_CALENDAR: &str = "
    SELECT id, calendar, shows, show_private, created, changed, last_read, content FROM published
    WHERE tenant = $1 AND calendar = $2 ORDER BY created, id";

/// Adds a feed. `secret_hash` is [`Tx::hash`] of the secret in its address.
pub async fn insert(tx: &mut Tx, feed: &Published, secret_hash: [u8; 32]) -> Result<()> {
    let sealed = sealed(tx, feed).await?;
    let row = values![
        feed.id,
        feed.calendar,
        secret_hash,
        feed.shows.word(),
        feed.show_private,
        feed.created,
        feed.changed,
        feed.last_read,
        sealed
    ];
    tx.run_one("feed", INSERT, row).await
}

/// Writes what a feed is called and shows.
pub async fn update(tx: &mut Tx, feed: &Published) -> Result<()> {
    let sealed = sealed(tx, feed).await?;
    let row = values![
        feed.id,
        feed.shows.word(),
        feed.show_private,
        feed.changed,
        sealed
    ];
    tx.run_one("feed", UPDATE, row).await
}

/// Gives a feed another secret: nobody reads it under the one before.
pub async fn rotate(tx: &mut Tx, id: Uuid, secret_hash: [u8; 32], at: Timestamp) -> Result<()> {
    tx.run_one("feed", ROTATE, values![id, secret_hash, at])
        .await
}

/// Notes that it was read.
pub async fn touch(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<()> {
    tx.run(TOUCH, values![id, at]).await?;
    Ok(())
}

/// Ends a feed; false if there is none.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(tx.run(DELETE, values![id]).await? > 0)
}

/// The feed with the secret of that hash.
pub async fn by_hash(tx: &mut Tx, secret_hash: [u8; 32]) -> Result<Option<Published>> {
    tx.find(BY_HASH, values![secret_hash]).await
}

/// The feeds of a calendar, the oldest first.
pub async fn of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Published>> {
    tx.list(OF_CALENDAR, values![calendar]).await
}

async fn sealed(tx: &mut Tx, feed: &Published) -> Result<Vec<u8>> {
    let key = KeyRef::Calendar(feed.calendar);
    tx.seal(key, aad(feed.id), feed.name.as_bytes()).await
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "published",
        row: id,
    }
}

impl Stored for Published {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let name = tx.open(aad(id), row.blob(7)?).await?;
        Ok(Self {
            id,
            calendar: row.id(1)?,
            name: String::from_utf8_lossy(&name).into_owned(),
            shows: row.word(2)?,
            show_private: row.bool(3)?,
            created: row.time(4)?,
            changed: row.time(5)?,
            last_read: row.time_option(6)?,
        })
    }
}
