//! Authorization codes (RFC 6749 section 4.1.2): used once, soon.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::UserId;
use uuid::Uuid;

use crate::{Aad, KeyRef, Result, Tx, row::Row, stored::Stored, value::values};

/// What a code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The client that it was given to.
    pub client: String,
    /// Who agreed.
    pub user: UserId,
    /// Where it was sent; must be named again.
    pub redirect_uri: String,
    /// PKCE challenge (RFC 7636, S256).
    pub challenge: Option<String>,
    /// What was agreed to.
    pub scopes: Vec<String>,
    /// OpenID Connect nonce.
    pub nonce: Option<String>,
    /// The family that its tokens will be of; revoked if the code comes twice.
    pub family: Uuid,
    /// When it ends.
    pub expires: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Content {
    client: String,
    redirect_uri: String,
    challenge: Option<String>,
    scopes: Vec<String>,
    nonce: Option<String>,
    family: Uuid,
}

const INSERT: &str = "
    INSERT INTO oauth_codes (tenant, code_hash, user_id, expires, used, content) VALUES ($1, $2, $3, $4, 0, $5)";
const GET: &str = "
    SELECT code_hash, user_id, expires, content FROM oauth_codes WHERE tenant = $1 AND code_hash = $2";
const USE: &str =
    "UPDATE oauth_codes SET used = 1 WHERE tenant = $1 AND code_hash = $2 AND used = 0";
const PRUNE: &str = "DELETE FROM oauth_codes WHERE tenant = $1 AND expires <= $2";

/// Keeps a code. `code_hash` is [`Tx::hash`] of it.
pub async fn insert(tx: &mut Tx, code_hash: [u8; 32], code: &Code) -> Result<()> {
    let content = Content {
        client: code.client.clone(),
        redirect_uri: code.redirect_uri.clone(),
        challenge: code.challenge.clone(),
        scopes: code.scopes.clone(),
        nonce: code.nonce.clone(),
        family: code.family,
    };
    let sealed = tx
        .seal_json(KeyRef::Tenant, aad(&code_hash), &content)
        .await?;
    let row = values![code_hash, code.user, code.expires, sealed];
    tx.run(INSERT, row).await?;
    Ok(())
}

/// What a code stands for, used or not, expired or not.
pub async fn get(tx: &mut Tx, code_hash: [u8; 32]) -> Result<Option<Code>> {
    tx.find(GET, values![code_hash]).await
}

/// Uses a code up; false if it was used before. Of two transactions that try, one gets true.
pub async fn use_up(tx: &mut Tx, code_hash: [u8; 32]) -> Result<bool> {
    Ok(tx.run(USE, values![code_hash]).await? > 0)
}

/// Forgets the codes that had expired at a moment; how many. Leave them a while: a code that comes twice is noticed only
/// while it is here.
pub async fn prune(tx: &mut Tx, expired_at: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![expired_at]).await
}

fn aad(hash: &[u8; 32]) -> Aad {
    Aad::hashed("oauth_codes", hash)
}

impl Stored for Code {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let hash = row.hash(0)?;
        let content: Content = tx.open_json(aad(&hash), row.blob(3)?).await?;
        Ok(Self {
            client: content.client,
            user: row.id(1)?,
            redirect_uri: content.redirect_uri,
            challenge: content.challenge,
            scopes: content.scopes,
            nonce: content.nonce,
            family: content.family,
            expires: row.time(2)?,
        })
    }
}
