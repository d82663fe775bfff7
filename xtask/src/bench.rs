//! `cargo xtask bench`: speed, as a ratio to a named peer in the same run. Nothing here fails for being slow.

use std::path::PathBuf;

use crate::Result;
use crate::command::{cargo, outcome, root, target};
use crate::interop::compared;
use crate::postgres::{self, Cluster};
use crate::report::Outcome;
use crate::venv::Venv;

/// vdirsyncer, and the servers between which it and we sync.
const PEERS: Venv = Venv {
    requirements: "benches/sync/peers.txt",
    folder: "bench/venv",
};

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

/// The hub's figures, and an initial sync beside vdirsyncer's. `arguments` are for `benches/sync` itself.
pub fn sync(arguments: &[String]) -> Result<bool> {
    // Apart: the simulation has the rules built with the switches that take them away.
    for package in ["kalends", "kalends-simulation"] {
        let build = ["build", "--release", "--quiet", "--package", package];
        if !matches!(outcome(&mut cargo(build)), Outcome::Passed) {
            return Ok(false);
        }
    }
    let programs = target().join("release");
    let mut run = cargo(["run", "--release", "--quiet", "--manifest-path"]);
    run.arg(root().join("benches/sync/Cargo.toml"))
        .arg("--target-dir")
        .arg(target())
        .args(["--", "--scratch"])
        .arg(target())
        .arg("--kalends")
        .arg(programs.join("kalends"))
        .arg("--simulate")
        .arg(programs.join("simulate"));
    match PEERS.install() {
        Ok(python) => {
            run.arg("--python").arg(python);
        }
        Err(error) => println!("SKIPPED: vdirsyncer: {error}"),
    }
    let cluster = Cluster::start()?;
    match &cluster {
        Some(cluster) => {
            run.env(postgres::VARIABLE, cluster.url());
        }
        None => println!("SKIPPED: PostgreSQL: it is not installed: apt-get install postgresql"),
    }
    Ok(run.args(arguments).status()?.success())
}

/// Google's and Microsoft's APIs, as `kalends sandbox` speaks them. `arguments` are for `benches/faces` itself.
pub fn faces(arguments: &[String]) -> Result<bool> {
    let build = ["build", "--release", "--quiet", "--package", "kalends"];
    if !matches!(outcome(&mut cargo(build)), Outcome::Passed) {
        return Ok(false);
    }
    let mut run = cargo(["run", "--release", "--quiet", "--manifest-path"]);
    run.arg(root().join("benches/faces/Cargo.toml"))
        .arg("--target-dir")
        .arg(target())
        .args(["--", "--scratch"])
        .arg(target())
        .arg("--kalends")
        .arg(target().join("release/kalends"));
    Ok(run.args(arguments).status()?.success())
}

/// The CalDAV server beside Radicale and Cyrus. `arguments` are for `benches/caldav` itself.
pub fn caldav(arguments: &[String]) -> Result<bool> {
    let build = ["build", "--release", "--quiet", "--package", "kalends"];
    if !matches!(outcome(&mut cargo(build)), Outcome::Passed) {
        return Ok(false);
    }
    let servers = compared(&target().join("release/kalends"))?;
    let mut run = cargo(["run", "--release", "--quiet", "--manifest-path"]);
    run.arg(root().join("benches/caldav/Cargo.toml"))
        .arg("--target-dir")
        .arg(target())
        .args(["--", "--servers", &servers.description()?]);
    Ok(run.args(arguments).status()?.success())
}
