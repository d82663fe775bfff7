//! Leases: only one at a time, for things that are not jobs (refreshing a token, say).

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{Result, Store, Tx, value::values};

/// Proof of a lease; grows with every one. Who holds an older one has lost it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

const TAKE: &str = "
    INSERT INTO leases (tenant, subject, owner, expires, fence) VALUES ($1, $2, $3, $4, 1)
    ON CONFLICT (tenant, subject) DO UPDATE SET owner = excluded.owner, expires = excluded.expires,
        fence = leases.fence + 1
    WHERE leases.expires <= $5
    RETURNING fence";
const EXTEND: &str =
    "UPDATE leases SET expires = $4 WHERE tenant = $1 AND subject = $2 AND fence = $3";
const RELEASE: &str =
    "UPDATE leases SET expires = 0 WHERE tenant = $1 AND subject = $2 AND fence = $3";
// Holds the row until the transaction ends, so that the answer stays true until the commit.
const CHECK: &str =
    "UPDATE leases SET fence = fence WHERE tenant = $1 AND subject = $2 AND fence = $3";

/// Takes a lease for so many seconds if nobody has it, not even `owner`. The subject is a kind and an id; no names.
pub async fn take(
    store: &Store,
    subject: &str,
    owner: Uuid,
    now: Timestamp,
    seconds: i64,
) -> Result<Option<Fence>> {
    let until = now.saturating_add(SignedDuration::from_secs(seconds));
    let until = until.unwrap_or(Timestamp::MAX);
    let mut tx = store.write().await?;
    let row = tx.one(TAKE, values![subject, owner, until, now]).await?;
    let fence = row.map(|row| row.i64(0).map(Fence)).transpose()?;
    tx.commit().await?;
    Ok(fence)
}

/// Holds a lease longer. False: somebody else has it.
pub async fn extend(store: &Store, subject: &str, fence: Fence, until: Timestamp) -> Result<bool> {
    let mut tx = store.write().await?;
    let touched = tx.run(EXTEND, values![subject, fence.0, until]).await?;
    tx.commit().await?;
    Ok(touched > 0)
}

/// Gives a lease back; nothing happens if it was lost.
pub async fn release(store: &Store, subject: &str, fence: Fence) -> Result<()> {
    let mut tx = store.write().await?;
    tx.run(RELEASE, values![subject, fence.0]).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether nobody else has taken the lease since; stays true until the transaction ends.
pub async fn check(tx: &mut Tx, subject: &str, fence: Fence) -> Result<bool> {
    Ok(tx.run(CHECK, values![subject, fence.0]).await? > 0)
}
