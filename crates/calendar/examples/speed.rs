//! How fast rules expand. Run it optimised: `cargo run -p kalends-calendar --release --example speed`.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a report for people"
)]

use std::{hint::black_box, time::Instant};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use kalends_calendar::{Compiled, Duration, Event, Rule, When, Window, Zone};

const RULES: [&str; 10] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=DAILY;COUNT=2000",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start: DateTime = "2020-01-06T09:00".parse()?;
    let end: DateTime = "2030-01-06T09:00".parse()?;
    let floating = When::floating(start, Duration::hours(1));
    let rules: Vec<Rule> = RULES.iter().map(|r| r.parse()).collect::<Result<_, _>>()?;
    let compiled: Vec<Compiled> = rules.iter().map(|r| Compiled::new(r, &floating)).collect();
    measure("10 years, compiled before, occurrences", || {
        let all = compiled
            .iter()
            .map(|c| c.iter().take_while(|at| *at < end).count());
        all.sum()
    });
    measure("10 years, compiling too, occurrences", || {
        let all = rules.iter().map(|r| {
            let compiled = Compiled::new(r, &floating);
            compiled.iter().take_while(|at| *at < end).count()
        });
        all.sum()
    });
    let zone = Zone::iana("Europe/Berlin").ok_or("no zone data")?;
    let calendar: Vec<Event> = (0..200)
        .map(|n| {
            let start = start.saturating_add(jiff::Span::new().hours(n * 31));
            let mut event = Event::new(
                "a@example.com",
                When::zoned(start, zone.clone(), Duration::hours(1)),
            );
            if n % 4 == 0 {
                event
                    .rules
                    .push(rules[usize::try_from(n / 4 % 10).unwrap_or(0)].clone());
            }
            event
        })
        .collect();
    let window = Window {
        from: "2026-11-02T00:00:00Z".parse::<Timestamp>()?,
        to: "2026-11-30T00:00:00Z".parse::<Timestamp>()?,
    };
    measure("4 weeks of 200 events (50 series), calendars", || {
        let all = calendar
            .iter()
            .map(|e| e.occurrences(window, &TimeZone::UTC).count());
        usize::from(black_box(all.sum::<usize>()) > 0)
    });
    Ok(())
}

fn measure(what: &str, mut once: impl FnMut() -> usize) {
    let begun = Instant::now();
    let mut total = 0;
    while begun.elapsed().as_secs() < 1 {
        total += black_box(once());
    }
    let rate = total as f64 / begun.elapsed().as_secs_f64();
    println!("{what} per second: {rate:.0}");
}
