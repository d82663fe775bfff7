//! R10: what a look, a stamp and a version prove, and what they do not.

use sync::{
    Outcome, Remote,
    replication::{Reply, Step, looked, observe, plan, reply, sought},
};

use super::{FREE, event, gone, pending, seen, settled, stamp, stored, unconfirmed, version, with};
use simulation::slots::Slot;

#[test]
fn r10_a_look_closes_the_intent_but_a_late_arrival_is_still_ours() {
    let (mut copy, mut create) = unconfirmed();
    let digest = looked(&mut copy, &[create.clone()], 0, &gone(), &FREE);
    assert_eq!(digest.settled, [(create.stamp, Outcome::Unresolved)]);
    create.outcome = Outcome::Unresolved;
    assert!(matches!(
        plan(&copy, &[create.clone()]),
        Step::Create { .. }
    ));
    let mut late = seen(1, &event());
    late.stamp = Some(create.stamp);
    let digest = observe(&mut copy, &[create], &late, &FREE);
    assert!(digest.taken.is_empty() && !digest.surplus);
    assert_eq!(plan(&copy, &[]), Step::Nothing);
}

#[test]
pub(super) fn r4_what_was_stored_and_is_not_found_was_deleted_and_its_write_is_done() {
    let (mut copy, create) = unconfirmed();
    reply(&mut copy, &create, stored(1, &event()), 1);
    let digest = looked(&mut copy, &[create], 0, &gone(), &FREE);
    assert_eq!(digest.settled, [(stamp(77), Outcome::Done)]);
    assert!(digest.died);
}

#[test]
fn r4_what_a_provider_has_answered_is_looked_for_under_the_id_that_it_chose() {
    // Seed 8206204: nothing has the stamp any more, and the feed has told of the end before the answer came.
    let (mut copy, mut create) = unconfirmed();
    create.remote_id = None;
    assert_eq!(sought(&copy, &create), None);
    reply(&mut copy, &create, stored(1, &event()), 1);
    assert_eq!(sought(&copy, &create), Some(gone().remote_id));
    copy.stamp = Some(stamp(5));
    assert_eq!(sought(&copy, &create), None, "it has another's object");
}

#[test]
fn r10_a_marker_alone_proves_nothing() {
    // Seed 123660: a person copied the event, and a late look by stamp found the copy.
    let mut copy = settled();
    copy.stamp = Some(stamp(5));
    let mut other = seen(9, &with(&event(), Slot::Title, 3));
    other.remote_id = "o2".into();
    other.stamp = copy.stamp;
    let before = copy.clone();
    assert!(observe(&mut copy, &[], &other, &FREE).echo);
    assert_eq!(copy, before);
}

#[test]
pub(super) fn r10_an_older_version_is_ignored() {
    let mut copy = settled();
    let later = with(&event(), Slot::Title, 3);
    observe(&mut copy, &[], &seen(3, &later), &FREE);
    let earlier = with(&event(), Slot::Title, 2);
    assert!(observe(&mut copy, &[], &seen(2, &earlier), &FREE).echo);
    assert_eq!(Slot::Title.read(&copy.local), Some(3));
}

#[test]
fn r10_every_write_is_conditional() {
    let Step::Update { version: on, .. } = plan(&pending(), &[]) else {
        panic!("no update")
    };
    assert_eq!(on, version(1));
    let mut copy = settled();
    copy.alive = false;
    let Step::Delete { version: on, .. } = plan(&copy, &[]) else {
        panic!("no delete")
    };
    assert_eq!(on, version(1));
}

#[test]
pub(super) fn r10_an_event_that_is_there_already_is_adopted_and_a_burned_id_is_left() {
    let (mut copy, mut create) = unconfirmed();
    create.remote_id = Some("o1".into());
    let settled = reply(&mut copy, &create, Reply::Exists, 0);
    assert_eq!((settled.outcome, settled.look), (Outcome::Open, true));
    let mut burned = copy.clone();
    // An earlier installation made it, and a person has moved it since.
    let there = with(&event(), Slot::Place, 4);
    looked(&mut copy, &[create.clone()], 0, &seen(1, &there), &FREE);
    assert!(matches!(copy.remote, Remote::Live { .. }));
    assert_eq!(Slot::Place.read(&copy.local), Some(4));
    // Seed 167.
    looked(&mut burned, &[create], 0, &gone(), &FREE);
    assert!(matches!(
        plan(&burned, &[]),
        Step::Create { generation: 1, .. }
    ));
}

#[test]
fn r10_units_merge_each_by_itself() {
    let mut copy = pending();
    let digest = observe(
        &mut copy,
        &[],
        &seen(2, &with(&event(), Slot::Place, 4)),
        &FREE,
    );
    assert!(digest.conflicts.is_empty());
    assert_eq!(Slot::Title.read(&copy.local), Some(2));
    assert_eq!(Slot::Place.read(&copy.local), Some(4));
}
