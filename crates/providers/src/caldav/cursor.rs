//! Where the next read begins: a sync token, or the ETags of everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The position of a calendar, as the hub keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Cursor {
    /// A token of sync-collection (RFC 6578), as it was written before syncs were counted.
    Sync(String),
    /// A token of sync-collection.
    Counted {
        /// The token.
        token: String,
        /// How many syncs ago all ETags were last compared.
        syncs: u32,
    },
    /// The state of the whole collection, for servers without it.
    Tags {
        /// `getctag`, which changes with every change inside, where the server has it.
        collection: Option<String>,
        /// ETags by id.
        objects: BTreeMap<String, String>,
    },
}

impl Cursor {
    /// Reads it. `None`: of another version; a full listing follows.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Writes it.
    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
