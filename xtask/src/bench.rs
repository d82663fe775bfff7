//! `cargo xtask bench`: speed, as a ratio to a named peer in the same run. Nothing here fails for being slow.

use std::path::PathBuf;

use crate::Result;
use crate::command::{cargo, root};

/// The calendar engine beside libical, `rrule` and `calcard`. `files`: a folder whose .ics files are read as well.
pub fn calendar(files: Option<PathBuf>) -> Result<bool> {
    let manifest = root().join("benches/calendar/Cargo.toml");
    let target = root().join("target/bench");
    let mut run = cargo(["run", "--release", "--quiet", "--manifest-path"]);
    run.arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .arg("--")
        .arg(&target);
    if let Some(files) = files {
        run.env("KALENDS_ICS", files);
    }
    Ok(run.status()?.success())
}
