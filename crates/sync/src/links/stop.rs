//! A filter stops a linked event on its way to a calendar, or lets it pass again.

use calendar::{Unit, unit};

use crate::{Cause, Conflict, Copy, Member, links::relink};

/// The member's mirror may not be in its calendar: it goes, if it is there. Also what people have noted on it, which loses.
/// What was noted where the mask hides stays on the dead copy and comes back with it.
pub fn stop(member: &mut Member, mirror: &mut Copy, cause: &Cause) -> Vec<Conflict> {
    member.stopped = true;
    if !mirror.alive {
        return Vec::new();
    }
    let mut noted = unit::diff(&mirror.local, &member.agreed);
    noted.retain(|unit| !unit.is_local() && !matches!(unit, Unit::Person(_)));
    let lost = |unit: &Unit| relink::noted(unit.clone(), member, mirror, &member.agreed);
    let losers = noted.iter().map(lost).collect();
    for unit in noted {
        if !member.mask.covers(&unit, member.agreed.privacy) {
            unit.take(&mut mirror.local, &member.agreed);
            mirror.causes.remove(&unit);
        }
    }
    mirror.alive = false;
    mirror.life_cause = Some(cause.clone());
    mirror.parked = None;
    mirror.rewrite = false;
    member.agreed_alive = false;
    losers
}

/// The filter lets the event pass again; the next [`super::outward`] brings the mirror back, unless a person has removed it.
pub fn pass(member: &mut Member) {
    member.stopped = false;
}
