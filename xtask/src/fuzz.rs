//! The fuzz targets of `fuzz/`, one after another. What they find and what they learn stays there, outside Git.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Result, command};

/// The targets, and the list of words that each puts together.
const TARGETS: [(&str, &str); 4] = [
    ("rule", "rule"),
    ("vtimezone", "icalendar"),
    ("icalendar", "icalendar"),
    ("jscalendar", "jscalendar"),
];

/// Memory that one input may make it use, in MiB.
const MEMORY_MAX: u32 = 512;

/// Bytes of one input.
const LENGTH_MAX: u32 = 4096;

/// Runs one target or all of them for so many seconds each; false if one of them found something.
pub fn run(only: Option<&str>, seconds: u32) -> Result<bool> {
    if command::find("cargo-fuzz").is_none() {
        return Err("cargo-fuzz is missing: `cargo install cargo-fuzz`".into());
    }
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let targets: Vec<_> = TARGETS.iter().filter(|(name, _)| wanted(name)).collect();
    if targets.is_empty() {
        let names = TARGETS.map(|(name, _)| name).join(", ");
        return Err(format!("there is no such target; there are {names}").into());
    }
    let mut failed = Vec::new();
    for (target, words) in targets {
        if !one(target, words, seconds)? {
            failed.push(*target);
        }
    }
    if failed.is_empty() {
        println!("clean: {seconds} s each");
    } else {
        println!("found something: {} (fuzz/artifacts)", failed.join(", "));
    }
    Ok(failed.is_empty())
}

fn one(target: &str, words: &str, seconds: u32) -> Result<bool> {
    let fuzz = command::root().join("fuzz");
    let corpus = fuzz.join("corpus").join(target);
    fs::create_dir_all(&corpus)?;
    let mut cargo = command::cargo(["fuzz", "run", "--sanitizer", "none", target]);
    // What the fuzzer needs of the compiler is in every compiler; only its name is not stable.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo.args([corpus, seeds(&fuzz, target)]);
    cargo.args([
        "--".to_owned(),
        format!(
            "-dict={}",
            fuzz.join("words")
                .join(words)
                .with_extension("txt")
                .display()
        ),
        format!("-max_total_time={seconds}"),
        format!("-rss_limit_mb={MEMORY_MAX}"),
        format!("-max_len={LENGTH_MAX}"),
        // The targets look at the processor's time themselves; this is for what never ends.
        "-timeout=10".to_owned(),
    ]);
    println!("{}", command::line(&cargo));
    Ok(cargo.status()?.success())
}

fn seeds(fuzz: &Path, target: &str) -> PathBuf {
    fuzz.join("seeds").join(target)
}
