//! Tokens that a person has made for programs, each with its scopes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::UserId;
use uuid::Uuid;

use crate::{Aad, KeyRef, Result, Tx, row::Row, stored::Stored, value::values};

/// An API token, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its identity.
    pub id: Uuid,
    /// For whom it acts.
    pub user: UserId,
    /// What the person calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends; `None`: when it is removed.
    pub expires: Option<Timestamp>,
    /// When it was last used, roughly.
    pub last_used: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    name: String,
    scopes: Vec<String>,
}

const INSERT: &str = "
    INSERT INTO api_tokens (tenant, id, user_id, token_hash, created, expires, last_used, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const BY_HASH: &str = "
    SELECT id, user_id, created, expires, last_used, content FROM api_tokens WHERE tenant = $1 AND token_hash = $2";
const OF_USER: &str = "
    SELECT id, user_id, created, expires, last_used, content FROM api_tokens
    WHERE tenant = $1 AND user_id = $2 ORDER BY created, id";
const TOUCH: &str = "UPDATE api_tokens SET last_used = $3 WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM api_tokens WHERE tenant = $1 AND id = $2 AND user_id = $3";

/// Adds an API token. `token_hash` is [`Tx::hash`] of the token.
pub async fn insert(tx: &mut Tx, token: &ApiToken, token_hash: [u8; 32]) -> Result<()> {
    let content = Content {
        name: token.name.clone(),
        scopes: token.scopes.clone(),
    };
    let sealed = tx
        .seal_json(KeyRef::Tenant, aad(token.id), &content)
        .await?;
    let row = values![
        token.id,
        token.user,
        token_hash,
        token.created,
        token.expires,
        token.last_used,
        sealed
    ];
    tx.run(INSERT, row).await?;
    Ok(())
}

/// The token with that hash; it may have expired.
pub async fn by_hash(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<ApiToken>> {
    tx.find(BY_HASH, values![token_hash]).await
}

/// The tokens of a person, oldest first.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<ApiToken>> {
    tx.list(OF_USER, values![user]).await
}

/// Notes that it was used.
pub async fn touch(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<()> {
    tx.run(TOUCH, values![id, at]).await?;
    Ok(())
}

/// Removes one of a person's tokens; false if they have no such one.
pub async fn delete(tx: &mut Tx, user: UserId, id: Uuid) -> Result<bool> {
    Ok(tx.run(DELETE, values![id, user]).await? > 0)
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "api_tokens",
        row: id,
    }
}

impl Stored for ApiToken {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let content: Content = tx.open_json(aad(id), row.blob(5)?).await?;
        Ok(Self {
            id,
            user: row.id(1)?,
            name: content.name,
            scopes: content.scopes,
            created: row.time(2)?,
            expires: row.time_option(3)?,
            last_used: row.time_option(4)?,
        })
    }
}
