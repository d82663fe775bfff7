//! What we are about to write, persisted before it is written (R10).

use std::collections::BTreeMap;

use calendar::{Event, Unit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Cause, CopyId, Stamp, Version, copy::pairs};

/// One write and what is known of its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its unique mark, carried by the written event.
    pub stamp: Stamp,
    /// The copy that it is for.
    pub copy: CopyId,
    /// What is to be done.
    pub operation: Operation,
    /// The copy's generation at that moment.
    pub generation: u32,
    /// The remote id: of the event to change, or the one that a new event shall get where we may choose.
    pub remote_id: Option<String>,
    /// The version that the write is conditional on.
    pub version: Option<Version>,
    /// The body sent; `None` for a delete.
    pub body: Option<Event>,
    /// Our copy at that moment; `None` for a delete.
    pub local: Option<Event>,
    /// How often the calendar's feed had been read at that moment (R4).
    pub feed: u64,
    /// Why each written unit changed; what "why" shows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "pairs")]
    pub causes: BTreeMap<Unit, Cause>,
    /// Why it was created or deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life_cause: Option<Cause>,
    /// The provider takes it in several requests: of a series, occurrences may have landed and others not yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_parts: bool,
    /// When it was persisted.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Make it.
    Create,
    /// Change it.
    Update,
    /// Remove it.
    Delete,
}

/// What became of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Not known: it must be looked up before anything else is tried.
    Open,
    /// Looked up and not found. It may still arrive late, and is then recognised by its stamp.
    Unresolved,
    /// It happened.
    Done,
    /// It happened, but for occurrences of a series that had not landed when it was seen: they are written again.
    Partly,
    /// It certainly did not happen.
    Refused,
}

impl Intent {
    /// Whether an event that bears this stamp would be news to us.
    pub fn may_arrive(&self) -> bool {
        matches!(self.outcome, Outcome::Open | Outcome::Unresolved)
    }
}
