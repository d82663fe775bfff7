//! vdirsyncer, of Python's registry: two folders, each in step with one calendar.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Place, Verdict, told};
use crate::Result;
use crate::interop::house::Account;

/// A series, so that there is something to lose.
const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//interop.example//app//EN\r\nBEGIN:VEVENT\r\n\
    UID:rounds@interop.example\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20270301T090000Z\r\nDTEND:20270301T100000Z\r\n\
    RRULE:FREQ=WEEKLY;COUNT=8\r\nEXDATE:20270308T090000Z\r\nSUMMARY:Rounds\r\nX-SEAT;X-SIDE=left:7\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

pub fn run(place: &Place<'_>) -> Result<Verdict> {
    let account = place.house.account()?;
    let config = place.folder.join("config");
    let status = place.folder.join("status");
    let mut parts = vec![format!(
        "[general]\nstatus_path = \"{}\"\n",
        status.display()
    )];
    for side in ["one", "other"] {
        let files = place.folder.join(side);
        fs::create_dir_all(files.join("calendar"))?;
        parts.push(pair(side, &files, &account));
    }
    fs::write(&config, parts.concat())?;
    let run = |task: &str, pair: &str| {
        let mut command = Command::new(place.python);
        command.args(["-m", "vdirsyncer", "-c"]).arg(&config);
        told(command.args([task, pair]))
    };
    for side in ["one", "other"] {
        run("discover", side)?;
    }
    let at = |side: &str| place.folder.join(side).join("calendar");
    let both = || run("sync", "one").and_then(|_| run("sync", "other"));
    fs::write(at("one").join("rounds.ics"), EVENT)?;
    both()?;
    let there = only(&at("other"))?.unwrap_or_default();
    if lines(&there) != lines(EVENT) {
        return Ok(Verdict::Fails(format!("it came as {there}")));
    }
    let file = at("one").join("rounds.ics");
    fs::write(
        &file,
        EVENT.replace("SUMMARY:Rounds", "SUMMARY:Late rounds"),
    )?;
    both()?;
    if !only(&at("other"))?.is_some_and(|text| text.contains("SUMMARY:Late rounds")) {
        return Ok(Verdict::Fails("an edit did not come".to_owned()));
    }
    fs::remove_file(&file)?;
    // The last item of a calendar is not deleted without being asked to.
    fs::write(at("one").join("x.ics"), EVENT.replace("rounds@", "other@"))?;
    both()?;
    match only(&at("other"))? {
        Some(text) if text.contains("UID:other@") => {
            let what = "made, edited and deleted, with every property";
            Ok(Verdict::Works(what.to_owned()))
        }
        other => Ok(Verdict::Fails(format!("after a deletion: {other:?}"))),
    }
}

/// A folder and the server, as they are configured.
fn pair(side: &str, files: &Path, account: &Account) -> String {
    format!(
        "[pair {side}]\na = \"{side}_files\"\nb = \"{side}_server\"\ncollections = [\"calendar\"]\n\
         [storage {side}_files]\ntype = \"filesystem\"\npath = \"{}\"\nfileext = \".ics\"\n\
         [storage {side}_server]\ntype = \"caldav\"\nurl = \"{}\"\nusername = \"{}\"\npassword = \"{}\"\n",
        files.display(),
        account.root,
        account.user,
        account.password,
    )
}

/// The text of the one file of a folder.
fn only(folder: &Path) -> Result<Option<String>> {
    let mut files = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    match (files.pop(), files.len()) {
        (Some(file), 0) => Ok(Some(fs::read_to_string(file.path())?)),
        _ => Ok(None),
    }
}

/// The lines of an object in an order of ours.
fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}
