//! The Event resource and the list of events, as the discovery document has them (`#/schemas/Event`, `Events`).
//!
//! Every field is optional because partial answers are legal everywhere; fields that nobody here looks at travel in
//! `rest`, so that reading and writing an event loses nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `Event`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    /// `calendar#event`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Version of this event, quotes included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Opaque identifier, unique per calendar; see [`super::InstanceId`] for those of instances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `confirmed`, `tentative`, or `cancelled`, which means deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Address in Google's web app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html_link: Option<String>,
    /// RFC 3339; birthdays carry years that no clock has known, hence text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// RFC 3339; unchanged by edits of reminders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Text that may hold HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// An id of the `event` section of `colors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_id: Option<String>,
    /// Who made it. Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<Principal>,
    /// Whose it is. Read-only except when importing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizer: Option<Principal>,
    /// Inclusive start; of a series its first instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<EventDateTime>,
    /// Exclusive end; of a series that of its first instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<EventDateTime>,
    /// RRULE, EXRULE, RDATE and EXDATE lines, without DTSTART.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Vec<String>>,
    /// The series of an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring_event_id: Option<String>,
    /// Where an instance would be by its series' rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_start_time: Option<EventDateTime>,
    /// `opaque` or `transparent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transparency: Option<String>,
    /// `default`, `public`, `private` or `confidential`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// The identifier of RFC 5545, the same for all instances.
    #[serde(rename = "iCalUID", skip_serializing_if = "Option::is_none")]
    pub i_cal_uid: Option<String>,
    /// As in iCalendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// Guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendees: Option<Vec<Attendee>>,
    /// Whether `attendees` is only a part of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendees_omitted: Option<bool>,
    /// Properties of applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_properties: Option<ExtendedProperties>,
    /// Address of the Meet conference. Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hangout_link: Option<String>,
    /// `ConferenceData`; only looked at by [`super::read`], otherwise given back as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conference_data: Option<Value>,
    /// Alarms of the signed-in user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminders: Option<Reminders>,
    /// `default`, `outOfOffice`, `focusTime`, `workingLocation`, `birthday`, `fromGmail`. Immutable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Event {
    /// Whether it was deleted, or, for an instance, called off.
    pub fn is_cancelled(&self) -> bool {
        self.status.as_deref() == Some("cancelled")
    }

    /// Whether it is an instance of a series rather than a master or a single event.
    pub fn is_instance(&self) -> bool {
        self.recurring_event_id.is_some()
    }
}

/// A day, or a civil time with its zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventDateTime {
    /// `yyyy-mm-dd` of an all-day event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// RFC 3339; without offset only together with `timeZone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_time: Option<String>,
    /// IANA name; required for series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Creator or organizer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Principal {
    /// Mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether it is the calendar on which this copy is.
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub is_self: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// `EventAttendee`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attendee {
    /// Mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether the guest is the organizer too. Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizer: Option<bool>,
    /// Whether it is the calendar on which this copy is. Read-only.
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub is_self: Option<bool>,
    /// Whether it is a room or a thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<bool>,
    /// Whether the guest may stay away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
    /// `needsAction`, `declined`, `tentative` or `accepted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_status: Option<String>,
    /// What the guest said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// How many more the guest brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_guests: Option<u32>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Alarms of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reminders {
    /// Whether the calendar's default reminders apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_default: Option<bool>,
    /// At most five of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Vec<Reminder>>,
}

/// `EventReminder`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reminder {
    /// `email` or `popup`.
    pub method: String,
    /// Minutes before the start, 0–40320.
    pub minutes: i64,
}

/// Properties of applications: at most 300, keys up to 44 and values up to 1024 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtendedProperties {
    /// Only on this copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<BTreeMap<String, String>>,
    /// On the copies of all guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<BTreeMap<String, String>>,
}

/// `Events`: one page of a list. Read it as `Events<Value>` and its items one by one, so that a malformed event does not
/// take the page with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Events<Item = Event> {
    /// `calendar#events`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Version of the collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Title of the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Time of the last change, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Zone of the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The user's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_role: Option<String>,
    /// What `reminders.useDefault` means here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_reminders: Option<Vec<Reminder>>,
    /// There is more: ask again with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
    /// Only on the last page: ask later with it for what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_sync_token: Option<String>,
    /// The events; a page may be short or empty although there is more.
    #[serde(default = "Vec::new")]
    pub items: Vec<Item>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}
