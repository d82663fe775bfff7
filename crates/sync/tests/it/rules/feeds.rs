//! R10: calendars whose ids do not last.

use calendar::Event;
use sync::{
    Remote,
    replication::{Entry, observe, rebind, rename},
};

use super::{FREE, event, seen, settled, version, with};
use simulation::slots::Slot;

/// What `rebind` says of copies that are there, by the names of events: a name, `-` for what is gone.
fn told(there: &[(&str, &Event)], listed: &[(&str, &Event)]) -> Vec<Option<String>> {
    told_of(there, &[], listed).0
}

type Told = Vec<Option<String>>;

fn told_of(
    there: &[(&str, &Event)],
    gone: &[(&str, &Event)],
    listed: &[(&str, &Event)],
) -> (Told, Told) {
    let (there, gone, listed) = (entries(there), entries(gone), entries(listed));
    let (there, gone) = rebind(&there, &gone, &listed);
    let names = |bound: Vec<Option<usize>>| {
        let ids = bound
            .into_iter()
            .map(|to| to.map(|to| listed[to].id.to_owned()));
        ids.collect()
    };
    (names(there), names(gone))
}

fn entries<'a>(named: &[(&'a str, &'a Event)]) -> Vec<Entry<'a>> {
    let entry = |(id, event): &(&'a str, &'a Event)| Entry { id, event };
    named.iter().map(entry).collect()
}

fn ids(ids: &[&str]) -> Vec<Option<String>> {
    let id = |id: &&str| (*id != "-").then(|| (*id).to_owned());
    ids.iter().map(id).collect()
}

#[test]
fn r10_what_went_and_came_with_the_same_content_is_one_event() {
    let (a, b) = (event(), with(&event(), Slot::Title, 1));
    let renamed = |event: &Event| Event {
        uid: "another".into(),
        sequence: 3,
        updated: seen(1, event).modified,
        ..event.clone()
    };
    let listed = [("3", &renamed(&b)), ("4", &renamed(&a))];
    assert_eq!(told(&[("1", &a), ("2", &b)], &listed), ids(&["4", "3"]));
    // Edited at the same time, but where a person would still call it the same.
    let edited = with(&a, Slot::Place, 7);
    let listed = [("3", &renamed(&b)), ("4", &edited)];
    assert_eq!(told(&[("1", &a), ("2", &b)], &listed), ids(&["4", "3"]));
}

#[test]
fn r10_another_time_or_title_under_another_id_is_another_event() {
    let a = event();
    for slot in [Slot::Title, Slot::When, Slot::Rule] {
        let other = with(&a, slot, 9);
        assert_eq!(told(&[("1", &a)], &[("2", &other)]), ids(&["-"]));
        // Under the same id it was edited.
        assert_eq!(told(&[("1", &a)], &[("1", &other)]), ids(&["1"]));
    }
    // Of an event that has nothing of it an id tells nothing: it was used again.
    let other = with(&with(&a, Slot::Title, 9), Slot::When, 9);
    assert_eq!(told(&[("1", &a)], &[("1", &other)]), ids(&["-"]));
}

#[test]
fn r10_equal_events_are_bound_one_to_one() {
    let a = event();
    let twins = [("1", &a), ("2", &a)];
    assert_eq!(told(&twins, &[("3", &a), ("4", &a)]), ids(&["3", "4"]));
    // One is gone, and the other has another id: one copy stays.
    assert_eq!(told(&twins, &[("3", &a)]), ids(&["3", "-"]));
    // One kept its id.
    assert_eq!(told(&twins, &[("2", &a), ("3", &a)]), ids(&["3", "2"]));
    // One was edited, the other has another id.
    let edited = with(&a, Slot::Title, 5);
    assert_eq!(told(&twins, &[("1", &edited), ("3", &a)]), ids(&["1", "3"]));
    // What is added is new.
    assert_eq!(told(&[("1", &a)], &[("2", &a), ("1", &a)]), ids(&["1"]));
}

#[test]
fn r10_of_events_that_are_called_the_same_the_most_similar_are_bound() {
    let (a, b) = (
        with(&event(), Slot::Place, 1),
        with(&event(), Slot::Place, 2),
    );
    let (c, d) = (with(&a, Slot::Color, 3), with(&b, Slot::Line(0), 4));
    let known = [("1", &a), ("2", &b)];
    assert_eq!(told(&known, &[("3", &d), ("4", &c)]), ids(&["4", "3"]));
    // Many of them are bound all the same, whatever they are.
    let many: Vec<Event> = (0..100).map(|n| with(&event(), Slot::Place, n)).collect();
    let rooms = |from: u32| -> Vec<String> { (from..from + 100).map(|n| n.to_string()).collect() };
    let (was, is) = (rooms(0), rooms(100));
    let edited: Vec<Event> = many
        .iter()
        .map(|event| with(event, Slot::Line(1), 8))
        .collect();
    let known: Vec<(&str, &Event)> = was.iter().map(String::as_str).zip(&many).collect();
    let listed: Vec<(&str, &Event)> = is.iter().map(String::as_str).zip(&edited).collect();
    let mut bound: Vec<String> = told(&known, &listed).into_iter().flatten().collect();
    bound.sort_unstable();
    bound.dedup();
    assert_eq!(bound.len(), 100);
}

#[test]
fn r10_ids_that_are_dealt_anew_say_nothing() {
    let [first, second, third] = [0, 1, 2].map(|n| with(&event(), Slot::Title, n));
    // They are numbers: the first event is gone, the others have moved up.
    let known = [("1", &first), ("2", &second), ("3", &third)];
    assert_eq!(
        told(&known, &[("1", &second), ("2", &third)]),
        ids(&["-", "1", "2"])
    );
    // Even among events that are called the same.
    let [here, there] = [3, 4].map(|n| with(&event(), Slot::Place, n));
    let known = [("1", &here), ("2", &there)];
    assert_eq!(
        told(&known, &[("1", &there), ("2", &here)]),
        ids(&["2", "1"])
    );
}

#[test]
fn r10_what_was_gone_is_known_by_its_content_only() {
    let (a, b) = (event(), with(&event(), Slot::Title, 1));
    let gone = [("1", &a)];
    // Back again, under its id or another one.
    assert_eq!(told_of(&[], &gone, &[("1", &a)]).1, ids(&["1"]));
    assert_eq!(told_of(&[], &gone, &[("7", &a)]).1, ids(&["7"]));
    // The id is another event's now.
    assert_eq!(told_of(&[], &gone, &[("1", &b)]).1, ids(&["-"]));
    // Those that are there come first.
    let both = told_of(&[("2", &a)], &gone, &[("1", &a)]);
    assert_eq!(both, (ids(&["1"]), ids(&["-"])));
}

#[test]
fn r10_a_copy_under_another_id_is_read_anew_unless_it_is_the_same() {
    let was = || {
        let mut copy = settled();
        copy.remote = Remote::Live {
            id: "o2".into(),
            version: version(1),
        };
        copy
    };
    let (mut copy, event) = (was(), event());
    let at = |event| Entry { id: "o1", event };
    rename(&mut copy, &at(&event), &version(7));
    assert!(observe(&mut copy, &[], &seen(7, &event), &FREE).echo);
    // The same version under another id says nothing: there is something else.
    let mut copy = was();
    let edited = with(&event, Slot::Place, 3);
    rename(&mut copy, &at(&edited), &version(1));
    let digest = observe(&mut copy, &[], &seen(1, &edited), &FREE);
    assert_eq!(digest.taken, [Slot::Place.unit()]);
    assert!(!digest.died && copy.alive);
}
