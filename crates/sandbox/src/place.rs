//! The data directory: one sandbox at a time has it, and empties it only when nothing can go wrong any more.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use crate::{Error, Result, io};

/// Held as long as the sandbox runs; the system lets go of it, however that ends.
const LOCK: &str = "lock";
/// What shows that a directory is a sandbox's.
const OURS: [&str; 3] = [LOCK, "sandbox.json", "sandbox.key"];

/// A data directory that is ours alone.
pub(crate) struct Place {
    data: PathBuf,
    /// It was ours before, or empty.
    ours: bool,
    _lock: File,
}

impl Place {
    /// Makes the directory if need be, and takes it.
    ///
    /// # Errors
    /// [`Error::Taken`] if a running sandbox has it.
    pub(crate) fn take(data: &Path) -> Result<Self> {
        let what = || format!("the data directory {}", data.display());
        fs::create_dir_all(data).map_err(io(what()))?;
        let mut entries = fs::read_dir(data).map_err(io(what()))?;
        let ours = OURS.iter().any(|name| data.join(name).exists()) || entries.next().is_none();
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data.join(LOCK))
            .map_err(io(what()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                data: data.to_owned(),
                ours,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Error::Taken(data.to_owned())),
            Err(TryLockError::Error(error)) => Err(io(what())(error)),
        }
    }

    /// Removes everything that is in it.
    ///
    /// # Errors
    /// [`Error::NotOurs`] if there was something else in it than a sandbox's data.
    pub(crate) fn clear(&self) -> Result<()> {
        if !self.ours {
            return Err(Error::NotOurs(self.data.clone()));
        }
        let what = || format!("--fresh: emptying {}", self.data.display());
        for entry in fs::read_dir(&self.data).map_err(io(what()))? {
            let path = entry.map_err(io(what()))?.path();
            if path.ends_with(LOCK) {
                continue;
            }
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.map_err(io(what()))?;
        }
        Ok(())
    }
}
