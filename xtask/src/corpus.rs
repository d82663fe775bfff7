//! Corpora that are not part of the repository, run by the crate that they are about.

use crate::Result;
use crate::command::cargo;

/// Starts the runner of the calendar crate, optimised, with its output on the terminal.
pub fn run(arguments: &[String]) -> Result<bool> {
    let build = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "kalends-calendar",
    ];
    let mut command = cargo(build);
    command.args(["--example", "corpus", "--"]).args(arguments);
    // Files are named from where the person is, not from the root.
    command.current_dir(std::env::current_dir()?);
    Ok(command.status()?.success())
}
