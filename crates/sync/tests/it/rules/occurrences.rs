//! E1: a member that is one occurrence of the linked event.

use calendar::{Override, RecurrenceId, Unit};
use sync::{
    CauseKind, Copy, CopyId, LinkId, Linked, LinkedId, Mask, Member, Part, Role,
    links::{self as rules},
};
use uuid::Uuid;

use super::{cause, event, with};
use simulation::{calendar, slots::Slot};

/// A daily series in calendar 0, and its second occurrence as an event of its own in calendar 1.
fn second(role: Role) -> (Linked, Member, Copy, RecurrenceId) {
    let mut series = event();
    series.rules = vec!["FREQ=DAILY;COUNT=5".parse().unwrap()];
    let origin = Copy::made_here(CopyId(Uuid::from_u128(100)), calendar(0), series);
    let (id, link) = (LinkedId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
    let (linked, whole) = rules::begin(id, link, &origin, Role::Both, Mask::everything());
    let first = linked.value.when.local_start();
    let at = RecurrenceId(first.date().tomorrow().unwrap().to_datetime(first.time()));
    let mut member = Member {
        calendar: calendar(1),
        copy: CopyId(Uuid::from_u128(101)),
        part: Part::Occurrence(at),
        role,
        ..whole
    };
    member.agreed = rules::seen(&linked, &member);
    let copy = Copy::made_here(member.copy, calendar(1), member.agreed.clone());
    (linked, member, copy, at)
}

#[test]
fn e1_it_is_a_single_event_and_what_changes_on_it_is_its_override() {
    let (mut linked, mut member, mut copy, at) = second(Role::Both);
    assert!(!copy.local.is_series());
    assert_eq!(copy.local.when.local_start(), at.0);
    copy.local = with(&copy.local, Slot::Title, 2);
    let moved = rules::inward(&mut linked, &mut member, &copy);
    assert_eq!(moved, [Unit::Override(at)].into());
    assert_eq!(linked.authors[&Unit::Override(at)], calendar(1));
    assert_eq!(Slot::Title.read(&linked.value), Some(0));
    let occurrence = linked.value.occurrence(at).unwrap();
    assert_eq!(Slot::Title.read(&occurrence), Some(2));
    assert!(rules::inward(&mut linked, &mut member, &copy).is_empty());
    // A series that somebody makes of it is theirs.
    copy.local.rules = vec!["FREQ=YEARLY".parse().unwrap()];
    assert!(rules::inward(&mut linked, &mut member, &copy).is_empty());
}

#[test]
fn e1_its_deletion_cancels_the_occurrence_and_on_a_target_it_is_declined() {
    let (mut linked, mut member, _, at) = second(Role::Both);
    assert!(rules::died(&mut linked, &mut member));
    assert!(linked.alive);
    assert_eq!(linked.value.overrides[&at], Override::Excluded);
    let (mut linked, mut member, _, _) = second(Role::Target);
    assert!(!rules::died(&mut linked, &mut member));
    assert!(member.declined && linked.value.overrides.is_empty());
}

#[test]
fn e1_it_goes_with_the_series_and_with_its_place_in_it() {
    let flow = cause(CauseKind::Flow);
    let (mut linked, mut member, mut copy, at) = second(Role::Both);
    linked.value.overrides.insert(at, Override::Excluded);
    assert!(!rules::is_over(&linked, &member));
    assert!(rules::outward(&linked, &mut member, &mut copy, &flow).life);
    assert!(!copy.alive);
    let (mut linked, mut member, mut copy, _) = second(Role::Both);
    linked.alive = false;
    copy.local = with(&copy.local, Slot::Title, 2);
    let done = rules::relink(&mut linked, &mut member, &mut copy, &flow);
    assert!(!copy.alive && !linked.alive && done.copy.life);
    assert_eq!(done.conflicts.len(), 1, "what was edited on it is kept");
}

#[test]
fn e2_what_is_apart_from_a_series_is_not_told_by_the_series() {
    let (mut linked, occurrence, _, at) = second(Role::Both);
    let mut whole = Member {
        part: Part::Whole,
        apart: [at].into(),
        ..occurrence
    };
    whole.agreed = rules::seen(&linked, &whole);
    assert_eq!(whole.agreed.overrides[&at], Override::Excluded);
    let mut copy = Copy::made_here(whole.copy, calendar(1), whole.agreed.clone());
    copy.local.overrides.clear();
    assert!(rules::inward(&mut linked, &mut whole, &copy).is_empty());
    assert!(linked.value.overrides.is_empty());
}
