//! calcurse-caldav, of Debian's packages: two calcurse directories, each in step with one calendar.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Place, Verdict, told};
use crate::Result;
use crate::command::find;

/// Where a directory keeps its appointments.
const APPOINTMENTS: &str = "apts";
/// One that stays: it does not sync from nothing, nor to nothing.
const STAYS: &str = "02/01/2027 @ 12:00 -> 02/01/2027 @ 13:00|Stays\n";
const LUNCH: &str = "02/03/2027 @ 12:00 -> 02/03/2027 @ 13:00|Lunch\n";

pub fn run(place: &Place<'_>) -> Result<Verdict> {
    let (Some(script), Some(_)) = (find("calcurse-caldav"), find("calcurse")) else {
        return Ok(Verdict::Missing("apt-get install calcurse".to_owned()));
    };
    let account = place.house.account()?;
    let (host, path) = (account.calendar.trim_start_matches("http://"))
        .split_once('/')
        .ok_or("the calendar has no path")?;
    for side in ["one", "other"] {
        let folder = place.folder.join(side);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(APPOINTMENTS), STAYS)?;
        fs::write(folder.join("todo"), "")?;
        let config = format!(
            "[General]\nBinary = calcurse\nHostname = {host}\nPath = /{path}\nAuthMethod = basic\nHTTPS = No\n\
             SyncFilter = cal\nDryRun = No\n[Auth]\nUsername = {}\nPassword = {}\n",
            account.user, account.password
        );
        fs::write(folder.join("config"), config)?;
    }
    let sync = |side: &str, first: bool| sync(place, &script, side, first);
    let at = |side: &str| place.folder.join(side).join(APPOINTMENTS);
    sync("one", true)?;
    fs::write(at("other"), "")?;
    sync("other", true)?;
    let late = LUNCH.replace("Lunch", "Late lunch");
    for more in [LUNCH, &late, ""] {
        let all = format!("{STAYS}{more}");
        fs::write(at("one"), &all)?;
        sync("one", false)?;
        sync("other", false)?;
        let there = fs::read_to_string(at("other"))?;
        if there != all {
            return Ok(Verdict::Fails(format!("{all:?} came as {there:?}")));
        }
    }
    Ok(Verdict::Works("made, edited and deleted".to_owned()))
}

fn sync(place: &Place<'_>, script: &PathBuf, side: &str, first: bool) -> Result<String> {
    let folder = place.folder.join(side);
    let file = |name: &str| -> PathBuf { Path::new(&folder).join(name) };
    let mut command = Command::new(place.python);
    command.arg(script).arg("--config").arg(file("config"));
    command.arg("--datadir").arg(&folder);
    command.arg("--lockfile").arg(file("lock"));
    command.arg("--syncdb").arg(file("sync.db"));
    command.arg("--hookdir").arg(file("hooks"));
    if first {
        command.args(["--init", "two-way"]);
    }
    told(&mut command)
}
