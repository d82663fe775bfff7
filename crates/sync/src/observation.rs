//! What was seen at a provider.

use calendar::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ChangeId, Stamp, Version};

/// One event as it was seen at a provider, whole: master and overrides in one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Identity of the sighting; the cause of what follows from it.
    pub change: ChangeId,
    /// The provider's id or href.
    pub remote_id: String,
    /// The version seen; `None` for a deletion.
    pub version: Option<Version>,
    /// The body; `None` says that it is certainly not there.
    pub body: Option<Event>,
    /// The stamp that it bears.
    pub stamp: Option<Stamp>,
    /// When the provider says that it was last modified.
    pub modified: Option<Timestamp>,
}
