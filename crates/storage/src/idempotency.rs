//! Replies to requests that bore an `Idempotency-Key`, to be given again if the request comes again.

use jiff::Timestamp;

use crate::{Aad, Error, KeyRef, Result, Tx, value::values};

/// A stored reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What the request was: the same key with another fingerprint is a mistake of the client.
    pub fingerprint: Vec<u8>,
    /// The reply.
    pub reply: Vec<u8>,
}

const GET: &str = "SELECT content FROM idempotency WHERE tenant = $1 AND key_hash = $2";
const PUT: &str = "INSERT INTO idempotency (tenant, key_hash, at, content) VALUES ($1, $2, $3, $4)";
const PRUNE: &str = "DELETE FROM idempotency WHERE tenant = $1 AND at < $2";

/// The reply that an actor got under a key.
pub async fn get(tx: &mut Tx, actor: &str, key: &str) -> Result<Option<Stored>> {
    let hash = hash(tx, actor, key);
    let Some(row) = tx.one(GET, values![hash]).await? else {
        return Ok(None);
    };
    let plain = tx.open(aad(&hash), &row.blob(0)?).await?;
    let short = || Error::Format {
        table: "idempotency",
        reason: "too short".to_owned(),
    };
    let (length, rest) = plain.split_first_chunk().ok_or_else(short)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (fingerprint, reply) = rest.split_at_checked(length).ok_or_else(short)?;
    Ok(Some(Stored {
        fingerprint: fingerprint.to_vec(),
        reply: reply.to_vec(),
    }))
}

/// Keeps a reply, in the transaction of what the request did.
///
/// # Errors
/// [`Error::Exists`] if the same request was answered meanwhile.
pub async fn put(
    tx: &mut Tx,
    actor: &str,
    key: &str,
    fingerprint: &[u8],
    reply: &[u8],
    at: Timestamp,
) -> Result<()> {
    let length = u32::try_from(fingerprint.len()).map_err(|_| Error::Format {
        table: "idempotency",
        reason: "the fingerprint is too long".to_owned(),
    })?;
    let plain = [&length.to_be_bytes(), fingerprint, reply].concat();
    let hash = hash(tx, actor, key);
    let sealed = tx.seal(KeyRef::Tenant, aad(&hash), &plain).await?;
    tx.run(PUT, values![hash, at, sealed]).await?;
    Ok(())
}

/// Forgets replies from before a moment; how many.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

fn hash(tx: &Tx, actor: &str, key: &str) -> [u8; 32] {
    tx.hash("idempotency", &format!("{actor}\0{key}"))
}

fn aad(hash: &[u8; 32]) -> Aad {
    Aad::hashed("idempotency", hash)
}
