//! Two of our creates landed under ids that the provider chose, or one that was given up came late: the second object
//! goes again, but not what a person has edited on it.

use calendar::{Event, unit};

use crate::{
    Cause, CauseKind, Conflict, Copy, Intent, Observation, Outcome,
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
    let cause = Cause {
        kind: CauseKind::Flow,
        from: copy.calendar,
        link: None,
        change: seen.change,
        modified: seen.modified,
    };
    for unit in unit::all([sent, body]) {
        if loose::same(&unit, body, sent) {
            continue;
        }
        let theirs = match merge::unit(&unit, local, &copy.local, sent, body) {
            Merge::Same | Merge::Ours => continue,
            Merge::Theirs => body.clone(),
            Merge::Both(merged) => *merged,
            Merge::Clash => {
                // A person cannot be asked about an object that goes: ours stays, and theirs is kept.
                let won = standing
                    .policy()
                    .remote_wins(copy.calendar, seen.modified, copy.causes.get(&unit))
                    .unwrap_or(false);
                digest.conflicts.push(Conflict {
                    unit: unit.clone(),
                    base: local.clone(),
                    local: copy.local.clone(),
                    remote: body.clone(),
                    remote_won: Some(won),
                });
                if !won {
                    continue;
                }
                body.clone()
            }
        };
        copy.set(&unit, &theirs, &cause);
        digest.taken.push(unit);
    }
    if !digest.taken.is_empty() && !copy.alive {
        // R9, as for any other edit.
        copy.alive = true;
        copy.life_cause = None;
        digest.revived = true;
    }
    digest
}
