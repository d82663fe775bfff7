//! Orders of programs that want to be told of changes, and how far each has been told.

use jiff::Timestamp;
use sync::CalendarId;
use uuid::Uuid;

use crate::{Aad, Error, KeyRef, Position, Result, Tx, row::Row, stored::Stored, value::values};

/// An order.
#[derive(Clone, PartialEq, Eq)]
pub struct Watcher {
    /// Its identity.
    pub id: Uuid,
    /// Which calendar; `None`: it is about none in particular.
    pub calendar: Option<CalendarId>,
    /// When it ends.
    pub expires: Timestamp,
    /// Changes up to this one have been told.
    pub position: Position,
    /// How many messages there were.
    pub number: i64,
    /// A hash of what was there when it was last told, where the log alone does not say whether that changed.
    pub seen: Option<[u8; 32]>,
    /// When its program is to be asked to prove again that it may be told; `None`: never.
    pub due: Option<Timestamp>,
    /// Whom to tell, and how: whoever delivers reads it. Empty if its key is gone.
    pub content: Vec<u8>,
}

const INSERT: &str = "
    INSERT INTO watchers (tenant, id, calendar, expires, position, number, seen, due, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const GET: &str = "
    SELECT id, calendar, expires, position, number, seen, due, content FROM watchers WHERE tenant = $1 AND id = $2";
const LIVING: &str = "
    SELECT id, calendar, expires, position, number, seen, due, content FROM watchers
    WHERE tenant = $1 AND expires > $2 ORDER BY expires, id";
const CLAIM: &str = "
    UPDATE watchers SET position = $3, number = number + 1 WHERE tenant = $1 AND id = $2 AND position < $3";
const PASS: &str = "
    UPDATE watchers SET position = $3 WHERE tenant = $1 AND id = $2 AND position < $3";
const SAW: &str = "UPDATE watchers SET seen = $3 WHERE tenant = $1 AND id = $2";
const ASK: &str = "UPDATE watchers SET due = $4 WHERE tenant = $1 AND id = $2 AND due <= $3";
const RENEW: &str = "
    UPDATE watchers SET expires = $3, due = $4, content = $5 WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM watchers WHERE tenant = $1 AND id = $2";
const PRUNE: &str = "DELETE FROM watchers WHERE tenant = $1 AND expires <= $2";

/// Adds an order.
pub async fn insert(tx: &mut Tx, watcher: &Watcher) -> Result<()> {
    // It outlives its calendar, and says nothing of what was in it.
    let sealed = tx
        .seal(KeyRef::Tenant, aad(watcher.id), &watcher.content)
        .await?;
    let row = values![
        watcher.id,
        watcher.calendar,
        watcher.expires,
        watcher.position,
        watcher.number,
        watcher.seen,
        watcher.due,
        sealed
    ];
    tx.run_one("watcher", INSERT, row).await
}

/// One order.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Watcher>> {
    tx.find(GET, values![id]).await
}

/// The orders that have not ended at a moment.
pub async fn living(tx: &mut Tx, at: Timestamp) -> Result<Vec<Watcher>> {
    tx.list(LIVING, values![at]).await
}

/// Takes it on oneself to tell of the changes up to a position, as the next message; false if that was done, or the order is
/// gone. Of several nodes that try, one gets true.
pub async fn claim(tx: &mut Tx, id: Uuid, up_to: Position) -> Result<bool> {
    Ok(tx.run(CLAIM, values![id, up_to]).await? > 0)
}

/// Notes that there is nothing to tell up to a position.
pub async fn pass(tx: &mut Tx, id: Uuid, up_to: Position) -> Result<()> {
    tx.run(PASS, values![id, up_to]).await?;
    Ok(())
}

/// Notes what is there while somebody is told of it.
pub async fn saw(tx: &mut Tx, id: Uuid, seen: [u8; 32]) -> Result<()> {
    tx.run(SAW, values![id, seen]).await?;
    Ok(())
}

/// Takes it on oneself to ask a program that is due, and says when it is due again; false if it is not. Of several nodes that
/// try, one gets true.
pub async fn ask(tx: &mut Tx, id: Uuid, now: Timestamp, next: Option<Timestamp>) -> Result<bool> {
    Ok(tx.run(ASK, values![id, now, next]).await? > 0)
}

/// Changes when an order ends, when its program is asked, and whom it tells; false if there is none.
pub async fn renew(tx: &mut Tx, watcher: &Watcher) -> Result<bool> {
    let key = KeyRef::Tenant;
    let sealed = tx.seal(key, aad(watcher.id), &watcher.content).await?;
    let row = values![watcher.id, watcher.expires, watcher.due, sealed];
    Ok(tx.run(RENEW, row).await? > 0)
}

/// Ends an order; false if there is none.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(tx.run(DELETE, values![id]).await? > 0)
}

/// Forgets the orders that had ended at a moment; how many.
pub async fn prune(tx: &mut Tx, ended_at: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![ended_at]).await
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "watchers",
        row: id,
    }
}

impl Stored for Watcher {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let content = match tx.open(aad(id), row.blob(7)?).await {
            Ok(content) => content.to_vec(),
            // One from before, whose calendar was erased, keeps nobody from reading the others.
            Err(Error::KeyDestroyed(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Self {
            id,
            calendar: row.id_option(1)?,
            expires: row.time(2)?,
            position: row.i64(3)?,
            number: row.i64(4)?,
            seen: row.hash_option(5)?,
            due: row.time_option(6)?,
            content,
        })
    }
}
