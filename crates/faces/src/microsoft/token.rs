//! Delta and skip tokens: opaque to clients, and all that a round needs to go on.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hub::{CalendarId, CopyId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// Where a round is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Token {
    /// The calendar that it is for.
    #[serde(rename = "c")]
    pub(super) calendar: CalendarId,
    /// The window's first instant.
    #[serde(rename = "f")]
    pub(super) from: Timestamp,
    /// The window's end.
    #[serde(rename = "t")]
    pub(super) to: Timestamp,
    /// Position of the change log: everything up to it has been told, or will be by the end of a first round.
    #[serde(rename = "p")]
    pub(super) position: i64,
    /// In a first round: the last event that was told.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<CopyId>,
    /// The event that was cut at the end of a page, and how many of its items were told.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<(CopyId, usize)>,
    /// Whether it is in a first round.
    #[serde(rename = "i", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) initial: bool,
}

impl Token {
    pub(super) fn encode(&self) -> String {
        // Plain values only: nothing here can fail to be written.
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn decode(text: &str) -> Result<Self, Fault> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let token = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        token.ok_or_else(|| Fault::parameter("the token is not one of ours"))
    }
}
