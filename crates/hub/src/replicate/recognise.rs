//! Which copy a sighting is of: by its id, its stamp, or the UID under which an event comes back.

use jiff::Timestamp;
use storage::{Tx, copies, intents, members};
use sync::{
    CalendarId, Copy, Intent, Observation, Operation, Remote,
    law::{Law, holds},
    links::content_key,
    replication::{is_answered, is_second},
};

use super::digest::standing;
use crate::{Hub, Result};

/// Among how many copies that wait to be written a mirror is sought that was made already.
const WAITING_MAX: usize = 1_000;

impl Hub {
    /// The copy that a sighting is of: by its id, or, for the first object with a stamp that we do not know the outcome
    /// of, by that stamp or by the id that its create chose. A stamp alone proves nothing more: people copy events with it (R10).
    pub(super) async fn copy_of(
        &self,
        tx: &mut Tx,
        calendar: CalendarId,
        seen: &Observation,
        ids_last: bool,
    ) -> Result<Option<copies::Row>> {
        if let Some(mut row) = copies::by_remote(tx, calendar, &seen.remote_id).await? {
            if !is_new_incarnation(&row.copy, seen) {
                return Ok(Some(row));
            }
            // The id was used again for another event: the old one keeps its history, not its id.
            row.copy.remote = Remote::Absent;
            copies::update(tx, &mut row).await?;
        }
        let stamped = match seen.stamp {
            Some(stamp) => intents::by_stamp(tx, stamp).await?,
            None => None,
        };
        let made = |intent: &Intent| {
            let open = intent.may_arrive() || !holds(Law::StampIsNoProof);
            open && intent.operation == Operation::Create
        };
        if let Some(intent) = stamped.filter(made) {
            let row = copies::get(tx, intent.copy).await?;
            let proof = !holds(Law::StampIsNoProof);
            let is_its_own = |row: &copies::Row| proof || !is_answered(&row.copy, &intent);
            if row.as_ref().is_none_or(is_its_own) {
                return Ok(row.filter(|row| row.copy.calendar == calendar));
            }
        }
        // Some programs throw our stamp away; the id is still the one that we chose. But if the copy has another object, this
        // is one of an earlier generation that a person has restored: an event of its own.
        if let Some(intent) = intents::create_of_id(tx, calendar, &seen.remote_id).await? {
            let row = copies::get(tx, intent.copy).await?;
            let is_free = |row: &copies::Row| !matches!(row.copy.remote, Remote::Live { .. });
            let here = row.filter(|row| row.copy.calendar == calendar && is_free(row));
            if here.is_some() {
                return Ok(here);
            }
        }
        if !ids_last {
            // Nor do UIDs. What came back there was found when the listing was compared with what is known (`rotation.rs`).
            return Ok(None);
        }
        let now = self.clock().now();
        match Box::pin(brought_back(tx, calendar, seen, now)).await? {
            Some(row) => Ok(Some(row)),
            None => Box::pin(lost_mirror(tx, calendar, seen)).await,
        }
    }
}

/// The mirror that waits to be made here and is there already: a hub that has lost its last commits finds what it wrote so,
/// and two installations that mirror the same calendars find each other's.
async fn lost_mirror(
    tx: &mut Tx,
    calendar: CalendarId,
    seen: &Observation,
) -> Result<Option<copies::Row>> {
    let stamp = seen.stamp.filter(|stamp| stamp.is_of_mirror());
    let (Some(stamp), Some(body)) = (stamp, &seen.body) else {
        return Ok(None);
    };
    if intents::by_stamp(tx, stamp).await?.is_some() {
        return Ok(None);
    }
    let wanted = content_key(body);
    let mut waiting = copies::pending(tx, calendar, WAITING_MAX)
        .await?
        .into_iter();
    Ok(waiting.find(|row| {
        row.projected
            && row.copy.alive
            && row.copy.remote == Remote::Absent
            && content_key(&row.copy.local) == wanted
    }))
}

/// The copy of an event that is gone from its provider, and that a person has brought back under another id: from the bin of
/// a provider that does not give the old one back, or from another calendar.
async fn brought_back(
    tx: &mut Tx,
    calendar: CalendarId,
    seen: &Observation,
    now: Timestamp,
) -> Result<Option<copies::Row>> {
    let Some(body) = seen.body.as_ref().filter(|_| holds(Law::GoneIsFoundByUid)) else {
        return Ok(None);
    };
    let mut gone = Vec::new();
    for row in copies::by_uid(tx, calendar, &body.uid).await? {
        if matches!(row.copy.remote, Remote::Gone { .. }) || may_be_made(tx, &row.copy).await? {
            gone.push(row);
        }
    }
    if let Some(second) = gone.iter().position(|row| is_second(&row.copy, body)) {
        return Ok(Some(gone.swap_remove(second)));
    }
    // Living ones come first.
    let mut gone = gone.into_iter().filter(|row| !row.projected);
    let Some(row) = gone.next() else {
        return Ok(None);
    };
    // What somebody has on a target is nobody else's, and must not die with the linked event.
    let members = members::of_copy(tx, row.copy.id).await?;
    if !row.copy.alive && standing(tx, &row.copy, &members).await?.target {
        return Ok(None);
    }
    for mut member in members {
        // It may have been moved here from another calendar of the link, of which nothing was heard yet.
        member.since = Some(now);
        members::update(tx, &member).await?;
    }
    Ok(Some(row))
}

/// Whether a copy waits to be made while a create of it may have arrived, of which nothing was heard: what turns up under its UID
/// is that, whatever id somebody has given it who moved it away and back.
async fn may_be_made(tx: &mut Tx, copy: &Copy) -> Result<bool> {
    if copy.remote != Remote::Absent || !copy.alive || !holds(Law::UnheardIsFoundByUid) {
        return Ok(false);
    }
    let unfinished = intents::unfinished_in(tx, copy.calendar, copy.id).await?;
    let made = |intent: &Intent| intent.operation == Operation::Create;
    Ok(unfinished.iter().any(made))
}

/// Whether an id now stands for another event than the one that we knew and that is gone.
fn is_new_incarnation(copy: &Copy, seen: &Observation) -> bool {
    let (Remote::Gone { .. }, Some(base), Some(body)) = (&copy.remote, &copy.base, &seen.body)
    else {
        return false;
    };
    base.remote.uid != body.uid
}
