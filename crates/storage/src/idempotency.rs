//! Replies to requests that bore an `Idempotency-Key`, to be given again if the request comes again.

use jiff::Timestamp;

use crate::{Aad, Error, KeyRef, Result, Tx, value::values};

/// What is kept under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Keyed hash of what the request was: the same key with another request is a mistake of the client.
    pub request: [u8; 32],
    /// The reply.
    pub reply: Vec<u8>,
}

const CLAIM: &str = "
    INSERT INTO idempotency (tenant, key_hash, at, content) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, key_hash) DO NOTHING";
const GET: &str = "SELECT content FROM idempotency WHERE tenant = $1 AND key_hash = $2";
const ANSWER: &str = "UPDATE idempotency SET content = $3 WHERE tenant = $1 AND key_hash = $2";
const PRUNE: &str = "DELETE FROM idempotency WHERE tenant = $1 AND at < $2";

/// What a request is compared by.
pub fn fingerprint(tx: &Tx, request: &str) -> [u8; 32] {
    tx.hash("idempotency-request", request)
}

/// Takes a key, at the beginning of the transaction that does what the request asks for. `None` if it was free; then
/// [`answer`] must follow before the commit. Otherwise what the first request got: whoever comes while that one is
/// still at work waits for it here.
pub async fn claim(
    tx: &mut Tx,
    actor: &str,
    key: &str,
    request: &[u8; 32],
    at: Timestamp,
) -> Result<Option<Stored>> {
    let hash = hash(tx, actor, key);
    let sealed = tx.seal(KeyRef::Tenant, aad(&hash), request).await?;
    if tx.run(CLAIM, values![hash, at, sealed]).await? > 0 {
        return Ok(None);
    }
    let row = tx.one(GET, values![hash]).await?;
    let row = row.ok_or(Error::Missing("reply"))?;
    let plain = tx.open(aad(&hash), row.blob(0)?).await?;
    let (request, reply) = plain.split_first_chunk().ok_or_else(|| Error::Format {
        table: "idempotency",
        reason: "too short".to_owned(),
    })?;
    Ok(Some(Stored {
        request: *request,
        reply: reply.to_vec(),
    }))
}

/// Keeps the reply to a request whose key was [claimed](claim) in this transaction.
pub async fn answer(
    tx: &mut Tx,
    actor: &str,
    key: &str,
    request: &[u8; 32],
    reply: &[u8],
) -> Result<()> {
    let hash = hash(tx, actor, key);
    let plain = [request, reply].concat();
    let sealed = tx.seal(KeyRef::Tenant, aad(&hash), &plain).await?;
    tx.run_one("reply", ANSWER, values![hash, sealed]).await
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
