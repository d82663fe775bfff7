//! Small facts about a tenant that are no secret, by name.

use crate::{Result, Tx, value::values};

const GET: &str = "SELECT value FROM meta WHERE tenant = $1 AND name = $2";
const SET: &str = "
    INSERT INTO meta (tenant, name, value) VALUES ($1, $2, $3)
    ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value";
const GET_SECRET: &str = "SELECT content FROM secrets WHERE tenant = $1 AND name = $2";
const SET_SECRET: &str = "
    INSERT INTO secrets (tenant, name, content) VALUES ($1, $2, $3)
    ON CONFLICT (tenant, name) DO UPDATE SET content = excluded.content";

/// A fact.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<String>> {
    let row = tx.one(GET, values![name]).await?;
    row.map(|row| row.text(0)).transpose()
}

/// Notes a fact. Neither name nor value is sealed.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    tx.run(SET, values![name, value]).await?;
    Ok(())
}

/// A secret of the tenant's own, by name: a signing key, say.
pub async fn get_secret(tx: &mut Tx, name: &str) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>> {
    let Some(row) = tx.one(GET_SECRET, values![name]).await? else {
        return Ok(None);
    };
    let aad = aad(tx, name);
    tx.open(aad, row.blob(0)?).await.map(Some)
}

/// Keeps a secret, sealed; its name is not.
pub async fn set_secret(tx: &mut Tx, name: &str, secret: &[u8]) -> Result<()> {
    let aad = aad(tx, name);
    let sealed = tx.seal(crate::KeyRef::Tenant, aad, secret).await?;
    tx.run(SET_SECRET, values![name, sealed]).await?;
    Ok(())
}

fn aad(tx: &Tx, name: &str) -> crate::Aad {
    crate::Aad::hashed("secrets", &tx.hash("secret-name", name))
}
