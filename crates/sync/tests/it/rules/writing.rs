//! R1–R4: planning, and the answers to writes.

use calendar::{Override, RecurrenceId, Text, Unit, unit};
use sync::{
    CauseKind, Outcome, Remote,
    replication::{Reply, Step, observe, plan, reply},
};

use super::{
    FREE, cause, event, intent, is_update, pending, seen, settled, stored, unconfirmed, with,
};
use simulation::slots::Slot;

#[test]
fn r1_the_planner_tells_the_four_cases_apart() {
    assert_eq!(plan(&settled(), &[]), Step::Nothing);
    assert!(is_update(&plan(&pending(), &[])));
    let mut copy = settled();
    copy.alive = false;
    assert!(matches!(plan(&copy, &[]), Step::Delete { .. }));
    copy.remote = Remote::Gone {
        id: "o1".into(),
        version: None,
    };
    assert_eq!(plan(&copy, &[]), Step::Nothing);
    copy.alive = true;
    assert!(matches!(plan(&copy, &[]), Step::Create { .. }));
}

#[test]
fn r1_nothing_but_a_look_while_an_outcome_is_open() {
    let copy = pending();
    let open = intent(&copy, &[]);
    assert_eq!(plan(&copy, &[open]), Step::Look { intent: 0 });
}

#[test]
fn r1_a_parked_copy_waits_for_another_value() {
    let mut copy = pending();
    let update = intent(&copy, &[]);
    reply(&mut copy, &update, Reply::Refused("title".into()), 0);
    assert_eq!(plan(&copy, &[]), Step::Nothing);
    let next = with(&event(), Slot::Title, 4);
    copy.set(&Unit::Title, &next, &cause(CauseKind::Edit));
    assert!(is_update(&plan(&copy, &[])));
}

/// A series of four with one more date, which the provider has as a series of five.
fn folded() -> (sync::Copy, RecurrenceId) {
    let mut copy = settled();
    let extra: RecurrenceId = "2027-01-01T09:00:00".parse().unwrap();
    copy.local.rules = vec!["FREQ=WEEKLY;COUNT=4".parse().unwrap()];
    copy.local.overrides.insert(extra, Override::extra());
    let base = copy.base.as_mut().unwrap();
    base.local = copy.local.clone();
    base.remote.rules = vec!["FREQ=WEEKLY;COUNT=5".parse().unwrap()];
    (copy, extra)
}

#[test]
pub(super) fn r2_what_was_taken_into_the_rule_goes_with_it() {
    let (copy, extra) = folded();
    assert_eq!(plan(&copy, &[]), Step::Nothing);
    let unit = Unit::Override(extra);
    for what in [None, Some(Override::Excluded)] {
        let mut copy = copy.clone();
        let mut next = copy.local.clone();
        next.overrides.remove(&extra);
        next.overrides
            .extend(what.clone().map(|what| (extra, what)));
        copy.set(&unit, &next, &cause(CauseKind::Flow));
        let Step::Update { body, .. } = plan(&copy, &[]) else {
            panic!("{what:?} is not written");
        };
        assert_eq!(
            (&body.rules, &body.overrides),
            (&next.rules, &next.overrides)
        );
    }
    let mut ended = copy.clone();
    let mut next = copy.local.clone();
    next.rules = vec!["FREQ=WEEKLY;COUNT=3".parse().unwrap()];
    ended.set(&Unit::Rule, &next, &cause(CauseKind::Flow));
    let Step::Update { body, .. } = plan(&ended, &[]) else {
        panic!("no update");
    };
    assert_eq!(body.overrides, next.overrides, "the extra date is not lost");
}

#[test]
fn r6_another_rule_there_is_all_that_was_in_it() {
    let (mut copy, extra) = folded();
    let mut body = copy.base.as_ref().unwrap().remote.clone();
    body.rules = vec!["FREQ=WEEKLY;COUNT=2".parse().unwrap()];
    let digest = observe(&mut copy, &[], &seen(2, &body), &FREE);
    assert_eq!(copy.local.overrides, body.overrides);
    assert!(digest.taken.contains(&Unit::Override(extra)));
    assert_eq!(plan(&copy, &[]), Step::Nothing);
}

#[test]
fn r2_only_units_that_changed_here_move() {
    let mut copy = pending();
    // The provider spells the text in its own way; that is not ours to correct.
    let base = copy.base.as_mut().unwrap();
    base.remote.text = Text::html("<p>a=0</p>");
    let Step::Update { previous, body, .. } = plan(&copy, &[]) else {
        panic!("no update");
    };
    assert_eq!(unit::diff(&previous, &body), [Unit::Title].into());
    assert!(body.text.html);
}

#[test]
fn r3_what_the_provider_made_of_it_stays_out_of_the_local_value() {
    let mut copy = pending();
    let update = intent(&copy, &[]);
    let mut body = copy.local.clone();
    body.title.make_ascii_uppercase();
    reply(&mut copy, &update, stored(2, &body), 0);
    assert_eq!(copy.local.title, "t2");
    assert_eq!(plan(&copy, &[]), Step::Nothing);
    assert!(observe(&mut copy, &[], &seen(2, &body), &FREE).echo);
    // Nor when it comes along with something else later.
    let next = with(&body, Slot::Place, 4);
    let digest = observe(&mut copy, &[], &seen(3, &next), &FREE);
    assert_eq!(digest.taken, [Unit::Place]);
    assert_eq!(copy.local.title, "t2");
}

#[test]
pub(super) fn r3_an_answer_older_than_what_was_seen_is_ignored() {
    let mut copy = pending();
    let update = intent(&copy, &[]);
    let edited = with(&copy.local, Slot::Place, 4);
    observe(
        &mut copy,
        std::slice::from_ref(&update),
        &seen(3, &edited),
        &FREE,
    );
    let body = copy.local.clone();
    reply(
        &mut copy,
        &update,
        stored(2, &with(&body, Slot::Place, 0)),
        0,
    );
    assert_eq!(Slot::Place.read(&copy.base.unwrap().remote), Some(4));
}

#[test]
fn r3_an_intent_that_a_sighting_settled_is_not_reopened_by_its_answer() {
    let (mut copy, mut create) = unconfirmed();
    create.outcome = Outcome::Done;
    let settled = reply(&mut copy, &create, stored(1, &event()), 5);
    assert_eq!((settled.outcome, settled.look), (Outcome::Done, false));
}

#[test]
fn r4_a_create_is_looked_at_once_the_feed_has_moved() {
    let (mut copy, create) = unconfirmed();
    let settled = reply(&mut copy, &create, stored(1, &event()), create.feed + 1);
    assert_eq!((settled.outcome, settled.look), (Outcome::Open, true));
    let settled = reply(&mut copy, &create, stored(1, &event()), create.feed);
    assert_eq!((settled.outcome, settled.look), (Outcome::Done, false));
}

#[test]
pub(super) fn r4_what_did_not_meet_its_condition_is_looked_at() {
    for answer in [Reply::Stale, Reply::Missing] {
        let mut copy = pending();
        let update = intent(&copy, &[]);
        let settled = reply(&mut copy, &update, answer, 0);
        assert_eq!((settled.outcome, settled.look), (Outcome::Refused, true));
    }
}
