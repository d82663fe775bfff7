//! Schedule tags (RFC 6638 3.2.10): they stay when only somebody's answer has come in, so that a client need not read again
//! before it writes.

use serde_json::Value;

/// What happens to the schedule tag when a text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// It becomes another one.
    New,
    /// It stays.
    Same,
}

/// Under which key it is kept beside a text.
pub(crate) const KEY: &str = "schedule";

impl Tag {
    /// The tag of an event of this edition, after another one of which this was kept.
    pub(crate) fn of(self, edition: i64, before: Option<(&Value, i64)>) -> i64 {
        match (self, before) {
            (Self::Same, Some((kept, was))) => kept[KEY].as_i64().unwrap_or(was),
            _ => edition,
        }
    }
}
