//! `cargo xtask interop`: Kalends beside software that others have written. As a client it keeps the calendars of real CalDAV
//! servers in step; as a server it is used by real CalDAV clients.

mod clients;
mod compared;
mod cyrus;
mod davical;
mod drive;
mod house;
mod process;
mod radicale;
mod server;
mod sogo;
mod xandikos;

use crate::Result;
use crate::command::{cargo, outcome, target};
use crate::report::Outcome;
use crate::venv::Venv;

pub use compared::compared;

/// The servers and clients that are in Python's registry.
const PYTHON: Venv = Venv {
    requirements: "xtask/interop.txt",
    folder: "interop/venv",
};

/// What is to be run.
#[derive(clap::Args)]
pub struct Options {
    /// Only real servers, against Kalends as a client.
    #[arg(long, conflicts_with = "clients")]
    servers: bool,
    /// Only real clients, against Kalends as a server.
    #[arg(long)]
    clients: bool,
    /// Those too that bring a good part of a system along: DAViCal, SOGo, Thunderbird.
    #[arg(long)]
    all: bool,
    /// Only those with these names.
    names: Vec<String>,
}

impl Options {
    /// Whether one that is always run is wanted.
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names(name)
    }

    /// Whether one is wanted that has to be asked for.
    fn asks(&self, name: &str) -> bool {
        self.names(name) || self.all && self.names.is_empty()
    }

    fn names(&self, name: &str) -> bool {
        let same = |one: &String| one.eq_ignore_ascii_case(name);
        self.names.iter().any(same)
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
    let mut all = true;
    if !options.clients {
        all &= drive::servers(options, &python, &folder)?;
    }
    if !options.servers {
        all &= clients::run(options, &python, &folder)?;
    }
    Ok(all)
}
