//! How storage is opened.

use std::{path::Path, time::Duration};

/// Where the database is and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `sqlite:PATH`, `sqlite::memory:` (a database that vanishes with its [`crate::Stores`]), or `postgres://…`.
    pub url: String,
    /// Connections: of a PostgreSQL pool, or readers of a SQLite file (which has one writer besides).
    pub connections: u32,
    /// How long a transaction waits for a connection or for a lock.
    pub busy_wait: Duration,
    /// What one statement may take: a plan gone wrong, or a storm of deletions, holds up nobody for longer. On PostgreSQL it is time;
    /// SQLite counts its steps, some 50,000 a millisecond, so that a machine that is busy elsewhere refuses nothing.
    pub statement: Duration,
    /// SQLite only: every commit survives a power cut (`synchronous=FULL`). Without it a power cut may undo the last
    /// commits, a crash of the process never does. PostgreSQL has its own setting.
    pub durable: bool,
}

impl Settings {
    /// Usual settings for a SQLite file.
    pub fn sqlite(file: &Path) -> Self {
        Self::new(format!("sqlite:{}", file.display()))
    }

    /// Usual settings for a URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 8,
            busy_wait: Duration::from_secs(30),
            statement: Duration::from_secs(30),
            durable: false,
        }
    }
}
