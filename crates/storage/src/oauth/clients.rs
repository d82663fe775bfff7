//! Registered clients (RFC 6749 section 2).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Aad, KeyRef, Result, Tx, row::Row, stored::Stored, value::values};

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// Keyed hash of `client_secret`; `None` for a public client.
    pub secret_hash: Option<[u8; 32]>,
    /// What people are shown.
    pub name: String,
    /// Where a code may be sent.
    pub redirect_uris: Vec<String>,
    /// What it may ask for; empty: everything that there is.
    pub scopes: Vec<String>,
    /// When it was registered.
    pub created: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Content {
    id: String,
    secret_hash: Option<[u8; 32]>,
    name: String,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
}

const PUT: &str = "
    INSERT INTO oauth_clients (tenant, id_hash, created, content) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, id_hash) DO UPDATE SET content = excluded.content";
const GET: &str =
    "SELECT id_hash, created, content FROM oauth_clients WHERE tenant = $1 AND id_hash = $2";
const LIST: &str =
    "SELECT id_hash, created, content FROM oauth_clients WHERE tenant = $1 ORDER BY created";
const DELETE: &str = "DELETE FROM oauth_clients WHERE tenant = $1 AND id_hash = $2";

/// Registers a client, or changes what it registered.
pub async fn put(tx: &mut Tx, client: &Client) -> Result<()> {
    let content = Content {
        id: client.id.clone(),
        secret_hash: client.secret_hash,
        name: client.name.clone(),
        redirect_uris: client.redirect_uris.clone(),
        scopes: client.scopes.clone(),
    };
    let hash = hash(tx, &client.id);
    let sealed = tx.seal_json(KeyRef::Tenant, aad(&hash), &content).await?;
    let row = values![hash, client.created, sealed];
    tx.run(PUT, row).await?;
    Ok(())
}

/// One client.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Option<Client>> {
    let hash = hash(tx, id);
    tx.find(GET, values![hash]).await
}

/// All clients, oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Client>> {
    tx.list(LIST, values![]).await
}

/// Removes a client; its tokens stay until they are revoked.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<()> {
    let hash = hash(tx, id);
    tx.run(DELETE, values![hash]).await?;
    Ok(())
}

fn hash(tx: &Tx, id: &str) -> [u8; 32] {
    tx.hash("oauth-client", id)
}

fn aad(hash: &[u8; 32]) -> Aad {
    Aad::hashed("oauth_clients", hash)
}

impl Stored for Client {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let hash = row.hash(0)?;
        let content: Content = tx.open_json(aad(&hash), row.blob(2)?).await?;
        Ok(Self {
            id: content.id,
            secret_hash: content.secret_hash,
            name: content.name,
            redirect_uris: content.redirect_uris,
            scopes: content.scopes,
            created: row.time(1)?,
        })
    }
}
