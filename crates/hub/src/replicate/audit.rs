//! Changes that keep their version: some servers let the tag of an event stay as it is when its content changes (migrations,
//! restored backups, careless proxies). Now and then some events of each calendar are read whatever their version says, and compared
//! with what is known of them.

use std::collections::HashSet;

use calendar::{Event, unit};
use jiff::{SignedDuration, Timestamp};
use providers::Sighting;
use storage::{Store, Tx, copies, intents};
use sync::{CalendarId, Remote, Version};

use super::{Work, absence};
use crate::{Hub, Result};

/// How often a calendar is audited.
const PERIOD: SignedDuration = SignedDuration::from_hours(6);
/// So many events are read then: the next ones each time, until all have been.
const SOME: usize = 10;

/// An event that is there, as it is known.
struct Known {
    id: String,
    version: Version,
    body: Event,
}

impl Hub {
    /// What is otherwise at the provider than it is known here although its version is the same, but for what was `listed` just now;
    /// nothing where the calendar has been audited lately.
    pub(super) async fn audit(
        &self,
        store: &Store,
        work: &Work,
        listed: &HashSet<String>,
    ) -> Result<Vec<Sighting>> {
        let Some(turn) = due(work, self.clock().now()) else {
            return Ok(Vec::new());
        };
        let mut known = chosen(store, work.id(), turn).await?;
        known.retain(|known| !listed.contains(&known.id));
        let ids: Vec<String> = known.iter().map(|known| known.id.clone()).collect();
        let mut seen = absence::look_at(work, &ids).await?.sightings;
        seen.retain(|sighting| known.iter().any(|known| is_other(known, sighting)));
        if !seen.is_empty() {
            tracing::warn!(calendar = %work.id(), events = seen.len(), "an audit found changes under known versions");
        }
        Ok(seen)
    }
}

/// Forgets the version of an event that an audit found changed, so that what it found is digested like any other change. What has a
/// write under way is left to its reply.
pub(super) async fn doubt(tx: &mut Tx, calendar: CalendarId, seen: &Sighting) -> Result<()> {
    let Some(mut row) = copies::by_remote(tx, calendar, &seen.id).await? else {
        return Ok(());
    };
    let unfinished = intents::unfinished_in(tx, calendar, row.copy.id).await?;
    let found = seen.found.as_ref().map(|found| &found.version);
    if let Remote::Live { version, .. } = &mut row.copy.remote
        && found == Some(&*version)
        && unfinished.is_empty()
    {
        *version = Version::unread();
        copies::update(tx, &mut row).await?;
    }
    Ok(())
}

/// Which audit of the calendar it is, if it is time for one: calendars have theirs at different hours.
fn due(work: &Work, now: Timestamp) -> Option<u64> {
    let last = work.row.last_sync.filter(|_| work.connector.ids_last())?;
    let period = PERIOD.as_secs();
    let shift = i64::try_from(work.id().0.as_u64_pair().1 % period.unsigned_abs()).unwrap_or(0);
    let turn = |at: Timestamp| (at.as_second() + shift).div_euclid(period);
    (turn(last) != turn(now)).then(|| turn(now).unsigned_abs())
}

/// The events whose turn it is.
async fn chosen(store: &Store, calendar: CalendarId, turn: u64) -> Result<Vec<Known>> {
    let mut ids = Vec::new();
    absence::living(store, calendar, |row| {
        if known(&row).is_some() {
            ids.push(row.copy.id);
        }
    })
    .await?;
    let rounds = ids.len().div_ceil(SOME).max(1);
    let first = usize::try_from(turn % rounds as u64).unwrap_or(0);
    let mut chosen = Vec::new();
    let mut tx = store.read().await?;
    for id in ids.into_iter().skip(first).step_by(rounds) {
        let row = copies::get(&mut tx, id).await?;
        chosen.extend(row.as_ref().and_then(known));
    }
    Ok(chosen)
}

fn known(row: &copies::Row) -> Option<Known> {
    match (&row.copy.remote, &row.copy.base) {
        (Remote::Live { id, version }, Some(base)) if !version.is_unread() => Some(Known {
            id: id.clone(),
            version: version.clone(),
            body: base.remote.clone(),
        }),
        _ => None,
    }
}

fn is_other(known: &Known, seen: &Sighting) -> bool {
    seen.found.as_ref().is_some_and(|found| {
        seen.id == known.id
            && found.version == known.version
            && !unit::diff(&known.body, &found.body).is_empty()
    })
}
