//! A database that was put back to an earlier time must not give out again what it gave out before it was: who has listed its
//! calendars knows positions of a change log that is gone, and entity tags of events as they are no more.

use jiff::Timestamp;

use crate::{Result, Tx, changes, meta, session::Session, value::values};

/// The fact that says above which edition changed events go on.
const EDITIONS: &str = "editions";
const EDITIONS_OF: &str = "SELECT value FROM meta WHERE tenant = $1 AND name = 'editions'";
const GO_ON_AT: &str = "UPDATE tenants SET position = $2 WHERE tenant = $1 AND position < $2";

/// Whoever follows the change log has to begin anew, and events that change have other editions than they may have had. Both go on
/// at what the time is as a number: a count that is kept in the database would be put back with it, and begin again.
pub async fn begin_anew(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let latest = changes::latest(tx).await?;
    changes::prune(tx, latest).await?;
    tx.run(GO_ON_AT, values![now.as_microsecond()]).await?;
    let above = tx.store().editions_above().max(now.as_millisecond());
    meta::set(tx, EDITIONS, &above.to_string()).await?;
    tx.store().raise_editions(above);
    Ok(())
}

/// The edition after this one.
pub fn next_edition(tx: &Tx, edition: i64) -> i64 {
    edition.max(tx.store().editions_above()) + 1
}

/// Above which edition changed events of a tenant go on.
pub(crate) async fn editions_above(session: &mut Session) -> Result<i64> {
    let Some(row) = session.one(EDITIONS_OF, values![]).await? else {
        return Ok(0);
    };
    Ok(row.text(0)?.parse().unwrap_or(0))
}
