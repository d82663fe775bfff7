//! Policy «ask»: a unit that both sides changed moves in neither direction until a person has decided.
//!
//! While anything is held, `held` is what the provider has, whole, and `base` stays behind in the held units; so the
//! units in which the two differ are those that wait.

use std::collections::BTreeSet;

use calendar::{Event, Unit, unit};

use crate::{
    Base, Conflict, Copy,
    law::{Law, holds},
    loose,
};

impl Copy {
    /// The units that wait for a person.
    pub fn held_units(&self) -> BTreeSet<Unit> {
        match (&self.held, &self.base) {
            (Some(held), Some(base)) => unit::diff(held, &base.remote),
            _ => BTreeSet::new(),
        }
    }
}

/// What was asked stays asked as long as the provider has the value that was asked about: brings the held units of
/// `copy` into `next`, and says which they are.
pub(super) fn keep(copy: &Copy, before: &Base, next: &mut Base, body: &Event) -> BTreeSet<Unit> {
    let Some(held) = &copy.held else {
        return BTreeSet::new();
    };
    let mut kept = unit::diff(held, &before.remote);
    kept.retain(|unit| loose::same(unit, body, held) && holds(Law::HeldStays));
    for unit in &kept {
        unit.take(&mut next.remote, &before.remote);
        unit.take(&mut next.local, &before.local);
    }
    kept
}

/// After `copy` got a new base: notes what the provider has if anything of it waits.
pub(super) fn note(copy: &mut Copy, body: &Event) {
    let waits = |base: &Base| !unit::diff(body, &base.remote).is_empty();
    copy.held = copy.base.as_ref().is_some_and(waits).then(|| body.clone());
}

/// A person has decided about a held unit: for the provider's value, or for ours, which is then written. Whether the
/// local value changed; it then flows on like an edit (L1). Of a text only what was written there comes: who edits a mirror has what
/// was sent in it, and that may have been scrubbed meanwhile.
pub fn decide(copy: &mut Copy, unit: &Unit, remote: bool) -> bool {
    if !copy.held_units().contains(unit) {
        return false;
    }
    let Some(held) = copy.held.clone() else {
        return false;
    };
    let theirs = copy.untaken(unit, &held).unwrap_or_else(|| held.clone());
    let Some(base) = &mut copy.base else {
        return false;
    };
    unit.take(&mut base.remote, &held);
    unit.take(&mut base.local, &held);
    let changes = remote && !unit.same(&copy.local, &theirs);
    if remote {
        unit.take(&mut copy.local, &theirs);
    }
    if copy.held_units().is_empty() {
        copy.held = None;
    }
    copy.tidy();
    changes
}

/// Takes a decision back: the unit waits for a person again, as it is here now and as the provider has it. `false`, and nothing is
/// held, where there is nothing to ask any more: the provider has another value by now than the one that was asked about.
pub fn hold_again(copy: &mut Copy, asked: &Conflict) -> bool {
    let unit = &asked.unit;
    let Some(base) = &mut copy.base else {
        return false;
    };
    let there = copy.held.clone().unwrap_or_else(|| base.remote.clone());
    let as_asked = unit.same(&there, &asked.remote) && !unit.same(&there, &asked.base);
    if !copy.alive || !as_asked || unit.same(&copy.local, &there) {
        return false;
    }
    unit.take(&mut base.remote, &asked.base);
    unit.take(&mut base.local, &asked.base);
    copy.held = Some(there);
    true
}
