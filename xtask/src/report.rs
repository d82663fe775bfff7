//! The headline over each step, and the table at the end.

use std::time::{Duration, Instant};

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and found nothing wrong.
    Passed,
    /// It ran and found something, or could not run for a reason of our own making.
    Failed(String),
    /// This machine lacks something that the step needs; the words say what to do.
    Skipped(String),
    /// Worth knowing, and never a failure: it depends on the world outside rather than on this repository.
    Noted(String),
}

/// The steps that have run, in order.
pub struct Report {
    require_all: bool,
    rows: Vec<(String, Outcome, Duration)>,
}

impl Report {
    /// An empty report; `require_all` makes every skip a failure.
    pub fn new(require_all: bool) -> Self {
        Self {
            require_all,
            rows: Vec::new(),
        }
    }

    /// Runs one step under its headline and returns whether it passed.
    pub fn step(&mut self, name: &str, run: impl FnOnce() -> Outcome) -> bool {
        println!("\n━━ {name}");
        let start = Instant::now();
        let outcome = run();
        let passed = outcome == Outcome::Passed;
        self.rows.push((name.to_owned(), outcome, start.elapsed()));
        passed
    }

    /// Adds a row for something that had no run of its own.
    pub fn add(&mut self, name: &str, outcome: Outcome) {
        self.rows.push((name.to_owned(), outcome, Duration::ZERO));
    }

    /// Prints the table and returns whether all is well.
    pub fn finish(&self) -> bool {
        println!("\n━━ summary");
        for (name, outcome, took) in &self.rows {
            println!("{}", self.row(name, outcome, *took));
        }
        let failures = self.failures();
        match failures {
            0 => println!("\nAll is well."),
            1 => println!("\n1 step failed."),
            n => println!("\n{n} steps failed."),
        }
        failures == 0
    }

    fn failures(&self) -> usize {
        let outcomes = self.rows.iter().map(|row| &row.1);
        outcomes.filter(|outcome| self.is_failure(outcome)).count()
    }

    fn is_failure(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Failed(_) => true,
            Outcome::Skipped(_) => self.require_all,
            Outcome::Passed | Outcome::Noted(_) => false,
        }
    }

    fn row(&self, name: &str, outcome: &Outcome, took: Duration) -> String {
        let (word, detail) = match outcome {
            Outcome::Passed => ("passed", ""),
            Outcome::Failed(why) => ("FAILED", why.as_str()),
            Outcome::Skipped(why) if self.require_all => ("FAILED: SKIPPED", why.as_str()),
            Outcome::Skipped(why) => ("SKIPPED", why.as_str()),
            Outcome::Noted(what) => ("note", what.as_str()),
        };
        let seconds = took.as_secs_f32();
        format!("{word:<16}{name:<28}{seconds:>7.1} s  {detail}")
            .trim_end()
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(require_all: bool, outcome: Outcome) -> bool {
        let mut report = Report::new(require_all);
        report.add("step", outcome);
        report.failures() == 0
    }

    #[test]
    fn a_skip_fails_only_when_all_is_required() {
        assert!(verdict(false, Outcome::Skipped("no browser".into())));
        assert!(!verdict(true, Outcome::Skipped("no browser".into())));
    }

    #[test]
    fn a_failure_always_fails_and_a_note_never() {
        assert!(!verdict(false, Outcome::Failed("ended with 1".into())));
        assert!(verdict(true, Outcome::Noted("offline".into())));
    }

    #[test]
    fn a_skip_is_named_with_its_reason() {
        let row = Report::new(false).row(
            "browser",
            &Outcome::Skipped("no Chromium".into()),
            Duration::ZERO,
        );
        assert!(row.starts_with("SKIPPED"), "{row}");
        assert!(
            row.contains("browser") && row.ends_with("no Chromium"),
            "{row}"
        );
    }
}
