//! Access and refresh tokens, by their hashes. All tokens that came of one authorization are a family.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::UserId;
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is good for.
    pub kind: Kind,
    /// All that came of one authorization.
    pub family: Uuid,
    /// The client that it was given to.
    pub client: String,
    /// For whom it acts.
    pub user: UserId,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it ends; `None`: when it is revoked.
    pub expires: Option<Timestamp>,
    /// A refresh token that has been exchanged for its successor.
    pub used: bool,
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Calls.
    Access,
    /// Getting further tokens.
    Refresh,
}

words! { Kind, "oauth_tokens.kind":
    "access" => Kind::Access,
    "refresh" => Kind::Refresh,
}

#[derive(Serialize, Deserialize)]
struct Content {
    client: String,
    scopes: Vec<String>,
}

const INSERT: &str = "
    INSERT INTO oauth_tokens (tenant, token_hash, kind, family, user_id, issued, expires, used, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const GET: &str = "
    SELECT token_hash, kind, family, user_id, issued, expires, used, content FROM oauth_tokens
    WHERE tenant = $1 AND token_hash = $2";
const OF_USER: &str = "
    SELECT token_hash, kind, family, user_id, issued, expires, used, content FROM oauth_tokens
    WHERE tenant = $1 AND user_id = $2 ORDER BY issued";
const USE: &str =
    "UPDATE oauth_tokens SET used = 1 WHERE tenant = $1 AND token_hash = $2 AND used = 0";
const DELETE: &str = "DELETE FROM oauth_tokens WHERE tenant = $1 AND token_hash = $2";
const DELETE_FAMILY: &str = "DELETE FROM oauth_tokens WHERE tenant = $1 AND family = $2";
const DELETE_ACCESS: &str = "DELETE FROM oauth_tokens WHERE tenant = $1 AND kind = 'access'";
const PRUNE: &str = "DELETE FROM oauth_tokens WHERE tenant = $1 AND expires <= $2";

/// Keeps a token. `token_hash` is [`Tx::hash`] of it.
pub async fn insert(tx: &mut Tx, token_hash: [u8; 32], token: &Token) -> Result<()> {
    let content = Content {
        client: token.client.clone(),
        scopes: token.scopes.clone(),
    };
    let sealed = tx
        .seal_json(KeyRef::Tenant, aad(&token_hash), &content)
        .await?;
    let row = values![
        token_hash,
        token.kind.word(),
        token.family,
        token.user,
        token.issued,
        token.expires,
        token.used,
        sealed
    ];
    tx.run(INSERT, row).await?;
    Ok(())
}

/// What a token stands for, used or not, expired or not.
pub async fn get(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<Token>> {
    tx.find(GET, values![token_hash]).await
}

/// The tokens that act for a person, oldest first.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Token>> {
    tx.list(OF_USER, values![user]).await
}

/// Marks a refresh token as exchanged; false if it was before. Of two transactions that try, one gets true.
pub async fn use_up(tx: &mut Tx, token_hash: [u8; 32]) -> Result<bool> {
    Ok(tx.run(USE, values![token_hash]).await? > 0)
}

/// Revokes one token.
pub async fn delete(tx: &mut Tx, token_hash: [u8; 32]) -> Result<()> {
    tx.run(DELETE, values![token_hash]).await?;
    Ok(())
}

/// Revokes everything that came of one authorization; how many tokens.
pub async fn delete_family(tx: &mut Tx, family: Uuid) -> Result<u64> {
    tx.run(DELETE_FAMILY, values![family]).await
}

/// Ends all access tokens, whoever has them; how many. Refresh tokens stay.
pub async fn delete_access(tx: &mut Tx) -> Result<u64> {
    tx.run(DELETE_ACCESS, values![]).await
}

/// Forgets the tokens that had expired at a moment; how many.
pub async fn prune(tx: &mut Tx, expired_at: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![expired_at]).await
}

fn aad(hash: &[u8; 32]) -> Aad {
    Aad::hashed("oauth_tokens", hash)
}

impl Stored for Token {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let hash = row.hash(0)?;
        let content: Content = tx.open_json(aad(&hash), row.blob(7)?).await?;
        Ok(Self {
            kind: row.word(1)?,
            family: row.id(2)?,
            client: content.client,
            user: row.id(3)?,
            scopes: content.scopes,
            issued: row.time(4)?,
            expires: row.time_option(5)?,
            used: row.bool(6)?,
        })
    }
}
