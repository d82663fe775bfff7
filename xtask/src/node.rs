//! Packages for Node in a folder of their own, pinned by a lockfile.

use std::fs;
use std::path::PathBuf;

use crate::Result;
use crate::command::{command, find, outcome, root, target};
use crate::report::Outcome;

/// Packages.
pub struct Node {
    /// The folder of the repository that has `package.json`, `package-lock.json` and `.npmrc`.
    pub manifest: &'static str,
    /// Where they are kept, below the target directory.
    pub folder: &'static str,
}

/// What says which packages are meant.
const FILES: [&str; 3] = [".npmrc", "package.json", "package-lock.json"];

impl Node {
    /// The folder with `node_modules` in it, when that holds what the lockfile says.
    pub fn there(&self) -> Option<PathBuf> {
        let wanted =
            fs::read_to_string(root().join(self.manifest).join("package-lock.json")).ok()?;
        let installed = fs::read_to_string(self.stamp()).ok()?;
        (wanted == installed).then(|| self.place())
    }

    /// Installs them if they are missing or out of date, and returns the folder.
    pub fn install(&self) -> Result<PathBuf> {
        if let Some(place) = self.there() {
            return Ok(place);
        }
        let npm = find("npm").ok_or("no npm: apt-get install nodejs npm")?;
        let place = self.place();
        fs::create_dir_all(&place)?;
        for file in FILES {
            fs::copy(root().join(self.manifest).join(file), place.join(file))?;
        }
        let mut ci = command(npm);
        // What is installed has no business to run anything.
        ci.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(["--loglevel", "error"])
            .current_dir(&place);
        if !matches!(outcome(&mut ci), Outcome::Passed) {
            return Err("npm ci failed, see above".into());
        }
        // Last, so that an installation which was interrupted half way is made again.
        let lock = root().join(self.manifest).join("package-lock.json");
        fs::copy(lock, self.stamp())?;
        Ok(place)
    }

    fn place(&self) -> PathBuf {
        target().join(self.folder)
    }

    fn stamp(&self) -> PathBuf {
        self.place().join("node_modules/kalends-lock.json")
    }
}
