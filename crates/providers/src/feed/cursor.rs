//! What is remembered of a feed between two reads.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::pace;

/// The position of a feed, as the hub keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// What the server said that tells one state of the file from another.
    #[serde(flatten)]
    pub(super) validators: Validators,
    /// The same of what is in it: servers that say nothing send the same again, with other time stamps.
    pub(super) print: String,
    /// How soon it is worth while to ask again, in seconds.
    pub(super) seconds: u64,
    /// When it was last read whole.
    pub(super) read: Timestamp,
}

/// Validators of a file (RFC 9110 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) modified: Option<String>,
    /// How long the server says that the file is fresh, in seconds.
    #[serde(skip)]
    pub(super) fresh: Option<u64>,
}

impl Cursor {
    /// Reads it. `None`: of another version; everything is read.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Writes it.
    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// How soon to ask again.
    pub(super) fn pace(&self) -> Duration {
        pace::held(self.seconds)
    }
}
