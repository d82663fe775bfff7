//! The calendar crate.

use std::hint::black_box;

use calendar::{
    Compiled, Duration, Event, Rule, When, Window,
    busy::{Index, Policy, Slots, busy},
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use protocols::icalendar;

use crate::{
    measure::{self, Outcome},
    workload::{self, Workload},
};

pub const VERSION: &str = "0.1.0";

fn start() -> When {
    When::floating(
        DateTime::constant(2020, 1, 6, 9, 0, 0, 0),
        Duration::hours(1),
    )
}

fn instances(rule: &Compiled, end: DateTime) -> impl Iterator<Item = i64> {
    rule.seconds_between(start().local_start(), end)
}

fn parse(rule: &str) -> Compiled {
    let rule: Rule = rule.parse().expect("the rules of the workload are valid");
    Compiled::new(&rule, &start())
}

fn expand(rules: impl Iterator<Item = Compiled>, end: DateTime) -> u64 {
    rules
        .map(|rule| {
            instances(&rule, end)
                .map(|s| s as u64)
                .fold(0, u64::wrapping_add)
        })
        .fold(0, u64::wrapping_add)
}

pub fn run(work: &Workload) -> Vec<Outcome> {
    let compiled: Vec<Compiled> = work.rules.iter().map(|rule| parse(rule)).collect();
    let mut outcomes = Vec::new();
    for (task, year) in [("expand10", 2030), ("parse10", 2030), ("parse1", 2021)] {
        let end = DateTime::constant(year, 1, 6, 9, 0, 0, 0);
        let (mut count, mut checksum) = (0, 0_u64);
        for (index, rule) in compiled.iter().enumerate() {
            for second in instances(rule, end) {
                count += 1;
                checksum = checksum.wrapping_add(measure::of_instance(second, index));
            }
        }
        let nanoseconds = if task == "expand10" {
            measure::nanoseconds(|| {
                let all = compiled.iter().map(|rule| {
                    instances(black_box(rule), end)
                        .map(|s| s as u64)
                        .fold(0, u64::wrapping_add)
                });
                all.fold(0, u64::wrapping_add)
            })
        } else {
            measure::nanoseconds(|| {
                expand(work.rules.iter().map(|rule| parse(black_box(rule))), end)
            })
        };
        outcomes.push(Outcome {
            task,
            nanoseconds,
            count,
            checksum,
        });
    }
    outcomes.push(cold_busy(&calendars(work)));
    outcomes
}

fn calendars(work: &Workload) -> Vec<Vec<Event>> {
    workload::each(&work.calendars)
        .map(|text| {
            icalendar::read(text)
                .expect("the calendars of the workload are valid")
                .value
        })
        .collect()
}

fn four_weeks() -> Window {
    Window {
        from: "2026-11-02T00:00:00Z".parse().expect("a constant"),
        to: "2026-11-30T00:00:00Z".parse().expect("a constant"),
    }
}

fn cold_busy(calendars: &[Vec<Event>]) -> Outcome {
    let pass = || {
        let mut sum = 0_u64;
        for calendar in calendars {
            for (from, to) in busy(
                black_box(calendar),
                four_weeks(),
                &TimeZone::UTC,
                Policy::default(),
            )
            .seconds()
            {
                sum = sum
                    .wrapping_add((*from as u64).wrapping_mul(31))
                    .wrapping_add(*to as u64);
            }
        }
        sum
    };
    Outcome {
        task: "busy",
        checksum: pass(),
        nanoseconds: measure::nanoseconds(pass),
        count: calendars.len() as u64,
    }
}

/// What nobody else has: times by themselves.
pub fn print_absolute(work: &Workload) {
    let calendars = calendars(work);
    let indexes: Vec<Index> = calendars
        .iter()
        .map(|events| {
            let mut index = Index::new(four_weeks(), TimeZone::UTC, Policy::default());
            index.put(events);
            index
        })
        .collect();
    let window = four_weeks();
    let all = measure::nanoseconds(|| {
        let mut all = Slots::free(window.from, window.to);
        for index in &indexes {
            all.or(black_box(index.slots()));
        }
        all.taken()
    });
    println!(
        "\navailability of 1,000 calendars over 4 weeks from the index: {:.1} µs",
        all / 1e3
    );
    println!(
        "first 20 openings of 30 minutes common to 100 people in 366 days: {:.1} µs",
        openings(&calendars) / 1e3
    );
    let start = When::floating(
        DateTime::constant(1900, 1, 1, 9, 0, 0, 0),
        Duration::hours(1),
    );
    let rule: Rule = "FREQ=DAILY;COUNT=60000".parse().expect("a constant");
    let rule = Compiled::new(&rule, &start);
    let today = DateTime::constant(2026, 11, 28, 12, 0, 0, 0);
    let seek = measure::nanoseconds(|| {
        let next = black_box(&rule).occurrences_from(black_box(today)).next();
        next.map_or(0, |at| u64::from(at.day().unsigned_abs()))
    });
    println!("next occurrence after today of a daily rule from 1900 with COUNT: {seek:.0} ns");
}

/// Nobody works at night: what is left is searched to the end, not found on the first day.
fn openings(calendars: &[Vec<Event>]) -> f64 {
    let from: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a constant");
    let to: Timestamp = "2027-01-02T00:00:00Z".parse().expect("a constant");
    let year = Window { from, to };
    let people: Vec<Index> = calendars[..100]
        .iter()
        .map(|events| {
            let mut index = Index::new(year, TimeZone::UTC, Policy::default());
            index.put(events);
            index
        })
        .collect();
    let mut nights = Slots::free(from, to);
    for day in 0..366 {
        let midnight = from.as_second() + day * 86_400;
        let instant =
            |hour: i64| Timestamp::from_second(midnight + hour * 3600).expect("a constant");
        for (a, b) in [(0, 8), (17, 24)] {
            nights.take(calendar::busy::Interval {
                from: instant(a),
                to: instant(b),
            });
        }
    }
    measure::nanoseconds(|| {
        let mut all = nights.clone();
        for index in &people {
            all.or(black_box(index.slots()));
        }
        all.openings(from, to, 2).take(20).count() as u64
    })
}
