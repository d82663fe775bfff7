//! L1–L8: how changes flow between the copies of one linked event.

use std::collections::BTreeSet;

use calendar::{Event, Override, Unit, unit};

use crate::{
    Cause, Conflict, Copy, CopyId, LinkId, Linked, LinkedId, Mask, Member, Role,
    law::{Law, holds},
    links::{
        Part,
        part::{self, through},
        private::{absorber, covered, hides, hides_only_privates, is_kept, leave, sight},
        relink::{self, here, lost},
    },
};

/// What [`outward`] did to a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outward {
    /// Units of the local value that changed.
    pub units: BTreeSet<Unit>,
    /// It died or came to life.
    pub life: bool,
    /// Values that somebody had noted on the copy and that give way: `local` is the copy's, `remote` what comes.
    pub lost: Vec<Conflict>,
}

impl Outward {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty() && !self.life
    }
}

/// Begins a linked event with one copy as its origin. The member agrees with it by definition.
pub fn begin(id: LinkedId, link: LinkId, copy: &Copy, role: Role, mask: Mask) -> (Linked, Member) {
    // The value holds what an unmasked member would see; people and local units stay with the copy.
    let whole = Mask {
        show_private: true,
        ..Mask::everything()
    };
    let value = let_out(&mask, &whole.project(&copy.local));
    // What the origin's mask hides nobody has said: whoever joins with a value there keeps it.
    let hides = !hides_only_privates(&mask);
    let out = mask.of_originals();
    let said = |unit: &Unit| match unit {
        Unit::Override(_) => unit.same(&value, &copy.local),
        unit => !(hides && out.covers(unit, copy.local.privacy)),
    };
    let authors = unit::all([&value])
        .into_iter()
        .filter(said)
        .map(|unit| (unit, copy.calendar))
        .collect();
    let linked = Linked {
        id,
        link,
        value,
        authors,
        alive: copy.alive,
        origin: copy.id,
    };
    let mut member = member(&linked, copy.id, copy.calendar, role, mask, copy.alive);
    member.agreed = shown(&linked, &member, copy.id);
    (linked, member)
}

/// What a calendar with this mask says of an event of its own to those who may see what is private.
pub(super) fn let_out(mask: &Mask, event: &Event) -> Event {
    let mut said = event.clone();
    if hides_only_privates(mask) {
        return said;
    }
    let out = mask.of_originals();
    let masked = out.project(event);
    for unit in unit::all([event]) {
        if matches!(unit, Unit::Override(_)) || out.covers(&unit, event.privacy) {
            unit.take(&mut said, &masked);
        }
    }
    said
}

/// A member whose copy agrees with the linked event as it is.
pub(super) fn member(
    linked: &Linked,
    copy: CopyId,
    calendar: crate::CalendarId,
    role: Role,
    mask: Mask,
    alive: bool,
) -> Member {
    Member {
        linked: linked.id,
        link: linked.link,
        calendar,
        copy,
        part: Part::Whole,
        exploded: None,
        apart: BTreeSet::new(),
        role,
        agreed: mask.project(&linked.value),
        mask,
        agreed_alive: alive,
        since: None,
        declined: false,
        stopped: false,
        attached: true,
    }
}

/// A mirror gives way to the event that it mirrors, which has turned up in the same calendar. What people have noted on the
/// mirror lost, then.
pub fn gives_way(member: &Member, mirror: &Copy, event: &Copy) -> Vec<Conflict> {
    let mut noted = unit::diff(&mirror.local, &member.agreed);
    noted.retain(|unit| !matches!(unit, Unit::Unknown(_)) && holds(Law::NotesOfMirrorsAreKept));
    noted.retain(|unit| !unit.same(&mirror.local, &event.local));
    let lost = |unit| Conflict {
        remote_side: Some(here(event, &unit)),
        ..relink::noted(unit, member, mirror, &event.local)
    };
    noted.into_iter().map(lost).collect()
}

/// L1: what changed on a living copy flows into the linked event, as far as role and mask let it out.
pub fn inward(linked: &mut Linked, member: &mut Member, copy: &Copy) -> BTreeSet<Unit> {
    let act = |linked: &mut Linked, member: &mut Member| inward_part(linked, member, copy);
    let moved = through(linked, member, copy.calendar, act);
    member.part.units(moved)
}

fn inward_part(linked: &mut Linked, member: &mut Member, copy: &Copy) -> BTreeSet<Unit> {
    let mut moved = BTreeSet::new();
    let sends = member.role.sends() || !holds(Law::TargetsDoNotSend);
    if !member.attached || !sends || !copy.alive {
        return moved;
    }
    let covered = covered(linked, member, copy);
    for unit in unit::all([&copy.local, &member.agreed]) {
        let hidden = covered(&unit) && holds(Law::CoveredStays);
        if unit.same(&copy.local, &member.agreed) || hidden {
            continue;
        }
        let mut unseen = false;
        if let Unit::Override(_) = unit {
            let (before, hidden) = (linked.value.clone(), hides(&unit, linked, member));
            unseen = is_unseen(&unit, linked, member, copy);
            absorber(&unit, linked, member, copy).absorb_override(
                &unit,
                &mut linked.value,
                &copy.local,
            );
            let same = unit.same(&before, &linked.value);
            if !hidden && hides(&unit, linked, member) {
                // It turned private with this: what its own calendar may not see of it any more is yet to go.
                unit.take(&mut member.agreed, &copy.local);
            } else {
                // Agreed is what would be projected: a note on an occurrence, which the mask hides, stays a note.
                let shown = shown(linked, member, copy.id);
                let agreed = if holds(Law::NotesStayNotes) {
                    &shown
                } else {
                    &copy.local
                };
                unit.take(&mut member.agreed, agreed);
            }
            if same {
                continue;
            }
        } else {
            unit.take(&mut linked.value, &copy.local);
            unit.take(&mut member.agreed, &copy.local);
        }
        if !unseen || !holds(Law::UnseenIsKept) {
            linked.authors.insert(unit.clone(), copy.calendar);
        }
        moved.insert(unit);
    }
    moved
}

/// Whether a copy takes an occurrence's difference away that its mask shows in part at most. Whoever did that, by cancelling the
/// occurrence or by cutting the series off, does not know what was noted there: it stays the word of the calendar that said
/// it, so that [`outward`] keeps it there.
fn is_unseen(unit: &Unit, linked: &Linked, member: &Member, copy: &Copy) -> bool {
    let Unit::Override(id) = unit else {
        return false;
    };
    let patch = |event: &Event| matches!(event.overrides.get(id), Some(Override::Patch(_)));
    let goes = patch(&linked.value) && !patch(&copy.local);
    goes && !unit.same(&shown(linked, member, copy.id), &linked.value)
}

/// L2 and L3: brings the linked event to one receiver. `copy` is the member's copy, a mirror.
pub fn outward(linked: &Linked, member: &mut Member, copy: &mut Copy, cause: &Cause) -> Outward {
    bring(linked, member, copy, false, cause)
}

/// The same to a copy that a person made: when the event turns private elsewhere, nothing is taken from it.
pub fn outward_own(
    linked: &Linked,
    member: &mut Member,
    copy: &mut Copy,
    cause: &Cause,
) -> Outward {
    bring(linked, member, copy, true, cause)
}

fn bring(
    linked: &Linked,
    member: &mut Member,
    copy: &mut Copy,
    own: bool,
    cause: &Cause,
) -> Outward {
    match member.part {
        Part::Whole => outward_part(linked, member, copy, own, cause),
        Part::Occurrence(id) => {
            outward_part(&part::occurrence(linked, id), member, copy, own, cause)
        }
    }
}

fn outward_part(
    linked: &Linked,
    member: &mut Member,
    copy: &mut Copy,
    own: bool,
    cause: &Cause,
) -> Outward {
    let mut done = Outward::default();
    let receives = member.role.receives() || !holds(Law::SourcesAreRead);
    if !member.attached || member.stopped || !receives {
        return done;
    }
    let shown = shown(linked, member, copy.id);
    let known = if holds(Law::AgreedDecides) {
        &member.agreed
    } else {
        &copy.local
    };
    for unit in unit::diff(&shown, known) {
        if is_kept(&unit, linked, member, copy.id) {
            continue;
        }
        if own && hides(&unit, linked, member) && holds(Law::OwnIsLeft) {
            let (was, noted) = (copy.clone(), !unit.same(&copy.local, &member.agreed));
            // Own words among others' go with them if they are not known, and may be nowhere else.
            let known = unit == Unit::Text && was.own.is_some();
            let said = linked.authors.get(&unit) == Some(&copy.calendar)
                && !known
                && holds(Law::OwnWordsAreKept);
            let left = leave(&unit, &shown, linked, member, copy, cause);
            if left.is_some() && (noted || said) && was.alive {
                let gone = lost(unit.clone(), linked, member, &was, &shown);
                done.lost.push(gone);
            }
            done.units.extend(left);
            unit.take(&mut member.agreed, &shown);
            continue;
        }
        if !unit.same(&copy.local, &shown) {
            let noted = !unit.same(&copy.local, &member.agreed) && holds(Law::NotedIsKept);
            if copy.alive && (noted || is_silenced(&unit, linked, member, copy)) {
                let lost = lost(unit.clone(), linked, member, copy, &shown);
                done.lost.push(lost);
            }
            copy.bring(&unit, &shown, cause);
            done.units.insert(unit.clone());
        }
        unit.take(&mut member.agreed, &shown);
    }
    if linked.alive != member.agreed_alive && !(linked.alive && member.declined) {
        member.agreed_alive = linked.alive;
        if copy.alive != linked.alive {
            copy.alive = linked.alive;
            copy.life_cause = Some(cause.clone());
            copy.parked = None;
            done.life = true;
        }
    }
    done
}

/// Whether a unit that gives way is what this very calendar had said, and is hidden from it now: it may be nowhere else.
pub(super) fn is_silenced(unit: &Unit, linked: &Linked, member: &Member, copy: &Copy) -> bool {
    let unseen = matches!(unit, Unit::Override(_)) && holds(Law::UnseenIsKept);
    *unit != Unit::Privacy
        && linked.authors.get(unit) == Some(&copy.calendar)
        && (unseen || (hides(unit, linked, member) && holds(Law::SilencedIsKept)))
}

/// What a member's copy of the linked event is made of: what may be seen of the part that it has.
pub fn seen(linked: &Linked, member: &Member) -> Event {
    match member.part {
        Part::Whole => shown(linked, member, member.copy),
        Part::Occurrence(id) => shown(&part::occurrence(linked, id), member, member.copy),
    }
}

/// The linked event as the member may see it.
pub(super) fn shown(linked: &Linked, member: &Member, copy: CopyId) -> Event {
    let mut seen = sight(linked, member, copy).project(&linked.value);
    part::without(&mut seen, &member.apart);
    seen
}

/// L3: the member's copy was deleted by a person. Whether the linked event dies of it.
pub fn died(linked: &mut Linked, member: &mut Member) -> bool {
    let calendar = member.calendar;
    through(linked, member, calendar, died_part)
}

fn died_part(linked: &mut Linked, member: &mut Member) -> bool {
    if !member.attached {
        return false;
    }
    member.agreed_alive = false;
    if member.role.sends() || !holds(Law::TargetDeclines) {
        holds(Law::DeletionFlows) && std::mem::replace(&mut linked.alive, false)
    } else {
        member.declined = true;
        false
    }
}

/// L4: the member's copy came back to life at its provider. It counts if somebody changed something that flows, or
/// restored an event that was really gone (`restored`); otherwise the copy dies again.
pub fn revived(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    restored: bool,
    cause: &Cause,
) -> BTreeSet<Unit> {
    let calendar = copy.calendar;
    let act = |linked: &mut Linked, member: &mut Member| {
        revived_part(linked, member, copy, restored, cause)
    };
    let moved = through(linked, member, calendar, act);
    member.part.units(moved)
}

fn revived_part(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    restored: bool,
    cause: &Cause,
) -> BTreeSet<Unit> {
    let moved = inward_part(linked, member, copy);
    if linked.alive {
        member.declined = false;
        member.agreed_alive = true;
    } else if member.attached
        && member.role.sends()
        && (restored || !moved.is_empty() || !holds(Law::ReviveNeedsAnEdit))
    {
        linked.alive = true;
        member.agreed_alive = true;
    } else if member.attached {
        copy.alive = false;
        copy.life_cause = Some(cause.clone());
        copy.rewrite = false;
    }
    moved
}
