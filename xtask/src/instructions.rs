//! `cargo xtask instructions`: how many instructions the hot paths take, counted by callgrind, against what they took when
//! somebody last looked. Counts depend on no clock and on no neighbour; they do depend on the compiler, hence the slack.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::Result;
use crate::command::{cargo, find, root, target};
use crate::report::Outcome;

/// Where the counts stand, beside the paths.
const FILE: &str = "crates/protocols/examples/hot.json";

/// The paths of `examples/hot.rs`.
const PATHS: [&str; 6] = [
    "expand",
    "parse-and-expand",
    "seek",
    "busy",
    "read",
    "write",
];

/// More than this many percent above what is written down is a regression.
const SLACK_PERCENT: u64 = 15;

/// As a step of `cargo xtask test`.
pub fn step() -> Outcome {
    if find("valgrind").is_none() {
        return Outcome::Skipped("not installed: apt-get install valgrind".to_owned());
    }
    match check(false) {
        Ok(true) => Outcome::Passed,
        Ok(false) => Outcome::Failed("see the counts".to_owned()),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// Counts all paths; false when one takes more than it did. `update` writes the counts down instead.
pub fn check(update: bool) -> Result<bool> {
    let mut build = cargo([
        "build",
        "--release",
        "--quiet",
        "--package",
        "kalends-protocols",
        "--example",
        "hot",
    ]);
    if !build.status()?.success() {
        return Err("the example does not build".into());
    }
    let besides = count("")?;
    let mut counts = BTreeMap::new();
    for path in PATHS {
        counts.insert(path.to_owned(), count(path)?.saturating_sub(besides) / 200);
    }
    let file = root().join(FILE);
    if update {
        fs::write(&file, serde_json::to_string_pretty(&counts)? + "\n")?;
        return Ok(true);
    }
    let known: BTreeMap<String, u64> = serde_json::from_str(&fs::read_to_string(&file)?)?;
    let mut good = true;
    for (path, count) in &counts {
        let before = known.get(path).copied().unwrap_or(0);
        let limit = before + before * SLACK_PERCENT / 100;
        let verdict = if *count > limit {
            "MORE THAN BEFORE"
        } else {
            ""
        };
        println!("{path:<18} {count:>9} instructions, {before:>9} written down {verdict}");
        good &= *count <= limit;
    }
    if !good {
        println!(
            "Mend it, or say why and write the new counts down: cargo xtask instructions --update"
        );
    }
    Ok(good)
}

/// Instructions of one run.
fn count(path: &str) -> Result<u64> {
    let mut run = Command::new("valgrind");
    run.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    run.arg(target().join("release/examples/hot")).arg(path);
    let output = run.output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, number) = line.ok_or_else(|| format!("callgrind counted nothing: {text}"))?;
    Ok(number.trim().parse()?)
}
