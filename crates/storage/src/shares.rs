//! To whom the owner of a calendar has opened it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, UserId};
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// A grant.
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    /// Its identity.
    pub id: Uuid,
    /// Which calendar.
    pub calendar: CalendarId,
    /// To whom.
    pub whom: Whom,
    /// What they may do.
    pub access: Access,
    /// When it was made.
    pub created: Timestamp,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Addresses have no place in logs.
        f.debug_struct("Share")
            .field("id", &self.id)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

/// Whom a calendar is opened to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Whom {
    /// Whoever in the house has this mail address, now or later.
    Person(String),
    /// Everybody in the house.
    Everybody,
}

/// What somebody may do with a calendar, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Nothing.
    None,
    /// See when it is busy.
    FreeBusy,
    /// See when it is busy, and the titles and places of what is not private.
    Limited,
    /// See its events; of private ones, when they are.
    Read,
    /// See and change all its events.
    Write,
    /// That, change the calendar itself, and say whom it is shared with.
    Owner,
}

words! { Access, "shares.access":
    "none" => Access::None,
    "freeBusy" => Access::FreeBusy,
    "limited" => Access::Limited,
    "read" => Access::Read,
    "write" => Access::Write,
    "owner" => Access::Owner,
}

const INSERT: &str = "
    INSERT INTO shares (tenant, id, calendar, whom_hash, everybody, access, created, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE: &str = "UPDATE shares SET access = $3 WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM shares WHERE tenant = $1 AND id = $2";
const OF_CALENDAR: &str = "
    SELECT id, calendar, access, created, content FROM shares WHERE tenant = $1 AND calendar = $2 ORDER BY created, id";
const LIST: &str = "
    SELECT id, calendar, access, created, content FROM shares WHERE tenant = $1 ORDER BY created, id";
const OPEN_TO: &str = "
    SELECT calendar, access, everybody FROM shares
    WHERE tenant = $1 AND (everybody = 1
        OR whom_hash = (SELECT email_hash FROM users WHERE tenant = $1 AND id = $2))";
const ACCESS: &str = "
    SELECT access FROM shares
    WHERE tenant = $1 AND calendar = $2 AND (everybody = 1
        OR whom_hash = (SELECT email_hash FROM users WHERE tenant = $1 AND id = $3))";

/// Adds a grant.
///
/// # Errors
/// [`crate::Error::Exists`] if there is one of this calendar for the same people.
pub async fn insert(tx: &mut Tx, share: &Share) -> Result<()> {
    let key = KeyRef::Calendar(share.calendar);
    let sealed = tx.seal_json(key, aad(share.id), &share.whom).await?;
    let hash = match &share.whom {
        Whom::Person(address) => crate::users::email_hash(tx, address),
        Whom::Everybody => tx.hash("share", "everybody"),
    };
    let row = values![
        share.id,
        share.calendar,
        hash,
        share.whom == Whom::Everybody,
        share.access.word(),
        share.created,
        sealed
    ];
    tx.run_one("grant", INSERT, row).await
}

/// Says something else of what somebody may do; false if there is no such grant.
pub async fn update(tx: &mut Tx, id: Uuid, access: Access) -> Result<bool> {
    Ok(tx.run(UPDATE, values![id, access.word()]).await? > 0)
}

/// Ends a grant; false if there is none.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(tx.run(DELETE, values![id]).await? > 0)
}

/// The grants of a calendar, the oldest first.
pub async fn of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Share>> {
    tx.list(OF_CALENDAR, values![calendar]).await
}

/// All grants, the oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Share>> {
    tx.list(LIST, values![]).await
}

/// What is opened to a person: each calendar, what they may do, and whether that is said of everybody rather than of them.
pub async fn open_to(tx: &mut Tx, user: UserId) -> Result<Vec<(CalendarId, Access, bool)>> {
    let rows = tx.all(OPEN_TO, values![user]).await?;
    let read = |row: &Row| Ok((row.id(0)?, row.word(1)?, row.bool(2)?));
    rows.iter().map(read).collect()
}

/// The most that a calendar's grants let a person do.
pub async fn access(tx: &mut Tx, calendar: CalendarId, user: UserId) -> Result<Access> {
    let mut most = Access::None;
    for row in &tx.all(ACCESS, values![calendar, user]).await? {
        most = most.max(row.word(0)?);
    }
    Ok(most)
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "shares",
        row: id,
    }
}

impl Stored for Share {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        Ok(Self {
            id,
            calendar: row.id(1)?,
            whom: tx.open_json(aad(id), row.blob(4)?).await?,
            access: row.word(2)?,
            created: row.time(3)?,
        })
    }
}
