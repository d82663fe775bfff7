//! Round trips: event → format → event, equal but for the losses that the write said, and none said for nothing.

mod events;
mod expect;
mod google;
mod icalendar;
pub mod losses;
mod microsoft;
mod own;
mod rules;

use std::cell::Cell;

use calendar::{Event, Zone};
use kalends_protocols::google::Exclusions;
use proptest::{
    prelude::*,
    test_runner::{TestError, TestRunner},
};

use self::{
    expect::{Format, Met, compare, expected},
    google::Google,
    icalendar::ICalendar,
    microsoft::Microsoft,
};

/// So many cases, or as many as PROPTEST_CASES says.
fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var_os("PROPTEST_CASES").map_or(cases, |_| usual.cases),
        failure_persistence: None,
        max_shrink_iters: 1_500,
        ..usual
    }
}

fn run(cases: u32, check: impl Fn(Event) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(config(cases));
    match runner.run(&events::event(), check) {
        Ok(()) => {}
        Err(TestError::Fail(why, event)) => panic!("{why}\n{}", expect::show(&event)),
        Err(error) => panic!("{error}"),
    }
}

fn google(lines: bool) -> Google {
    let exclusions = if lines {
        Exclusions::Lines
    } else {
        Exclusions::Instances
    };
    Google {
        zone: berlin(),
        exclusions,
    }
}

fn graph() -> Microsoft {
    Microsoft { zone: berlin() }
}

fn berlin() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

/// Every third series or so is none that the other side can have; a test that skipped most of them would say nothing.
fn not_too_many(skipped: &Cell<u32>, all: &Cell<u32>) {
    let (skipped, all) = (skipped.get(), all.get());
    assert!(skipped * 2 < all, "{skipped} of {all} skipped");
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

#[test]
fn google_keeps_all_but_what_it_says() {
    let (met, all, skipped) = (Met::default(), Cell::new(0), Cell::new(0));
    run(800, |event| {
        count(&all);
        let google = google(all.get() % 2 == 0);
        let Some((came, losses)) = google.trip(&event) else {
            count(&skipped);
            return Ok(());
        };
        met.note(&losses);
        compare(&google, &expected(&google, &event, &losses)?, &came)
    });
    not_too_many(&skipped, &all);
    assert_eq!(met.all(), losses::said_by(Google::NAME));
}

#[test]
fn graph_keeps_all_but_what_it_says() {
    let (met, all, skipped) = (Met::default(), Cell::new(0), Cell::new(0));
    run(800, |event| {
        count(&all);
        let graph = graph();
        let Ok((rest, apart)) = graph.without_apart(&event) else {
            count(&skipped);
            return Ok(());
        };
        // What cannot stay in its series goes as an event of its own.
        for event in apart.iter().chain([&rest]) {
            let (came, losses) = graph.trip(event).expect("the rest is had");
            met.note(&losses);
            compare(&graph, &expected(&graph, event, &losses)?, &came)?;
        }
        Ok(())
    });
    not_too_many(&skipped, &all);
    assert_eq!(met.all(), losses::said_by(Microsoft::NAME));
}

#[test]
fn icalendar_keeps_all_but_what_it_says() {
    let met = Met::default();
    run(500, |event| {
        let (came, losses) = ICalendar::trip(&event);
        met.note(&losses);
        compare(&ICalendar, &expected(&ICalendar, &event, &losses)?, &came)
    });
    let mut met = met.all();
    met.retain(|(_, reason)| reason != losses::RARE);
    assert_eq!(met, losses::said_by(ICalendar::NAME));
}

/// Google, then Graph, then iCalendar, each with what came from the one before: what is lost is what the three said, and
/// what is not comes through all of them.
#[test]
fn what_goes_through_all_of_them_has_lost_what_each_said() {
    let (all, skipped) = (Cell::new(0), Cell::new(0));
    run(500, |event| {
        count(&all);
        let (google, graph) = (google(all.get() % 2 == 0), graph());
        let Some((at_google, losses)) = google.trip(&event) else {
            count(&skipped);
            return Ok(());
        };
        let wanted = expected(&google, &event, &losses)?;
        let Ok((at_google, _)) = graph.without_apart(&google::without_lines(at_google)) else {
            count(&skipped);
            return Ok(());
        };
        let (wanted, _) = graph.without_apart(&wanted).expect("it is the same series");
        let (at_graph, losses) = graph.trip(&at_google).expect("it was asked");
        let wanted = expected(&graph, &wanted, &losses)?;
        let (at_last, losses) = ICalendar::trip(&at_graph);
        let wanted = expected(&ICalendar, &wanted, &losses)?;
        compare(&graph, &wanted, &at_last)
    });
    not_too_many(&skipped, &all);
}
