//! `event`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Attendee, Body, DateTimeTimeZone, EventType, Importance, Location, PatternedRecurrence,
    Recipient, Rest, Sensitivity, ShowAs, words::boolean,
};

/// `event`, with fields for what the mapping needs. A property that is absent was not asked for or not sent; that is
/// why everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// `W/"changeKey"`.
    #[serde(rename = "@odata.etag", skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// In a delta answer: the event left the view, or was deleted; the two look alike.
    #[serde(rename = "@removed", skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// Case-sensitive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Version of the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_key: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<Timestamp>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified_date_time: Option<Timestamp>,
    /// Names of categories; their colours are in the mailbox's master list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<String>>,
    /// Set by a client at creation; a second creation with the same value makes nothing new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// The zone in which the start was set; `tzone://Microsoft/Custom` for a legacy custom zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_start_time_zone: Option<String>,
    /// The zone in which the end was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_end_time_zone: Option<String>,
    /// Made by the server. May be null, and may differ per occurrence.
    #[serde(rename = "iCalUId", skip_serializing_if = "Option::is_none")]
    pub ical_uid: Option<String>,
    /// Minutes, where `is_reminder_on`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminder_minutes_before_start: Option<i32>,
    /// Whether there is a reminder.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "boolean")]
    #[serde(default)]
    pub is_reminder_on: Option<bool>,
    /// Subject line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The longer text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Low, normal, high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<Importance>,
    /// Who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// Whole days; then start and end are at midnight, whatever zone was asked for.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "boolean")]
    #[serde(default)]
    pub is_all_day: Option<bool>,
    /// The organizer called it off.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "boolean")]
    #[serde(default)]
    pub is_cancelled: Option<bool>,
    /// Whether the calendar's owner is the organizer.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "boolean")]
    #[serde(default)]
    pub is_organizer: Option<bool>,
    /// The master of an occurrence or exception.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series_master_id: Option<String>,
    /// Names one occurrence: `OID.<master id>.<day>`. In the schema's beta only, but seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrence_id: Option<String>,
    /// Free or busy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_as: Option<ShowAs>,
    /// Single, master, occurrence or exception.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<EventType>,
    /// How to join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online_meeting: Option<OnlineMeeting>,
    /// Pattern and range of a master.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<PatternedRecurrence>,
    /// Start, in the zone that was asked for (UTC otherwise).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<DateTimeTimeZone>,
    /// End, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTimeTimeZone>,
    /// For occurrences and exceptions: where the pattern has it. UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_start: Option<Timestamp>,
    /// The first place, or a summary of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// All places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<Location>>,
    /// Who is invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendees: Option<Vec<Attendee>>,
    /// Who invites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizer: Option<Recipient>,
    /// On a master, if selected: `OID.<master id>.<day>` of each occurrence that was taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_occurrences: Option<Vec<String>>,
    /// On a master, if selected and expanded: the occurrences that differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception_occurrences: Option<Vec<Event>>,
    /// Never there unless expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub single_value_extended_properties: Option<Vec<ExtendedProperty>>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Event {
    /// The value of an extended property with this id; ids are compared without regard to letter case.
    pub fn extended(&self, id: &str) -> Option<&str> {
        self.single_value_extended_properties
            .iter()
            .flatten()
            .find(|p| p.id.eq_ignore_ascii_case(id))
            .map(|p| p.value.as_str())
    }

    /// Whether it is a bare stub {id, type, seriesMasterId, start, end}, as delta answers give occurrences: it must be
    /// completed before it is read.
    pub fn is_stub(&self) -> bool {
        self.subject.is_none() && self.body.is_none() && self.show_as.is_none()
    }
}

/// `@removed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// `deleted` or `changed`.
    #[serde(default)]
    pub reason: String,
}

/// `onlineMeetingInfo`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OnlineMeeting {
    /// Where to join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_url: Option<String>,
    /// Numbers to dial and the like.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `singleValueLegacyExtendedProperty`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendedProperty {
    /// `String {guid} Name x`.
    pub id: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}
