//! caldav-server-tester, of Python's registry: what a server can do, as its authors measure it of all servers.

use std::process::Command;

use serde_json::Value;

use super::{Place, Verdict};
use crate::Result;

/// What it calls a server that answers wrongly, or with an error where a refusal was due.
const BAD: [&str; 3] = ["broken", "ungraceful", "fragile"];

pub fn run(place: &Place<'_>) -> Result<Verdict> {
    let account = place.house.account()?;
    let mut command = Command::new(place.python.with_file_name("caldav-server-tester"));
    command.args(["--format", "json"]);
    command.args(["--caldav-url", &account.root]);
    command.args(["--caldav-username", &account.user]);
    command.args(["--caldav-password", &account.password]);
    let output = command.output()?;
    let Ok(told) = serde_json::from_slice::<Value>(&output.stdout) else {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    };
    let features = told["features"].as_object().ok_or("no features")?;
    let of = |level: &str| -> Vec<&str> {
        let these = features.iter().filter(|(_, told)| told["support"] == level);
        these.map(|(name, _)| name.as_str()).collect()
    };
    let bad: Vec<String> = BAD
        .iter()
        .flat_map(|level| {
            of(level)
                .into_iter()
                .map(move |name| format!("{name}: {level}"))
        })
        .collect();
    // Only what is not as it expects of every server is told.
    let lacks = format!("lacks {}", of("unsupported").join(", "));
    Ok(if bad.is_empty() {
        Verdict::Works(format!("nothing is broken or ungraceful; {lacks}"))
    } else {
        Verdict::Fails(format!("{}; {lacks}", bad.join(", ")))
    })
}
