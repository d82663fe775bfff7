//! L6: a member gets another mask.

use std::collections::BTreeSet;

use calendar::{Event, Text, Unit, unit};

use crate::{
    CalendarId, Cause, Conflict, Copy, Linked, Mask, Member, Side,
    law::{Law, holds},
    links::{
        Relinked,
        flow::shown,
        part::through,
        private::{covered, hide, hides_only_privates, keeps_private, privacy_in, shares, sight},
        relink::{noted, settle},
    },
    loose,
};

/// Who made a member's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made<'a> {
    /// A link: it is a mirror.
    Mirror,
    /// A person. These are the copies that others have made of the same event in other calendars.
    Person(&'a [Event]),
}

/// L6: another mask holds from now on. Mirrors are scrubbed by the next [`super::outward`] with a cause of kind config; what
/// a person made is never scrubbed, but what it no longer lets out goes from the linked event. Where a sender shows more
/// than before, both sides may have something there, and they are merged as in L7.
pub fn remask(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    mask: Mask,
    made: Made<'_>,
    cause: &Cause,
) -> Relinked {
    let calendar = copy.calendar;
    let act = |linked: &mut Linked, member: &mut Member| {
        remask_part(linked, member, copy, mask, made, cause)
    };
    let mut done = through(linked, member, calendar, act);
    done.moved = member.part.units(done.moved);
    done
}

fn remask_part(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    mask: Mask,
    made: Made<'_>,
    cause: &Cause,
) -> Relinked {
    let mut done = Relinked::default();
    let hidden_before = covered(linked, member, copy);
    let agreed_before = member.agreed.clone();
    let authors = linked.authors.clone();
    member.mask = mask;
    if let Made::Person(others) = made
        && member.role.sends()
    {
        let alone = others.is_empty();
        if alone && !hidden_before(&Unit::Text) {
            done.conflicts.extend(own_text(linked, member, copy));
        }
        done.moved = withdraw(linked, member, copy, copy.calendar, others);
        if alone && keeps_private(linked, member, copy) {
            done.moved.extend(hide(linked, member, copy));
        }
    }
    if made != Made::Mirror && holds(Law::OccurrencesStay) {
        // Of an occurrence, too, its own calendar keeps what it no longer lets out.
        let sight = sight(linked, member, copy.id);
        let agreed = sight.project(&member.agreed);
        member.agreed.overrides = agreed.overrides;
    }
    let hidden = covered(linked, member, copy);
    let seen = shown(linked, member, copy.id);
    // What has just gone from the linked event has not gone here.
    let gone = done.moved.iter().filter(|_| holds(Law::OccurrencesStay));
    for unit in gone.filter(|unit| matches!(unit, Unit::Override(_))) {
        unit.take(&mut member.agreed, &seen);
    }
    let pending = copy.pending();
    for unit in unit::all([&seen, &member.agreed, &copy.local]) {
        let partly = matches!(unit, Unit::Override(_));
        let author = authors.get(&unit);
        let own = author == Some(&copy.calendar);
        let hidden = hidden(&unit);
        if made == Made::Mirror {
            // Scrubbed with the rest, since others' words may be in it; but it was written here.
            let kept = (hidden || partly) && holds(Law::ScrubbedIsKept);
            if own && kept && !unit.same(&copy.local, &seen) {
                done.conflicts
                    .push(noted(unit.clone(), member, copy, &seen));
            }
        } else if hidden || partly {
            let brought = is_brought(&unit, author, copy, &agreed_before);
            if brought && pending.contains(&unit) {
                let sight = sight(linked, member, copy.id);
                take_back(&unit, &sight, copy, &mut done);
            }
            if hidden && !is_seen_at_home(&unit, linked, member) {
                unit.take(&mut member.agreed, &seen);
            }
        }
        let shows_more = !hidden && (hidden_before(&unit) || partly);
        // An event that is gone may come back by an edit elsewhere: it comes as its calendar lets it out by then.
        let speaks = copy.alive || (!linked.alive && holds(Law::GoneComesAsLetOut));
        if shows_more && member.attached && member.role.sends() && speaks {
            settle(&unit, &seen, linked, member, copy, cause, &mut done);
        }
    }
    done
}

/// Whether the calendar in which an event was made sees what another one has said of it, whatever it tells of that itself: it is
/// yet to be brought to it, and is not what it has.
fn is_seen_at_home(unit: &Unit, linked: &Linked, member: &Member) -> bool {
    let author = linked.authors.get(unit);
    let others = author.is_some_and(|by| *by != member.calendar);
    let hides = sight(linked, member, member.copy).covers(unit, linked.value.privacy);
    let whole = member.part.is_whole() && !matches!(unit, Unit::Override(_));
    linked.origin == member.copy && others && whole && !hides && holds(Law::SeenIsBrought)
}

/// A text that the mask shows no more goes though others have written into it, if it still has lines of this calendar. What they
/// wrote is kept.
fn own_text(linked: &mut Linked, member: &Member, copy: &Copy) -> Option<Conflict> {
    let out = member.mask.of_originals();
    let hides = out.covers(&Unit::Text, privacy_in(&out, linked, copy));
    let shared = shares(&Unit::Text, &linked.value, &copy.local);
    if !hides || !shared || !holds(Law::OwnTextGoes) {
        return None;
    }
    let said = Copy {
        local: linked.value.clone(),
        ..copy.clone()
    };
    let by = linked.authors.insert(Unit::Text, copy.calendar)?;
    (by != copy.calendar).then(|| Conflict {
        local_side: Some(Side::of_calendar(by, Some(linked.link))),
        ..noted(Unit::Text, member, &said, &copy.local)
    })
}

/// Whether what a copy has of a unit came along the link, by what it agreed with before, whose word it was, and how it came.
fn is_brought(unit: &Unit, author: Option<&CalendarId>, copy: &Copy, agreed: &Event) -> bool {
    let others = author.is_some_and(|by| *by != copy.calendar) && unit.same(&copy.local, agreed);
    // Of what went from the linked event with a private one nobody is the author.
    let nobodys = author.is_none() && copy.came_along(unit);
    // Whoever wrote into a text last is its author, or told what had come along again; what waits to be written may still be others'.
    let known = match unit {
        Unit::Override(_) => false,
        Unit::Text => copy.own.is_none(),
        _ => true,
    };
    let own = author == Some(&copy.calendar) && known;
    let waits = own && copy.came_along(unit) && unit.same(&copy.local, agreed);
    let beside = *unit == Unit::Text && copy.own.is_some();
    (beside && holds(Law::OwnTextIsKnown))
        || ((others || waits) && holds(Law::HiddenIsTakenBack))
        || (nobodys && holds(Law::NobodysIsTakenBack))
}

/// What came along a link, is hidden now and has not been written yet is not written any more.
fn take_back(unit: &Unit, sight: &Mask, copy: &mut Copy, done: &mut Relinked) {
    let Some(base) = &copy.base else { return };
    let was = copy.local.clone();
    if let Unit::Override(_) = unit {
        let mut before = base.local.clone();
        sight.absorb_override(unit, &mut before, &copy.local);
        unit.take(&mut copy.local, &before);
        copy.tidy();
    } else {
        copy.take_back(unit);
    }
    if !unit.same(&was, &copy.local) {
        done.copy.units.insert(unit.clone());
    }
}

/// Takes what the origin's calendar, `from`, had said and the member's mask does not let out from the linked event, as if that
/// had begun with this mask. What is in a copy that `others` have made is theirs, too.
pub(super) fn withdraw(
    linked: &mut Linked,
    member: &Member,
    copy: &Copy,
    from: CalendarId,
    others: &[Event],
) -> BTreeSet<Unit> {
    let mut moved = BTreeSet::new();
    if hides_only_privates(&member.mask) || !holds(Law::MaskWithdraws) {
        return moved;
    }
    let out = member.mask.of_originals();
    let privacy = privacy_in(&out, linked, copy);
    let let_out = out.project(&Event {
        privacy,
        ..linked.value.clone()
    });
    for unit in unit::all([&linked.value]) {
        let own = linked.authors.get(&unit) == Some(&from);
        let hidden = matches!(unit, Unit::Override(_)) || out.covers(&unit, privacy);
        if !own || !hidden || unit.same(&linked.value, &let_out) {
            continue;
        }
        let mut theirs = others.iter();
        let theirs = theirs.any(|other| shares(&unit, &linked.value, other));
        if !theirs || !holds(Law::SharedStays) {
            unit.take(&mut linked.value, &let_out);
        } else if unit != Unit::Text || !only_theirs(&mut linked.value.text, others) {
            continue;
        }
        linked.authors.remove(&unit);
        moved.insert(unit);
    }
    moved
}

/// Of a text that others have in part those lines stay: the rest was only for those who saw it in its calendar. Whether any
/// line goes.
fn only_theirs(text: &mut Text, others: &[Event]) -> bool {
    let theirs: BTreeSet<String> = others.iter().flat_map(|o| loose::lines(&o.text)).collect();
    let less = !loose::lines(text).is_subset(&theirs) && holds(Law::OnlyWhatTheyHave);
    if less {
        *text = loose::only(text, &theirs);
    }
    less
}
