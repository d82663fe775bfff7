//! Any text as an RRULE: it comes back equal, and whatever is asked of it is answered at once.
#![no_main]

use calendar::{Compiled, Duration, Event, Rule, When, Window, Zone};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use kalends_fuzz::timed;
use libfuzzer_sys::fuzz_target;
use protocols::icalendar::in_terms_of;

/// Occurrences that are looked at.
const LOOKED_AT: usize = 50;

fuzz_target!(|data: &[u8]| {
    let [choice, text @ ..] = data else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Ok(read) = timed(|| Rule::parse_lenient(text)) else {
        return;
    };
    let mut rule = read.value;
    let written = rule.to_string();
    assert_eq!(written.parse::<Rule>().as_ref(), Ok(&rule), "{written}");
    let when = start(*choice);
    // An event has its ends in the terms of its own start.
    rule.until = rule.until.map(|until| in_terms_of(until, &when));
    ask(&rule, &when);
});

fn start(choice: u8) -> When {
    let local = match choice / 3 % 4 {
        0 => DateTime::constant(2026, 10, 25, 2, 30, 0, 0),
        1 => DateTime::constant(2024, 2, 29, 9, 0, 0, 0),
        2 => DateTime::constant(1900, 1, 1, 0, 0, 0, 0),
        _ => DateTime::constant(2026, 1, 31, 23, 59, 59, 0),
    };
    let berlin = || Zone::iana("Europe/Berlin").unwrap_or_else(Zone::utc);
    match choice % 3 {
        0 => When::all_day(local.date(), 1),
        1 => When::floating(local, Duration::hours(1)),
        _ => When::zoned(local, berlin(), Duration::hours(1)),
    }
}

/// Each question has the time of one input: a rule without instances may be looked through for each of them.
fn ask(rule: &Rule, when: &When) {
    let compiled = timed(|| Compiled::new(rule, when));
    let first: Vec<DateTime> = timed(|| compiled.iter().take(LOOKED_AT).collect());
    assert!(first.is_sorted_by(|a, b| a < b), "{rule}: not in order");
    if let [_, .., last] = first[..] {
        let middle = first.len() / 2;
        let from = first[middle];
        let sought: Vec<DateTime> = timed(|| {
            let on = compiled.occurrences_from(from);
            on.take_while(|at| *at <= last).collect()
        });
        // Of a rule with centuries of days between two instances the count up to there is given up, and said to be.
        let given_up = sought.is_empty() && compiled.gave_up();
        assert!(given_up || sought == first[middle..], "{rule}: seeking from {from}: {sought:?}");
        let before = timed(|| compiled.count_before(from));
        // Of a rule with a year of work between two instances nobody counts them.
        assert!(before == middle as u64 || before == u64::MAX, "{rule}: {before}");
        assert!(timed(|| compiled.contains(from)), "{rule}: {from}");
        assert_eq!(timed(|| compiled.latest(from)), Some(from), "{rule}");
    }
    let end = timed(|| compiled.last());
    assert!(!timed(|| compiled.is_endless()) || end.is_none(), "{rule}");
    let mut event = Event::new("1", when.clone());
    event.rules = vec![rule.clone()];
    timed(|| event.last_end(&TimeZone::UTC));
    timed(|| event.next_occurrence(Timestamp::UNIX_EPOCH, &TimeZone::UTC));
    timed(|| {
        let all = event.occurrences(Window::ALL, &TimeZone::UTC);
        all.take(LOOKED_AT).count()
    });
    timed(|| kalends_fuzz::comes_back(&event));
}
