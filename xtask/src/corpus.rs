//! Corpora that are not part of the repository, run by the crate that they are about.

use crate::Result;
use crate::command::cargo;

/// Starts the runner of a crate, an example of it, optimised, with its output on the terminal.
pub fn run((package, example): (&str, &str), arguments: &[String]) -> Result<bool> {
    let build = ["run", "--quiet", "--release", "--package", package];
    let mut command = cargo(build);
    if package == "kalends-calendar" {
        // There are cases of other calendars among those of recurrence.
        command.args(["--features", "rscale"]);
    }
    command.args(["--example", example, "--"]).args(arguments);
    // Files are named from where the person is, not from the root.
    command.current_dir(std::env::current_dir()?);
    Ok(command.status()?.success())
}
