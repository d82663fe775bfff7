//! Passwords for one device or program each, known by their keyed hash.

use jiff::Timestamp;
use sync::UserId;
use uuid::Uuid;

use crate::{Aad, KeyRef, Result, Tx, row::Row, stored::Stored, value::values};

/// An app password, without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPassword {
    /// Its identity.
    pub id: Uuid,
    /// Whose it is.
    pub user: UserId,
    /// What the person calls the device.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, roughly.
    pub last_used: Option<Timestamp>,
}

const INSERT: &str = "
    INSERT INTO app_passwords (tenant, id, user_id, secret_hash, created, last_used, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const BY_HASH: &str = "
    SELECT id, user_id, created, last_used, content FROM app_passwords WHERE tenant = $1 AND secret_hash = $2";
const OF_USER: &str = "
    SELECT id, user_id, created, last_used, content FROM app_passwords
    WHERE tenant = $1 AND user_id = $2 ORDER BY created, id";
const TOUCH: &str = "UPDATE app_passwords SET last_used = $3 WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM app_passwords WHERE tenant = $1 AND id = $2 AND user_id = $3";

/// Adds an app password. `secret_hash` is [`Tx::hash`] of the user and the password.
pub async fn insert(tx: &mut Tx, password: &AppPassword, secret_hash: [u8; 32]) -> Result<()> {
    let name = password.name.as_bytes();
    let sealed = tx.seal(KeyRef::Tenant, aad(password.id), name).await?;
    let row = values![
        password.id,
        password.user,
        secret_hash,
        password.created,
        password.last_used,
        sealed
    ];
    tx.run(INSERT, row).await?;
    Ok(())
}

/// The app password with that hash.
pub async fn by_hash(tx: &mut Tx, secret_hash: [u8; 32]) -> Result<Option<AppPassword>> {
    tx.find(BY_HASH, values![secret_hash]).await
}

/// The app passwords of a person, oldest first.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<AppPassword>> {
    tx.list(OF_USER, values![user]).await
}

/// Notes that it was used.
pub async fn touch(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<()> {
    tx.run(TOUCH, values![id, at]).await?;
    Ok(())
}

/// Removes one of a person's app passwords; false if they have no such one.
pub async fn delete(tx: &mut Tx, user: UserId, id: Uuid) -> Result<bool> {
    tx.people = true;
    Ok(tx.run(DELETE, values![id, user]).await? > 0)
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "app_passwords",
        row: id,
    }
}

impl Stored for AppPassword {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let name = tx.open(aad(id), row.blob(4)?).await?;
        Ok(Self {
            id,
            user: row.id(1)?,
            name: String::from_utf8_lossy(&name).into_owned(),
            created: row.time(2)?,
            last_used: row.time_option(3)?,
        })
    }
}
