//! Xandikos, of Python's registry: calendars in a Git repository.

use std::path::Path;
use std::process::Command;

use super::process::{Running, free_port};
use super::server::{Kind, Server, USER};
use crate::Result;

/// Starts one. Over plain HTTP it asks nobody for a password.
pub fn start(python: &Path, folder: &Path) -> Result<Server> {
    let port = free_port()?;
    let mut command = Command::new(python);
    command.args(["-m", "xandikos", "serve", "--defaults", "--directory"]);
    command.arg(folder.join("calendars"));
    command.args(["--current-user-principal", &format!("/{USER}/")]);
    command.args(["--listen-address", "127.0.0.1", "--port"]);
    command.arg(port.to_string()).arg("--state-dir").arg(folder);
    let root = format!("http://127.0.0.1:{port}/");
    Ok(Server {
        kind: Kind::Xandikos,
        home: format!("{root}{USER}/calendars/"),
        root,
        files: None,
        running: Running::listening(command, &folder.join("log"), port)?,
        beside: Vec::new(),
        database: None,
    })
}
