//! Kalends as a client: its own test, with real servers instead of the stand-in (`crates/kalends/tests/it/interop`).

use std::path::Path;
use std::process::Command;

use super::Options;
use super::server::{Kind, Server};
use crate::Result;
use crate::command::cargo;

/// The variable in which the test finds where the servers are.
const VARIABLE: &str = "KALENDS_INTEROP";
/// With one server, and with all of them in one link.
const ALONE: &str = "interop::a_server_is_kept_in_step";
const TOGETHER: &str = "interop::servers_are_kept_in_step_with_each_other";

/// Starts the servers and runs every check with each of them; then links them all.
pub fn servers(options: &Options, python: &Path, folder: &Path) -> Result<bool> {
    let mut running = Vec::new();
    let always = Kind::ALWAYS.into_iter().filter(|k| options.wants(k.name()));
    let asked = Kind::ASKED.into_iter().filter(|k| options.asks(k.name()));
    for kind in always.chain(asked) {
        match kind.missing() {
            Some(how) => println!("{}: SKIPPED: not installed: {how}", kind.name()),
            None => running.push(kind.start(python, folder)?),
        }
    }
    let mut all = true;
    for server in &running {
        all &= drive(ALONE, std::slice::from_ref(server))?;
    }
    if running.len() > 1 {
        all &= drive(TOGETHER, &running)?;
    }
    Ok(all)
}

fn drive(test: &str, servers: &[Server]) -> Result<bool> {
    let told: Vec<_> = servers.iter().map(Server::description).collect();
    let told = serde_json::to_string(&told)?;
    let mut command: Command = cargo(["test", "--quiet", "--package", "kalends", "--test", "it"]);
    command.args(["--", "--ignored", "--exact", "--nocapture", test]);
    command.env(VARIABLE, told).env("RUST_BACKTRACE", "0");
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    // The lines of the checks; what a test runner says around them tells nobody anything.
    for line in said.lines().filter(|line| line.contains(": ")) {
        println!("{line}");
    }
    if !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.status.success())
}
