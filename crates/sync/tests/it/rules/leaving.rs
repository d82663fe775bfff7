//! L7: what goes from a linked event with a calendar that leaves.

use std::collections::BTreeSet;

use calendar::{Event, Override, Patch, Privacy, Unit};
use sync::{CauseKind, Copy, Linked, Mask, Member, Role, links as rules};

use super::{
    cause, event,
    privacy::{copy, fields, flow, origin, titles},
    version, with,
};
use simulation::slots::{Slot, occurrence};

/// A calendar with this number that joins and sees what its mask shows.
fn viewer(linked: &mut Linked, place: u128, mask: Mask) -> Member {
    let mut copy = copy(place, &mask.project(&linked.value));
    let config = cause(CauseKind::Config);
    let (member, _) = rules::attach(linked, &mut copy, Role::Both, mask, &config);
    member
}

#[test]
pub(super) fn l7_what_nobody_else_is_shown_goes_with_who_leaves_and_flows_again() {
    // Seed 12974668: a mask that showed more later told what had been said before.
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let other = viewer(&mut linked, 1, titles());
    let gone = rules::unlink(&mut linked, &mut member, &[other]);
    assert_eq!(gone, BTreeSet::from([Unit::Place, Unit::Text]));
    assert_eq!(Slot::Line(0).read(&linked.value), None);
    assert_eq!(Slot::Title.read(&linked.value), Some(0), "that is told");
    let done = rules::relink(&mut linked, &mut member, &mut here, &flow());
    assert_eq!(done.conflicts, []);
    assert_eq!(linked.value.text, here.local.text);
}

#[test]
fn l7_what_others_have_said_stays_and_so_does_what_any_of_them_is_shown() {
    let places = || fields([Unit::Place].into());
    let patch = Patch {
        title: Some("t5".to_owned()),
        places: Some(event().places),
        text: Some(event().text),
        ..Patch::default()
    };
    let mut series = with(&event(), Slot::Rule, 1);
    let entry = Override::Patch(Box::new(patch.clone()));
    series.overrides.insert(occurrence(0), entry);
    let (mut linked, mut member, _) = origin(Mask::everything(), &series);
    let (one, other) = (
        viewer(&mut linked, 1, titles()),
        viewer(&mut linked, 2, places()),
    );
    linked.authors.insert(Unit::Text, one.calendar);
    rules::unlink(&mut linked, &mut member, &[one, other]);
    let of = |event: &Event| event.overrides[&occurrence(0)].clone();
    let told = Patch {
        text: None,
        ..patch
    };
    assert_eq!(of(&linked.value), Override::Patch(Box::new(told)));
    assert_eq!(linked.value.text, event().text, "another's word");
    assert_eq!(linked.value.places, event().places);
}

#[test]
pub(super) fn l7_what_came_back_to_life_while_its_calendar_was_away_lives() {
    // Seed 21364467: moved away and back, it was known to be gone when its calendar left the link.
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let other = viewer(&mut linked, 1, Mask::everything());
    here.alive = false;
    assert!(rules::died(&mut linked, &mut member));
    rules::unlink(&mut linked, &mut member, &[other]);
    here.alive = true;
    let done = rules::relink(&mut linked, &mut member, &mut here, &flow());
    assert!(here.alive && linked.alive && done.life);
}

/// A patch of the first occurrence: its title, and how private it is.
fn patched(series: &Event, title: Option<&str>, privacy: Option<Privacy>) -> Event {
    let entry = Override::Patch(Box::new(Patch {
        title: title.map(str::to_owned),
        privacy,
        ..Patch::default()
    }));
    let mut series = series.clone();
    series.overrides.insert(occurrence(0), entry);
    series
}

/// What the first occurrence of an event says of itself.
fn entry(event: &Event) -> (Option<&str>, Option<Privacy>) {
    match event.overrides.get(&occurrence(0)) {
        Some(Override::Patch(patch)) => (patch.title.as_deref(), patch.privacy),
        _ => (None, None),
    }
}

#[test]
fn l7_what_was_written_with_turning_an_occurrence_private_while_away_is_for_nobody_else() {
    // Seed 22016219: it went to the calendar in which the series was made.
    let series = patched(&with(&event(), Slot::Rule, 1), Some("t5"), None);
    let (mut linked, origin, _) = origin(Mask::everything(), &series);
    let mut mirror = copy(1, &linked.value);
    let mut member = Member {
        copy: mirror.id,
        calendar: mirror.calendar,
        ..origin.clone()
    };
    rules::unlink(&mut linked, &mut member, &[origin]);
    mirror.local = patched(&mirror.local, Some("t8"), Some(Privacy::Private));
    rules::relink(&mut linked, &mut member, &mut mirror, &flow());
    let told = (Some("t5"), Some(Privacy::Private));
    assert_eq!(entry(&linked.value), told);
}

/// A series that a person made in this calendar, too, which has left since. `came` came along to its first occurrence before that,
/// and was not written. Then the event's own calendar and this one have these patches of it.
fn parted(came: Option<&str>, there: &str, here: Option<&str>) -> (Linked, Member, Copy) {
    let series = with(&event(), Slot::Rule, 1);
    let (mut linked, origin, _) = origin(Mask::everything(), &series);
    let Copy { id, calendar, .. } = copy(1, &series);
    let mut own = Copy::made_there(id, calendar, "o1".into(), version(1), series);
    let config = cause(CauseKind::Config);
    let everything = Mask::everything();
    let (mut member, _) = rules::attach(&mut linked, &mut own, Role::Both, everything, &config);
    if came.is_some() {
        linked.value = patched(&linked.value, came, None);
    }
    linked
        .authors
        .insert(Unit::Override(occurrence(0)), origin.calendar);
    rules::outward_own(&linked, &mut member, &mut own, &flow());
    rules::unlink(&mut linked, &mut member, &[origin]);
    linked.value = patched(&linked.value, Some(there), None);
    own.local = patched(&own.local, here, Some(Privacy::Private));
    (linked, member, own)
}

#[test]
pub(super) fn l7_nothing_comes_to_what_a_person_made_and_turned_private_while_away() {
    // Seed 21087315: of an occurrence, beside that it is private.
    let (mut linked, mut member, mut own) = parted(None, "t9", None);
    let done = rules::relink_own(&mut linked, &mut member, &mut own, &flow());
    assert_eq!(entry(&own.local), (None, Some(Privacy::Private)));
    assert_eq!(done.copy.units, BTreeSet::new());
    assert_eq!(entry(&linked.value).1, Some(Privacy::Private));
}

#[test]
fn l7_nor_does_what_had_come_and_waited_stay_in_what_turned_private_while_away() {
    // Seeds 24302784, 24989991, and what 21087315 was taken for at first.
    for there in ["t9", "t11"] {
        let (mut linked, mut member, mut own) = parted(Some("t9"), there, Some("t9"));
        assert_eq!(entry(&own.base.as_ref().unwrap().local), (None, None));
        rules::relink_own(&mut linked, &mut member, &mut own, &flow());
        rules::outward_own(&linked, &mut member, &mut own, &flow());
        assert_eq!(entry(&own.local), (None, Some(Privacy::Private)), "{there}");
    }
}
