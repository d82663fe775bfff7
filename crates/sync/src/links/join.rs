//! L8: an event that is already there joins a linked event.

use std::borrow::Cow;

use calendar::{Event, Privacy, Unit, unit};

use crate::{
    Cause, Conflict, Copy, Linked, Mask, Member, Role,
    law::{Law, holds},
    links::{
        flow::member,
        moved::unbring,
        private::{absorber, privacy_at},
        relink::met,
    },
    loose,
};

/// L8: a copy that is already there joins a linked event that it matches. Linked wins where they are not loosely equal;
/// a source wins over linked, and everybody over what the origin's mask hides: that nobody has said. Also the values that
/// lost: `local` is the copy's, `remote` the linked event's.
pub fn attach(
    linked: &mut Linked,
    copy: &mut Copy,
    role: Role,
    mask: Mask,
    cause: &Cause,
) -> (Member, Vec<Conflict>) {
    let mut joined = member(linked, copy.id, copy.calendar, role, mask, copy.alive);
    let mut losers = Vec::new();
    let shown = joined.agreed.clone();
    let mut privacy = linked.value.privacy;
    if role.sends() || !holds(Law::TargetsHideNothing) {
        privacy = privacy_at(&joined.mask, linked, copy);
        if !joined.mask.covers(&Unit::Privacy, privacy) && holds(Law::JoinersHide) {
            // Who joins may say that it is private: then nothing that it hides comes along.
            privacy = privacy.max(copy.local.privacy);
        }
    }
    for unit in unit::all([&shown, &copy.local]) {
        let said = linked.authors.contains_key(&unit);
        let of_series = !matches!(unit, Unit::Override(_));
        let kept_back = !said && comes_from(&unit, linked, copy);
        if (kept_back || is_veiled(&joined.mask, &unit, privacy)) && holds(Law::VeiledIsNotBrought)
        {
            unbring(&unit, copy);
        }
        let shown = match (of_series, said) {
            (true, _) => Cow::Borrowed(&shown),
            (false, true) => Cow::Owned(over(&joined.mask, &unit, privacy, &copy.local, &shown)),
            (false, false) => Cow::Owned(joined.mask.fill_override(&unit, &copy.local, &shown)),
        };
        let stricter = unit == Unit::Privacy
            && copy.local.privacy > shown.privacy
            && !joined.mask.covers(&unit, linked.value.privacy);
        let hidden = joined.mask.covers(&unit, privacy) && !stricter;
        if hidden || unit.same(&copy.local, &shown) {
            continue;
        }
        let loosely = loose::same(&unit, &copy.local, &shown);
        if stricter && role == Role::Target {
            continue;
        }
        let unsaid = of_series && !said;
        if unsaid && role == Role::Target {
            continue;
        }
        let blank = of_series && role.sends() && is_blank(&unit, &shown);
        let source = role == Role::Source || stricter || unsaid || blank;
        let lost = if source { shown.as_ref() } else { &copy.local };
        if !loosely && !stricter && !unsaid && !says_nothing(&unit, lost) {
            let nothing = Event::new("", copy.local.when.clone());
            losers.push(met(&unit, linked, copy, nothing, &shown, !source));
        }
        if source && !of_series {
            // Of an occurrence, too, a source keeps what its mask does not let out.
            tell_occurrence(unit, linked, &joined, copy);
        } else if source {
            unit.take(&mut linked.value, &copy.local);
            linked.authors.insert(unit, copy.calendar);
        } else if loosely {
            respell(&unit, copy, &shown);
        } else {
            copy.bring(&unit, &shown, cause);
        }
    }
    tell_occurrences(linked, &joined, copy);
    // The event may be private now, where it was public before: that hides more of it, and takes nothing from the copy.
    joined.agreed = joined.mask.project(&linked.value);
    (joined, losers)
}

/// Whether what a copy has of a unit came from a calendar that speaks in the linked event, too. If that has not said it there, it
/// keeps it back.
fn comes_from(unit: &Unit, linked: &Linked, copy: &Copy) -> bool {
    let from = copy.causes.get(unit).map(|cause| cause.from);
    from.is_some_and(|from| linked.authors.values().any(|author| *author == from))
}

/// Whether what came of a unit along a link is hidden from a copy that joins because the event is private.
fn is_veiled(mask: &Mask, unit: &Unit, privacy: Privacy) -> bool {
    match unit {
        Unit::Privacy => false,
        Unit::Override(_) => privacy != Privacy::Public && !mask.show_private,
        unit => mask.covers(unit, privacy) && !mask.covers(unit, Privacy::Public),
    }
}

/// A copy says loosely what it should: as if we had written it and the provider had rewritten it, there is no write, and no
/// false difference. What still waits to be written is another thing.
pub(super) fn respell(unit: &Unit, copy: &mut Copy, shown: &Event) {
    if let Some(base) = &mut copy.base
        && (unit.same(&base.local, &copy.local) || !holds(Law::WaitingIsNotRespelled))
    {
        unit.take(&mut base.local, shown);
    }
    unit.take(&mut copy.local, shown);
}

/// What comes to a copy that a person made: of an occurrence, what the mask hides stays as the copy has it.
pub(super) fn over(
    mask: &Mask,
    unit: &Unit,
    privacy: Privacy,
    copy: &Event,
    shown: &Event,
) -> Event {
    let mut over = Event {
        privacy,
        ..copy.clone()
    };
    mask.absorb_override(unit, &mut over, shown);
    over
}

/// What a copy has of occurrences beyond what the origin lets out comes to be known with it.
fn tell_occurrences(linked: &mut Linked, joined: &Member, copy: &Copy) {
    for unit in unit::all([&copy.local]) {
        let unsaid = matches!(unit, Unit::Override(_)) && !linked.authors.contains_key(&unit);
        if unsaid && joined.role.sends() {
            tell_occurrence(unit, linked, joined, copy);
        }
    }
}

/// A copy that joins tells of an occurrence what its mask lets out, and nothing that it calls private where the mask keeps that
/// back, too.
fn tell_occurrence(unit: Unit, linked: &mut Linked, joined: &Member, copy: &Copy) {
    let out = if holds(Law::JoinersHideOccurrences) {
        absorber(&unit, linked, joined, copy)
    } else {
        joined.mask.clone()
    };
    out.absorb_override(&unit, &mut linked.value, &copy.local);
    linked.authors.insert(unit, copy.calendar);
}

/// Whether a linked event has nothing of a unit: a note that one of the calendars has is not taken from it because the others have
/// none.
fn is_blank(unit: &Unit, shown: &Event) -> bool {
    says_nothing(unit, shown) && holds(Law::BlanksAreFilled)
}

/// Whether a value is nothing that anybody would miss: an empty text, no place.
fn says_nothing(unit: &Unit, event: &Event) -> bool {
    let always = matches!(
        unit,
        Unit::When | Unit::Rule | Unit::Status | Unit::Busy | Unit::Override(_)
    );
    !always && unit.same(event, &Event::new("", event.when.clone()))
}
