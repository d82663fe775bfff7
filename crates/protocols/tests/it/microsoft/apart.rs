//! What Graph can have of a series.

use std::collections::BTreeSet;

use calendar::{Duration, Event, Override, Patch, RecurrenceId, When, Zone};
use kalends_protocols::{google::has_its_rules, microsoft::apart};

fn id(day: &str) -> RecurrenceId {
    format!("{day}T09:00:00").parse().unwrap()
}

fn series(rule: &str) -> Event {
    let start = "2026-12-01T09:00".parse().unwrap();
    let zone = Zone::iana("Europe/Berlin").unwrap();
    let mut event = Event::new(
        "x@example.com",
        When::zoned(start, zone, Duration::hours(1)),
    );
    event.rules = vec![rule.parse().unwrap()];
    event
}

fn moved(event: &Event, to: &str) -> Override {
    Override::Patch(Box::new(Patch {
        when: Some(event.when.starting_at(id(to))),
        ..Patch::default()
    }))
}

fn lone(previous: Option<&Event>, next: &Event) -> Option<BTreeSet<RecurrenceId>> {
    apart(previous, next, &Zone::utc()).ok()
}

#[test]
fn extra_dates_and_those_moved_past_a_neighbour_are_apart() {
    let mut event = series("FREQ=WEEKLY");
    assert_eq!(lone(None, &event), Some(BTreeSet::new()));
    event.overrides.insert(id("2026-12-10"), Override::extra());
    let past = moved(&event, "2026-12-23");
    event.overrides.insert(id("2026-12-15"), past);
    // Its neighbour is away: it may come near.
    let near = moved(&event, "2026-12-17");
    event.overrides.insert(id("2026-12-22"), near);
    let expected = [id("2026-12-10"), id("2026-12-15")].into();
    assert_eq!(lone(None, &event), Some(expected));
}

#[test]
fn a_cancelled_occurrence_comes_back_with_another_rule_only() {
    let mut there = series("FREQ=WEEKLY");
    there.overrides.insert(id("2026-12-08"), Override::Excluded);
    let back = series("FREQ=WEEKLY");
    assert_eq!(lone(Some(&there), &back), Some([id("2026-12-08")].into()));
    assert_eq!(lone(None, &back), Some(BTreeSet::new()));
    let shorter = series("FREQ=WEEKLY;COUNT=3");
    assert_eq!(lone(Some(&there), &shorter), Some(BTreeSet::new()));
}

#[test]
fn rules_that_are_not_to_be_had() {
    assert_eq!(lone(None, &series("FREQ=MONTHLY;BYMONTHDAY=1,15")), None);
    let has_its_rules = |event: &Event| has_its_rules(event, &Zone::utc());
    assert!(has_its_rules(&series("FREQ=MONTHLY;BYMONTHDAY=1,15")).is_ok());
    assert!(has_its_rules(&series("FREQ=HOURLY;COUNT=100")).is_ok());
    assert!(has_its_rules(&series("FREQ=HOURLY")).is_err());
}
