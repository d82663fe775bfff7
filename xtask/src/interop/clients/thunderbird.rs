//! Thunderbird, of Debian's packages, on a screen that nobody sees (Xvfb): `thunderbird.py` drives it.

use std::process::Command;

use super::{Place, Verdict, heard};
use crate::Result;
use crate::command::{find, root};

/// What the script starts.
const PROGRAMS: [&str; 2] = ["thunderbird", "Xvfb"];

pub fn run(place: &Place<'_>) -> Result<Verdict> {
    if PROGRAMS.iter().any(|program| find(program).is_none()) {
        let how = "apt-get install --no-install-recommends thunderbird xvfb";
        return Ok(Verdict::Missing(how.to_owned()));
    }
    let account = place.house.account()?;
    let mut command = Command::new(place.python);
    command.arg(root().join("xtask/interop/thunderbird.py"));
    command.args([&account.root, &account.user, &account.password]);
    command.args([&account.calendar]).arg(&place.folder);
    let (success, said) = heard(&mut command)?;
    let last = said.lines().last().unwrap_or_default();
    Ok(if success {
        let picture = place.folder.join("week.png");
        Verdict::Works(format!("{last}; what it showed: {}", picture.display()))
    } else {
        Verdict::Fails(said)
    })
}
