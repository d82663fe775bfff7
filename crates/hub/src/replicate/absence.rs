//! What a listing does not hold: checked with a GET each before it is called a deletion, and held for a person when it
//! would be many (R10, guards).

use std::collections::{HashMap, HashSet};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use providers::{Changes, Failure, Malformed, Seen, Sighting};
use storage::{
    Store, copies,
    held::{Held, State},
};
use sync::{CalendarId, Law, Remote, Version, law::holds};

use super::Work;
use crate::{Hub, Result};

/// More deletions than this in one full listing are held for a person…
const DELETIONS_MAX: usize = 50;
/// …and so are at least this many…
const DELETIONS_SOME: usize = 10;
/// …if they are more than one in so many.
const DELETIONS_SHARE: usize = 5;
/// From so many failed looks on it is the provider that fails, not an event.
const UNREAD_MAX: usize = 10;
/// How many events are read at once.
const PAGE: usize = 500;

/// What became of the events that a listing did not hold.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// What is really there, or certainly is not.
    pub sightings: Vec<Sighting>,
    /// What is there but could not be read.
    pub unread: Vec<Malformed>,
    /// Deletions that are held for a person, because they are many.
    pub missing: Vec<String>,
    /// Something that a listing did not hold is there, and not as it was: it came back after that.
    pub back: bool,
}

impl Checked {
    /// Adds what was found to what a read told. The deletions that are held.
    pub(super) fn add_to(self, read: &mut Changes) -> Vec<String> {
        read.sightings.extend(self.sightings);
        read.malformed.extend(self.unread);
        self.missing
    }
}

impl Hub {
    /// Looks at every event whose absence is only suspected. `held` is given for a full listing: what is held already, and
    /// not asked for twice.
    pub(super) async fn check_absences(
        &self,
        store: &Store,
        work: &Work,
        listed: &HashSet<String>,
        doubtful: Vec<String>,
        held: Option<&[Held]>,
    ) -> Result<Checked> {
        let mut suspects = self.ours(store, work, doubtful).await?;
        let mut known = HashMap::new();
        if let Some(held) = held {
            let asked = held.iter().filter(|h| h.state != State::Unread);
            let asked: HashSet<&str> = asked.map(|h| h.remote_id.as_str()).collect();
            let is_told = |id: &String| listed.contains(id) || asked.contains(id.as_str());
            known = self.known(store, work).await?;
            suspects.extend(known.keys().filter(|id| !is_told(id)).cloned());
            suspects.sort_unstable();
            suspects.dedup();
        }
        let mut checked = if holds(Law::AbsenceIsChecked) {
            look_at(work, &suspects).await?
        } else {
            believed(suspects)
        };
        if held.is_some() {
            let is_new = |seen: &Sighting| {
                let found = seen.found.as_ref();
                found.is_some_and(|f| known.get(&seen.id).is_some_and(|v| *v != f.version))
            };
            checked.back = checked.sightings.iter().any(is_new);
            hold_many(&mut checked, known.len());
        }
        Ok(checked)
    }

    /// Looks at what was written since a cursor that is brief and is not in what it told. A server may lag behind what it has just
    /// stored: what is not there is looked at once more before it counts as deleted.
    pub(super) async fn check_untold(
        &self,
        store: &Store,
        work: &Work,
        told: &HashSet<String>,
    ) -> Result<Checked> {
        let since = work.row.last_sync;
        let Some(since) = since.filter(|_| holds(Law::OwnWritesAreTold)) else {
            return Ok(Checked::default());
        };
        let mut tx = store.read().await?;
        let written = copies::written_since(&mut tx, work.id(), since, told).await?;
        drop(tx);
        let mut checked = look_at(work, &written).await?;
        let gone = checked
            .sightings
            .extract_if(.., |seen| seen.found.is_none());
        checked.unread.extend(gone.map(|seen| Malformed {
            id: seen.id,
            reason: "it was written a moment ago, and is not there".to_owned(),
        }));
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

    /// The remote ids of all events that were there when last seen, and their versions then.
    async fn known(&self, store: &Store, work: &Work) -> Result<HashMap<String, Version>> {
        let mut known = HashMap::new();
        living(store, work.id(), |row| {
            if let Remote::Live { id, version } = row.copy.remote {
                known.insert(id, version);
            }
        })
        .await?;
        Ok(known)
    }
}

/// Goes through the living copies of a calendar, in the order of their ids.
pub(super) async fn living(
    store: &Store,
    calendar: CalendarId,
    mut each: impl FnMut(copies::Row),
) -> Result<()> {
    let mut after = None;
    let mut tx = store.read().await?;
    loop {
        let page = copies::page(&mut tx, calendar, after, PAGE, true).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.copy.id);
        page.into_iter().for_each(&mut each);
    }
}

/// Deletions are held if they are many, of so many events that were known.
pub(super) fn hold_many(checked: &mut Checked, known: usize) {
    let gone = checked.sightings.iter().filter(|s| s.found.is_none());
    let gone = gone.count();
    if gone > DELETIONS_MAX || (gone >= DELETIONS_SOME && gone * DELETIONS_SHARE > known) {
        let sightings = std::mem::take(&mut checked.sightings);
        let (there, missing): (Vec<_>, Vec<_>) =
            sightings.into_iter().partition(|s| s.found.is_some());
        checked.sightings = there;
        checked.missing = missing.into_iter().map(|s| s.id).collect();
    }
}

/// What is not there, if a listing is believed without a look.
pub(super) fn believed(ids: Vec<String>) -> Checked {
    let gone = |id| Sighting { id, found: None };
    Checked {
        sightings: ids.into_iter().map(gone).collect(),
        ..Checked::default()
    }
}

/// What is really there under some ids. One that cannot be read is reported; the others go on.
pub(super) async fn look_at(work: &Work, ids: &[String]) -> Result<Checked, Failure> {
    let look = |id: &String| {
        let id = id.clone();
        async move {
            let seen = work.connector.get(work.place(), &id).await;
            (id, seen)
        }
    };
    let looks: Vec<BoxFuture<'_, _>> = ids.iter().map(|id| look(id).boxed()).collect();
    let concurrency = work.connector.traits().concurrency.max(1);
    let mut looks = stream::iter(looks).buffered(concurrency);
    let mut checked = Checked::default();
    while let Some((id, seen)) = looks.next().await {
        match seen {
            Ok(Seen::Event(sighting)) => checked.sightings.push(*sighting),
            Ok(Seen::Nothing) => checked.sightings.push(Sighting { id, found: None }),
            Ok(Seen::Malformed(bad)) => checked.unread.push(bad),
            Err(failure) if failure.may_be_about_one() && checked.unread.len() < UNREAD_MAX => {
                let reason = failure.to_string();
                checked.unread.push(Malformed { id, reason });
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(checked)
}
