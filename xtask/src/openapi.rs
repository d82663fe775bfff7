//! `cargo xtask openapi`: writes the description of the REST API to `docs/openapi.json`, where a change of it is reviewed.

use std::fs;

use crate::Result;
use crate::command::{cargo, root};

/// Writes the file.
pub fn write() -> Result<()> {
    let run = ["run", "-q", "-p", "kalends-faces", "--example", "openapi"];
    let printed = cargo(run).output()?;
    if !printed.status.success() {
        return Err(String::from_utf8_lossy(&printed.stderr).into());
    }
    fs::write(root().join("docs/openapi.json"), printed.stdout)?;
    Ok(())
}
