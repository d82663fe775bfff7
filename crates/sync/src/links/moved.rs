//! A move between two calendars of a link: the event turns up in one of them and goes from the other. Providers tell of the
//! two halves in either order.

use jiff::{SignedDuration, Timestamp};

use std::collections::BTreeSet;

use calendar::{Event, Override, Privacy, Unit, unit};

use crate::{
    CalendarId, Cause, CauseKind, Conflict, Copy, Linked, Mask, Member, Role,
    law::{Law, holds},
    links::{
        Relinked,
        flow::{inward, let_out, member, shown},
        join::respell,
        private::hides_from_others,
        relink::{lost, met, relink},
        remask::withdraw,
    },
    loose,
};

/// How long after an event turned up in its new calendar a deletion in the old one counts as the other half of a move,
/// though the old one was read meanwhile: providers are not in step with themselves.
const MOVE_MAX: SignedDuration = SignedDuration::from_hours(1);

/// What the deletion of a member's copy is, seen beside another member's copy of the same event, which is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// A deletion (L3).
    Not,
    /// The event lives on in the other calendar; the one that it left gets a mirror.
    LivesOn,
    /// It went to a calendar that lets nothing out: there it is an event of its own from now on, and the linked one dies.
    OutOfTheLink,
}

/// Tells which it is. `there` has a copy that a person made, under the UID of the one that is gone. `read` is when the
/// calendar of that one was last read: what turned up elsewhere since may have been moved, however long ago that was.
pub fn moved(left: &Member, there: &Member, read: Option<Timestamp>, now: Timestamp) -> Moved {
    let late = |since: Timestamp| {
        now.duration_since(since) < MOVE_MAX || read.is_none_or(|read| read <= since)
    };
    let both = left.copy != there.copy && left.attached && there.attached;
    if !both || !there.since.is_some_and(late) || !holds(Law::MovesAreNoDeletions) {
        Moved::Not
    } else if there.role.sends() {
        Moved::LivesOn
    } else if left.role.sends() || !holds(Law::TargetsEndNothing) {
        Moved::OutOfTheLink
    } else {
        // Nothing dies of what a target declines.
        Moved::Not
    }
}

/// The copy that was moved away leaves its link. What came along the link and was not written yet is not its own: should
/// somebody bring it back, it may not be shown that any more.
pub fn leave(copy: &mut Copy) {
    if !holds(Law::MovedAwayIsStripped) {
        return;
    }
    for unit in copy.pending() {
        unbring(&unit, copy);
    }
}

/// What of a copy came along a link and waits to be written is not its own: it has what it had before.
pub(super) fn unbring(unit: &Unit, copy: &mut Copy) {
    if copy.came_along(unit) {
        copy.take_back(unit);
    }
}

/// The event of a linked event that has died turned up in another calendar, as `copy`: it lives on there, and is the origin
/// from now on. `left` is the copy that died, with its part in the link. What was changed elsewhere since the provider had
/// `left` last is brought to `copy`, and what a person has changed in it flows.
pub fn follow(
    linked: &mut Linked,
    (was, left): (&Member, &Copy),
    copy: &mut Copy,
    role: Role,
    mask: Mask,
    cause: &Cause,
) -> (Member, Relinked) {
    linked.alive = true;
    linked.origin = copy.id;
    let mut here = member(linked, copy.id, copy.calendar, role, mask, true);
    let kept = keep_hidden(linked, &here, left, copy);
    let seen = shown(linked, &here, copy.id);
    here.agreed = seen.clone();
    // What is never written speaks for itself.
    if let Some(base) = left.base.as_ref().filter(|_| role.receives()) {
        let known = here.mask.project(&base.local);
        let parted = here.mask.project(&was.agreed);
        for unit in unit::all([&known, &seen, &copy.local]) {
            // Of what its old calendar did not let out the linked event knows nothing.
            if linked.authors.contains_key(&unit) {
                // Nor of what was edited there while it was away.
                let unseen = !was.attached && unit.same(&base.local, &left.local);
                let agreed = if unseen { &parted } else { &known };
                unit.take(&mut here.agreed, agreed);
            }
            let same = unit.same(&copy.local, &here.agreed);
            if !same && loose::same(&unit, &copy.local, &here.agreed) {
                respell(&unit, copy, &here.agreed);
            }
        }
    }
    let gone = gave_way(linked, left, &here, copy, &seen);
    let mut done = relink(linked, &mut here, copy, cause);
    done.conflicts.extend(gone);
    done.conflicts.extend(kept);
    let hidden = speaks(linked, &mut here, copy, left.calendar);
    done.conflicts.extend(hidden);
    (here, done)
}

/// What of a private event was edited since the provider had it is for nobody in another calendar: the event has there what came
/// along with it, as far as its new calendar lets that out: it need not stay private. Who edited it may not be who moved it, and
/// the same invitation in two calendars looks like a move.
fn keep_hidden(linked: &mut Linked, here: &Member, left: &Copy, copy: &Copy) -> Vec<Conflict> {
    let mut lost = Vec::new();
    let let_out = let_out(&here.mask, &copy.local);
    for unit in unit::all([&linked.value, &copy.local]) {
        let hidden = hides_from_others(&unit, linked, here);
        if !hidden || unit.same(&linked.value, &copy.local) || !holds(Law::HiddenStaysBehind) {
            continue;
        }
        let unsent = left.base.as_ref();
        if unsent.is_none_or(|base| !unit.same(&base.local, &linked.value)) {
            let said = Copy {
                local: linked.value.clone(),
                ..left.clone()
            };
            lost.push(met(
                &unit,
                linked,
                &said,
                copy.local.clone(),
                &copy.local,
                true,
            ));
        }
        unit.take(&mut linked.value, &let_out);
        linked.authors.insert(unit, copy.calendar);
    }
    lost
}

/// What was edited in the old calendar while that was away from the link, and gave way to the linked event when it came back,
/// never flowed. It is what the event has that was moved, and loses there.
fn gave_way(
    linked: &Linked,
    left: &Copy,
    here: &Member,
    copy: &Copy,
    seen: &Event,
) -> Vec<Conflict> {
    let came_back = |cause: &Cause| {
        cause.kind == CauseKind::Flow && cause.from == left.calendar && holds(Law::AwayEditsAreKept)
    };
    let mut gone = unit::diff(&copy.local, seen);
    gone.retain(|unit| left.causes.get(unit).is_some_and(came_back));
    gone.retain(|unit| unit.same(&copy.local, &here.agreed));
    gone.into_iter()
        .map(|unit| lost(unit, linked, here, copy, seen))
        .collect()
}

/// A linked event has come back to life by an edit, while the same invitation lives as `living`, of which `copy` is a copy: what
/// was said in it and `living` does not hold is kept as a loser. What its `own` copies have they bring along themselves.
pub fn lives_as(dead: &Linked, living: &Linked, copy: &Copy, own: &[Event]) -> Vec<Conflict> {
    let mut lost = unit::diff(&dead.value, &living.value);
    lost.retain(|unit| {
        let brought = own.iter().any(|event| unit.same(event, &dead.value));
        dead.authors.contains_key(unit) && !brought && holds(Law::DeadWordsAreKept)
    });
    let said = Copy {
        local: dead.value.clone(),
        ..copy.clone()
    };
    let now = &living.value;
    let lost = lost.into_iter();
    lost.map(|unit| met(&unit, living, &said, now.clone(), now, true))
        .collect()
}

/// A copy is the origin of its linked event now, in place of one in the calendar `left`: what that calendar had said and this
/// one does not let out goes from the linked event (as with L6). If the copy does not have it, it lost.
pub fn speaks(
    linked: &mut Linked,
    member: &mut Member,
    copy: &Copy,
    left: CalendarId,
) -> Vec<Conflict> {
    linked.origin = copy.id;
    if !holds(Law::OriginSpeaks) {
        return Vec::new();
    }
    let before = linked.clone();
    let gone = withdraw(linked, member, copy, left, &[]);
    let seen = shown(linked, member, copy.id);
    for unit in &gone {
        unit.take(&mut member.agreed, &seen);
    }
    let gone = gone
        .into_iter()
        .filter(|unit| !unit.same(&before.value, &copy.local));
    let mut gone: BTreeSet<Unit> = gone.collect();
    let private = is_private(&linked.value) || is_private(&copy.local);
    if private && holds(Law::SpeaksForWhatItHas) {
        // What was hidden from it as private it has seen by itself, and speaks for; and what is private there is so from now on.
        let mut told = inward(linked, member, copy);
        told.retain(|unit| {
            before.authors.contains_key(unit) && !unit.same(&before.value, &copy.local)
        });
        gone.extend(told);
        gone.extend(unseen(linked, member, copy, &before));
    }
    let lost = |unit| Conflict {
        remote_won: Some(false),
        ..lost(unit, &before, member, copy, &before.value)
    };
    gone.into_iter().map(lost).collect()
}

/// What of the event is hidden from the calendar that speaks for it from now on, had it not been made there, is as it has it: the
/// rest was said in others, where it was not moved from. Returns what that changed.
fn unseen(
    linked: &mut Linked,
    member: &mut Member,
    copy: &Copy,
    before: &Linked,
) -> BTreeSet<Unit> {
    let let_out = let_out(&member.mask, &copy.local);
    let mut units = unit::all([&linked.value, &copy.local]);
    units.retain(|unit| {
        hides_from_others(unit, before, member) && !unit.same(&linked.value, &copy.local)
    });
    for unit in &units {
        unit.take(&mut linked.value, &let_out);
        linked.authors.insert(unit.clone(), copy.calendar);
    }
    let shown = shown(linked, member, copy.id);
    for unit in &units {
        unit.take(&mut member.agreed, &shown);
    }
    units
}

/// Whether anything of an event is private.
fn is_private(event: &Event) -> bool {
    let single = |entry: &Override| matches!(entry, Override::Patch(p) if p.privacy.is_some());
    event.privacy != Privacy::Public || event.overrides.values().any(single)
}
