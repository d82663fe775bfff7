//! What gives way and is kept, and what is nobody's own any more: of copies that were away, died, were moved or are scrubbed.

use calendar::{Override, Privacy, Unit};
use sync::{
    Base, Cause, LinkId, LinkedId, Mask, MaskKind, Outcome, Role,
    links::{self as rules, Made},
    replication::{Step, observe, plan},
};
use uuid::Uuid;

use super::{
    FREE, event, intent,
    links::{copy, flow, origin, receiver, remasked},
    pending, seen, settled, with,
};
use simulation::slots::{Slot, when};

#[test]
pub(super) fn r2_occurrences_of_which_one_side_says_nothing_are_sent_where_their_series_moves() {
    let mut copy = settled();
    let id = "2026-12-01T09:00:00".parse().unwrap();
    let patch = Override::Patch(Box::default());
    let base = copy.base.as_mut().unwrap();
    base.local.overrides.insert(id, patch.clone());
    copy.local.overrides.insert(id, patch);
    assert_eq!(plan(&copy, &[]), Step::Nothing);
    let mut next = copy.local.clone();
    next.when = when(3);
    copy.set(&Unit::When, &next, &flow());
    let Step::Update { body, .. } = plan(&copy, &[]) else {
        panic!("no update");
    };
    assert!(body.overrides.contains_key(&id), "{body:?}");
}

#[test]
pub(super) fn r7_an_edit_there_refuses_an_update_that_may_still_arrive() {
    let mut copy = pending();
    let mut update = intent(&copy, &[]);
    update.outcome = Outcome::Unresolved;
    let edited = with(&event(), Slot::Place, 5);
    let digest = observe(&mut copy, &[update.clone()], &seen(2, &edited), &FREE);
    assert!(digest.settled.contains(&(update.stamp, Outcome::Refused)));
}

#[test]
pub(super) fn l2_what_was_noted_on_a_copy_is_kept_where_it_gives_way() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
    Slot::Title.write(&mut there.local, 5);
    Slot::Title.write(&mut linked.value, 2);
    let done = rules::outward(&linked, &mut target, &mut there, &flow());
    let [lost] = &done.lost[..] else {
        panic!("nobody would know of it: {done:?}")
    };
    assert_eq!(Slot::Title.read(&lost.local), Some(5));
    assert_eq!(Slot::Title.read(&there.local), Some(2));
}

#[test]
pub(super) fn l6_what_was_written_on_a_mirror_and_is_scrubbed_is_kept() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, mut there) = receiver(&linked, Role::Both, Mask::everything());
    Slot::Title.write(&mut there.local, 5);
    rules::inward(&mut linked, &mut member, &there);
    let busy = Mask::busy("Busy");
    let done = remasked(&mut linked, &mut member, &mut there, busy, Made::Mirror);
    let [lost] = &done.conflicts[..] else {
        panic!("nobody would know of it: {done:?}")
    };
    assert_eq!(Slot::Title.read(&lost.local), Some(5));
}

#[test]
pub(super) fn l3_what_came_along_and_waits_is_not_its_own_where_a_copy_was_moved_away() {
    let mut copy = pending();
    rules::leave(&mut copy);
    assert_eq!(Slot::Title.read(&copy.local), Some(0));
    assert_eq!(plan(&copy, &[]), Step::Nothing);
}

#[test]
pub(super) fn l4_what_gave_way_when_its_calendar_came_back_is_kept_if_it_was_moved() {
    let (mut linked, mut member, mut left) = origin(Role::Both);
    let edited = with(&left.local, Slot::Place, 3);
    left.base = Some(Base {
        remote: edited.clone(),
        local: edited.clone(),
    });
    let came_back = Cause {
        from: left.calendar,
        ..flow()
    };
    left.causes.insert(Unit::Place, came_back);
    rules::died(&mut linked, &mut member);
    let (mut here, all) = (copy(1, &edited), Mask::everything());
    let left = (&member, &left);
    let (_, done) = rules::follow(&mut linked, left, &mut here, Role::Both, all, &flow());
    let [lost] = &done.conflicts[..] else {
        panic!("nobody would know of it: {done:?}")
    };
    assert_eq!(Slot::Place.read(&lost.local), Some(3));
    assert_eq!(Slot::Place.read(&here.local), Some(0));
}

#[test]
pub(super) fn l6_what_was_gone_while_a_mask_became_wider_is_let_out_when_it_comes_back() {
    let mut here = copy(0, &event());
    let (id, link) = (LinkedId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
    let (mut linked, mut member) = rules::begin(id, link, &here, Role::Both, Mask::busy("Busy"));
    here.alive = false;
    assert!(rules::died(&mut linked, &mut member));
    let all = Mask::everything();
    remasked(&mut linked, &mut member, &mut here, all, Made::Person(&[]));
    assert_eq!(Slot::Title.read(&linked.value), Some(0));
}

#[test]
pub(super) fn l7_what_was_edited_on_a_copy_that_is_gone_is_kept_if_its_event_died_meanwhile() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, mut there) = receiver(&linked, Role::Both, Mask::everything());
    rules::unlink(&mut linked, &mut member, &[]);
    Slot::Title.write(&mut there.local, 5);
    (there.alive, linked.alive) = (false, false);
    let done = rules::relink(&mut linked, &mut member, &mut there, &flow());
    let [lost] = &done.conflicts[..] else {
        panic!("nobody would know of it: {done:?}")
    };
    assert_eq!(Slot::Title.read(&lost.local), Some(5));
}

#[test]
pub(super) fn l1_what_its_calendar_calls_private_hides_where_the_mask_does_not_tell() {
    let (mut linked, ..) = origin(Role::Both);
    let untold = Mask {
        kind: MaskKind::Fields([Unit::Title, Unit::When].into()),
        ..Mask::everything()
    };
    let (mut member, mut there) = receiver(&linked, Role::Both, untold);
    there.local.privacy = Privacy::Private;
    Slot::Title.write(&mut there.local, 5);
    rules::inward(&mut linked, &mut member, &there);
    assert_eq!(Slot::Title.read(&linked.value), Some(0));
}
