//! Small scopes, in which all that can happen is tried.

use kalends_simulation::scope::{Left, Orders, Report, Start, explore};
use sync::Law;

fn one_operation(named: &[&str], faults: usize, orders: Orders, without: Option<Law>) -> Report {
    let operations = 1;
    all_of(named, Left { operations, faults }, orders, without)
}

fn all_of(named: &[&str], left: Left, orders: Orders, without: Option<Law>) -> Report {
    let all = Start::all(2).into_iter();
    let starts: Vec<Start> = all
        .filter(|start| named.contains(&start.name().as_str()))
        .collect();
    assert_eq!(starts.len(), named.len());
    explore(&starts, left, orders, without, 2)
}

#[test]
fn nothing_breaks_of_all_that_one_operation_and_one_accident_can_lead_to() {
    let starts = ["Google <-> CalDav", "Google <-> Graph", "CalDav -> Graph"];
    let report = one_operation(&starts, 1, Orders::Needed, None);
    if let Some(found) = report.found.first() {
        let trace = found.trace.join("\n");
        panic!("{}: {}\n{trace}", found.start, found.violation);
    }
    assert!(report.ends.len() > 100, "{report}");
}

#[test]
fn the_orders_that_are_left_out_lead_nowhere_else() {
    let scopes = [
        ("Google <-> CalDav", 1, 0),
        ("CalDav <-> CalDav", 1, 1),
        ("CalDav -> CalDav", 2, 0),
    ];
    for (start, operations, faults) in scopes {
        let left = Left { operations, faults };
        let needed = all_of(&[start], left, Orders::Needed, None);
        let all = all_of(&[start], left, Orders::All, None);
        assert!(needed.distinct < all.distinct, "{needed}; {all}");
        assert_eq!(needed.ends, all.ends, "{start}");
    }
}

#[test]
fn a_law_that_is_taken_away_is_missed_and_it_is_told_how() {
    for (law, faults) in [(Law::DeletionFlows, 0), (Law::LookFirst, 1)] {
        let report = one_operation(&["Google <-> CalDav"], faults, Orders::Needed, Some(law));
        let found = report.found.first();
        let found = found.unwrap_or_else(|| panic!("{}: nothing fails without it", law.name()));
        assert!(found.trace.len() > 1, "{}", law.name());
    }
}
