//! Changes that a provider did not tell: servers that have forgotten a sync position may say that nothing has changed. Now and
//! then a connector hears of all that there is, with versions, and that is compared with what is known here.

use std::collections::{BTreeMap, HashSet};

use providers::Sighting;
use storage::{
    Store,
    held::{Held, State},
};
use sync::Remote;

use super::{
    Work,
    absence::{Checked, living, look_at},
    pull::forget_cursor,
};
use crate::{Error, Hub, Result};

/// More than this of what is known is not looked at one by one: everything is listed, with the guards of a full listing.
const KNOWN_MAX: usize = 100;
/// So much that is not known is looked at in one sweep. Tasks and what cannot be read are never known.
const UNKNOWN_MAX: usize = 100;

impl Hub {
    /// What is otherwise there than it is known here, looked at.
    ///
    /// # Errors
    /// [`Error::Stale`] if that is much: the calendar is to be read again, whole.
    pub(super) async fn missed(
        &self,
        store: &Store,
        work: &Work,
        mut all: BTreeMap<String, String>,
        seen: &[Sighting],
        held: &[Held],
    ) -> Result<Checked> {
        // What waits for a person is not asked about again.
        let asked = held.iter().filter(|h| h.state != State::Unread);
        let seen: HashSet<&str> = seen
            .iter()
            .map(|s| s.id.as_str())
            .chain(asked.map(|h| h.remote_id.as_str()))
            .collect();
        all.retain(|id, _| !seen.contains(id.as_str()));
        let mut other = Vec::new();
        living(store, work.id(), |row| {
            let Remote::Live { id, version } = row.copy.remote else {
                return;
            };
            let there = all.remove(&id);
            let same = |tag: &String| bare(tag) == bare(&version.tag);
            if !seen.contains(id.as_str()) && !there.as_ref().is_some_and(same) {
                other.push(id);
            }
        })
        .await?;
        if other.len() > KNOWN_MAX {
            let mut tx = store.write().await?;
            forget_cursor(&mut tx, work.id()).await?;
            tx.commit().await?;
            return Err(Error::Stale);
        }
        other.extend(all.into_keys().take(UNKNOWN_MAX));
        if !other.is_empty() {
            tracing::info!(calendar = %work.id(), events = other.len(), "a sweep found what was not told");
        }
        Ok(look_at(work, &other).await?)
    }
}

/// Proxies that compress make strong tags weak.
fn bare(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}
