//! R5–R9: what is seen at the provider.

use calendar::{Event, Unit, unit};
use sync::{
    CauseKind, Intent, Observation, Outcome, Policy,
    replication::{Reply, Standing, Step, decide, looked, observe, plan, reply},
};

use super::{
    FREE, cause, event, gone, intent, is_update, pending, seen, settled, stamp, stored,
    unconfirmed, with,
};
use simulation::slots::Slot;

#[test]
fn r5_a_landed_write_is_an_echo_but_for_what_a_person_edited_on_it() {
    let (mut copy, create) = unconfirmed();
    let mut body = with(&event(), Slot::Place, 4);
    body.title.push_str("   ");
    let mut seen = seen(1, &body);
    seen.stamp = Some(create.stamp);
    let digest = observe(&mut copy, &[create], &seen, &FREE);
    assert_eq!(digest.taken, [Unit::Place]);
    assert_eq!(digest.settled, [(stamp(77), Outcome::Done)]);
    assert_eq!(copy.local.title, "t0");
    assert_eq!(plan(&copy, &[]), Step::Nothing);
}

#[test]
pub(super) fn r5_an_edit_on_top_of_what_was_sent_is_no_conflict() {
    let mut copy = pending();
    let sent = intent(&copy, &[]);
    let body = sent.body.clone().unwrap();
    let mut seen = seen(2, &with(&body, Slot::Title, 5));
    seen.stamp = Some(sent.stamp);
    let digest = observe(&mut copy, &[sent], &seen, &FREE);
    assert!(digest.conflicts.is_empty(), "{:?}", digest.conflicts);
    assert_eq!(Slot::Title.read(&copy.local), Some(5));
}

#[test]
fn r5_an_edit_of_a_series_is_not_an_edit_of_its_occurrences() {
    let mut sent = with(&event(), Slot::Occurrence(0), 1);
    sent.overrides
        .clone_from(&with(&sent, Slot::Occurrence(0), 1).overrides);
    let mut body = with(&sent, Slot::Place, 4);
    if let Some(calendar::Override::Patch(patch)) = body.overrides.values_mut().next() {
        patch.title = Some("t1".into());
    }
    let unit = Slot::Occurrence(0).unit();
    assert!(!unit.same(&body, &sent));
    assert!(sync::loose::same(&unit, &body, &sent));
}

#[test]
pub(super) fn r5_what_an_open_update_sent_is_ours_though_its_stamp_was_thrown_away() {
    let mut copy = pending();
    let update = intent(&copy, &[]);
    let next = with(&copy.local, Slot::Title, 6);
    copy.set(&Unit::Title, &next, &cause(CauseKind::Edit));
    // Somebody edits something else on top of what we sent, with a program that knows no stamps.
    let body = with(update.body.as_ref().unwrap(), Slot::Place, 9);
    let digest = observe(&mut copy, &[update], &seen(2, &body), &FREE);
    assert_eq!(digest.taken, [Unit::Place]);
    assert!(digest.conflicts.is_empty());
    assert_eq!(Slot::Title.read(&copy.local), Some(6));
    assert!(copy.pending().contains(&Unit::Title));
}

#[test]
pub(super) fn r5_what_an_open_update_sent_is_ours_once_and_then_somebodys() {
    let mut copy = pending();
    let update = intent(&copy, &[]);
    let next = with(&copy.local, Slot::Title, 6);
    copy.set(&Unit::Title, &next, &cause(CauseKind::Edit));
    let body = update.body.clone().unwrap();
    let digest = observe(
        &mut copy,
        std::slice::from_ref(&update),
        &seen(2, &body),
        &FREE,
    );
    // The update is over, or a second installation that says the same would be written over for ever.
    assert_eq!(digest.settled, [(update.stamp, Outcome::Done)]);
}

#[test]
pub(super) fn r5_a_colour_on_an_unconfirmed_create_is_taken_over() {
    let (mut copy, create) = unconfirmed();
    let mut seen = seen(1, &with(&event(), Slot::Color, 4));
    seen.stamp = Some(create.stamp);
    observe(&mut copy, &[create], &seen, &FREE);
    assert_eq!(Slot::Color.read(&copy.local), Some(4));
}

#[test]
fn r6_a_sighting_of_the_base_is_an_echo_and_another_is_taken() {
    let mut copy = settled();
    let digest = observe(&mut copy, &[], &seen(2, &event()), &FREE);
    assert!(digest.taken.is_empty() && digest.conflicts.is_empty());
    let digest = observe(
        &mut copy,
        &[],
        &seen(3, &with(&event(), Slot::Title, 3)),
        &FREE,
    );
    assert_eq!(digest.taken, [Unit::Title]);
    assert_eq!(Slot::Title.read(&copy.local), Some(3));
}

#[test]
fn r6_the_later_one_wins_and_the_loser_is_kept() {
    let mut copy = pending();
    let digest = observe(
        &mut copy,
        &[],
        &seen(2, &with(&event(), Slot::Title, 3)),
        &FREE,
    );
    assert_eq!(Slot::Title.read(&copy.local), Some(3));
    let [conflict] = &digest.conflicts[..] else {
        panic!("one conflict")
    };
    assert_eq!(conflict.remote_won, Some(true));
    assert_eq!(Slot::Title.read(&conflict.local), Some(2));
}

#[test]
fn r6_on_a_target_the_projection_wins_and_is_written() {
    let mut copy = pending();
    let target = Standing {
        target: true,
        ..FREE
    };
    let digest = observe(
        &mut copy,
        &[],
        &seen(2, &with(&event(), Slot::Title, 3)),
        &target,
    );
    assert_eq!(digest.conflicts[0].remote_won, Some(false));
    let Step::Update { body, .. } = plan(&copy, &[]) else {
        panic!("no update")
    };
    assert_eq!(Slot::Title.read(&body), Some(2));
}

#[test]
fn r6_where_ours_wins_the_base_is_what_the_provider_has() {
    // Seed 1770: our value then goes back to what it was before, which is not what the provider has.
    let mut copy = pending();
    let target = Standing {
        target: true,
        ..FREE
    };
    observe(
        &mut copy,
        &[],
        &seen(2, &with(&event(), Slot::Title, 3)),
        &target,
    );
    copy.set(&Unit::Title, &event(), &cause(CauseKind::Config));
    assert!(is_update(&plan(&copy, &[])));
}

#[test]
fn r6_a_question_holds_its_unit_and_only_that() {
    let ask = Standing {
        target: false,
        policy: Policy::Ask,
    };
    for remote in [true, false] {
        let mut copy = pending();
        let mut next = with(&copy.local, Slot::Place, 6);
        copy.set(&Unit::Place, &next, &cause(CauseKind::Flow));
        let theirs = with(&event(), Slot::Title, 3);
        let digest = observe(&mut copy, &[], &seen(2, &theirs), &ask);
        assert_eq!(digest.conflicts[0].remote_won, None);
        let Step::Update { previous, body, .. } = plan(&copy, &[]) else {
            panic!("no update")
        };
        assert_eq!(unit::diff(&previous, &body), [Unit::Place].into());
        assert_eq!(Slot::Title.read(&body), Some(3));
        let update = intent(&copy, &[]);
        reply(&mut copy, &update, stored(3, &body), 0);
        assert_eq!(plan(&copy, &[]), Step::Nothing);
        // The same question is not asked twice.
        next = with(&theirs, Slot::Place, 8);
        let digest = observe(&mut copy, &[], &seen(4, &next), &ask);
        assert!(digest.conflicts.is_empty());
        assert_eq!(decide(&mut copy, &Unit::Title, remote), remote);
        assert_eq!(copy.held, None);
        let kept = if remote { 3 } else { 2 };
        assert_eq!(Slot::Title.read(&copy.local), Some(kept));
        assert_eq!(is_update(&plan(&copy, &[])), !remote);
    }
}

#[test]
fn r7_a_deletion_while_ours_is_open_is_ours() {
    let mut copy = settled();
    copy.alive = false;
    let delete = intent(&copy, &[]);
    let digest = observe(&mut copy, std::slice::from_ref(&delete), &gone(), &FREE);
    assert_eq!(digest.settled, [(delete.stamp, Outcome::Done)]);
    assert!(!digest.died);
    // Revived meanwhile, it is made again instead of dying a second time.
    let mut copy = settled();
    let digest = observe(&mut copy, &[delete], &gone(), &FREE);
    assert!(copy.alive && !digest.died);
    assert!(matches!(
        plan(&copy, &[]),
        Step::Create { generation: 1, .. }
    ));
}

#[test]
pub(super) fn r7_a_delete_on_an_older_version_was_not_it() {
    // Seed 123043: the delete was lost, the event revived and written; then a person deleted it.
    let mut copy = settled();
    copy.alive = false;
    let mut delete = intent(&copy, &[]);
    delete.outcome = Outcome::Unresolved;
    copy.alive = true;
    let write = intent(&copy, std::slice::from_ref(&delete));
    reply(&mut copy, &write, stored(2, &event()), 0);
    assert!(observe(&mut copy, &[delete], &gone(), &FREE).died);
    assert!(!copy.alive);
}

#[test]
pub(super) fn r7_a_newer_version_closes_the_delete() {
    let mut copy = settled();
    copy.alive = false;
    let delete = intent(&copy, &[]);
    let edited = with(&event(), Slot::Title, 3);
    let digest = observe(
        &mut copy,
        std::slice::from_ref(&delete),
        &seen(2, &edited),
        &FREE,
    );
    assert!(digest.settled.contains(&(delete.stamp, Outcome::Refused)));
}

#[test]
pub(super) fn r7_a_revive_over_an_open_delete_is_written_once() {
    let mut copy = settled();
    copy.alive = false;
    let mut delete = intent(&copy, &[]);
    delete.outcome = Outcome::Unresolved;
    copy.alive = true;
    let update = plan(&copy, &[delete.clone()]);
    assert!(is_update(&update));
    let write = intent(&copy, &[delete.clone()]);
    reply(&mut copy, &write, stored(2, &event()), 0);
    // Seed 1772: on the next version the late delete can do nothing.
    assert_eq!(plan(&copy, &[delete]), Step::Nothing);
}

#[test]
pub(super) fn r7_a_restore_that_overtakes_the_answer_to_our_delete_is_looked_at() {
    let mut copy = settled();
    copy.alive = false;
    let delete = intent(&copy, &[]);
    observe(
        &mut copy,
        std::slice::from_ref(&delete),
        &seen(5, &event()),
        &FREE,
    );
    let settled = reply(&mut copy, &delete, Reply::Deleted, 1);
    assert_eq!((settled.outcome, settled.look), (Outcome::Open, true));
    let digest = looked(&mut copy, &[delete], 0, &seen(5, &event()), &FREE);
    assert!(digest.revived && copy.alive);
}

#[test]
pub(super) fn r7_an_older_create_of_ours_in_the_place_of_a_later_one_tells_a_deletion() {
    let (copy, create) = unconfirmed();
    let given_up = Intent {
        outcome: Outcome::Unresolved,
        ..create
    };
    let late = |body: &Event| Observation {
        stamp: Some(stamp(77)),
        ..seen(3, body)
    };
    let mut stored = settled();
    (stored.id, stored.stamp) = (copy.id, Some(stamp(78)));
    let mut dead = stored.clone();
    let digest = observe(
        &mut dead,
        std::slice::from_ref(&given_up),
        &late(&event()),
        &FREE,
    );
    assert!(digest.died && !digest.revived && !dead.alive);
    assert!(matches!(plan(&dead, &[]), Step::Delete { .. }));
    // What somebody has edited on it lives.
    let body = with(&event(), Slot::Place, 4);
    let digest = observe(&mut stored, &[given_up], &late(&body), &FREE);
    assert!(!digest.died && digest.revived && stored.alive);
}

#[test]
fn r7_the_end_of_what_only_we_can_have_made_is_a_deletion() {
    let (copy, create) = unconfirmed();
    let create = Intent {
        remote_id: Some("o1".into()),
        ..create
    };
    let create = std::slice::from_ref(&create);
    let mut dead = copy.clone();
    let digest = observe(&mut dead, create, &gone(), &FREE);
    assert!(digest.died && !dead.alive);
    assert_eq!(digest.settled, [(create[0].stamp, Outcome::Done)]);
    assert_eq!(plan(&dead, &[]), Step::Nothing);
    // An edit that it did not know of wins (R8).
    let mut edited = copy.clone();
    let next = with(&event(), Slot::Title, 2);
    edited.set(&Unit::Title, &next, &cause(CauseKind::Edit));
    let digest = observe(&mut edited, create, &gone(), &FREE);
    assert!(!digest.died && edited.alive && edited.generation == 1);
    // That nothing was found tells nothing.
    let mut looked_at = copy;
    let digest = looked(&mut looked_at, create, 0, &gone(), &FREE);
    assert!(!digest.died && looked_at.alive);
}

#[test]
pub(super) fn r9_what_was_never_read_and_is_restored_is_as_we_sent_it() {
    let (mut copy, create) = unconfirmed();
    let create = Intent {
        remote_id: Some("o1".into()),
        ..create
    };
    observe(&mut copy, &[create], &gone(), &FREE);
    let next = with(&event(), Slot::Title, 2);
    copy.set(&Unit::Title, &next, &cause(CauseKind::Edit));
    let mut body = event();
    body.title.push_str("   ");
    let digest = observe(&mut copy, &[], &seen(1, &body), &FREE);
    assert!(digest.revived && digest.taken.is_empty() && digest.conflicts.is_empty());
    assert_eq!(copy.local.title, next.title);
}

#[test]
fn r8_a_pending_edit_beats_a_deletion() {
    let mut copy = pending();
    let digest = observe(&mut copy, &[], &gone(), &FREE);
    assert!(copy.alive && !digest.died);
    assert!(matches!(
        plan(&copy, &[]),
        Step::Create { generation: 1, .. }
    ));
}

#[test]
fn r8_what_is_no_edit_does_not() {
    let mut copy = settled();
    let next = with(&event(), Slot::Title, 2);
    copy.set(&Unit::Title, &next, &cause(CauseKind::Config));
    let next = with(&event(), Slot::Color, 2);
    copy.set(&Unit::Color, &next, &cause(CauseKind::Edit));
    assert!(observe(&mut copy, &[], &gone(), &FREE).died);
    assert!(!copy.alive);
    // An edit that was taken back is none either.
    let mut copy = pending();
    copy.set(&Unit::Title, &event(), &cause(CauseKind::Flow));
    assert!(observe(&mut copy, &[], &gone(), &FREE).died);
    // Nor one to the provider's own spelling of the title.
    let mut copy = settled();
    copy.base.as_mut().unwrap().remote.title = "T0".into();
    let mut next = event();
    next.title = "T0".into();
    copy.set(&Unit::Title, &next, &cause(CauseKind::Flow));
    assert!(observe(&mut copy, &[], &gone(), &FREE).died);
}

#[test]
fn r9_an_edit_revives_what_is_deleted_here() {
    let mut copy = settled();
    copy.alive = false;
    assert!(!observe(&mut copy, &[], &seen(2, &event()), &FREE).revived);
    let digest = observe(
        &mut copy,
        &[],
        &seen(3, &with(&event(), Slot::Title, 3)),
        &FREE,
    );
    assert!(digest.revived && copy.alive);
}

#[test]
fn r9_an_edit_on_an_unconfirmed_create_revives_too() {
    // Seed 57.
    for (number, revives) in [(0, false), (4, true)] {
        let (mut copy, create) = unconfirmed();
        copy.alive = false;
        let mut seen = seen(1, &with(&event(), Slot::Place, number));
        seen.stamp = Some(create.stamp);
        let digest = observe(&mut copy, &[create], &seen, &FREE);
        assert_eq!(digest.revived, revives);
    }
}
