//! R6: a unit that moved at the provider meets the copy: merged, or settled by the policy, and the loser is kept.

use calendar::{Event, Unit, unit};

use crate::{
    Base, Conflict, Copy, Observation,
    conflict::Side,
    law::{Law, holds},
    merge::{self, Merge},
    replication::{Digest, Standing},
};

/// A sighting with what is needed to judge it.
pub(super) struct Sight<'a> {
    pub body: &'a Event,
    pub seen: &'a Observation,
    pub standing: &'a Standing,
}

/// What both sides of a merge started from, in their two spellings.
pub(super) struct Start<'a> {
    pub ours: &'a Event,
    pub theirs: &'a Event,
}

/// Merges one unit that moved at the provider into the copy and pairs the base accordingly.
pub(super) fn settle(
    copy: &mut Copy,
    base: &mut Base,
    unit: &Unit,
    start: &Start<'_>,
    sight: &Sight<'_>,
    digest: &mut Digest,
) {
    let body = sight.body;
    match merge::unit(unit, start.ours, &copy.local, start.theirs, body) {
        Merge::Ours => {}
        Merge::Same => unit.take(&mut base.local, &copy.local.clone()),
        Merge::Theirs => take(copy, base, unit, body, digest),
        Merge::Both(merged) => {
            // Ours goes out again, merged; theirs is in it.
            let before = copy.local.text.clone();
            unit.take(&mut copy.local, &merged);
            unit.take(&mut base.local, body);
            if *unit == Unit::Text {
                copy.wrote(&before);
            }
            digest.taken.push(unit.clone());
        }
        Merge::Clash => clash(copy, base, unit, start, sight, digest),
    }
}

pub(super) fn take(
    copy: &mut Copy,
    base: &mut Base,
    unit: &Unit,
    body: &Event,
    digest: &mut Digest,
) {
    if *unit == Unit::Rule && holds(Law::FoldedGoAlong) {
        // What was part of the rule there goes with it.
        let folded: Vec<Unit> = base.folded().collect();
        for unit in folded {
            if unit.same(&copy.local, &base.local) {
                take(copy, base, &unit, body, digest);
            }
        }
    }
    unit.take(&mut copy.local, body);
    unit.take(&mut base.local, body);
    copy.causes.remove(unit);
    copy.own.take_if(|_| *unit == Unit::Text);
    copy.parked = None;
    digest.taken.push(unit.clone());
}

/// Both sides changed the unit differently: the policy decides, and the loser is kept.
pub(super) fn clash(
    copy: &mut Copy,
    base: &mut Base,
    unit: &Unit,
    start: &Start<'_>,
    sight: &Sight<'_>,
    digest: &mut Digest,
) {
    let Sight {
        body,
        seen,
        standing,
    } = *sight;
    let cause = copy.causes.get(unit);
    let (by, remote_won) = standing
        .policy()
        .remote_wins(copy.calendar, seen.modified, cause);
    if holds(Law::LosersKept) {
        digest.conflicts.push(Conflict {
            unit: unit.clone(),
            base: start.ours.clone(),
            local: copy.local.clone(),
            remote: body.clone(),
            remote_won,
            by,
            local_side: cause.map(Side::of),
            remote_side: Some(Side::seen(copy.calendar, seen)),
        });
    }
    match remote_won {
        Some(true) => {
            let left = copy.untaken(unit, body);
            take(copy, base, unit, body, digest);
            if let Some(left) = left {
                // The rest is written there.
                unit.take(&mut copy.local, &left);
            }
        }
        Some(false) if holds(Law::OursWinsAnew) => {
            // Our side of the pair is what the provider has now, so that ours is written again, and so that anything
            // else that our value becomes meanwhile is not mistaken for what was agreed.
            unit.take(&mut base.local, body);
        }
        Some(false) => {}
        None => {
            unit.take(&mut base.remote, start.theirs);
            unit.take(&mut base.local, start.ours);
        }
    }
}

/// Conflicts show both sides whole, as they met: ours before anything of theirs was taken, and theirs as what people made of
/// the base, without what the provider rewrites by itself. `begun` is what their side began with.
pub(super) fn whole(conflicts: &mut [Conflict], ours: &Event, begun: &Event, body: &Event) {
    if conflicts.is_empty() {
        return;
    }
    let changed = unit::diff(begun, body);
    for conflict in conflicts {
        conflict.local = ours.clone();
        conflict.remote = conflict.base.clone();
        for unit in &changed {
            unit.take(&mut conflict.remote, body);
        }
    }
}
