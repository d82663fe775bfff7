//! `cargo xtask test`: every check and every test, each under its headline, and a table at the end.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::clients::Clients;
use crate::command::{cargo, ended, find, outcome, root, target};
use crate::postgres::{self, Cluster};
use crate::report::{Outcome, Report};
use crate::web::WebApp;
use crate::{instructions, skips, tidy};

/// Set for every step when nothing may be skipped: tests that lack something then fail instead of saying "SKIPPED".
const REQUIRE_ALL: &str = "KALENDS_REQUIRE_ALL";

/// The variable in which the browser test finds the browser.
const CHROMIUM: &str = "CHROMIUM";

/// The variable in which it finds the program, whose demo it looks at.
const PROGRAM: &str = "KALENDS_BIN";

/// Runs everything; false when something failed. Only what needs a build is left out when the build fails.
pub fn run(require_all: bool) -> bool {
    let suite = Suite { require_all };
    let mut report = Report::new(require_all);
    suite.checks(&mut report);
    if suite.build(&mut report) {
        suite.rust_tests(&mut report);
    } else {
        let reason = "not run, as the build failed".to_owned();
        report.add("tests", Outcome::Failed(reason));
    }
    report.step("instruction counts", instructions::step);
    suite.web(&mut report);
    report.finish()
}

struct Suite {
    require_all: bool,
}

impl Suite {
    fn checks(&self, report: &mut Report) {
        report.step("format", || {
            outcome(&mut cargo(["fmt", "--all", "--check"]))
        });
        report.step("clippy", || {
            let arguments = [
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ];
            outcome(&mut self.cargo(arguments))
        });
        report.step("documentation", || {
            outcome(
                self.cargo(["doc", "--workspace", "--no-deps"])
                    .env("RUSTDOCFLAGS", "-D warnings"),
            )
        });
        report.step("tidy", || match tidy::report(&root()) {
            Ok(true) => Outcome::Passed,
            Ok(false) => Outcome::Failed("see the findings".to_owned()),
            Err(error) => Outcome::Failed(error.to_string()),
        });
        report.step("dependencies", || {
            deny(&["--all-features", "check", "bans", "licenses", "sources"])
        });
        report.step("advisories", advisories);
    }

    /// Compiles the tests, so that what does not compile is not a failed test.
    fn build(&self, report: &mut Report) -> bool {
        report.step("build", || {
            outcome(&mut self.cargo(["test", "--workspace", "--no-run"]))
        })
    }

    fn rust_tests(&self, report: &mut Report) {
        let clients = Clients::find();
        if !clients.complete() {
            let what = "run `cargo xtask clients` once".to_owned();
            report.add("official clients", Outcome::Skipped(what));
        }
        let cluster = match Cluster::start() {
            Ok(Some(cluster)) => Some(cluster),
            Ok(None) => {
                let what = "not installed: apt-get install postgresql".to_owned();
                report.add("PostgreSQL", Outcome::Skipped(what));
                None
            }
            Err(error) => {
                report.add("PostgreSQL", Outcome::Failed(error.to_string()));
                None
            }
        };
        let mut variables = Vec::new();
        variables.extend(clients.variables());
        variables.extend((cluster.as_ref()).map(|it| (postgres::VARIABLE, it.url().to_owned())));
        let name = match &cluster {
            Some(_) => "tests, SQLite + PostgreSQL",
            None => "tests, SQLite",
        };
        // One run: a story test that finds a PostgreSQL runs on both databases.
        let mut skipped = Vec::new();
        report.step(name, || {
            let (outcome, found) = self.tests(&variables);
            skipped = found;
            outcome
        });
        for (test, reason) in skipped {
            report.add(&test, Outcome::Skipped(reason));
        }
        report.step("documentation examples", || {
            let mut run = self.cargo(["test", "--workspace", "--doc"]);
            outcome(run.envs(variables.iter().map(|(name, value)| (name, value))))
        });
    }

    /// Runs the Rust tests; also returns those that skipped themselves, with their reasons.
    fn tests(&self, variables: &[(&str, String)]) -> (Outcome, Vec<(String, String)>) {
        let set = |command: &mut Command| {
            command.envs(variables.iter().map(|(name, value)| (name, value)));
        };
        if find("cargo-nextest").is_some() {
            let junit = target().join("nextest/xtask/junit.xml");
            // A report of an earlier run would speak for a run that does not get as far as writing one.
            let _ = fs::remove_file(&junit);
            let mut run = self.cargo(["nextest", "run", "--workspace", "--profile", "xtask"]);
            set(&mut run);
            let outcome = outcome(&mut run);
            let report = fs::read_to_string(junit).unwrap_or_default();
            return (outcome, skips::in_junit(&report));
        }
        let arguments = [
            "test",
            "--workspace",
            "--no-fail-fast",
            "--lib",
            "--bins",
            "--tests",
            "--",
            "--show-output",
        ];
        let mut run = self.cargo(arguments);
        set(&mut run);
        let output = match run.stderr(Stdio::inherit()).output() {
            Ok(output) => output,
            Err(error) => return (Outcome::Failed(error.to_string()), Vec::new()),
        };
        let text = String::from_utf8_lossy(&output.stdout);
        print!("{text}");
        let outcome = ended(output.status);
        (outcome, skips::in_output(&text))
    }

    /// The web app's own checks, and its tests in a browser: against a mock, and in the program itself.
    fn web(&self, report: &mut Report) {
        let app = match WebApp::read() {
            Ok(app) => app,
            Err(reason) => return report.add("web app", Outcome::Skipped(reason)),
        };
        if !report.step("web: install", || app.install()) {
            return;
        }
        for script in ["check", "lint", "test"] {
            report.step(&format!("web: {script}"), || app.run(script, &[]));
        }
        let Some(browser) = chromium() else {
            let what = "no browser: apt-get install chromium".to_owned();
            return report.add("web: browser", Outcome::Skipped(what));
        };
        let built = report.step("web: program", || {
            outcome(&mut self.cargo(["build", "--bin", "kalends"]))
        });
        let mut variables = vec![(CHROMIUM, browser)];
        if built {
            variables.push((PROGRAM, program().display().to_string()));
        }
        if self.require_all {
            variables.push((REQUIRE_ALL, "1".to_owned()));
        }
        report.step("web: browser", || app.run("test:browser", &variables));
    }

    /// Cargo, with the variables that every one of its runs has to have alike, or it would build things twice.
    fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut cargo = cargo(arguments);
        if self.require_all {
            cargo.env(REQUIRE_ALL, "1");
            // Without this a machine that lacks Node gets a binary with a plain page in place of the web app.
            cargo.env("KALENDS_UI_REQUIRED", "1");
        } else {
            cargo.env_remove(REQUIRE_ALL);
        }
        cargo
    }
}

fn deny(arguments: &[&str]) -> Outcome {
    if find("cargo-deny").is_none() {
        return Outcome::Skipped("cargo install cargo-deny --locked".to_owned());
    }
    outcome(cargo(["deny"]).args(arguments))
}

/// Known vulnerabilities. The database is a Git repository elsewhere: a machine that cannot reach it lacks nothing that
/// could be installed, so this is a note and not a skip.
fn advisories() -> Outcome {
    let reachable = Command::new("timeout")
        .args(["15", "git", "ls-remote", "--exit-code"])
        .args(["https://github.com/RustSec/advisory-db", "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !reachable {
        return Outcome::Noted("the advisory database cannot be reached from here".to_owned());
    }
    deny(&["check", "advisories"])
}

/// The program that Cargo builds.
fn program() -> PathBuf {
    let name = format!("kalends{}", env::consts::EXE_SUFFIX);
    target().join("debug").join(name)
}

/// The browser for the browser test.
fn chromium() -> Option<String> {
    if let Ok(browser) = env::var(CHROMIUM) {
        return Some(browser);
    }
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(|name| Some(find(name)?.display().to_string()))
}
