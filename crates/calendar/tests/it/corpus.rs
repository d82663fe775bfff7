//! The recurrence corpus: thousands of rules with the dates on which independent engines agree.

use std::{fs, path::PathBuf};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use kalends_calendar::{
    Compiled, Duration, Event, Override, RecurrenceId, Rule, When, Window, Zone,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    dtstart: String,
    rule: String,
    tz: Option<String>,
    horizon: String,
    limit: Option<usize>,
    expect: Vec<String>,
    #[serde(default)]
    expect_utc: Vec<i64>,
    #[serde(default)]
    rdates: Vec<String>,
    #[serde(default)]
    exdates: Vec<String>,
    synced: Option<bool>,
}

/// The cases of a file, or nothing, said aloud, where the corpus is not at hand.
fn cases(file: &str) -> Vec<Case> {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpora/recurrence"
    );
    let root = std::env::var_os("KALENDS_CORPUS").map_or(PathBuf::from(root), PathBuf::from);
    let Ok(text) = fs::read_to_string(root.join(file)) else {
        eprintln!("SKIPPED: no corpus file {file}");
        return Vec::new();
    };
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn local(text: &str) -> DateTime {
    if text.len() == 8 {
        let date = Date::strptime("%Y%m%d", text).unwrap();
        return date.to_datetime(Time::midnight());
    }
    DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap()
}

fn text(local: DateTime, like: &str) -> String {
    let format = if like.len() == 8 {
        "%Y%m%d"
    } else {
        "%Y%m%dT%H%M%S"
    };
    local.strftime(format).to_string()
}

fn start(case: &Case) -> When {
    let start = local(&case.dtstart);
    match &case.tz {
        _ if case.dtstart.len() == 8 => When::all_day(start.date(), 1),
        None => When::floating(start, Duration::hours(1)),
        Some(tz) => When::zoned(start, Zone::iana(tz).unwrap(), Duration::hours(1)),
    }
}

/// The first instances of the pure rule set before the horizon.
fn expand(case: &Case) -> Vec<String> {
    let rule: Rule = case.rule.parse().unwrap();
    let horizon = local(&case.horizon);
    let compiled = Compiled::new(&rule, &start(case));
    compiled
        .iter()
        .take_while(|at| *at < horizon)
        .take(case.limit.unwrap_or(usize::MAX))
        .map(|at| text(at, &case.dtstart))
        .collect()
}

/// All cases of a file through a check that answers what is wrong.
fn check(file: &str, wrong: impl Fn(&Case) -> Option<String>) {
    let cases = cases(file);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            Some(format!(
                "{} {} {}\n  {}",
                case.id,
                case.dtstart,
                case.rule,
                wrong(case)?
            ))
        })
        .collect();
    eprintln!(
        "{file}: {} of {} right",
        cases.len() - wrong.len(),
        cases.len()
    );
    let shown: Vec<String> = wrong.iter().take(20).cloned().collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}

fn differ(got: &[String], expect: &[String]) -> Option<String> {
    let at = (0..got.len().max(expect.len())).find(|i| got.get(*i) != expect.get(*i))?;
    Some(format!(
        "{} instead of {} instances; at {at} {:?} instead of {:?}",
        got.len(),
        expect.len(),
        got.get(at),
        expect.get(at)
    ))
}

#[test]
fn floating_rules() {
    check("floating.jsonl", |case| differ(&expand(case), &case.expect));
}

#[test]
fn zoned_rules_in_local_times() {
    check("zoned.jsonl", |case| differ(&expand(case), &case.expect));
}

#[test]
fn zoned_rules_as_instants() {
    check("zoned.jsonl", |case| {
        let mut event = Event::new("case@example.com", start(case));
        event.rules.push(case.rule.parse().unwrap());
        let window = Window {
            to: "2040-01-01T00:00:00Z".parse().unwrap(),
            ..Window::ALL
        };
        let generated = Compiled::new(&event.rules[0], &event.when);
        let counts = generated.contains(event.when.local_start());
        if !counts && event.rules[0].count.is_some() {
            // Then the start is one of COUNT, which the corpus leaves open.
            return None;
        }
        let got: Vec<i64> = event
            .occurrences(window, &TimeZone::UTC)
            .filter(|o| counts || o.when.local_start() != event.when.local_start())
            .map(|o| o.start.as_second())
            .take(case.expect_utc.len())
            .collect();
        (got != case.expect_utc).then(|| format!("{got:?} instead of {:?}", case.expect_utc))
    });
}

#[test]
fn sets_of_rules_dates_and_exceptions() {
    check("sets.jsonl", |case| {
        let mut event = Event::new("case@example.com", start(case));
        event.rules.push(case.rule.parse().unwrap());
        for date in &case.rdates {
            event
                .overrides
                .insert(RecurrenceId(local(date)), Override::extra());
        }
        for date in &case.exdates {
            event
                .overrides
                .insert(RecurrenceId(local(date)), Override::Excluded);
        }
        if case.synced == Some(false) {
            if event.rules[0].count.is_some() {
                event.rules[0].count = event.rules[0].count.map(|n| n + 1);
            }
            // The corpus leaves a start out that the rule does not generate.
            event
                .overrides
                .entry(event.when.recurrence_id())
                .or_insert(Override::Excluded);
        }
        let window = Window {
            from: Timestamp::MIN,
            to: TimeZone::UTC.to_timestamp(local(&case.horizon)).unwrap(),
        };
        let got: Vec<String> = event
            .occurrences(window, &TimeZone::UTC)
            .map(|o| text(o.when.local_start(), &case.dtstart))
            .collect();
        differ(&got, &case.expect)
    });
}
