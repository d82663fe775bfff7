//! Two objects of ours at a provider for one copy: two of our creates landed under ids that the provider chose, one that
//! was given up came late, or a mirror gives way to the event that it mirrors. The second object goes again, but not what a
//! person has edited on it.

use calendar::{Event, Unit, unit};

use crate::{
    Cause, CauseKind, Conflict, Copy, Intent, Observation, Outcome,
    conflict::Side,
    law::{Law, holds},
    loose,
    merge::{self, Merge},
    replication::{Digest, Standing},
};

/// Digests the sighting of `body`, which `create` made although `copy` has another object at the provider.
pub(super) fn surplus(
    copy: &mut Copy,
    create: &Intent,
    body: &Event,
    seen: &Observation,
    standing: &Standing,
) -> Digest {
    let mut digest = Digest {
        settled: vec![(create.stamp, Outcome::Done)],
        surplus: holds(Law::SurplusGoes),
        ..Digest::default()
    };
    let (Some(sent), Some(local)) = (&create.body, &create.local) else {
        return digest;
    };
    let from = Second {
        ours: local,
        theirs: sent,
        body,
        seen,
        standing,
    };
    for unit in unit::all([sent, body]) {
        // A colour may be the provider's own. But this object goes, and with it what a person has chosen, if it was one.
        let same = match unit {
            Unit::Color => unit.same(body, sent),
            _ => loose::same(&unit, body, sent),
        };
        if !same {
            from.bring(&unit, copy, &mut digest);
        }
    }
    revive(copy, &mut digest);
    digest
}

/// Whether `body` is the second object that `copy` stood for, which is gone again, as it was.
pub fn is_second(copy: &Copy, body: &Event) -> bool {
    let base = copy.base.as_ref().filter(|_| copy.heir.is_some());
    holds(Law::SecondAsItWas) && base.is_some_and(|base| unit::diff(&base.remote, body).is_empty())
}

/// Somebody edited the dead copy `second`, which has an heir, or restored it: `digest` says what was edited, `was` is the copy
/// as it was before. Who edited it saw what its provider had, not what still waited to be written there. The edit is the heir's; what of it comes to that is returned. The second object stays dead, and goes again.
pub fn hand_over(
    heir: &mut Copy,
    second: &mut Copy,
    was: &Copy,
    digest: &Digest,
    seen: &Observation,
    standing: &Standing,
) -> Digest {
    second.alive = false;
    second.rewrite = false;
    let mut handed = Digest::default();
    let base = was
        .base
        .as_ref()
        .filter(|_| holds(Law::HeirsEditorsSawTheirs));
    let from = Second {
        ours: base.map_or(&was.local, |base| &base.local),
        theirs: base.map_or(&was.local, |base| &base.remote),
        body: &second.local,
        seen,
        standing,
    };
    for unit in &digest.taken {
        from.bring(unit, heir, &mut handed);
    }
    if digest.taken.is_empty() && !heir.alive {
        // It was restored as it was, by somebody who wants the event.
        heir.alive = true;
        heir.life_cause = None;
        handed.revived = true;
    }
    revive(heir, &mut handed);
    handed
}

/// The second object, as somebody has edited it.
struct Second<'a> {
    /// What it began with, in our spelling and in the provider's.
    ours: &'a Event,
    theirs: &'a Event,
    body: &'a Event,
    seen: &'a Observation,
    standing: &'a Standing,
}

impl Second<'_> {
    /// Brings one unit that was edited to the copy that stays.
    fn bring(&self, unit: &Unit, copy: &mut Copy, digest: &mut Digest) {
        let theirs = match merge::unit(unit, self.ours, &copy.local, self.theirs, self.body) {
            Merge::Same | Merge::Ours => return,
            Merge::Theirs => self.body.clone(),
            Merge::Both(merged) => *merged,
            Merge::Clash => {
                // A person cannot be asked about an object that goes: ours stays, and theirs is kept.
                let policy = self.standing.policy();
                let cause = copy.causes.get(unit);
                let (by, won) = policy.remote_wins(copy.calendar, self.seen.modified, cause);
                let won = won.unwrap_or(false);
                digest.conflicts.push(Conflict {
                    unit: unit.clone(),
                    base: self.ours.clone(),
                    local: copy.local.clone(),
                    remote: self.body.clone(),
                    remote_won: Some(won),
                    by,
                    local_side: cause.map(Side::of),
                    remote_side: Some(Side::seen(copy.calendar, self.seen)),
                });
                if !won {
                    return;
                }
                self.body.clone()
            }
        };
        let cause = Cause {
            kind: CauseKind::Flow,
            from: copy.calendar,
            link: None,
            via: Vec::new(),
            change: self.seen.change,
            modified: self.seen.modified,
        };
        copy.set(unit, &theirs, &cause);
        digest.taken.push(unit.clone());
    }
}

/// R9, as for any other edit.
fn revive(copy: &mut Copy, digest: &mut Digest) {
    if !digest.taken.is_empty() && !copy.alive {
        copy.alive = true;
        copy.life_cause = None;
        digest.revived = true;
    }
}
