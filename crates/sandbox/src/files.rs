//! Files that only their owner may read, written whole or not at all.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use crate::{Result, io};

/// Writes a file of mode 0600: beside its place first, so that nobody reads half of it.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    let draft = path.with_extension("draft");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&draft, path))
        .map_err(io(format!("writing {}", path.display())))
}
