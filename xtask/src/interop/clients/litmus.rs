//! litmus, of Debian's packages: a test suite for WebDAV servers. It wants to keep files in collections, which a hub does not
//! have: it keeps calendars (`docs/conformance/caldavtester.md` has more that is refused for that).

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
    command.args([
        "--keep-going",
        &account.home,
        &account.user,
        &account.password,
    ]);
    let (_, said) = heard(&mut command)?;
    let made = !said.contains("Could not create new collection");
    let sums: Vec<&str> = said.lines().filter(|l| l.contains("summary for")).collect();
    let sums = sums.join("; ");
    Ok(match (made, said.contains("FAIL")) {
        (false, _) => Verdict::Refused("it needs a collection that is no calendar".to_owned()),
        (true, true) => Verdict::Fails(sums),
        (true, false) => Verdict::Works(sums),
    })
}
