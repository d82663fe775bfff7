//! Once a day: what nobody can ask for any more goes.

use jiff::{Span, Timestamp};
use storage::{
    Store, Tx, changes, conflicts, edits, enclosures, idempotency, intents, mail, oauth, objects,
    observations, one_time, sessions, watchers,
};

use crate::{Hub, Result};

/// Job: forget what is old.
pub const PRUNE: &str = "prune";

/// How long the past is kept: what was written and why, what was seen, edits that can be undone, values that lost, and
/// the positions from which somebody can still follow the log.
const PAST_DAYS: i64 = 90;
/// How long a repeated request gets its first answer, and a code or token that comes twice is noticed.
const REPEATED_DAYS: i64 = 2;

impl Hub {
    /// Forgets what is old. How many rows that were.
    pub async fn prune(&self, store: &Store) -> Result<u64> {
        let now = self.clock().now();
        let past = days_before(now, PAST_DAYS);
        let repeated = days_before(now, REPEATED_DAYS);
        // Each by itself: on SQLite there is one writer, and it is waited for.
        let mut gone = 0;
        let mut tx = store.write().await?;
        gone += changes_before(&mut tx, past).await?;
        tx.commit().await?;
        let mut tx = store.write().await?;
        gone += observations::prune(&mut tx, past).await?;
        tx.commit().await?;
        let mut tx = store.write().await?;
        gone += intents::prune(&mut tx, past).await?;
        gone += edits::prune(&mut tx, past).await?;
        gone += conflicts::prune(&mut tx, past).await?;
        gone += enclosures::prune(&mut tx, past).await?;
        gone += objects::prune(&mut tx, past).await?;
        gone += mail::prune(&mut tx, past).await?;
        gone += objects::prune_inboxes(&mut tx, past).await?;
        tx.commit().await?;
        let mut tx = store.write().await?;
        gone += idempotency::prune(&mut tx, repeated).await?;
        gone += sessions::prune(&mut tx, now).await?;
        gone += one_time::prune(&mut tx, now).await?;
        gone += oauth::codes::prune(&mut tx, repeated).await?;
        gone += oauth::tokens::prune(&mut tx, repeated).await?;
        gone += watchers::prune(&mut tx, now).await?;
        tx.commit().await?;
        tracing::info!(rows = gone, "what was old is forgotten");
        Ok(gone)
    }
}

/// The log goes by positions.
async fn changes_before(tx: &mut Tx, at: Timestamp) -> Result<u64> {
    let keep = match changes::first_since(tx, at).await? {
        Some(first) => first,
        // Nothing is young enough.
        None => changes::latest(tx).await? + 1,
    };
    Ok(changes::prune(tx, keep - 1).await?)
}

fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.saturating_sub(Span::new().hours(days * 24))
        .unwrap_or(now)
}
