//! Push channels (`#/schemas/Channel`, <https://developers.google.com/workspace/calendar/api/guides/push>).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `Channel`: asked for with `…/watch`, closed with `channels/stop`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Channel {
    /// `api#channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Chosen by us, at most 64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is watched; needed to stop the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Address of what is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_uri: Option<String>,
    /// Secret that comes back with every notification; the only proof of who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// End of its life, Unix milliseconds as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<String>,
    /// `web_hook`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub channel_type: Option<String>,
    /// Where notifications go, https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Everything else, such as `params` with `ttl`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}
