//! L1–L8: how changes flow between the copies of one linked event.

use std::collections::BTreeSet;

use calendar::{Event, Unit, unit};

use crate::{Cause, Copy, CopyId, LinkId, Linked, LinkedId, Mask, Member, Role, loose};

/// What [`outward`] did to a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outward {
    /// Units of the local value that changed.
    pub units: BTreeSet<Unit>,
    /// It died or came to life.
    pub life: bool,
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
    let mut value = whole.project(&copy.local);
    for unit in unit::all([&copy.local]) {
        if !matches!(unit, Unit::Override(_))
            && mask.covers(&unit, copy.local.privacy)
            && !hides_only_privates(&mask)
        {
            unit.take(&mut value, &Event::new("", copy.local.when.clone()));
        }
    }
    let authors = unit::all([&value])
        .into_iter()
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
    let member = member(&linked, copy.id, copy.calendar, role, mask, copy.alive);
    (linked, member)
}

/// A mask that covers an event only because it is private covers it from the others, not from its own calendar: what is
/// private is hidden on the way out, by the receivers' masks.
fn hides_only_privates(mask: &Mask) -> bool {
    mask.kind == crate::MaskKind::Everything
}

/// A member whose copy agrees with the linked event as it is.
fn member(
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
        role,
        agreed: mask.project(&linked.value),
        mask,
        agreed_alive: alive,
        declined: false,
        attached: true,
    }
}

/// L8: a copy that is already there joins a linked event that it matches. Linked wins where they are not loosely equal;
/// a source wins over linked.
pub fn attach(
    linked: &mut Linked,
    copy: &mut Copy,
    role: Role,
    mask: Mask,
    cause: &Cause,
) -> Member {
    let mut joined = member(linked, copy.id, copy.calendar, role, mask, copy.alive);
    let shown = joined.agreed.clone();
    for unit in unit::all([&shown, &copy.local]) {
        if joined.mask.covers(&unit, linked.value.privacy) || unit.same(&copy.local, &shown) {
            continue;
        }
        if role == Role::Source {
            unit.take(&mut linked.value, &copy.local);
            unit.take(&mut joined.agreed, &copy.local);
            linked.authors.insert(unit, copy.calendar);
        } else if loose::same(&unit, &copy.local, &shown) {
            // As if we had written it and the provider had rewritten it: no write, and no false difference.
            unit.take(&mut copy.local, &shown);
            if let Some(base) = &mut copy.base {
                unit.take(&mut base.local, &shown);
            }
        } else {
            copy.set(&unit, &shown, cause);
        }
    }
    joined
}

/// L1: what changed on a living copy flows into the linked event, as far as role and mask let it out.
pub fn inward(linked: &mut Linked, member: &mut Member, copy: &Copy) -> BTreeSet<Unit> {
    let mut moved = BTreeSet::new();
    if !member.attached || !member.role.sends() || !copy.alive {
        return moved;
    }
    let privacy = linked.value.privacy;
    for unit in unit::all([&copy.local, &member.agreed]) {
        if unit.same(&copy.local, &member.agreed)
            || inward_covered(member, linked, copy, &unit, privacy)
        {
            continue;
        }
        if let Unit::Override(_) = unit {
            let before = linked.value.clone();
            member
                .mask
                .absorb_override(&unit, &mut linked.value, &copy.local);
            // Agreed is what would be projected: a note on an occurrence, which the mask hides, stays a note.
            let shown = shown(linked, member, copy.id);
            unit.take(&mut member.agreed, &shown);
            if unit.same(&before, &linked.value) {
                continue;
            }
        } else {
            unit.take(&mut linked.value, &copy.local);
            unit.take(&mut member.agreed, &copy.local);
        }
        linked.authors.insert(unit.clone(), copy.calendar);
        moved.insert(unit);
    }
    moved
}

/// Whether the mask keeps a unit from flowing in. Where only privates are hidden, the calendar in which the event was
/// made sees all of it and speaks for all of it.
fn inward_covered(
    member: &Member,
    linked: &Linked,
    copy: &Copy,
    unit: &Unit,
    privacy: calendar::Privacy,
) -> bool {
    let own = linked.origin == copy.id && hides_only_privates(&member.mask);
    let privacy = if own {
        calendar::Privacy::Public
    } else {
        privacy
    };
    member.mask.covers(unit, privacy)
}

/// L2 and L3: brings the linked event to one receiver. `copy` is the member's copy.
pub fn outward(linked: &Linked, member: &mut Member, copy: &mut Copy, cause: &Cause) -> Outward {
    let mut done = Outward::default();
    if !member.attached || !member.role.receives() {
        return done;
    }
    let shown = shown(linked, member, copy.id);
    for unit in unit::diff(&shown, &member.agreed) {
        if !unit.same(&copy.local, &shown) {
            copy.set(&unit, &shown, cause);
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

/// The linked event as the member may see it. The event's own calendar is not masked against itself.
pub(super) fn shown(linked: &Linked, member: &Member, copy: CopyId) -> Event {
    if linked.origin == copy && hides_only_privates(&member.mask) {
        Mask {
            show_private: true,
            ..member.mask.clone()
        }
        .project(&linked.value)
    } else {
        member.mask.project(&linked.value)
    }
}

/// L3: the member's copy was deleted by a person. Whether the linked event dies of it.
pub fn died(linked: &mut Linked, member: &mut Member) -> bool {
    if !member.attached {
        return false;
    }
    member.agreed_alive = false;
    if member.role.sends() {
        std::mem::replace(&mut linked.alive, false)
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
    let moved = inward(linked, member, copy);
    if linked.alive {
        member.declined = false;
        member.agreed_alive = true;
    } else if member.attached && member.role.sends() && (restored || !moved.is_empty()) {
        linked.alive = true;
        member.agreed_alive = true;
    } else if member.attached {
        copy.alive = false;
        copy.life_cause = Some(cause.clone());
        copy.rewrite = false;
    }
    moved
}

/// L6: another mask holds from now on. The next [`outward`] with a cause of kind `config` scrubs the copy.
pub fn remask(member: &mut Member, mask: Mask) {
    member.mask = mask;
}
