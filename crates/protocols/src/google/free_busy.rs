//! `freeBusy.query` (`#/schemas/FreeBusyRequest`, `FreeBusyResponse`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FailureItem;

/// The question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FreeBusyRequest {
    /// Start of the interval, RFC 3339.
    pub time_min: String,
    /// End of the interval, RFC 3339.
    pub time_max: String,
    /// Zone of the answer; UTC if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// How many calendars are answered for at most; at most 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_expansion_max: Option<i64>,
    /// How many calendars of a group are answered for at most; at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_expansion_max: Option<i64>,
    /// At most 50 calendars.
    pub items: Vec<FreeBusyRequestItem>,
}

/// One calendar or group that is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FreeBusyRequestItem {
    /// Its identifier.
    pub id: String,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FreeBusyResponse {
    /// `calendar#freeBusy`.
    pub kind: String,
    /// Start of the interval.
    pub time_min: String,
    /// End of the interval.
    pub time_max: String,
    /// By calendar identifier.
    pub calendars: BTreeMap<String, FreeBusyCalendar>,
}

/// Busy time of one calendar; errors stand here, inside a successful answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FreeBusyCalendar {
    /// When it is busy.
    pub busy: Vec<TimePeriod>,
    /// Why that is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FailureItem>,
}

/// A half-open stretch of time, RFC 3339.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimePeriod {
    /// Inclusive.
    pub start: String,
    /// Exclusive.
    pub end: String,
}
