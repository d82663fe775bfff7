//! From rules to instants: which occurrences an event has in a window.

use jiff::{Timestamp, civil::DateTime};

use crate::{RecurrenceId, Rule, When};

/// A half-open stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First instant inside.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

impl Window {
    /// Whether [start, end) touches the window. Something without length is inside if its start is.
    pub fn touches(&self, start: Timestamp, end: Timestamp) -> bool {
        start < self.to && (end > self.from || (start == end && start >= self.from))
    }
}

/// One occurrence of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Which one of the series it is; `None` for a single event.
    pub id: Option<RecurrenceId>,
    /// When it happens, in its own terms.
    pub when: When,
    /// Its first instant, days and floating times resolved in the viewer's zone.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

/// The latest local start at or before `local` that `rule` generates from `start`.
pub(crate) fn latest_local(_rule: &Rule, _start: DateTime, _local: DateTime) -> Option<DateTime> {
    None
}
