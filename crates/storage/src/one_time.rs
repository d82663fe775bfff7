//! Things that can be used once: welcome links, the state of a sign-in at a provider.

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{Aad, KeyRef, Result, Tx, value::values};

const INSERT: &str = "
    INSERT INTO one_time (tenant, purpose, token_hash, expires, content) VALUES ($1, $2, $3, $4, $5)";
const TAKE: &str = "
    DELETE FROM one_time WHERE tenant = $1 AND purpose = $2 AND token_hash = $3 RETURNING expires, content";
const PRUNE: &str = "DELETE FROM one_time WHERE tenant = $1 AND expires <= $2";

/// Keeps `data`, sealed, until somebody comes with the token. `token_hash` is [`Tx::hash`] of the token.
pub async fn insert(
    tx: &mut Tx,
    purpose: &str,
    token_hash: [u8; 32],
    data: &[u8],
    expires: Timestamp,
) -> Result<()> {
    let aad = Aad::hashed("one_time", &token_hash);
    let sealed = tx.seal(KeyRef::Tenant, aad, data).await?;
    let row = values![purpose, token_hash, expires, sealed];
    tx.run(INSERT, row).await?;
    Ok(())
}

/// Takes the data away, if it has not expired. Commit before acting on it.
pub async fn take(
    tx: &mut Tx,
    purpose: &str,
    token_hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some(row) = tx.one(TAKE, values![purpose, token_hash]).await? else {
        return Ok(None);
    };
    if row.time(0)? <= now {
        return Ok(None);
    }
    let aad = Aad::hashed("one_time", &token_hash);
    tx.open(aad, row.blob(1)?).await.map(Some)
}

/// Forgets what has expired; how many.
pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![now]).await
}
