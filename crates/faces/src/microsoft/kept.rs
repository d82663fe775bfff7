//! What clients say of a calendar, and of the mailbox, that the model has no field for. It is kept beside the calendar;
//! what is said of the mailbox beside its own one.

use hub::{CalendarView, calendars::CalendarEdit};
use protocols::microsoft::DIALECT;
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// What is kept of one calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    /// In which group it is, if not in the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    /// The groups that people made; of the mailbox's own calendar alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) groups: Vec<Group>,
}

/// A group that somebody made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    /// How often it was changed.
    pub(super) version: u32,
}

impl Kept {
    /// What is kept of this calendar.
    pub(super) fn of(calendar: &CalendarView) -> Self {
        let kept = calendar.kept.get(DIALECT).cloned();
        kept.and_then(|kept| serde_json::from_value(kept).ok())
            .unwrap_or_default()
    }

    /// The edit that keeps it.
    pub(super) fn edit(&self) -> CalendarEdit {
        let kept = match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(kept)) => kept,
            // It is a struct.
            _ => Map::new(),
        };
        CalendarEdit {
            kept: Some((DIALECT, kept)),
            ..CalendarEdit::default()
        }
    }
}
