//! One sighting, in one transaction: find the copy that it is of, merge, and let what follows from it follow.

use calendar::Event;
use jiff::Timestamp;
use providers::{Found, Sighting};
use storage::{Tx, copies, intents, jobs, links, members, observations};
use sync::{
    CalendarId, Cause, CauseKind, ChangeId, Copy, CopyId, Intent, Member, Observation, OnConflict,
    Operation, Outcome, Policy, Remote, Role, Stamp, Version,
    law::{Law, holds},
    links::content_key,
    replication::{Digest, Standing, hand_over, is_answered, is_known, is_second, observe},
};

use super::PUSH;
use crate::{
    Hub, Result,
    links::{flow::Flow, pilot},
    shape,
};

/// Among how many copies that wait to be written a mirror is sought that was made already.
const WAITING_MAX: usize = 1_000;

impl Hub {
    /// Digests one sighting in a calendar.
    pub(super) async fn sighted(
        &self,
        tx: &mut Tx,
        calendar: CalendarId,
        sighting: Sighting,
        ids_last: bool,
    ) -> Result<()> {
        let seen = self.observation(sighting);
        let Some(mut row) = self.copy_of(tx, calendar, &seen, ids_last).await? else {
            if seen.body.is_some() {
                self.discovered(tx, calendar, seen).await?;
            }
            return Ok(());
        };
        let unfinished = intents::unfinished_in(tx, calendar, row.copy.id).await?;
        if unfinished.is_empty() && is_known(&row.copy, &seen) {
            return Ok(());
        }
        let met = Met::of(tx, &row.copy).await?;
        let digest = observe(&mut row.copy, &unfinished, &seen, &met.standing);
        self.apply(tx, row, digest, &seen, met).await
    }

    /// Turns what a connector saw into an observation with an identity.
    pub(super) fn observation(&self, sighting: Sighting) -> Observation {
        let change = ChangeId(self.ids().uuid());
        let Sighting { id, found } = sighting;
        match found {
            Some(Found {
                version,
                body,
                stamp,
                modified,
            }) => Observation {
                change,
                remote_id: id,
                version: Some(version),
                body: Some(body),
                stamp,
                modified,
            },
            None => Observation {
                change,
                remote_id: id,
                version: None,
                body: None,
                stamp: None,
                modified: None,
            },
        }
    }

    /// The copy that a sighting is of: by its id, or, for the first object with a stamp that we do not know the outcome
    /// of, by that stamp or by the id that its create chose. A stamp alone proves nothing more: people copy events with it (R10).
    async fn copy_of(
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

    /// An event that nobody here knows.
    async fn discovered(&self, tx: &mut Tx, calendar: CalendarId, seen: Observation) -> Result<()> {
        let (Some(body), Some(version)) = (seen.body.clone(), seen.version.clone()) else {
            return Ok(());
        };
        observations::insert(tx, calendar, &seen).await?;
        let mut row = self.found(calendar, &seen, version, body);
        if let Some(stamp) = seen.stamp.filter(|stamp| stamp.is_of_mirror())
            && intents::by_stamp(tx, stamp).await?.is_none()
        {
            // Somebody else's mirror, or ours of before this calendar was forgotten; not one that a person copied here.
            row.copy.stamp = Some(stamp);
        }
        self.flow_from(tx, calendar, &seen).appeared(&mut row).await
    }

    /// A second object of ours for one copy: a dead copy of its own, so that its removal is planned like any other and
    /// survives the end of this process.
    async fn remove_surplus(&self, tx: &mut Tx, copy: &Copy, seen: &Observation) -> Result<()> {
        let (Some(body), Some(version)) = (seen.body.clone(), seen.version.clone()) else {
            return Ok(());
        };
        let calendar = copy.calendar;
        let mut row = self.found(calendar, seen, version, body);
        row.copy.alive = false;
        row.copy.heir = Some(copy.id);
        row.copy.life_cause = Some(seen_cause(calendar, seen));
        row.projected = true;
        row.pending = true;
        copies::insert(tx, &row).await?;
        jobs::request(tx, PUSH, calendar.0, row.created);
        Ok(())
    }

    /// A copy of what was found at a provider.
    fn found(
        &self,
        calendar: CalendarId,
        seen: &Observation,
        version: Version,
        body: Event,
    ) -> copies::Row {
        let now = self.clock().now();
        let id = CopyId(self.ids().uuid());
        let copy = Copy::made_there(id, calendar, seen.remote_id.clone(), version, body);
        copies::Row {
            shape: shape::of(&copy.local),
            copy,
            name: None,
            revision: 1,
            created: now,
            updated: now,
            linked: None,
            projected: false,
            pending: false,
        }
    }

    /// Carries out what came of a sighting.
    pub(super) async fn apply(
        &self,
        tx: &mut Tx,
        mut row: copies::Row,
        digest: Digest,
        seen: &Observation,
        met: Met,
    ) -> Result<()> {
        let now = self.clock().now();
        settle(tx, &digest, now).await?;
        if digest.surplus {
            self.remove_surplus(tx, &row.copy, seen).await?;
        }
        if digest.echo {
            return self.store_quietly(tx, &mut row).await;
        }
        observations::insert(tx, row.copy.calendar, seen).await?;
        self.close_answered(tx, &row, &digest.conflicts).await?;
        self.keep_losers(tx, &row, &digest.conflicts).await?;
        let calendar = row.copy.calendar;
        if digest.died {
            self.flow_from(tx, calendar, seen).died(&mut row).await
        } else if let (true, Some(heir)) = (digest.revived, row.copy.heir)
            && holds(Law::HeirsTakeEdits)
        {
            // Rare, and much: apart from the others' stack.
            Box::pin(self.hand_over(tx, row, heir, &met.was, &digest, seen)).await
        } else if digest.revived {
            let was_gone = matches!(met.was.remote, Remote::Gone { .. });
            self.flow_from(tx, calendar, seen)
                .revived(&mut row, was_gone)
                .await
        } else if digest.taken.is_empty() {
            self.store_quietly(tx, &mut row).await
        } else {
            self.flow_from(tx, calendar, seen)
                .changed_in(&mut row, met.members)
                .await
        }
    }

    /// Somebody edited a second object of an event: the edit goes to the copy that stands for the event.
    async fn hand_over(
        &self,
        tx: &mut Tx,
        mut second: copies::Row,
        heir: CopyId,
        was: &Copy,
        digest: &Digest,
        seen: &Observation,
    ) -> Result<()> {
        let mut next = Some(heir);
        let mut heir = None;
        while let Some(id) = next {
            heir = copies::get(tx, id).await?;
            next = heir.as_ref().and_then(|row| row.copy.heir);
        }
        let Some(mut heir) = heir else {
            second.copy.alive = false;
            return self.store_quietly(tx, &mut second).await;
        };
        let (calendar, met) = (heir.copy.calendar, Met::of(tx, &heir.copy).await?);
        let gone = !matches!(heir.copy.remote, Remote::Live { .. });
        let (first, other) = (&mut heir.copy, &mut second.copy);
        let handed = hand_over(first, other, was, digest, seen, &met.standing);
        self.store_quietly(tx, &mut second).await?;
        jobs::request(tx, PUSH, calendar.0, self.clock().now());
        self.keep_losers(tx, &heir, &handed.conflicts).await?;
        let mut flow = self.flow_from(tx, calendar, seen);
        if handed.revived {
            flow.revived(&mut heir, gone).await
        } else if handed.taken.is_empty() {
            Ok(())
        } else {
            flow.changed(&mut heir).await
        }
    }

    fn flow_from<'a>(
        &'a self,
        tx: &'a mut Tx,
        calendar: CalendarId,
        seen: &Observation,
    ) -> Flow<'a> {
        let cause = seen_cause(calendar, seen);
        Flow::new(self, tx, format!("provider:{calendar}"), cause)
    }

    /// Saves what replication knows of a copy whose local value did not change: no new revision, nothing for followers.
    pub(crate) async fn store_quietly(&self, tx: &mut Tx, row: &mut copies::Row) -> Result<()> {
        row.pending = pilot::is_pending(tx, &row.copy).await?;
        copies::update(tx, row).await?;
        Ok(())
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

/// A sighting, as the cause of what follows from it.
fn seen_cause(calendar: CalendarId, seen: &Observation) -> Cause {
    Cause {
        kind: CauseKind::Flow,
        from: calendar,
        link: None,
        via: Vec::new(),
        change: seen.change,
        modified: seen.modified,
    }
}

/// Notes outcomes that a sighting told.
pub(super) async fn settle(tx: &mut Tx, digest: &Digest, now: Timestamp) -> Result<()> {
    for (stamp, outcome) in &digest.settled {
        intents::settle(tx, *stamp, *outcome, now).await?;
    }
    Ok(())
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
    let mut gone = copies::by_uid(tx, calendar, &body.uid).await?;
    gone.retain(|row| matches!(row.copy.remote, Remote::Gone { .. }));
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

/// Whether an id now stands for another event than the one that we knew and that is gone.
fn is_new_incarnation(copy: &Copy, seen: &Observation) -> bool {
    let (Remote::Gone { .. }, Some(base), Some(body)) = (&copy.remote, &copy.base, &seen.body)
    else {
        return false;
    };
    base.remote.uid != body.uid
}

/// How a copy is when something is seen of it.
pub(super) struct Met {
    /// What it is a member of.
    members: Vec<Member>,
    /// What follows from that.
    pub standing: Standing,
    /// The copy itself.
    was: Copy,
}

impl Met {
    pub async fn of(tx: &mut Tx, copy: &Copy) -> Result<Self> {
        let members = members::of_copy(tx, copy.id).await?;
        Ok(Self {
            standing: standing(tx, copy, &members).await?,
            members,
            was: copy.clone(),
        })
    }
}

/// How a copy stands in its links: a target anywhere is a target. If one of several links asks, a person is asked.
async fn standing(tx: &mut Tx, copy: &Copy, members: &[Member]) -> Result<Standing> {
    let mut standing = Standing::default();
    for member in members {
        let Some(link) = links::followed(tx, member.link).await? else {
            continue;
        };
        // A target that is away still yields to what was brought to it before.
        standing.target |= member.role == Role::Target;
        if !member.attached {
            continue;
        }
        match link.on_conflict {
            OnConflict::Ask => standing.policy = Policy::Ask,
            OnConflict::Source if standing.policy == Policy::Newest => {
                let ranked = link.by_rank().into_iter().map(|place| place.calendar);
                let before = ranked.take_while(|calendar| *calendar != copy.calendar);
                standing.policy = Policy::First(before.collect());
            }
            OnConflict::Newest | OnConflict::Source => {}
        }
    }
    Ok(standing)
}

/// The index of an intent among those that are unfinished.
pub(super) fn position(unfinished: &[Intent], stamp: Stamp) -> Option<usize> {
    unfinished
        .iter()
        .position(|i| i.stamp == stamp && i.outcome == Outcome::Open)
}

/// What a look found, unless it is another copy's: people copy events with their stamps, and then nothing was found (R10).
pub(super) async fn own(
    tx: &mut Tx,
    calendar: CalendarId,
    intent: &Intent,
    sighting: Sighting,
) -> Result<Sighting> {
    let other = copies::by_remote(tx, calendar, &sighting.id).await?;
    let taken = other.is_some_and(|row| {
        row.copy.id != intent.copy && matches!(row.copy.remote, Remote::Live { .. })
    });
    Ok(if taken {
        Sighting {
            id: intent.remote_id.clone().unwrap_or_default(),
            found: None,
        }
    } else {
        sighting
    })
}
