//! Real CalDAV clients, against Kalends as a server. Each has accounts of its own.

mod calcurse;
mod caldav_server_tester;
mod litmus;
mod python_caldav;
mod thunderbird;
mod tsdav;
mod vdirsyncer;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Options;
use super::house::House;
use super::process::clear;
use crate::Result;
use crate::command::target;

/// What a client needs.
struct Place<'a> {
    house: &'a House,
    /// The Python that can import those that are written in it.
    python: &'a Path,
    /// A folder for this client.
    folder: PathBuf,
}

/// How it went.
enum Verdict {
    /// All that it tries works; how much that is.
    Works(String),
    /// Something does not, and should.
    Fails(String),
    /// It is not installed; how to change that.
    Missing(String),
}

type Client = (&'static str, fn(&Place<'_>) -> Result<Verdict>);

/// Those that are always run.
const ALWAYS: [Client; 6] = [
    ("python-caldav", python_caldav::run),
    ("caldav-server-tester", caldav_server_tester::run),
    ("vdirsyncer", vdirsyncer::run),
    ("tsdav", tsdav::run),
    ("calcurse-caldav", calcurse::run),
    ("litmus", litmus::run),
];
/// Those that bring a good part of a system along, and are run when they are asked for.
const ASKED: [Client; 1] = [("Thunderbird", thunderbird::run)];

/// Runs those that are wanted, and prints a line for each. False if one of them found something wrong.
pub fn run(options: &Options, python: &Path, folder: &Path) -> Result<bool> {
    let always = ALWAYS.iter().filter(|(name, _)| options.wants(name));
    let asked = ASKED.iter().filter(|(name, _)| options.asks(name));
    let wanted: Vec<&Client> = always.chain(asked).collect();
    if wanted.is_empty() {
        return Ok(true);
    }
    let house = House::start(&target().join("debug/kalends"), folder)?;
    let mut all = true;
    for (name, client) in wanted {
        let folder = folder.join(name);
        clear(&folder)?;
        let place = Place {
            house: &house,
            python,
            folder,
        };
        let verdict = client(&place).unwrap_or_else(|error| Verdict::Fails(error.to_string()));
        all &= !matches!(verdict, Verdict::Fails(_));
        match verdict {
            Verdict::Works(what) => println!("{name}: ok: {what}"),
            Verdict::Fails(what) => println!("{name}: FAILED: {what}"),
            Verdict::Missing(how) => println!("{name}: SKIPPED: not installed: {how}"),
        }
    }
    Ok(all)
}

/// Runs a client that must succeed; what it said.
fn told(command: &mut Command) -> Result<String> {
    let (success, said) = heard(command)?;
    if success {
        return Ok(said);
    }
    Err(format!("{}: {said}", crate::command::line(command)).into())
}

/// Runs a client; whether it succeeded, and what it said on both of its outputs.
fn heard(command: &mut Command) -> Result<(bool, String)> {
    let output = command.output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    Ok((output.status.success(), said))
}
