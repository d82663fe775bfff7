//! The crate `rrule`.

use rrule::{RRuleSet, Tz};

use crate::{
    measure::{self, Outcome},
    workload::{self, Workload},
};

type At = chrono::DateTime<Tz>;

fn set(rule: &str) -> RRuleSet {
    format!("DTSTART:20200106T090000Z\nRRULE:{}", zoned(rule))
        .parse()
        .expect("the rules of the workload are valid")
}

/// `rrule` wants UNTIL in UTC where the start is; its start is in UTC here, since it knows no floating time of its own.
fn zoned(rule: &str) -> String {
    match rule.contains("UNTIL=") {
        true => format!("{rule}Z"),
        false => rule.to_owned(),
    }
}

fn utc(text: &str) -> At {
    text.parse::<chrono::DateTime<chrono::Utc>>()
        .expect("a constant")
        .with_timezone(&Tz::UTC)
}

fn expand(sets: &[RRuleSet], end: &At, exact: bool) -> (u64, u64) {
    let (mut sum, mut count) = (0_u64, 0);
    for (index, set) in sets.iter().enumerate() {
        for at in set.into_iter().take_while(|at| at < end) {
            count += 1;
            let second = at.timestamp();
            sum = sum.wrapping_add(if exact {
                measure::of_instance(second, index)
            } else {
                second as u64
            });
        }
    }
    (sum, count)
}

pub fn run(work: &Workload) -> Vec<Outcome> {
    let compiled: Vec<RRuleSet> = work.rules.iter().map(|rule| set(rule)).collect();
    let mut outcomes = Vec::new();
    for (task, end, parse) in [
        ("expand10", "2030-01-06T09:00:00Z", false),
        ("parse10", "2030-01-06T09:00:00Z", true),
        ("parse1", "2021-01-06T09:00:00Z", true),
    ] {
        let end = utc(end);
        let (checksum, count) = expand(&compiled, &end, true);
        let nanoseconds = measure::nanoseconds(|| {
            if parse {
                let sets: Vec<RRuleSet> = work.rules.iter().map(|rule| set(rule)).collect();
                return expand(&sets, &end, false).0;
            }
            expand(&compiled, &end, false).0
        });
        outcomes.push(Outcome {
            task,
            nanoseconds,
            count,
            checksum,
        });
    }
    outcomes.push(busy(work));
    outcomes
}

struct Event {
    set: Option<RRuleSet>,
    start: i64,
    seconds: i64,
}

fn events(text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let (mut start, mut seconds) = (String::new(), 0);
    let mut rule = None;
    for line in text.lines() {
        if let Some(value) = line.strip_prefix("DTSTART") {
            start = value.to_owned();
        } else if let Some(value) = line.strip_prefix("DURATION:PT") {
            seconds = value.trim_end_matches('M').parse::<i64>().expect("minutes") * 60;
        } else if let Some(value) = line.strip_prefix("RRULE:") {
            rule = Some(value.to_owned());
        } else if line == "END:VEVENT" {
            let rule = rule.take();
            let text = format!(
                "DTSTART{start}\nRRULE:{}",
                rule.as_deref().unwrap_or("FREQ=DAILY;COUNT=1")
            );
            let set: RRuleSet = text.parse().expect("the events of the workload are valid");
            events.push(Event {
                start: set.get_dt_start().timestamp(),
                seconds,
                set: rule.map(|_| set),
            });
        }
    }
    events
}

fn busy(work: &Workload) -> Outcome {
    let calendars: Vec<Vec<Event>> = workload::each(&work.calendars).map(events).collect();
    let (from, to) = (utc("2026-11-01T22:00:00Z"), utc("2026-11-30T00:00:00Z"));
    let (low, high) = (1_793_577_600, to.timestamp());
    let pass = || {
        let mut sum = 0_u64;
        for calendar in &calendars {
            let mut spans = Vec::new();
            for event in calendar {
                match &event.set {
                    None => spans.push((event.start, event.start + event.seconds)),
                    // A set that is cloned is what its `after` and `before` work on.
                    Some(set) => {
                        let found = set.clone().after(from).before(to).all_unchecked();
                        spans.extend(
                            found
                                .iter()
                                .map(|at| (at.timestamp(), at.timestamp() + event.seconds)),
                        );
                    }
                }
            }
            sum = sum.wrapping_add(measure::of_spans(spans, low, high));
        }
        sum
    };
    let checksum = pass();
    let nanoseconds = measure::once(pass);
    Outcome {
        task: "busy",
        nanoseconds,
        count: calendars.len() as u64,
        checksum,
    }
}
