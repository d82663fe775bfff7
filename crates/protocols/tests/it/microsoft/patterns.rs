//! Rules against the corpus: whatever becomes a pattern must generate the dates of the rule, and come back as a rule
//! that becomes the same pattern.

use calendar::{Rule, When, Zone};
use jiff::civil::{Date, DateTime};
use kalends_protocols::microsoft::{
    recurrence::{Pattern, Range},
    wire::PatternedRecurrence,
};
use serde_json::json;

const CORPUS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/corpora/recurrence/"
);

fn rule(text: &str) -> Rule {
    text.parse().unwrap()
}

fn local(text: &str) -> DateTime {
    if text.len() == 8 {
        let date: Date = text.parse().unwrap();
        return date.into();
    }
    text.parse().unwrap()
}

struct Case {
    id: String,
    text: String,
    when: When,
    horizon: DateTime,
    expect: Vec<DateTime>,
}

fn cases(file: &str) -> Vec<Case> {
    let Ok(lines) = std::fs::read_to_string(format!("{CORPUS}{file}")) else {
        eprintln!("SKIPPED: {CORPUS}{file} is missing");
        return Vec::new();
    };
    let read = |line: &str| {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str().unwrap().to_owned();
        let start = local(&text("dtstart"));
        let hour = calendar::Duration::hours(1);
        let when = match case["tz"].as_str().map(|tz| Zone::iana(tz).unwrap()) {
            Some(zone) => When::zoned(start, zone, hour),
            None if text("dtstart").len() == 8 => When::all_day(start.date(), 1),
            None => When::floating(start, hour),
        };
        let expect = case["expect"].as_array().unwrap().iter();
        Case {
            id: text("id"),
            text: text("rule"),
            when,
            horizon: local(&text("horizon")),
            expect: expect.map(|d| local(d.as_str().unwrap())).collect(),
        }
    };
    lines
        .lines()
        .filter(|line| line.contains("\"id\""))
        .map(read)
        .collect()
}

/// The days of a pattern within a range, compared with so many expected ones.
fn days(pattern: &Pattern, range: Range, case: &Case) -> Vec<Date> {
    let start = case.when.local_start().date();
    let count = match range {
        Range::Count(n) => usize::try_from(n).unwrap(),
        _ => usize::MAX,
    };
    pattern
        .dates(start)
        .take(count)
        .take_while(|d| range.last_day().is_none_or(|last| *d <= last))
        .take_while(|d| d.to_datetime(case.when.local_start().time()) < case.horizon)
        .take(case.expect.len())
        .collect()
}

fn agree(file: &str) -> (usize, usize) {
    let (mut mapped, mut refused) = (0, 0);
    for case in cases(file) {
        let rule = rule(&case.text);
        let Ok(pattern) = Pattern::from_rule(&rule, case.when.local_start()) else {
            refused += 1;
            continue;
        };
        mapped += 1;
        let range = Range::from_rule(&rule, &case.when);
        let expect: Vec<Date> = case.expect.iter().map(|d| d.date()).collect();
        assert_eq!(
            days(&pattern, range, &case),
            expect,
            "{} {}",
            case.id,
            case.text
        );

        let mut back = pattern.to_rule();
        range.apply(&mut back, &case.when);
        let again = Pattern::from_rule(&back, case.when.local_start());
        assert_eq!(again.as_ref(), Ok(&pattern), "{} {}", case.id, case.text);
        assert_eq!(Range::from_rule(&back, &case.when), range, "{}", case.id);
        assert_eq!(
            Pattern::from_wire(&pattern.to_wire()).as_ref(),
            Ok(&pattern)
        );
    }
    (mapped, refused)
}

#[test]
fn every_rule_of_the_corpus_that_becomes_a_pattern_keeps_its_dates() {
    for (file, at_least) in [("floating.jsonl", 250), ("zoned.jsonl", 200)] {
        let (mapped, refused) = agree(file);
        eprintln!("{file}: {mapped} mapped, {refused} refused");
        assert!(
            mapped + refused == 0 || mapped >= at_least,
            "{file}: only {mapped} mapped"
        );
    }
}

fn accepted(text: &str, start: &str) -> Result<serde_json::Value, String> {
    Pattern::from_rule(&rule(text), local(start))
        .map(|p| serde_json::to_value(p.to_wire()).unwrap())
        .map_err(str::to_owned)
}

#[test]
fn rules_and_their_patterns() {
    let table = [
        (
            "FREQ=DAILY;INTERVAL=3",
            json!({"type": "daily", "interval": 3}),
        ),
        (
            "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
            json!({"type": "weekly", "interval": 1, "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"], "firstDayOfWeek": "monday"}),
        ),
        (
            "FREQ=WEEKLY;WKST=SU;INTERVAL=2",
            json!({"type": "weekly", "interval": 2, "daysOfWeek": ["monday"], "firstDayOfWeek": "sunday"}),
        ),
        (
            "FREQ=MONTHLY",
            json!({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 23}),
        ),
        (
            "FREQ=MONTHLY;BYDAY=4MO",
            json!({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday"], "index": "fourth"}),
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=22,23,24,25,26,27,28",
            json!({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday"], "index": "fourth"}),
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=23",
            json!({"type": "absoluteYearly", "interval": 1, "month": 11, "dayOfMonth": 23}),
        ),
        (
            "FREQ=YEARLY;BYMONTH=2,5,8,11;BYMONTHDAY=23",
            json!({"type": "absoluteMonthly", "interval": 3, "dayOfMonth": 23}),
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-1;COUNT=2",
            json!(null),
        ),
    ];
    for (text, expect) in table {
        let got = accepted(text, "20261123T090000").unwrap_or(json!(null));
        assert_eq!(got, expect, "{text}");
    }
    let last = accepted("FREQ=MONTHLY;BYMONTHDAY=-1", "20261130T090000").unwrap();
    assert_eq!(
        last,
        json!({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31})
    );
    let thirtieth = accepted(
        "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
        "20261130T090000",
    );
    assert_eq!(thirtieth.unwrap()["dayOfMonth"], 30);
    let christmas = accepted("FREQ=YEARLY", "20261231T090000").unwrap();
    assert_eq!(christmas["dayOfMonth"], 31);
}

#[test]
fn rules_that_graph_cannot_have() {
    for (text, start, reason) in [
        ("FREQ=HOURLY", "20261123T090000", "more often than daily"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "20261231T090000",
            "short months",
        ),
        ("FREQ=MONTHLY", "20261130T090000", "short months"),
        ("FREQ=YEARLY", "20280229T090000", "short months"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "20261201T090000",
            "several days",
        ),
        ("FREQ=MONTHLY;BYDAY=5MO", "20261130T090000", "counts days"),
        ("FREQ=MONTHLY;BYDAY=-2MO", "20261123T090000", "counts days"),
        (
            "FREQ=MONTHLY;BYDAY=1MO,3MO",
            "20261207T090000",
            "several weekdays",
        ),
        ("FREQ=YEARLY;BYWEEKNO=48", "20261123T090000", "weeks"),
        ("FREQ=YEARLY;BYDAY=20MO", "20260518T090000", "whole year"),
        ("FREQ=WEEKLY;BYDAY=TU", "20261123T090000", "first day"),
        (
            "FREQ=DAILY;BYHOUR=9,17",
            "20261123T090000",
            "times of the day",
        ),
        ("FREQ=WEEKLY;BYMONTH=1,2", "20270104T090000", "some months"),
    ] {
        let refused = accepted(text, start).unwrap_err();
        assert!(refused.contains(reason), "{text}: {refused}");
    }
}

#[test]
fn what_graph_answers_is_read() {
    // As answers are: every property filled, the year 1 for days that do not apply.
    let answer = json!({
        "pattern": {"type": "relativeMonthly", "interval": 3, "month": 0, "dayOfMonth": 0,
            "daysOfWeek": ["thursday", "friday"], "firstDayOfWeek": "sunday", "index": "second"},
        "range": {"type": "noEnd", "startDate": "2026-11-12", "endDate": "0001-01-01",
            "recurrenceTimeZone": "Pacific Standard Time", "numberOfOccurrences": 0}
    });
    let read: PatternedRecurrence = serde_json::from_value(answer).unwrap();
    let rule = Pattern::from_wire(&read.pattern).unwrap().to_rule();
    assert_eq!(rule.by_set_position, [2].into());
    assert_eq!(rule.by_day.len(), 2);
    assert_eq!(Range::from_wire(&read.range), Ok(Range::Forever));
}
