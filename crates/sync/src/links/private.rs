//! What is private is hidden on the way out, by the receivers' masks: the calendar in which it was made sees all of it.

use std::collections::BTreeSet;

use calendar::{Event, Override, Patch, Privacy, Unit, unit};

use crate::{
    Cause, Copy, CopyId, Linked, Mask, MaskKind, Member,
    law::{Law, holds},
    links::{
        flow::{seen, shown},
        join::over,
    },
    loose,
};

/// A mask that covers an event only because it is private covers it from the others, not from its own calendar: what is
/// private is hidden on the way out, by the receivers' masks.
pub(super) fn hides_only_privates(mask: &Mask) -> bool {
    mask.kind == MaskKind::Everything
}

/// The privacy by which a member's mask is judged. Where the mask keeps privacy itself from flowing, the linked event does
/// not know that the copy is private.
pub(super) fn privacy_at(mask: &Mask, linked: &Linked, copy: &Copy) -> Privacy {
    let known = linked.value.privacy;
    if mask.private && linked.origin != copy.id {
        // It is private because the mask says so; that tells nothing of the event.
        return known;
    }
    if mask.of_originals().covers(&Unit::Privacy, known) && holds(Law::OwnPrivacyHides) {
        known.max(copy.local.privacy)
    } else {
        known
    }
}

/// The privacy by which it is judged what of a copy flows in. The calendar in which the event was made speaks for all of it, for
/// what is private the others' masks hide; but if its own mask keeps back that it is private, it keeps back what that hides.
pub(super) fn privacy_in(mask: &Mask, linked: &Linked, copy: &Copy) -> Privacy {
    if linked.origin != copy.id {
        privacy_at(mask, linked, copy)
    } else if mask.covers(&Unit::Privacy, Privacy::Public) {
        copy.local.privacy
    } else {
        Privacy::Public
    }
}

/// The privacy by which it is judged what of a copy flows in, but for its privacy itself: who turns an event private that was made
/// elsewhere may have written the rest for nobody else, too; and so they may have before they deleted it, if it comes back (13054949).
fn privacy_written(mask: &Mask, linked: &Linked, member: &Member, copy: &Copy) -> Privacy {
    let privacy = privacy_in(mask, linked, copy);
    let turns = (copy.alive || !linked.alive)
        && linked.origin != copy.id
        && !Unit::Privacy.same(&copy.local, &member.agreed);
    if turns && !mask.covers(&Unit::Privacy, privacy) && holds(Law::WrittenWithPrivacy) {
        privacy.max(copy.local.privacy)
    } else {
        privacy
    }
}

/// Which units the mask keeps from flowing in. What is apart from a series is told by the copy that has it, not by the series.
pub(super) fn covered(
    linked: &Linked,
    member: &Member,
    copy: &Copy,
) -> impl Fn(&Unit) -> bool + use<> {
    let mask = if linked.origin == copy.id {
        member.mask.of_originals()
    } else {
        member.mask.clone()
    };
    let privacy = privacy_in(&mask, linked, copy);
    let strict = privacy_written(&mask, linked, member, copy);
    let (part, apart) = (member.part, member.apart.clone());
    let told_elsewhere =
        move |unit: &Unit| matches!(unit, Unit::Override(id) if apart.contains(id));
    move |unit| {
        let privacy = if *unit == Unit::Privacy {
            privacy
        } else {
            strict
        };
        part.keeps(unit) || told_elsewhere(unit) || mask.covers(unit, privacy)
    }
}

/// What is hidden from a copy that a person made stays as it is there. But what came along the link and has not been written yet
/// is not written any more. Returns the unit if it changed.
pub(super) fn leave(
    unit: &Unit,
    shown: &Event,
    linked: &Linked,
    member: &Member,
    copy: &mut Copy,
    cause: &Cause,
) -> Option<Unit> {
    let before = copy.local.clone();
    // Others' words may stand beside this calendar's own, which the linked event has by now.
    let mixed = *unit == Unit::Text && holds(Law::MixedTextGoes);
    let said = linked.authors.get(unit) == Some(&copy.calendar) && !mixed;
    let brought =
        !said && unit.same(&copy.local, &member.agreed) && holds(Law::UnwrittenIsTakenBack);
    if brought && copy.waits(unit) {
        copy.take_back(unit);
    }
    if matches!(unit, Unit::Override(_)) {
        let privacy = linked.value.privacy.max(Privacy::Private);
        let left = over(&member.mask, unit, privacy, &copy.local, shown);
        copy.set(unit, &left, cause);
    }
    (!unit.same(&copy.local, &before)).then(|| unit.clone())
}

/// The mask through which an occurrence of a copy flows in.
pub(super) fn absorber(unit: &Unit, linked: &Linked, member: &Member, copy: &Copy) -> Mask {
    let shows = member.mask.show_private;
    let untold = member.mask.covers(&Unit::Privacy, Privacy::Public);
    let series = privacy_written(&member.mask.of_originals(), linked, member, copy);
    let own = occurrence_privacy(unit, &copy.local);
    let kind = if !shows && ((untold && own.is_some()) || series != Privacy::Public) {
        MaskKind::Busy
    } else if !shows
        && linked.origin != copy.id
        && own > occurrence_privacy(unit, &member.agreed)
        && holds(Law::OnlyThatItIsPrivate)
    {
        // Only that: what was written with it may be for nobody else.
        MaskKind::Fields([Unit::Privacy].into())
    } else {
        member.mask.kind.clone()
    };
    Mask {
        show_private: shows || linked.origin == copy.id,
        kind,
        ..member.mask.clone()
    }
}

/// How private an occurrence is by itself.
fn occurrence_privacy(unit: &Unit, event: &Event) -> Option<Privacy> {
    let Unit::Override(id) = unit else {
        return None;
    };
    match event.overrides.get(id)? {
        Override::Patch(patch) => patch.privacy,
        Override::Excluded => None,
    }
}

/// The mask through which a member sees the linked event. The event's own calendar is not masked against itself.
pub(super) fn sight(linked: &Linked, member: &Member, copy: CopyId) -> Mask {
    if !holds(Law::MaskedOutward) {
        return Mask {
            show_private: true,
            ..Mask::everything()
        };
    }
    let own = linked.origin == copy && holds(Law::OriginSeesAll);
    Mask {
        show_private: member.mask.show_private || own,
        private: member.mask.private && !own,
        ..member.mask.clone()
    }
}

/// Whether a unit that is hidden because the event is private stays as it was: only where a law was taken away.
pub(super) fn is_kept(unit: &Unit, linked: &Linked, member: &Member, copy: CopyId) -> bool {
    let covers = |privacy| sight(linked, member, copy).covers(unit, privacy);
    !holds(Law::PrivatesAreScrubbed) && covers(linked.value.privacy) && !covers(Privacy::Public)
}

/// Whether a unit, or something of an occurrence, is hidden from a copy because the event is private.
pub(super) fn hides(unit: &Unit, linked: &Linked, member: &Member) -> bool {
    hides_by(&sight(linked, member, member.copy), unit, linked)
}

/// The same, were it not the calendar in which the event was made.
pub(super) fn hides_from_others(unit: &Unit, linked: &Linked, member: &Member) -> bool {
    hides_by(&member.mask, unit, linked)
}

fn hides_by(mask: &Mask, unit: &Unit, linked: &Linked) -> bool {
    !mask.show_private
        && match unit {
            Unit::Override(_) => {
                let own = occurrence_privacy(unit, &linked.value);
                own.unwrap_or(linked.value.privacy) != Privacy::Public
            }
            unit => mask.covers(unit, linked.value.privacy) && !mask.covers(unit, Privacy::Public),
        }
}

/// Whether the calendar in which the event was made says that it, or an occurrence, is private, and its mask keeps that from the
/// linked event: then what the event had said before it turned private has to go from that, if nobody else has made a copy
/// ([`hide`]).
pub fn keeps_private(linked: &Linked, member: &Member, copy: &Copy) -> bool {
    let speaks = copy.alive && member.attached && member.part.is_whole() && member.role.sends();
    let private = || {
        let mut all = unit::all([&copy.local]).into_iter();
        all.any(|unit| is_untold(&unit, member, copy))
    };
    linked.origin == copy.id && speaks && private() && holds(Law::PrivatesAreWithdrawn)
}

/// Whether a unit of an event is private in the event's own calendar, whose mask does not tell so.
fn is_untold(unit: &Unit, member: &Member, copy: &Copy) -> bool {
    let privacy = occurrence_privacy(unit, &copy.local).unwrap_or(copy.local.privacy);
    let hides = matches!(unit, Unit::Override(_)) || member.mask.covers(unit, privacy);
    privacy != Privacy::Public && hides && member.mask.covers(&Unit::Privacy, Privacy::Public)
}

/// Whether anything of a unit is in both: a line of a text, a field of an occurrence. Providers may have respelled what one of them has.
pub(super) fn shares(unit: &Unit, one: &Event, other: &Event) -> bool {
    let exact = !holds(Law::RespelledGoes);
    unit.same(one, other)
        || match unit {
            _ if exact => false,
            Unit::Text => !loose::lines(&one.text).is_disjoint(&loose::lines(&other.text)),
            Unit::Title | Unit::Place => loose::same(unit, one, other),
            Unit::Override(id) => match (one.overrides.get(id), other.overrides.get(id)) {
                (Some(Override::Patch(mine)), Some(Override::Patch(theirs))) => {
                    any_field(&Event::new("", one.when.clone()), mine, theirs)
                }
                _ => false,
            },
            _ => false,
        }
}

/// Whether two changes of an occurrence have a field in common; `blank` is an event that says nothing.
fn any_field(blank: &Event, one: &Patch, other: &Patch) -> bool {
    macro_rules! any {
        ($($field:ident),+) => { $((one.$field.is_some() && one.$field == other.$field))||+ };
    }
    let said = |patch: &Patch| Event {
        title: patch.title.clone().unwrap_or_default(),
        text: patch.text.clone().unwrap_or_default(),
        places: patch.places.clone().unwrap_or_default(),
        ..blank.clone()
    };
    let (here, there) = (said(one), said(other));
    let both = |unit: &Unit, said: bool| said && shares(unit, &here, &there);
    any!(virtual_places, privacy, categories, priority)
        || both(&Unit::Title, one.title.is_some() && other.title.is_some())
        || both(&Unit::Text, one.text.is_some() && other.text.is_some())
        || both(&Unit::Place, one.places.is_some() && other.places.is_some())
}

/// Takes from the linked event what its origin has, which has turned private there. It flows again once that is public.
pub fn hide(linked: &mut Linked, member: &mut Member, copy: &Copy) -> BTreeSet<Unit> {
    let mut private = linked.value.clone();
    private.privacy = copy.local.privacy;
    for (id, entry) in &mut private.overrides {
        let own = occurrence_privacy(&Unit::Override(*id), &copy.local);
        if let Override::Patch(patch) = entry {
            patch.privacy = own.or(patch.privacy);
        }
    }
    let let_out = member.mask.of_originals().project(&private);
    let mut gone = BTreeSet::new();
    for unit in unit::all([&linked.value]) {
        // That it is private another calendar may have said of itself.
        let theirs = || {
            linked
                .authors
                .get(&unit)
                .is_some_and(|by| *by != copy.calendar)
        };
        if unit == Unit::Privacy && theirs() && holds(Law::OthersMayHide) {
            continue;
        }
        // What the mask hides anyhow others have said.
        let has = if member.mask.covers(&unit, Privacy::Public) {
            loose::same(&unit, &linked.value, &copy.local)
        } else {
            shares(&unit, &linked.value, &copy.local)
        };
        if has && is_untold(&unit, member, copy) && !unit.same(&linked.value, &let_out) {
            unit.take(&mut linked.value, &let_out);
            linked.authors.remove(&unit);
            gone.insert(unit);
        }
    }
    agree(&gone, linked, member);
    gone
}

/// A member agrees with the linked event about these units, as it sees them now: they have gone from that, and not by its doing.
pub(super) fn agree(gone: &BTreeSet<Unit>, linked: &Linked, member: &mut Member) {
    let seen = shown(linked, member, member.copy);
    for unit in gone {
        unit.take(&mut member.agreed, &seen);
    }
}

/// Whether a member that has told something may see less of the event now than it has: it has turned the event private that was
/// made elsewhere. What is told is not brought back to who told it, but this is.
pub fn sees_less(linked: &Linked, member: &Member) -> bool {
    let sees = member.attached && !member.stopped && member.role.receives() && linked.alive;
    let less = |unit: &Unit| *unit == Unit::Privacy || hides(unit, linked, member);
    sees && holds(Law::WhoHidesSeesLess)
        && unit::diff(&member.agreed, &seen(linked, member))
            .iter()
            .any(less)
}
