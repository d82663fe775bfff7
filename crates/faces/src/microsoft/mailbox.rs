//! `mailboxSettings`, and when the mailbox's owner works.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use protocols::zones::iana_to_windows;
use serde_json::{Value, json};

use super::{call::Call, fields};

/// What the mailbox is set to; nobody can change it here.
pub(super) fn settings(call: &Call) -> Response {
    let zone = &call.owner.time_zone;
    let mut body = json!({
        "@odata.context": format!("{}$metadata#users('{}')/mailboxSettings", call.root, call.owner.id),
        "timeZone": iana_to_windows(zone).unwrap_or(zone),
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "userPurpose": "user",
        "workingHours": working_hours(zone),
    });
    if let Value::Object(body) = &mut body {
        fields::shape(body, &call.query);
    }
    Json(body).into_response()
}

/// Working days and hours in a zone, by its Windows name; nobody sets them here.
pub(super) fn working_hours(zone: &str) -> Value {
    let zone = iana_to_windows(zone).unwrap_or(zone);
    json!({
        "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "startTime": "08:00:00.0000000",
        "endTime": "17:00:00.0000000",
        "timeZone": {"name": zone},
    })
}
