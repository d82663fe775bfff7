//! Calendars and the user's list of them (`#/schemas/Calendar`, `CalendarListEntry`, `CalendarList`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Reminder;

/// `CalendarListEntry`: a calendar as one user sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CalendarListEntry {
    /// `calendar#calendarListEntry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Identifier; for primary calendars the mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Title that its owner gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Title that this user gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary_override: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// IANA zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreground_color: Option<String>,
    /// `freeBusyReader`, `reader`, `writerWithoutPrivateAccess`, `writer` or `owner`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_role: Option<String>,
    /// What `reminders.useDefault` means here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_reminders: Option<Vec<Reminder>>,
    /// Whether it is the account's own calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    /// Whether it is shown in Google's app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected: Option<bool>,
    /// Whether it was taken off the list (in incremental answers).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl CalendarListEntry {
    /// Whether the user may write events; any role that this version does not know may not.
    pub fn is_writable(&self) -> bool {
        matches!(
            self.access_role.as_deref(),
            Some("owner" | "writer" | "writerWithoutPrivateAccess")
        )
    }
}

/// `CalendarList`: one page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CalendarList {
    /// `calendar#calendarList`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Version of the collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// There is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
    /// Only on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_sync_token: Option<String>,
    /// The calendars.
    pub items: Vec<CalendarListEntry>,
}

/// `Calendar`: a calendar as its owner made it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Calendar {
    /// `calendar#calendar`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// IANA zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}
