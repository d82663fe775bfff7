//! Rows that somebody reads in order to change them. A calendar's row has its owner's choices and how far replication is;
//! each is written as a whole, by whoever has something to say about it. On PostgreSQL two may read the same row and the
//! second would write over what the first has said: whoever locks it first is waited for. On SQLite all who write wait
//! for each other anyway.

use sync::{CalendarId, ConnectionId, LinkId, UserId};
use uuid::Uuid;

use crate::{Result, Tx, dialect::Dialect, value::values};

/// The row to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// A calendar.
    Calendar(CalendarId),
    /// An account.
    Connection(ConnectionId),
    /// A link.
    Link(LinkId),
    /// A person.
    User(UserId),
    /// A notification channel.
    Channel(Uuid),
}

// Weaker than FOR UPDATE: rows that refer to this one may be added meanwhile.
const CALENDAR_POSTGRES: &str =
    "SELECT id FROM calendars WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
const CONNECTION_POSTGRES: &str =
    "SELECT id FROM connections WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
const LINK_POSTGRES: &str = "SELECT id FROM links WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
const USER_POSTGRES: &str = "SELECT id FROM users WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
const CHANNEL_POSTGRES: &str =
    "SELECT id FROM channels WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";

/// Waits until nobody else changes a row; then it is this transaction's until it ends. To be called before the row is read;
/// of a row that is not there, nothing.
pub async fn lock(tx: &mut Tx, row: Locked) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let (sql, id) = match row {
        Locked::Calendar(id) => (CALENDAR_POSTGRES, id.0),
        Locked::Connection(id) => (CONNECTION_POSTGRES, id.0),
        Locked::Link(id) => (LINK_POSTGRES, id.0),
        Locked::User(id) => (USER_POSTGRES, id.0),
        Locked::Channel(id) => (CHANNEL_POSTGRES, id),
    };
    tx.one(sql, values![id]).await?;
    Ok(())
}
