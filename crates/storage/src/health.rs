//! How something that talks to a provider is doing.

use serde::{Deserialize, Serialize};

use crate::row::words;

/// How a connection or a calendar is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Well.
    #[default]
    Ok,
    /// The last attempts failed; it is tried again by itself.
    Failing,
    /// Only a person can help, by connecting again.
    Reconnect,
    /// Stopped on purpose.
    Paused,
}

words! { Health, "state":
    "ok" => Health::Ok,
    "failing" => Health::Failing,
    "reconnect" => Health::Reconnect,
    "paused" => Health::Paused,
}
