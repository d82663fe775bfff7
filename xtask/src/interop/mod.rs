//! `cargo xtask interop`: Kalends beside software that others have written. As a client it keeps the calendars of real CalDAV
//! servers in step.

mod cyrus;
mod drive;
mod process;
mod radicale;
mod server;
mod xandikos;

use crate::command::{cargo, outcome, target};
use crate::report::Outcome;
use crate::venv::Venv;
use crate::{Result, interop::server::Kind};

/// The servers and clients that are in Python's registry.
const PYTHON: Venv = Venv {
    requirements: "xtask/interop.txt",
    folder: "interop/venv",
};

/// What is to be run.
#[derive(clap::Args)]
pub struct Options {
    /// Only those with these names.
    names: Vec<String>,
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        let same = |one: &String| one.eq_ignore_ascii_case(name);
        self.names.is_empty() || self.names.iter().any(same)
    }
}

/// Runs what is asked for, and says of each what held. False if something did not.
pub fn run(options: &Options) -> Result<bool> {
    let build = ["build", "--quiet", "--package", "kalends"];
    if !matches!(outcome(&mut cargo(build)), Outcome::Passed) {
        return Ok(false);
    }
    let python = PYTHON.install()?;
    let folder = target().join("interop/data");
    process::clear(&folder)?;
    let kinds: Vec<Kind> = (Kind::ALL.into_iter())
        .filter(|kind| options.wants(kind.name()))
        .collect();
    drive::servers(&kinds, &python, &folder)
}
