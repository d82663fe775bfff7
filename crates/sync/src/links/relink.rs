//! L7: a member leaves a link and comes back. What it last agreed with is remembered, so that coming back is a merge
//! and not a first meeting.

use std::collections::BTreeSet;

use calendar::{Event, Override, Patch, RecurrenceId, Unit, unit};

use crate::{
    Cause, Conflict, Copy, Linked, Member, Role, Ruling, Side,
    law::{Law, holds},
    links::{
        self, Outward,
        flow::{is_silenced, shown},
        part::{is_over, through},
        private::{absorber, agree, covered, hides, leave, sight},
        stop::stop,
    },
    merge::{self, Merge},
};

/// What came of [`relink`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relinked {
    /// Units of the linked event that moved; they flow on (L2).
    pub moved: BTreeSet<Unit>,
    /// The linked event died or came to life; that flows on, too (L3, L4).
    pub life: bool,
    /// What happened to the copy.
    pub copy: Outward,
    /// Losing values: `remote` is the linked event's, `local` the copy's.
    pub conflicts: Vec<Conflict>,
}

/// The member no longer follows its link. Its copy and what it agreed with stay. What it alone had said and none of the
/// `others` is shown goes from the linked event with it: a mask that shows more one day may not tell that. It flows again when
/// the member comes back. Returns the units that went.
pub fn unlink(linked: &mut Linked, member: &mut Member, others: &[Member]) -> BTreeSet<Unit> {
    member.attached = false;
    let whole = |member: &Member| member.part.is_whole();
    if !(whole(member) && others.iter().all(whole) && holds(Law::LeaverTakesUntold)) {
        return BTreeSet::new();
    }
    let told = told(linked, others);
    let mut gone = BTreeSet::new();
    for unit in unit::diff(&told, &linked.value) {
        // That it is private hides what others have said.
        let kept = matches!(unit, Unit::When | Unit::Privacy | Unit::Unknown(_));
        if !kept && linked.authors.get(&unit) == Some(&member.calendar) {
            unit.take(&mut linked.value, &told);
            linked.authors.remove(&unit);
            gone.insert(unit);
        }
    }
    agree(&gone, linked, member);
    gone
}

/// What of a linked event any of these members may see.
fn told(linked: &Linked, members: &[Member]) -> Event {
    let value = &linked.value;
    let mut told = Event::new(value.uid.as_str(), value.when.clone());
    told.privacy = value.privacy;
    for member in members.iter().filter(|m| m.role.receives()) {
        let sight = sight(linked, member, member.copy);
        let seen = sight.project(value);
        for unit in unit::all([value]) {
            if let Unit::Override(id) = unit {
                show_occurrence(id, value, &seen, &mut told);
            } else if !sight.covers(&unit, value.privacy) {
                unit.take(&mut told, value);
            }
        }
    }
    told
}

/// Adds what one member may see of an occurrence to what others may.
fn show_occurrence(id: RecurrenceId, value: &Event, seen: &Event, told: &mut Event) {
    let entry = match (value.overrides.get(&id), seen.overrides.get(&id)) {
        (Some(Override::Patch(all)), Some(Override::Patch(seen))) => {
            let before = match told.overrides.get(&id) {
                Some(Override::Patch(patch)) => (**patch).clone(),
                _ => Patch::default(),
            };
            let (mut both, _) = Patch::merge(&Patch::default(), &before, seen);
            both.privacy = all.privacy;
            Override::Patch(Box::new(both))
        }
        (_, Some(seen)) => seen.clone(),
        _ => return,
    };
    told.overrides.insert(id, entry);
}

/// The member follows its link again. `cause` is of kind flow, not of kind config: what is brought here was edited
/// elsewhere, and a deletion that did not know of it must not take it along (R8).
pub fn relink(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    cause: &Cause,
) -> Relinked {
    come_back(linked, member, copy, false, cause)
}

/// The same for a copy that a person made: if the event turned private elsewhere meanwhile, nothing is taken from it.
pub fn relink_own(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    cause: &Cause,
) -> Relinked {
    come_back(linked, member, copy, true, cause)
}

fn come_back(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    own: bool,
    cause: &Cause,
) -> Relinked {
    let calendar = copy.calendar;
    if is_over(linked, member) {
        member.attached = true;
        let mut done = Relinked::default();
        done.copy.life = copy.alive;
        done.conflicts = stop(member, copy, cause);
        return done;
    }
    let act =
        |linked: &mut Linked, member: &mut Member| relink_part(linked, member, copy, own, cause);
    let mut done = through(linked, member, calendar, act);
    done.moved = member.part.units(done.moved);
    done
}

fn relink_part(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    own: bool,
    cause: &Cause,
) -> Relinked {
    let mut done = Relinked::default();
    member.attached = true;
    if !holds(Law::RelinkMerges) {
        member.agreed = copy.local.clone();
    }
    let before = Before::of(linked, member, copy);
    let shown = shown(linked, member, copy.id);
    let hidden = covered(linked, member, copy);
    for unit in unit::all([&shown, &member.agreed, &copy.local]) {
        let covered = hidden(&unit);
        if own && member.role.receives() && hides(&unit, linked, member) && holds(Law::OwnIsLeft) {
            if !unit.same(&shown, &member.agreed) {
                leave(&unit, &shown, linked, member, copy, cause);
                unit.take(&mut member.agreed, &shown);
            }
            continue;
        }
        if copy.alive && !covered {
            settle(&unit, &shown, linked, member, copy, cause, &mut done);
        } else if member.role.receives()
            && (!covered || !unit.same(&shown, &member.agreed))
            && (copy.alive || holds(Law::DeadCatchUp))
        {
            // What the mask hides belongs to the copy, unless the projection itself is another one now (L2); what was
            // edited before a copy died, died with it.
            let noted =
                !unit.same(&copy.local, &member.agreed) || is_silenced(&unit, linked, member, copy);
            // Unless it was moved: then it lives on elsewhere (L4), with what came along the link.
            let moved = !covered && !linked.alive && holds(Law::MovedIsKept);
            let kept = copy.alive || moved;
            if kept && noted && !unit.same(&copy.local, &shown) {
                let gone = lost(unit.clone(), linked, member, copy, &shown);
                done.conflicts.push(gone);
            }
            bring(&unit, &shown, copy, cause, &mut done);
            unit.take(&mut member.agreed, &shown);
        }
    }
    if own && holds(Law::BlocksBringNothing) {
        // It turned private with this, or the whole event did: what a person made has what is its own.
        for unit in done.copy.units.union(&done.moved) {
            if hides(unit, linked, member) {
                before.take_back(unit, member, copy);
            }
        }
    }
    done.copy.units = unit::diff(&before.copy.local, &copy.local);
    live(linked, member, copy, cause, &mut done);
    done
}

/// What was known when a calendar came back.
struct Before {
    copy: Copy,
    agreed: Event,
    /// What this calendar had said last.
    said: BTreeSet<Unit>,
}

impl Before {
    fn of(linked: &Linked, member: &Member, copy: &Copy) -> Self {
        let said = linked.authors.iter();
        let said = said.filter(|(_, by)| **by == copy.calendar);
        Self {
            copy: copy.clone(),
            agreed: member.agreed.clone(),
            said: said.map(|(unit, _)| unit.clone()).collect(),
        }
    }

    /// The copy without what had come along to a unit of it and still waited.
    fn own(&self, unit: &Unit) -> Event {
        let (agreed, copy) = (&self.agreed, &self.copy);
        let Some(base) = copy.base.as_ref().filter(|_| !self.said.contains(unit)) else {
            return copy.local.clone();
        };
        let was = &base.local;
        match merge::unit(unit, agreed, &copy.local, agreed, was) {
            Merge::Same | Merge::Ours => copy.local.clone(),
            Merge::Theirs => was.clone(),
            Merge::Both(own) => *own,
            Merge::Clash => {
                let own = merge::both(unit, agreed, &copy.local, was);
                own.unwrap_or_else(|| copy.local.clone())
            }
        }
    }

    /// Takes back what has come along to a unit of the copy, since then or before, and was not written.
    fn take_back(&self, unit: &Unit, member: &mut Member, copy: &mut Copy) {
        let noted = !unit.same(&self.copy.local, &self.agreed);
        copy.put_back(unit, &self.own(unit), &self.copy);
        if !noted {
            unit.take(&mut member.agreed, &copy.local);
        }
    }
}

/// A value of the copy that gives way to what may be seen now.
pub(super) fn lost(
    unit: Unit,
    linked: &Linked,
    member: &Member,
    copy: &Copy,
    seen: &Event,
) -> Conflict {
    Conflict {
        remote_side: speaker(linked, &unit),
        ..noted(unit, member, copy, seen)
    }
}

/// The same where nobody else wrote anything: what was noted on a mirror goes with it.
pub(super) fn noted(unit: Unit, member: &Member, copy: &Copy, seen: &Event) -> Conflict {
    Conflict {
        base: member.agreed.clone(),
        local: copy.local.clone(),
        remote: seen.clone(),
        remote_won: Some(true),
        by: Ruling::Projection,
        local_side: Some(here(copy, &unit)),
        remote_side: None,
        unit,
    }
}

/// A copy and its linked event met, and both have a value of their own.
pub(super) fn met(
    unit: &Unit,
    linked: &Linked,
    copy: &Copy,
    base: Event,
    shown: &Event,
    remote_won: bool,
) -> Conflict {
    Conflict {
        unit: unit.clone(),
        base,
        local: copy.local.clone(),
        remote: shown.clone(),
        remote_won: Some(remote_won),
        by: Ruling::Met,
        local_side: Some(here(copy, unit)),
        remote_side: speaker(linked, unit),
    }
}

/// Where a unit of a copy comes from. What has been written already has no cause any more: it was its own calendar's.
pub(super) fn here(copy: &Copy, unit: &Unit) -> Side {
    let own = || Side::of_calendar(copy.calendar, None);
    copy.causes.get(unit).map_or_else(own, Side::of)
}

/// Who said last what a unit of a linked event is.
fn speaker(linked: &Linked, unit: &Unit) -> Option<Side> {
    let author = linked.authors.get(unit)?;
    Some(Side::of_calendar(*author, Some(linked.link)))
}

fn bring(unit: &Unit, value: &Event, copy: &mut Copy, cause: &Cause, done: &mut Relinked) {
    if !unit.same(&copy.local, value) {
        copy.bring(unit, value, cause);
        done.copy.units.insert(unit.clone());
    }
}

/// Three-way merge of one unit of a copy with the linked event, from what they last agreed on.
pub(super) fn settle(
    unit: &Unit,
    shown: &Event,
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    cause: &Cause,
    done: &mut Relinked,
) {
    let before = member.agreed.clone();
    let value = match merge::unit(unit, &before, &copy.local, &before, shown) {
        Merge::Theirs => shown.clone(),
        // A target's own edit stays with it until the projection changes.
        Merge::Ours if member.role == Role::Target => return,
        Merge::Same | Merge::Ours => copy.local.clone(),
        Merge::Both(merged) if member.role == Role::Both => *merged,
        Merge::Both(_) | Merge::Clash => {
            let source = member.role == Role::Source;
            let clash = met(unit, linked, copy, before, shown, !source);
            done.conflicts.push(clash);
            if source {
                copy.local.clone()
            } else {
                shown.clone()
            }
        }
    };
    let flows = member.role.sends() && !unit.same(shown, &value);
    if flows {
        // What its mask lets out of an occurrence depends on what it had agreed to before.
        absorb(unit, &value, linked, member, copy);
        done.moved.insert(unit.clone());
    }
    if member.role.receives() {
        bring(unit, &value, copy, cause, done);
    }
    if flows && matches!(unit, Unit::Override(_)) {
        let blocks = member.role.receives() && holds(Law::BlocksComeBack);
        if blocks && hides(unit, linked, member) {
            // It turned private with this: what the calendar may not see of it any more is yet to go.
            unit.take(&mut member.agreed, &copy.local);
        } else {
            let now = links::flow::shown(linked, member, copy.id);
            unit.take(&mut member.agreed, &now);
        }
    } else if member.role.receives() {
        unit.take(&mut member.agreed, &value);
    } else {
        unit.take(&mut member.agreed, &copy.local);
    }
}

/// The linked event takes a unit of a copy, as far as that lets it out.
fn absorb(unit: &Unit, value: &Event, linked: &mut Linked, member: &Member, copy: &Copy) {
    if let Unit::Override(_) = unit {
        let mask = absorber(unit, linked, member, copy);
        mask.absorb_override(unit, &mut linked.value, value);
    } else {
        unit.take(&mut linked.value, value);
    }
    linked.authors.insert(unit.clone(), copy.calendar);
}

/// One side died while they were apart.
fn live(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    cause: &Cause,
    done: &mut Relinked,
) {
    match (copy.alive, linked.alive) {
        (false, true) if member.role == Role::Source => {
            linked.alive = false;
            done.life = true;
        }
        (false, true) if member.declined || member.stopped => return,
        (false, true) => revive(copy, true, cause, done),
        // Only an edit since they parted speaks for an event that died, or that somebody has brought it back here.
        (true, false) if member.role.sends() && (!done.moved.is_empty() || is_back(member)) => {
            linked.alive = true;
            done.life = true;
        }
        (true, false) if member.role.receives() => revive(copy, false, cause, done),
        _ => {}
    }
    member.agreed_alive = linked.alive;
    member.declined &= !copy.alive || !holds(Law::LivingIsNotDeclined);
}

/// Whether a living copy had died before its calendar left: it came back to life while that was away.
fn is_back(member: &Member) -> bool {
    !member.agreed_alive && holds(Law::BackWhileAwayLives)
}

fn revive(copy: &mut Copy, alive: bool, cause: &Cause, done: &mut Relinked) {
    copy.alive = alive;
    copy.life_cause = Some(cause.clone());
    copy.parked = None;
    done.copy.life = true;
}
