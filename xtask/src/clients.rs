//! The vendors' official Python clients, in an environment of their own: tests drive our faces with them.

use std::env;
use std::path::PathBuf;

use crate::Result;
use crate::venv::Venv;

/// The variable in which tests find the Python that can import the clients.
pub const VARIABLE: &str = "KALENDS_CLIENTS_PYTHON";

const CLIENTS: Venv = Venv {
    requirements: "xtask/clients.txt",
    folder: "clients/venv",
};

/// The Python of the environment, when it is there and holds the pinned versions.
pub fn python() -> Option<PathBuf> {
    if let Some(python) = env::var_os(VARIABLE).filter(|python| !python.is_empty()) {
        return Some(python.into());
    }
    CLIENTS.python()
}

/// Makes the environment if it is missing or out of date, and returns its Python.
pub fn install() -> Result<PathBuf> {
    match python() {
        Some(python) => Ok(python),
        None => CLIENTS.install(),
    }
}
