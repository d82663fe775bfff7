//! Servers, as `cargo xtask bench caldav` describes them.

use std::path::PathBuf;

use serde::Deserialize;

/// One of them.
#[derive(Clone, Deserialize)]
pub struct Server {
    /// What it is called.
    pub name: String,
    /// The collection of its one account's calendars.
    pub home: String,
    /// The account.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Its process; its children count as well.
    pub process: u32,
    /// Somebody else there, if there is.
    pub neighbour: Option<Account>,
    /// Where it keeps the account's calendars as files, if it does and does not mind when somebody else writes them.
    pub files: Option<PathBuf>,
}

/// Another account.
#[derive(Clone, Deserialize)]
pub struct Account {
    /// The collection of its calendars.
    pub home: String,
    /// Its name.
    pub user: String,
    /// Its password.
    pub password: String,
}

impl Server {
    /// The calendar that is measured.
    pub fn calendar(&self) -> String {
        format!("{}{NAME}/", self.home)
    }
}

/// Its name.
pub const NAME: &str = "bench";
