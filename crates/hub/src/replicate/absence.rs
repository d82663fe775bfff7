//! What a listing does not hold: checked with a GET each before it is called a deletion, and held for a person when it
//! would be many (R10, guards).

use std::collections::HashSet;

use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use providers::{Malformed, Seen, Sighting};
use storage::{Store, copies};
use sync::Remote;

use super::Work;
use crate::{Hub, Result};

/// More deletions than this in one full listing are held for a person…
const DELETIONS_MAX: usize = 50;
/// …and so are at least this many…
const DELETIONS_SOME: usize = 10;
/// …if they are more than one in so many.
const DELETIONS_SHARE: usize = 5;
/// How many events are read at once.
const PAGE: usize = 500;

/// What became of the events that a listing did not hold.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// What is really there, or certainly is not.
    pub sightings: Vec<Sighting>,
    /// Deletions are held, and why.
    pub held: Option<String>,
}

impl Hub {
    /// Looks at every event whose absence is only suspected.
    pub(super) async fn check_absences(
        &self,
        store: &Store,
        work: &Work,
        listed: &[Sighting],
        doubtful: Vec<String>,
        malformed: &[Malformed],
        full: bool,
    ) -> Result<Checked> {
        let mut suspects = self.ours(store, work, doubtful).await?;
        let mut known = 0;
        if full {
            let seen: HashSet<&str> = listed
                .iter()
                .map(|s| s.id.as_str())
                .chain(malformed.iter().map(|m| m.id.as_str()))
                .collect();
            let all = self.known(store, work).await?;
            known = all.len();
            suspects.extend(all.into_iter().filter(|id| !seen.contains(id.as_str())));
            suspects.sort_unstable();
            suspects.dedup();
        }
        let looks: Vec<BoxFuture<'_, Result<Option<Sighting>>>> =
            suspects.iter().map(|id| look(work, id).boxed()).collect();
        let concurrency = work.connector.traits().concurrency.max(1);
        let looked: Vec<Option<Sighting>> = stream::iter(looks)
            .buffered(concurrency)
            .try_collect()
            .await?;
        let mut checked = Checked {
            sightings: looked.into_iter().flatten().collect(),
            held: None,
        };
        let gone = checked
            .sightings
            .iter()
            .filter(|s| s.found.is_none())
            .count();
        if full
            && (gone > DELETIONS_MAX || (gone >= DELETIONS_SOME && gone * DELETIONS_SHARE > known))
        {
            checked.sightings.retain(|s| s.found.is_some());
            checked.held = Some(format!(
                "{gone} of {known} events are missing in a full listing; nothing was removed. If they were really \
                 deleted, confirm it; otherwise restore them at the provider"
            ));
        }
        Ok(checked)
    }

    /// Those ids that copies of ours are known by: what never was here cannot be gone from here.
    async fn ours(&self, store: &Store, work: &Work, ids: Vec<String>) -> Result<Vec<String>> {
        let mut tx = store.read().await?;
        let mut ours = Vec::new();
        for id in ids {
            if copies::by_remote(&mut tx, work.id(), &id).await?.is_some() {
                ours.push(id);
            }
        }
        Ok(ours)
    }

    /// The remote ids of all events that were there when last seen.
    async fn known(&self, store: &Store, work: &Work) -> Result<Vec<String>> {
        let (mut ids, mut after) = (Vec::new(), None);
        let mut tx = store.read().await?;
        loop {
            let page = copies::page(&mut tx, work.id(), after, PAGE, true).await?;
            let Some(last) = page.last() else {
                return Ok(ids);
            };
            after = Some(last.copy.id);
            ids.extend(page.into_iter().filter_map(|row| match row.copy.remote {
                Remote::Live { id, .. } => Some(id),
                _ => None,
            }));
        }
    }
}

/// What is really there under an id; `None` if it is there but cannot be read.
async fn look(work: &Work, id: &str) -> Result<Option<Sighting>> {
    Ok(match work.connector.get(work.place(), id).await? {
        Seen::Event(sighting) => Some(*sighting),
        Seen::Nothing => Some(Sighting {
            id: id.to_owned(),
            found: None,
        }),
        Seen::Malformed(_) => None,
    })
}
