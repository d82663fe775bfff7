//! The recurrence corpus: rules with the instances on which independent engines agree, one case a line of JSON.
//! What kind a case is, its fields say: `rdates` or `exdates` make it a set, `tz` a zoned one, RSCALE is in the rule.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use kalends_calendar::{
    Compiled, Duration, Event, Override, RecurrenceId, Rule, When, Window, Zone,
};
use serde::Deserialize;

/// One case. All times are civil, as `YYYYMMDDTHHMMSS` or `YYYYMMDD`.
#[derive(Deserialize)]
pub struct Case {
    #[serde(default)]
    id: String,
    dtstart: String,
    rule: String,
    tz: Option<String>,
    /// No instance at or after it is asked for.
    horizon: String,
    /// At most so many instances are asked for.
    limit: Option<usize>,
    expect: Vec<String>,
    /// The same as Unix seconds.
    #[serde(default)]
    expect_utc: Vec<i64>,
    #[serde(default)]
    rdates: Vec<String>,
    #[serde(default)]
    exdates: Vec<String>,
}

/// How the cases of a file came out.
#[derive(Default)]
pub struct Outcome {
    /// How many were right.
    pub passed: usize,
    /// What is wrong with the others: id, case, first difference.
    pub failed: Vec<String>,
}

/// Runs all cases of a file.
pub fn run(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match check_line(line) {
            Ok(()) => outcome.passed += 1,
            Err(wrong) => outcome.failed.push(format!("line {number}: {wrong}")),
        }
    }
    outcome
}

fn check_line(line: &str) -> Result<(), String> {
    let case: Case = serde_json::from_str(line).map_err(|e| format!("no case: {e}"))?;
    check(&case).map_err(|wrong| {
        let Case {
            id,
            dtstart,
            rule,
            tz,
            ..
        } = &case;
        let tz = tz.as_deref().unwrap_or("floating");
        format!("{id} {dtstart} {tz} {rule}\n  {wrong}")
    })
}

/// A case by both ways that there are: the pure rule, and the event with its zone and its dates.
fn check(case: &Case) -> Result<(), String> {
    let rule: Rule = case.rule.parse().map_err(|e| format!("{e}"))?;
    let when = start(case)?;
    let is_set = !case.rdates.is_empty() || !case.exdates.is_empty();
    let compiled = Compiled::new(&rule, &when);
    if !is_set {
        check_rule(case, &compiled)?;
    }
    let mut event = Event::new("case@example.com", when);
    event.rules.push(rule);
    if !compiled.contains(event.when.local_start()) {
        leave_start_out(&mut event);
    }
    for date in &case.rdates {
        let extra = Override::extra();
        event.overrides.insert(RecurrenceId(local(date)?), extra);
    }
    for date in &case.exdates {
        let excluded = Override::Excluded;
        event.overrides.insert(RecurrenceId(local(date)?), excluded);
    }
    check_event(case, &event)
}

/// The corpus leaves a start out that the rule does not generate, and does not count it either.
fn leave_start_out(event: &mut Event) {
    for rule in &mut event.rules {
        rule.count = rule.count.map(|count| count.saturating_add(1));
    }
    let start = event.when.recurrence_id();
    event.overrides.insert(start, Override::Excluded);
}

fn check_rule(case: &Case, rule: &Compiled) -> Result<(), String> {
    let horizon = local(&case.horizon)?;
    let limit = case.limit.unwrap_or(usize::MAX);
    let got: Vec<String> = rule
        .iter()
        .take_while(|at| *at < horizon)
        .take(limit)
        .map(|at| text(at, &case.dtstart))
        .collect();
    differ("the rule", &got, &case.expect)
}

fn check_event(case: &Case, event: &Event) -> Result<(), String> {
    let horizon = local(&case.horizon)?;
    // Instants and civil times are less than two days apart.
    let to = horizon.saturating_add(jiff::Span::new().days(2));
    let window = Window {
        to: TimeZone::UTC.to_timestamp(to).map_err(|e| e.to_string())?,
        ..Window::ALL
    };
    let occurrences: Vec<_> = event
        .occurrences(window, &TimeZone::UTC)
        .filter(|o| o.when.local_start() < horizon)
        .take(case.limit.unwrap_or(usize::MAX))
        .collect();
    if !case.expect_utc.is_empty() {
        let got: Vec<i64> = occurrences.iter().map(|o| o.start.as_second()).collect();
        differ("the event as instants", &got, &case.expect_utc)?;
    }
    let got: Vec<String> = occurrences
        .iter()
        .map(|o| text(o.when.local_start(), &case.dtstart))
        .collect();
    differ("the event", &got, &case.expect)
}

fn start(case: &Case) -> Result<When, String> {
    let start = local(&case.dtstart)?;
    Ok(match &case.tz {
        _ if case.dtstart.len() == 8 => When::all_day(start.date(), 1),
        None => When::floating(start, Duration::hours(1)),
        Some(tz) => {
            let zone = Zone::iana(tz).ok_or_else(|| format!("no zone {tz}"))?;
            When::zoned(start, zone, Duration::hours(1))
        }
    })
}

fn local(text: &str) -> Result<DateTime, String> {
    let read = if text.len() == 8 {
        Date::strptime("%Y%m%d", text).map(|date| date.to_datetime(Time::midnight()))
    } else {
        DateTime::strptime("%Y%m%dT%H%M%S", text)
    };
    read.map_err(|e| format!("«{text}» is no civil time: {e}"))
}

fn text(local: DateTime, like: &str) -> String {
    let format = if like.len() == 8 {
        "%Y%m%d"
    } else {
        "%Y%m%dT%H%M%S"
    };
    local.strftime(format).to_string()
}

fn differ<T: PartialEq + std::fmt::Debug>(
    what: &str,
    got: &[T],
    expect: &[T],
) -> Result<(), String> {
    let Some(at) = (0..got.len().max(expect.len())).find(|i| got.get(*i) != expect.get(*i)) else {
        return Ok(());
    };
    Err(format!(
        "{what} has {} instances instead of {}; number {} is {:?} instead of {:?}",
        got.len(),
        expect.len(),
        at + 1,
        got.get(at),
        expect.get(at)
    ))
}
