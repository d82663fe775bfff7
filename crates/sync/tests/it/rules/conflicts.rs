//! What is kept of a conflict, and taking a decision back.

use calendar::{Text, Unit};
use sync::{
    CauseKind, Copy, Policy, Ruling,
    replication::{Standing, Step, decide, hold_again, observe, plan},
};

use super::{FREE, cause, event, is_update, pending, seen, with};
use simulation::{calendar, slots::Slot};

const ASK: Standing = Standing {
    target: false,
    policy: Policy::Ask,
};

#[test]
fn both_sides_are_kept_whole_as_they_met() {
    let mut copy = pending();
    // Their place and ours: theirs is taken before the titles clash, and our side still has its own.
    let line = with(&copy.local, Slot::Line(0), 4);
    copy.set(&Unit::Text, &line, &cause(CauseKind::Edit));
    let theirs = with(&with(&event(), Slot::Title, 3), Slot::Place, 6);
    let digest = observe(&mut copy, &[], &seen(2, &theirs), &FREE);
    let [conflict] = &digest.conflicts[..] else {
        panic!("one conflict: {:?}", digest.conflicts)
    };
    let read = |event, slots: [Slot; 3]| slots.map(|slot| slot.read(event));
    let slots = [Slot::Title, Slot::Line(0), Slot::Place];
    let all = [&conflict.base, &conflict.local, &conflict.remote];
    let all = all.map(|event| read(event, slots));
    let expected = [[0, 0, 0], [2, 4, 0], [3, 0, 6]];
    assert_eq!(all, expected.map(|side| side.map(Some)));
    assert_eq!(conflict.by, Ruling::Newest);
    let (ours, theirs) = (conflict.local_side.unwrap(), conflict.remote_side.unwrap());
    assert_eq!((ours.calendar, theirs.calendar), (calendar(1), calendar(0)));
    assert!(ours.at < theirs.at && theirs.change == Some(seen(2, &event()).change));
}

#[test]
fn what_the_provider_rewrites_is_nobodys_edit() {
    let mut copy = pending();
    let rewritten = with(&event(), Slot::Place, 9);
    copy.base.as_mut().unwrap().remote = rewritten.clone();
    let theirs = with(&rewritten, Slot::Title, 3);
    let digest = observe(&mut copy, &[], &seen(2, &theirs), &FREE);
    let remote = &digest.conflicts[0].remote;
    assert_eq!(Slot::Title.read(remote), Some(3));
    assert_eq!(Slot::Place.read(remote), Some(0));
}

#[test]
fn r6_an_answer_brings_back_nothing_that_was_scrubbed() {
    // Seeds 6357480 and 6430360: who edits a mirror has what was sent in it.
    let mut copy = pending();
    let sent = with(&event(), Slot::Line(0), 4);
    if let Some(base) = &mut copy.base {
        (base.remote, base.local) = (sent.clone(), sent.clone());
    }
    let mut scrubbed = sent.clone();
    scrubbed.text = Text::default();
    copy.local = sent.clone();
    let mut own = copy.clone();
    copy.bring(&Unit::Text, &scrubbed, &cause(CauseKind::Config));
    let written = with(&scrubbed, Slot::Line(2), 7);
    let edit = cause(CauseKind::Edit);
    let theirs = with(&sent, Slot::Line(1), 6);
    let mut newest = copy.clone();
    observe(&mut copy, &[], &seen(2, &theirs), &ASK);
    let mut other = copy.clone();
    assert!(decide(&mut copy, &Unit::Text, true));
    let read = |copy: &Copy| [Slot::Line(0), Slot::Line(1)].map(|line| line.read(&copy.local));
    assert_eq!(read(&copy), [None, Some(6)]);
    let Step::Update { body, .. } = plan(&copy, &[]) else {
        panic!("what was scrubbed goes there, too")
    };
    assert_eq!(body.text, copy.local.text);
    // Seed 6341188: nor where somebody has written something else here.
    other.set(&Unit::Text, &written, &edit);
    decide(&mut other, &Unit::Text, true);
    assert_eq!(read(&other), [None, Some(6)]);
    // Seed 9144507: nor where nobody is asked.
    newest.set(&Unit::Text, &written, &edit);
    let digest = observe(&mut newest, &[], &seen(2, &theirs), &FREE);
    assert_eq!(digest.conflicts.len(), 1);
    assert_eq!(read(&newest), [None, Some(6)]);
    assert!(is_update(&plan(&newest, &[])));
    // What a person has taken away here comes back: they were asked about the whole.
    own.set(&Unit::Text, &written, &edit);
    observe(&mut own, &[], &seen(2, &theirs), &ASK);
    decide(&mut own, &Unit::Text, true);
    assert_eq!(own.local.text, theirs.text);
}

#[test]
fn a_decision_is_taken_back_as_long_as_the_provider_has_its_value() {
    for remote in [true, false] {
        let mut copy = pending();
        let theirs = with(&event(), Slot::Title, 3);
        let digest = observe(&mut copy, &[], &seen(2, &theirs), &ASK);
        let asked = &digest.conflicts[0];
        let waiting = copy.clone();
        decide(&mut copy, &Unit::Title, remote);
        copy.set(&Unit::Title, &asked.local, &cause(CauseKind::Edit));
        assert!(is_update(&plan(&copy, &[])));
        assert!(hold_again(&mut copy, asked));
        assert!(!is_update(&plan(&copy, &[])));
        assert_eq!(copy.held, waiting.held);
        assert_eq!(copy.base, waiting.base);
        assert_eq!(copy.local, waiting.local);
        // Somebody has written a third value there.
        decide(&mut copy, &Unit::Title, remote);
        let third = with(&event(), Slot::Title, 5);
        observe(&mut copy, &[], &seen(3, &third), &FREE);
        assert!(!hold_again(&mut copy, asked));
    }
}
