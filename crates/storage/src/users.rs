//! People who sign in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::UserId;

use crate::{Aad, KeyRef, Result, Tx, row::Row, stored::Stored, value::values};

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their identity.
    pub id: UserId,
    /// Mail address; signs them in. Unique in the tenant, letter case aside.
    pub email: String,
    /// Display name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
    /// Hash of the password (PHC string); `None`: no sign-in by password.
    pub password: Option<String>,
    /// What they may do: words that the identity crate knows.
    pub roles: Vec<String>,
    /// When they came.
    pub created: Timestamp,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Addresses, names and hashes have no place in logs.
        f.debug_struct("User")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Content {
    email: String,
    name: String,
    time_zone: String,
    password: Option<String>,
    roles: Vec<String>,
}

const INSERT: &str =
    "INSERT INTO users (tenant, id, email_hash, created, content) VALUES ($1, $2, $3, $4, $5)";
const UPDATE: &str = "
    UPDATE users SET email_hash = $3, created = $4, content = $5 WHERE tenant = $1 AND id = $2";
const GET: &str = "SELECT id, created, content FROM users WHERE tenant = $1 AND id = $2";
const BY_EMAIL: &str =
    "SELECT id, created, content FROM users WHERE tenant = $1 AND email_hash = $2";
const LIST: &str = "SELECT id, created, content FROM users WHERE tenant = $1 ORDER BY created, id";
const DELETE: &str = "DELETE FROM users WHERE tenant = $1 AND id = $2";

/// Adds a person.
///
/// # Errors
/// [`crate::Error::Exists`] if somebody has that mail address.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<()> {
    put(tx, INSERT, user).await
}

/// Writes a person.
pub async fn update(tx: &mut Tx, user: &User) -> Result<()> {
    put(tx, UPDATE, user).await
}

async fn put(tx: &mut Tx, sql: &'static str, user: &User) -> Result<()> {
    let content = Content {
        email: user.email.clone(),
        name: user.name.clone(),
        time_zone: user.time_zone.clone(),
        password: user.password.clone(),
        roles: user.roles.clone(),
    };
    let sealed = tx.seal_json(KeyRef::Tenant, aad(user.id), &content).await?;
    let row = values![user.id, email_hash(tx, &user.email), user.created, sealed];
    tx.people = true;
    tx.run_one("person", sql, row).await
}

/// One person.
pub async fn get(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    tx.find(GET, values![id]).await
}

/// The person with a mail address, letter case aside.
pub async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<User>> {
    let hash = email_hash(tx, email);
    tx.find(BY_EMAIL, values![hash]).await
}

/// Everybody, oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<User>> {
    tx.list(LIST, values![]).await
}

/// Removes a person with their sessions, passwords and tokens.
pub async fn delete(tx: &mut Tx, id: UserId) -> Result<()> {
    tx.people = true;
    tx.run(DELETE, values![id]).await?;
    Ok(())
}

pub(crate) fn email_hash(tx: &Tx, email: &str) -> [u8; 32] {
    tx.hash("user-email", &email.trim().to_lowercase())
}

fn aad(id: UserId) -> Aad {
    Aad {
        table: "users",
        row: id.0,
    }
}

impl Stored for User {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let content: Content = tx.open_json(aad(id), row.blob(2)?).await?;
        Ok(Self {
            id,
            email: content.email,
            name: content.name,
            time_zone: content.time_zone,
            password: content.password,
            roles: content.roles,
            created: row.time(1)?,
        })
    }
}
