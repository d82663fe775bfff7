//! The vendors' official Python clients, in an environment of their own: tests drive our faces with them.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{command, find, outcome, root, target};
use crate::report::Outcome;
use crate::{Result, command};

/// The variable in which tests find the Python that can import the clients.
pub const VARIABLE: &str = "KALENDS_CLIENTS_PYTHON";

/// The pinned packages, with all that they need.
const REQUIREMENTS: &str = "xtask/clients.txt";

/// The Python of the environment, when it is there and holds the pinned versions.
pub fn python() -> Option<PathBuf> {
    if let Some(python) = env::var_os(VARIABLE).filter(|python| !python.is_empty()) {
        return Some(python.into());
    }
    let wanted = fs::read_to_string(root().join(REQUIREMENTS)).ok()?;
    let installed = fs::read_to_string(stamp()).ok()?;
    (wanted == installed).then(interpreter)
}

/// Makes the environment if it is missing or out of date, and returns its Python.
pub fn install() -> Result<PathBuf> {
    if let Some(python) = python() {
        return Ok(python);
    }
    let base = find("python3").ok_or("no python3: apt-get install python3 python3-venv")?;
    run(command(base).args(["-m", "venv", "--clear"]).arg(folder()))?;
    run(command(interpreter())
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--requirement", REQUIREMENTS]))?;
    // Last, so that an environment which was interrupted half way is made again.
    fs::copy(root().join(REQUIREMENTS), stamp())?;
    Ok(interpreter())
}

fn folder() -> PathBuf {
    target().join("clients/venv")
}

fn interpreter() -> PathBuf {
    folder().join("bin/python")
}

fn stamp() -> PathBuf {
    folder().join("kalends-requirements.txt")
}

fn run(command: &mut Command) -> Result<()> {
    match outcome(command) {
        Outcome::Passed => Ok(()),
        _ => Err(format!("{} failed, see above", command::line(command)).into()),
    }
}
