//! Python environments of our own, with pinned packages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{command, find, outcome, root, target};
use crate::report::Outcome;
use crate::{Result, command};

/// An environment.
pub struct Venv {
    /// The pinned packages, with all that they need: a file of the repository.
    pub requirements: &'static str,
    /// Where it is kept, below the target directory.
    pub folder: &'static str,
}

impl Venv {
    /// Its Python, when it is there and holds the pinned versions.
    pub fn python(&self) -> Option<PathBuf> {
        let wanted = fs::read_to_string(root().join(self.requirements)).ok()?;
        let installed = fs::read_to_string(self.stamp()).ok()?;
        (wanted == installed).then(|| self.interpreter())
    }

    /// Makes it if it is missing or out of date, and returns its Python.
    pub fn install(&self) -> Result<PathBuf> {
        if let Some(python) = self.python() {
            return Ok(python);
        }
        let base = find("python3").ok_or("no python3: apt-get install python3 python3-venv")?;
        let folder = target().join(self.folder);
        run(command(base).args(["-m", "venv", "--clear"]).arg(folder))?;
        run(command(self.interpreter())
            .args(["-m", "pip", "install", "--quiet"])
            .arg("--disable-pip-version-check")
            .args(["--requirement", self.requirements]))?;
        // Last, so that an environment which was interrupted half way is made again.
        fs::copy(root().join(self.requirements), self.stamp())?;
        Ok(self.interpreter())
    }

    fn interpreter(&self) -> PathBuf {
        target().join(self.folder).join("bin/python")
    }

    fn stamp(&self) -> PathBuf {
        target().join(self.folder).join("kalends-requirements.txt")
    }
}

fn run(command: &mut Command) -> Result<()> {
    match outcome(command) {
        Outcome::Passed => Ok(()),
        _ => Err(format!("{} failed, see above", command::line(command)).into()),
    }
}
