//! litmus, of Debian's packages: a test suite for WebDAV servers. It wants to keep files in collections, which a hub does not
//! have; the stand-in has one for it.

use std::process::Command;

use super::{Place, Verdict, heard};
use crate::Result;
use crate::command::find;

/// What calendar clients need of WebDAV; not locks.
const SUITES: &str = "http basic copymove props";

pub fn run(place: &Place<'_>) -> Result<Verdict> {
    let Some(litmus) = find("litmus") else {
        return Ok(Verdict::Missing("apt-get install litmus".to_owned()));
    };
    let account = place.house.account()?;
    let mut command = Command::new(litmus);
    command.current_dir(&place.folder).env("TESTS", SUITES);
    let scratch = format!("{}scratch/", account.root);
    command.args(["--keep-going", &scratch, &account.user, &account.password]);
    let (_, said) = heard(&mut command)?;
    let sums: Vec<&str> = said.lines().filter(|l| l.contains("summary for")).collect();
    let sums = sums.join("; ");
    Ok(if sums.is_empty() || said.contains("FAIL") {
        Verdict::Fails(sums)
    } else {
        Verdict::Works(sums)
    })
}
