//! R4–R9: what a sighting at the provider means for the copy.

use calendar::{Unit, unit};

use crate::{
    Base, Conflict, Copy, Intent, Observation, Operation, Outcome, Policy, Remote, Stamp,
    law::{Law, holds},
    loose,
    replication::{
        echo::ours,
        ended::ended,
        hold,
        landed::{is_over, landed, unstamped},
        settle::{Sight, Start, clash, settle, take, whole},
        slotless::slotless,
        surplus::surplus,
    },
};

/// How a copy stands in its link, as far as replication must know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// A target: the projection wins (R6), and nothing that happens to it flows.
    pub target: bool,
    /// Who wins otherwise.
    pub policy: Policy,
}

impl Standing {
    /// Who wins: on a target always we (R6).
    pub(super) fn policy(&self) -> &Policy {
        if self.target && holds(Law::TargetsYield) {
            &Policy::Local
        } else {
            &self.policy
        }
    }
}

/// What came of a sighting.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each read by its own consumer"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// Units of the local value that took the provider's value: they flow on (L1).
    pub taken: Vec<Unit>,
    /// Somebody deleted the event at the provider: it flows on (L3).
    pub died: bool,
    /// Somebody edited or restored an event that is deleted here: L4 decides.
    pub revived: bool,
    /// Losing values, and questions.
    pub conflicts: Vec<Conflict>,
    /// Intents whose outcome is now known.
    pub settled: Vec<(Stamp, Outcome)>,
    /// A second object of ours for the same copy: the one that was seen is to be removed again.
    pub surplus: bool,
    /// Nothing at all was new.
    pub echo: bool,
}

/// Digests what a feed tells of the event that `copy` stands for. `intents` are those that may still arrive, oldest first.
pub fn observe(
    copy: &mut Copy,
    intents: &[Intent],
    seen: &Observation,
    standing: &Standing,
) -> Digest {
    let landed = ended(copy, intents, seen);
    let mut digest = found(copy, intents, seen, standing);
    digest
        .settled
        .extend(landed.map(|stamp| (stamp, Outcome::Done)));
    digest
}

/// Digests what was found of it, now: that nothing was found does not tell that anything ever was there.
pub(super) fn found(
    copy: &mut Copy,
    intents: &[Intent],
    seen: &Observation,
    standing: &Standing,
) -> Digest {
    let mut digest = Digest::default();
    match (&seen.body, &seen.version) {
        (Some(body), Some(version)) => {
            if is_known(copy, seen) {
                digest.echo = true;
                let ours = intents.iter().find(|i| Some(i.stamp) == seen.stamp);
                let stored = ours.filter(|ours| copy.stamp == Some(ours.stamp));
                digest
                    .settled
                    .extend(stored.map(|i| (i.stamp, Outcome::Done)));
                return digest;
            }
            if is_before_the_end(&copy.remote, seen) {
                digest.echo = true;
                return digest;
            }
            let made = seen.stamp.and_then(|stamp| {
                intents.iter().find(|i| {
                    i.stamp == stamp && i.operation == Operation::Create && i.may_arrive()
                })
            });
            if let Remote::Live { id, .. } = &copy.remote
                && *id != seen.remote_id
            {
                if let Some(create) = made {
                    return surplus(copy, create, body, seen, standing);
                }
                // R10: another object that bears our stamp, copied by a person. Not ours while ours is there.
                digest.echo = true;
                return digest;
            }
            if made.is_some_and(|create| is_in_anothers_place(copy, create)) {
                absent(copy, intents, seen, &mut digest);
            }
            present(
                copy,
                intents,
                &Sight {
                    body,
                    seen,
                    standing,
                },
                &mut digest,
            );
            digest.died &= !digest.revived;
            copy.remote = Remote::Live {
                id: seen.remote_id.clone(),
                version: version.clone(),
            };
        }
        _ => absent(copy, intents, seen, &mut digest),
    }
    copy.tidy();
    digest
}

/// Whether a sighting is of the version that is known, or of an older one. If no write is under way, nothing follows from it.
pub fn is_known(copy: &Copy, seen: &Observation) -> bool {
    let (Remote::Live { version: known, id }, Some(version)) = (&copy.remote, &seen.version) else {
        return false;
    };
    let older = version.is_older_than(known) && holds(Law::OldVersionsIgnored);
    *id == seen.remote_id && (older || version == known)
}

/// Whether a sighting is of a version from before the event was gone: a page that was read before our delete and digested
/// after it. Where versions have no order, a restored event may have the version that it had.
fn is_before_the_end(remote: &Remote, seen: &Observation) -> bool {
    let (
        Remote::Gone {
            id,
            version: Some(last),
        },
        Some(version),
    ) = (remote, &seen.version)
    else {
        return false;
    };
    let is_old = last.order.is_some() && (version == last || version.is_older_than(last));
    *id == seen.remote_id && is_old && holds(Law::OldVersionsIgnored)
}

/// Whether a create of ours that was given up has landed where a later one was stored: it lands only where nothing is, so
/// what was there has been deleted, and nobody knew of this one.
fn is_in_anothers_place(copy: &Copy, create: &Intent) -> bool {
    matches!(copy.remote, Remote::Live { .. })
        && create.outcome == Outcome::Unresolved
        && copy.stamp != Some(create.stamp)
        && holds(Law::LateCreateTellsDeletion)
}

/// R7, R8, and plain deletion.
fn absent(copy: &mut Copy, intents: &[Intent], seen: &Observation, digest: &mut Digest) {
    let Remote::Live { id, version } = &copy.remote else {
        digest.echo = true;
        return;
    };
    if *id != seen.remote_id {
        digest.echo = true;
        return;
    }
    // A delete on an older version than the one that is gone was not it.
    let ours = intents.iter().filter(|i| {
        i.operation == Operation::Delete
            && i.remote_id.as_deref() == Some(id)
            && (i.version.as_ref().is_none_or(|v| v == version) || !holds(Law::OlderDeleteWasNotIt))
    });
    let ours: Vec<Stamp> = ours
        .map(|i| i.stamp)
        .filter(|_| holds(Law::OwnDeletion))
        .collect();
    copy.remote = Remote::Gone {
        id: id.clone(),
        version: Some(version.clone()),
    };
    copy.rewrite = false;
    // Whatever we sent to the old incarnation can no longer arrive.
    digest.settled.extend(
        intents
            .iter()
            .filter(|i| i.operation == Operation::Update)
            .map(|i| (i.stamp, Outcome::Refused)),
    );
    if !ours.is_empty() {
        // R7: it was us. The local copy stays as it is: dead, or revived and to be made again.
        digest
            .settled
            .extend(ours.into_iter().map(|stamp| (stamp, Outcome::Done)));
        copy.generation += 1;
    } else if copy.alive && copy.has_pending_edit() && holds(Law::EditBeatsDeletion) {
        // R8: an edit beats a deletion that did not know of it.
        copy.generation += 1;
    } else {
        copy.generation += 1;
        digest.died = copy.alive;
        copy.alive = false;
        copy.life_cause = None;
    }
}

fn present(copy: &mut Copy, intents: &[Intent], sight: &Sight<'_>, digest: &mut Digest) {
    let Sight { seen, .. } = sight;
    let ours = ours(copy, intents, seen, sight.body);
    let was_gone = !matches!(&copy.remote, Remote::Live { id, .. } if *id == seen.remote_id);
    let edited = match ours {
        Some(intent) => landed(copy, intent, sight, digest),
        None => sighted(copy, intents, sight, digest),
    };
    let open_delete = intents.iter().any(|i| {
        i.operation == Operation::Delete
            && i.may_arrive()
            && i.remote_id.as_deref() == Some(&seen.remote_id)
    });
    let restored = ours.is_none() && was_gone;
    if !copy.alive && (edited || restored) && holds(Law::RemoteEditRevives) {
        // R9: a remote edit (or an undelete) against a local deletion. Whether it counts is L4's to say.
        copy.alive = true;
        copy.life_cause = None;
        digest.revived = true;
        copy.rewrite |= open_delete;
    }
    if edited && holds(Law::NewerClosesDelete) {
        // R7: the version moved on, so a conditional delete that is still under way can only be refused.
        let deletes = intents.iter().filter(|i| i.operation == Operation::Delete);
        digest
            .settled
            .extend(deletes.map(|i| (i.stamp, Outcome::Refused)));
    }
}

/// R6: any other sighting.
fn sighted(copy: &mut Copy, intents: &[Intent], sight: &Sight<'_>, digest: &mut Digest) -> bool {
    let body = sight.body;
    let Some(before) = copy.base.clone() else {
        return adopted(copy, sight, digest);
    };
    let mut base = Base {
        remote: body.clone(),
        local: before.local.clone(),
    };
    let held = hold::keep(copy, &before, &mut base, body);
    let (mine, mut edited) = (copy.local.clone(), false);
    let known = if holds(Law::EchoIsRemote) {
        &before.remote
    } else {
        &before.local
    };
    // What we sent was never returned: only the provider knows how it spells it.
    let unread = matches!(&copy.remote, Remote::Gone { version: Some(last), .. } if last.is_unread())
        && holds(Law::UnreadIsLoose);
    for unit in unit::all([&before.remote, &before.local, body, &copy.local]) {
        let respelled = unread && !unit.is_local() && loose::same(&unit, body, known);
        if held.contains(&unit) || unit.same(body, known) || respelled {
            continue;
        }
        if let Some((ours, local)) = unstamped(intents, &unit, body, known) {
            unit.take(&mut base.local, local);
            let over = (ours.stamp, Outcome::Done);
            if is_over(ours, body) && !digest.settled.contains(&over) {
                digest.settled.push(over);
            }
            continue;
        }
        edited = true;
        let start = Start {
            ours: &before.local,
            theirs: known,
        };
        settle(copy, &mut base, &unit, &start, sight, digest);
    }
    whole(&mut digest.conflicts, &mine, known, body);
    digest
        .conflicts
        .extend(slotless(&mine, copy, &digest.taken));
    if edited && !holds(Law::MergeByUnit) {
        for unit in unit::all([body, &copy.local]) {
            take(copy, &mut base, &unit, body, digest);
        }
    }
    copy.base = Some(base);
    hold::note(copy, body);
    // Someone wrote after whatever we sent and do not know about: an unfinished update is refused by its condition.
    if edited && holds(Law::EditRefusesUpdates) {
        let landed: Vec<Stamp> = digest.settled.iter().map(|(stamp, _)| *stamp).collect();
        let updates = intents.iter().filter(|i| {
            i.operation == Operation::Update
                && i.outcome == Outcome::Unresolved
                && !landed.contains(&i.stamp)
        });
        digest
            .settled
            .extend(updates.map(|i| (i.stamp, Outcome::Refused)));
    }
    edited
}

/// The first contact of a copy that we made with an event that is already there under its id (an earlier installation,
/// a restored backup): loosely equal units are paired, the others are settled as if both had just been written.
fn adopted(copy: &mut Copy, sight: &Sight<'_>, digest: &mut Digest) -> bool {
    let body = sight.body;
    let mut base = Base {
        remote: body.clone(),
        local: copy.local.clone(),
    };
    let (mine, mut edited) = (copy.local.clone(), false);
    for unit in unit::all([body, &copy.local]) {
        if loose::same(&unit, body, &copy.local) {
            continue;
        }
        edited = true;
        let local = copy.local.clone();
        let start = Start {
            ours: &local,
            theirs: &local,
        };
        clash(copy, &mut base, &unit, &start, sight, digest);
    }
    // `local` is what both are taken to have begun with.
    whole(&mut digest.conflicts, &mine, &mine, body);
    copy.base = Some(base);
    hold::note(copy, body);
    edited
}
