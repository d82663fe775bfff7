//! Shaping an item for its answer: `$select`, `$expand`, and the nulls that Graph writes.

use serde_json::{Map, Value};

use super::odata::Query;

/// Properties of an event that answers have even where there is nothing to say.
const NULLS: [&str; 7] = [
    "transactionId",
    "iCalUId",
    "seriesMasterId",
    "recurrence",
    "onlineMeeting",
    "onlineMeetingUrl",
    "webLink",
];
/// What is told only when asked for.
const EXPANDABLE: [&str; 6] = [
    "attachments",
    "calendar",
    "extensions",
    "singleValueExtendedProperties",
    "cancelledOccurrences",
    "exceptionOccurrences",
];

/// The properties of an event.
pub(super) const EVENT: [&str; 49] = [
    "allowNewTimeProposals",
    "attachments",
    "attendees",
    "body",
    "bodyPreview",
    "calendar",
    "cancelledOccurrences",
    "categories",
    "changeKey",
    "createdDateTime",
    "end",
    "exceptionOccurrences",
    "extensions",
    "hasAttachments",
    "hideAttendees",
    "iCalUId",
    "id",
    "importance",
    "instances",
    "isAllDay",
    "isCancelled",
    "isDraft",
    "isOnlineMeeting",
    "isOrganizer",
    "isReminderOn",
    "lastModifiedDateTime",
    "location",
    "locations",
    "multiValueExtendedProperties",
    "onlineMeeting",
    "onlineMeetingProvider",
    "onlineMeetingUrl",
    "organizer",
    "originalEndTimeZone",
    "originalStart",
    "originalStartTimeZone",
    "recurrence",
    "reminderMinutesBeforeStart",
    "responseRequested",
    "responseStatus",
    "sensitivity",
    "seriesMasterId",
    "showAs",
    "singleValueExtendedProperties",
    "start",
    "subject",
    "transactionId",
    "type",
    "webLink",
];
/// The properties of a calendar.
pub(super) const CALENDAR: [&str; 19] = [
    "allowedOnlineMeetingProviders",
    "calendarPermissions",
    "calendarView",
    "canEdit",
    "canShare",
    "canViewPrivateItems",
    "changeKey",
    "color",
    "defaultOnlineMeetingProvider",
    "events",
    "hexColor",
    "id",
    "isDefaultCalendar",
    "isRemovable",
    "isTallyingResponses",
    "multiValueExtendedProperties",
    "name",
    "owner",
    "singleValueExtendedProperties",
];

/// Adds the nulls.
pub(super) fn with_nulls(item: &mut Map<String, Value>) {
    for name in NULLS {
        item.entry(name).or_insert(Value::Null);
    }
}

/// Leaves what the client asked for.
pub(super) fn shape(item: &mut Map<String, Value>, query: &Query) {
    expand(item, query);
    let Some(select) = &query.select else { return };
    let wanted = |name: &str| {
        name == "id"
            || name.starts_with("@odata")
            || select.iter().any(|s| s.eq_ignore_ascii_case(name))
            || (EXPANDABLE.contains(&name) && query.expands(name).is_some())
    };
    item.retain(|name, _| wanted(name));
    // What is selected of a master is what its exceptions have.
    if let Some(Value::Array(exceptions)) = item.get_mut("exceptionOccurrences") {
        for exception in exceptions.iter_mut().filter_map(Value::as_object_mut) {
            exception.retain(|name, _| wanted(name));
        }
    }
}

fn expand(item: &mut Map<String, Value>, query: &Query) {
    match query.expands("singleValueExtendedProperties") {
        None => drop(item.remove("singleValueExtendedProperties")),
        Some(expand) => {
            let all = item
                .get_mut("singleValueExtendedProperties")
                .and_then(Value::as_array_mut);
            if let (Some(all), Some(filter)) = (all, &expand.filter) {
                all.retain(|property| filter.holds(property));
            }
            // Graph leaves the property out where there is none.
            let none = item
                .get("singleValueExtendedProperties")
                .is_none_or(|v| v == &Value::Array(Vec::new()));
            if none {
                item.remove("singleValueExtendedProperties");
            }
        }
    }
    if query.expands("exceptionOccurrences").is_none() {
        item.remove("exceptionOccurrences");
    }
    if !query.selects("cancelledOccurrences") {
        item.remove("cancelledOccurrences");
    }
}
