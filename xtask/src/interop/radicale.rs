//! Radicale, of Python's registry.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::process::{Running, free_port};
use super::server::{Kind, Server, USER};
use crate::Result;

/// Starts one that believes everybody who they say they are.
pub fn start(python: &Path, folder: &Path) -> Result<Server> {
    let port = free_port()?;
    let config = folder.join("config");
    let text = format!(
        "[server]\nhosts = 127.0.0.1:{port}\nmax_connections = 100\n[auth]\ntype = none\n[rights]\ntype = owner_only\n\
         [storage]\nfilesystem_folder = {}\n[logging]\nlevel = warning\n",
        folder.display()
    );
    fs::write(&config, text)?;
    let mut command = Command::new(python);
    command.args(["-m", "radicale", "--config"]).arg(&config);
    let root = format!("http://127.0.0.1:{port}/");
    Ok(Server {
        kind: Kind::Radicale,
        home: format!("{root}{USER}/"),
        root,
        files: Some(folder.join("collection-root").join(USER)),
        running: Running::listening(command, &folder.join("log"), port)?,
        beside: Vec::new(),
        database: None,
    })
}
