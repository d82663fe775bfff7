//! `cargo xtask simulate`: worlds in which sync is lived, optimised.

use crate::Result;
use crate::command::cargo;

/// Starts the simulation with its output on the terminal.
pub fn run(arguments: &[String]) -> Result<bool> {
    let mut command = cargo(["run", "--quiet", "--release", "--package"]);
    command
        .args(["kalends-simulation", "--bin", "simulate", "--"])
        .args(arguments);
    Ok(command.status()?.success())
}
