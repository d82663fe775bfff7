//! One sighting, in one transaction: find the copy that it is of, merge, and let what follows from it follow.

use calendar::Event;
use jiff::Timestamp;
use providers::{Found, Sighting};
use storage::{Tx, copies, intents, jobs, links, members, observations};
use sync::{
    CalendarId, Cause, CauseKind, ChangeId, Copy, CopyId, Intent, Member, Observation, OnConflict,
    Outcome, Policy, Remote, Role, Stamp, Version,
    law::{Law, holds},
    replication::{Digest, Standing, hand_over, is_known, observe},
};

use super::PUSH;
use crate::{
    Hub, Result,
    links::{flow::Flow, pilot},
    shape,
};

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
pub(super) async fn standing(tx: &mut Tx, copy: &Copy, members: &[Member]) -> Result<Standing> {
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
