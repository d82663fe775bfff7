//! Connections: accounts at providers that somebody has authorised.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{ConnectionId, UserId};

use crate::{
    Aad, Health, KeyRef, Result, Tx,
    row::{Row, Word as _},
    stored::Stored,
    value::values,
};

/// An authorised account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its identity.
    pub id: ConnectionId,
    /// Who authorised it.
    pub user: UserId,
    /// Which provider: a short name that the providers crate knows.
    pub provider: String,
    /// The account there, for people: a mail address, a user name.
    pub account: String,
    /// The server, where the provider has many.
    pub url: Option<String>,
    /// What it signs in with.
    pub credentials: Credentials,
    /// How it is doing.
    pub state: Health,
    /// What is wrong, for people.
    pub message: Option<String>,
    /// What the provider lets us do.
    pub scopes: Vec<String>,
    /// When any of its calendars last agreed with the provider.
    pub last_sync: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
}

/// Tokens or passwords in the shape that the provider's connector wants. Never shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credentials(serde_json::Value);

impl Credentials {
    /// Wraps them.
    pub fn new(value: serde_json::Value) -> Self {
        Self(value)
    }

    /// The secret itself. Do not log it.
    pub fn expose(&self) -> &serde_json::Value {
        &self.0
    }
}

impl From<serde_json::Value> for Credentials {
    fn from(value: serde_json::Value) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// The sealed part.
#[derive(Serialize, Deserialize)]
struct Content {
    account: String,
    url: Option<String>,
    credentials: Credentials,
    message: Option<String>,
    scopes: Vec<String>,
}

const INSERT: &str = "
    INSERT INTO connections (tenant, id, user_id, provider, state, last_sync, created, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE: &str = "
    UPDATE connections SET user_id = $3, provider = $4, state = $5, last_sync = $6, created = $7, content = $8
    WHERE tenant = $1 AND id = $2";
const GET: &str = "
    SELECT id, user_id, provider, state, last_sync, created, content FROM connections WHERE tenant = $1 AND id = $2";
const LIST: &str = "
    SELECT id, user_id, provider, state, last_sync, created, content FROM connections
    WHERE tenant = $1 ORDER BY created, id";
const DELETE: &str = "DELETE FROM connections WHERE tenant = $1 AND id = $2";

/// Adds a connection.
pub async fn insert(tx: &mut Tx, connection: &Connection) -> Result<()> {
    put(tx, INSERT, connection).await
}

/// Writes a connection.
pub async fn update(tx: &mut Tx, connection: &Connection) -> Result<()> {
    put(tx, UPDATE, connection).await
}

async fn put(tx: &mut Tx, sql: &'static str, connection: &Connection) -> Result<()> {
    let content = Content {
        account: connection.account.clone(),
        url: connection.url.clone(),
        credentials: connection.credentials.clone(),
        message: connection.message.clone(),
        scopes: connection.scopes.clone(),
    };
    let sealed = tx
        .seal_json(KeyRef::Tenant, aad(connection.id), &content)
        .await?;
    let row = values![
        connection.id,
        connection.user,
        connection.provider.as_str(),
        connection.state.word(),
        connection.last_sync,
        connection.created,
        sealed
    ];
    tx.run_one("connection", sql, row).await
}

/// One connection.
pub async fn get(tx: &mut Tx, id: ConnectionId) -> Result<Option<Connection>> {
    tx.find(GET, values![id]).await
}

/// All connections, oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Connection>> {
    tx.list(LIST, values![]).await
}

/// Deletes a connection and its credentials. Its calendars are the caller's to delete or to keep as local ones.
pub async fn delete(tx: &mut Tx, id: ConnectionId) -> Result<()> {
    tx.run(DELETE, values![id]).await?;
    Ok(())
}

fn aad(id: ConnectionId) -> Aad {
    Aad {
        table: "connections",
        row: id.0,
    }
}

impl Stored for Connection {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let content: Content = tx.open_json(aad(id), row.blob(6)?).await?;
        Ok(Self {
            id,
            user: row.id(1)?,
            provider: row.text(2)?,
            account: content.account,
            url: content.url,
            credentials: content.credentials,
            state: row.word(3)?,
            message: content.message,
            scopes: content.scopes,
            last_sync: row.time_option(4)?,
            created: row.time(5)?,
        })
    }
}
