//! Rules against what they must be. `cargo xtask corpus recurrence FILE…` and `cargo xtask corpus oracle` start it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a tool of the workshop, made of tests"
)]

mod oracle;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::{env, fs, process::ExitCode};

const USAGE: &str = "usage: corpus recurrence FILE… | corpus oracle [--cases N] [--seed S]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["recurrence", files @ ..] if !files.is_empty() => recurrence(files),
        ["oracle", options @ ..] => {
            oracle::Options::read(options).map(|options| oracle::run(&options))
        }
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(outcome) => {
            for wrong in &outcome.failed {
                println!("{wrong}");
            }
            println!("{} passed, {} failed", outcome.passed, outcome.failed.len());
            ExitCode::from(u8::from(!outcome.failed.is_empty()))
        }
        Err(error) => {
            eprintln!("corpus: {error}");
            ExitCode::from(2)
        }
    }
}

/// All cases of all files.
fn recurrence(files: &[&str]) -> Result<support::cases::Outcome, String> {
    let mut all = support::cases::Outcome::default();
    for file in files {
        let text = fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
        let outcome = support::cases::run(&text);
        eprintln!(
            "{file}: {} passed, {} failed",
            outcome.passed,
            outcome.failed.len()
        );
        all.passed += outcome.passed;
        let failed = outcome
            .failed
            .iter()
            .map(|wrong| format!("{file}, {wrong}"));
        all.failed.extend(failed);
    }
    Ok(all)
}
