//! The small values that events are made of.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Rest, words::words};

words! {
    /// `eventType`.
    EventType {
        /// An event that does not repeat.
        SingleInstance = "singleInstance",
        /// An occurrence as the pattern has it.
        Occurrence = "occurrence",
        /// An occurrence that differs from the pattern.
        Exception = "exception",
        /// The event that has the pattern.
        SeriesMaster = "seriesMaster",
    }
}

words! {
    /// `freeBusyStatus`.
    ShowAs {
        /// Nobody said.
        Unknown = "unknown",
        /// The time stays free.
        Free = "free",
        /// The time may be taken.
        Tentative = "tentative",
        /// The time is taken.
        Busy = "busy",
        /// Out of office.
        Oof = "oof",
        /// Working, but elsewhere.
        WorkingElsewhere = "workingElsewhere",
    }
}

words! {
    /// `sensitivity`.
    Sensitivity {
        /// Nothing special.
        Normal = "normal",
        /// A personal matter; others are asked to be discreet.
        Personal = "personal",
        /// Others see that there is something, not what.
        Private = "private",
        /// A matter of the business that must not spread.
        Confidential = "confidential",
    }
}

words! {
    /// `importance`.
    Importance {
        /// Low.
        Low = "low",
        /// Nothing special.
        Normal = "normal",
        /// High.
        High = "high",
    }
}

words! {
    /// `bodyType`.
    BodyType {
        /// Plain text.
        Text = "text",
        /// HTML.
        Html = "html",
    }
}

words! {
    /// `attendeeType`.
    AttendeeType {
        /// Needed.
        Required = "required",
        /// Welcome.
        Optional = "optional",
        /// A room or a thing.
        Resource = "resource",
    }
}

words! {
    /// `responseType`.
    Response {
        /// No answer is asked for, or none is known here.
        None = "none",
        /// The organizer has nothing to answer.
        Organizer = "organizer",
        /// May come.
        TentativelyAccepted = "tentativelyAccepted",
        /// Comes.
        Accepted = "accepted",
        /// Does not come.
        Declined = "declined",
        /// Has not answered.
        NotResponded = "notResponded",
    }
}

/// `dateTimeTimeZone`: a civil time without an offset, and the name of its zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DateTimeTimeZone {
    /// `2026-11-23T09:00:00.0000000`.
    pub date_time: String,
    /// A Windows or IANA name; UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Anything else, such as `@odata.type`.
    #[serde(flatten)]
    pub rest: Rest,
}

impl DateTimeTimeZone {
    /// A civil time in a named zone.
    pub fn new(local: jiff::civil::DateTime, zone: &str) -> Self {
        Self {
            date_time: local.to_string(),
            time_zone: Some(zone.to_owned()),
            rest: Rest::new(),
        }
    }
}

/// `itemBody`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    /// What `content` is; HTML in nearly every answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<BodyType>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `location`. What the model has no field for (address, unique id, mail address of a room) is in `rest`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `outlookGeoCoordinates`, in degrees and metres. Empty (`{}`) for most locations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coordinates {
    /// Degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// Metres above sea level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude: Option<f64>,
    /// Accuracies.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `recipient`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<EmailAddress>,
    /// Anything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `emailAddress`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmailAddress {
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `attendee`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attendee {
    /// How they take part.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<AttendeeType>,
    /// Their answer. On a copy that is not the organizer's, usually `none` for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ResponseStatus>,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<EmailAddress>,
    /// `proposedNewTime` and anything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `responseStatus`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResponseStatus {
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// When it was given; the year 1 for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Anything else.
    #[serde(flatten)]
    pub rest: Rest,
}
