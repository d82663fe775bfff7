//! The recurrence corpus: thousands of rules with the dates on which independent engines agree.
//! `cargo xtask corpus recurrence FILE…` runs any other file of that format.

use std::{fs, path::PathBuf};

use crate::support::cases;

/// A file of the corpus, or nothing, said aloud, where it is not at hand.
fn check(file: &str) {
    check_lines(file, |_| true);
}

/// The same for some of its lines.
fn check_lines(file: &str, keep: impl Fn(&str) -> bool) {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpora/recurrence"
    );
    let root = std::env::var_os("KALENDS_CORPUS").map_or(PathBuf::from(root), PathBuf::from);
    let Ok(text) = fs::read_to_string(root.join(file)) else {
        eprintln!("SKIPPED: no corpus file {file}");
        return;
    };
    let lines: Vec<&str> = text.lines().filter(|line| keep(line)).collect();
    let outcome = cases::run(&lines.join("\n"));
    let first = outcome.failed.iter().take(20).cloned();
    let first: Vec<String> = first.collect();
    assert!(
        outcome.failed.is_empty() && outcome.passed > 0,
        "{file}: {} passed, {} failed:\n{}",
        outcome.passed,
        outcome.failed.len(),
        first.join("\n")
    );
}

#[test]
fn floating_rules() {
    check("floating.jsonl");
}

#[test]
fn zoned_rules_in_local_times_and_as_instants() {
    check("zoned.jsonl");
}

#[test]
fn sets_of_rules_dates_and_exceptions() {
    check("sets.jsonl");
}

#[test]
fn rules_that_skip_and_rules_in_other_calendars() {
    check_lines("rscale.jsonl", |line| {
        cfg!(feature = "rscale") || line.to_uppercase().contains("RSCALE=GREGORIAN")
    });
}

#[test]
fn a_case_that_is_wrong_is_told_with_its_first_difference() {
    let line = |expect: &str| {
        format!(
            r#"{{"id":"a","dtstart":"20260101T090000","rule":"FREQ=DAILY;COUNT=3","horizon":"20270101T000000","limit":2,"expect":[{expect}]}}"#
        )
    };
    let right = r#""20260101T090000","20260102T090000""#;
    let outcome = cases::run(&line(right));
    assert_eq!((outcome.passed, outcome.failed), (1, Vec::new()));
    let wrong = [
        (
            line(r#""20260101T090000","20260103T090000""#),
            "number 2 is",
        ),
        (line(r#""20260101T090000""#), "2 instances instead of 1"),
        ("{}".to_owned(), "no case"),
        (line(right).replace("DAILY", "SOMETIMES"), "FREQ=SOMETIMES"),
        (
            line(right).replace("20270101T000000", "soon"),
            "no civil time",
        ),
        (
            line(right).replace(r#""limit":2"#, r#""exdates":["20260102T090000"],"limit":2"#),
            "number 2 is",
        ),
        (
            line(right).replace(
                r#""limit":2"#,
                r#""tz":"Europe/Berlin","expect_utc":[1767254400,1767340801],"limit":2"#,
            ),
            "1767340800",
        ),
    ];
    for (line, reason) in wrong {
        let outcome = cases::run(&line);
        assert_eq!(outcome.passed, 0, "{line}");
        assert!(outcome.failed[0].contains(reason), "{:?}", outcome.failed);
    }
}
