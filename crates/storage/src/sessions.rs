//! Signed-in browsers. A session is known by the hash of its token; the token itself is only in the cookie.

use jiff::Timestamp;
use sync::UserId;

use crate::{Result, Tx, value::values};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who is signed in.
    pub user: UserId,
    /// Since when.
    pub created: Timestamp,
    /// Until when.
    pub expires: Timestamp,
}

const INSERT: &str = "
    INSERT INTO sessions (tenant, token_hash, user_id, created, expires) VALUES ($1, $2, $3, $4, $5)";
const GET: &str =
    "SELECT user_id, created, expires FROM sessions WHERE tenant = $1 AND token_hash = $2";
const DELETE: &str = "DELETE FROM sessions WHERE tenant = $1 AND token_hash = $2";
const DELETE_OF_USER: &str = "DELETE FROM sessions WHERE tenant = $1 AND user_id = $2";
const PRUNE: &str = "DELETE FROM sessions WHERE tenant = $1 AND expires <= $2";

/// Adds a session. `token_hash` is [`Tx::hash`] of the token.
pub async fn insert(tx: &mut Tx, token_hash: [u8; 32], session: &Session) -> Result<()> {
    let row = values![token_hash, session.user, session.created, session.expires];
    tx.run(INSERT, row).await?;
    Ok(())
}

/// The session of a token; it may have expired.
pub async fn get(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<Session>> {
    let row = tx.one(GET, values![token_hash]).await?;
    row.map(|row| {
        Ok(Session {
            user: row.id(0)?,
            created: row.time(1)?,
            expires: row.time(2)?,
        })
    })
    .transpose()
}

/// Ends a session.
pub async fn delete(tx: &mut Tx, token_hash: [u8; 32]) -> Result<()> {
    tx.run(DELETE, values![token_hash]).await?;
    Ok(())
}

/// Ends all sessions of a person.
pub async fn delete_of_user(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.run(DELETE_OF_USER, values![user]).await?;
    Ok(())
}

/// Forgets expired sessions; how many.
pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![now]).await
}
