//! The web app's steps: what its `package.json` calls check, lint, test and test:browser.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::command::{command, find, outcome, root};
use crate::report::Outcome;

/// The web app's folder and the scripts that its package has.
pub struct WebApp {
    folder: PathBuf,
    scripts: Vec<String>,
}

impl WebApp {
    /// Reads the package; the error says why there is nothing to run.
    pub fn read() -> Result<Self, String> {
        let folder = root().join("crates/web/ui");
        let text = fs::read_to_string(folder.join("package.json"))
            .map_err(|error| format!("crates/web/ui/package.json: {error}"))?;
        if find("npm").is_none() {
            return Err("no npm: apt-get install nodejs npm".to_owned());
        }
        Ok(Self {
            folder,
            scripts: scripts(&text)?,
        })
    }

    /// `npm ci`, unless what is installed is already what the lockfile says.
    pub fn install(&self) -> Outcome {
        let written = |file: &str| fs::metadata(self.folder.join(file))?.modified();
        let lock = written("package-lock.json");
        let installed = written("node_modules/.package-lock.json");
        if let (Ok(lock), Ok(installed)) = (lock, installed)
            && installed >= lock
        {
            return Outcome::Passed;
        }
        outcome(
            command("npm")
                .args(["ci", "--no-audit", "--no-fund"])
                .current_dir(&self.folder),
        )
    }

    /// Runs one script with the given variables.
    pub fn run(&self, script: &str, variables: &[(&str, String)]) -> Outcome {
        if !self.scripts.iter().any(|known| known == script) {
            return Outcome::Skipped(format!("crates/web/ui has no script \"{script}\""));
        }
        outcome(
            command("npm")
                .args(["run", "--silent", script])
                .envs(variables.iter().map(|(name, value)| (name, value)))
                .current_dir(&self.folder),
        )
    }
}

fn scripts(package: &str) -> Result<Vec<String>, String> {
    let package: Value = serde_json::from_str(package)
        .map_err(|error| format!("crates/web/ui/package.json: {error}"))?;
    let scripts = package["scripts"].as_object();
    Ok(scripts
        .map(|scripts| scripts.keys().cloned().collect())
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_of_a_package_are_read() {
        let package = r#"{"scripts": {"check": "svelte-check", "test:browser": "node browser"}}"#;
        assert_eq!(
            scripts(package),
            Ok(vec!["check".to_owned(), "test:browser".to_owned()])
        );
        assert_eq!(scripts("{}"), Ok(vec![]));
        assert!(scripts("").is_err());
    }
}
