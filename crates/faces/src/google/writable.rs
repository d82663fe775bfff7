//! What a client may say of an event, by the discovery document (its revision 20261030): the fields that are not read-only,
//! and the kinds of their values.

use serde_json::{Map, Value};

use Kind::{Anything, Count, Flag, List, Object, Properties, Reminders, Text, Time};

/// The kind of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Flag,
    /// A whole number; those that arrive as text are read too.
    Count,
    /// A day or a time.
    Time,
    /// Names and texts that clients make up.
    Properties,
    Reminders,
    List(&'static Kind),
    Object(&'static [(&'static str, Kind)]),
    /// What is kept as it comes.
    Anything,
}

const ATTACHMENT: Kind = Object(&[
    ("fileUrl", Text),
    ("iconLink", Text),
    ("mimeType", Text),
    ("title", Text),
]);

const ATTENDEE: Kind = Object(&[
    ("additionalGuests", Count),
    ("comment", Text),
    ("displayName", Text),
    ("email", Text),
    ("id", Text),
    ("optional", Flag),
    ("resource", Flag),
    ("responseStatus", Text),
]);

const SOLUTION_KEY: Kind = Object(&[("type", Text)]);

const CONFERENCE: Kind = Object(&[
    ("conferenceId", Text),
    (
        "conferenceSolution",
        Object(&[("iconUri", Text), ("key", SOLUTION_KEY), ("name", Text)]),
    ),
    (
        "createRequest",
        Object(&[
            ("conferenceSolutionKey", SOLUTION_KEY),
            ("requestId", Text),
            ("status", Object(&[("statusCode", Text)])),
        ]),
    ),
    (
        "entryPoints",
        List(&Object(&[
            ("accessCode", Text),
            ("entryPointFeatures", List(&Text)),
            ("entryPointType", Text),
            ("label", Text),
            ("meetingCode", Text),
            ("passcode", Text),
            ("password", Text),
            ("pin", Text),
            ("regionCode", Text),
            ("uri", Text),
        ])),
    ),
    ("notes", Text),
    ("parameters", Anything),
    ("signature", Text),
]);

/// Declines what overlaps.
const DECLINING: [(&str, Kind); 3] = [
    ("autoDeclineMode", Text),
    ("chatStatus", Text),
    ("declineMessage", Text),
];

const WORKING_LOCATION: Kind = Object(&[
    ("customLocation", Object(&[("label", Text)])),
    ("homeOffice", Anything),
    (
        "officeLocation",
        Object(&[
            ("buildingId", Text),
            ("deskId", Text),
            ("floorId", Text),
            ("floorSectionId", Text),
            ("label", Text),
        ]),
    ),
    ("type", Text),
]);

/// Fields of an event, in order. What is said once, at creation, and what only an import says is among them.
pub(super) const EVENT: [(&str, Kind); 34] = [
    ("anyoneCanAddSelf", Flag),
    ("attachments", List(&ATTACHMENT)),
    ("attendees", List(&ATTENDEE)),
    ("attendeesOmitted", Flag),
    ("birthdayProperties", Object(&[("type", Text)])),
    ("colorId", Text),
    ("conferenceData", CONFERENCE),
    ("description", Text),
    ("end", Time),
    ("endTimeUnspecified", Flag),
    ("eventLabelId", Text),
    ("eventType", Text),
    (
        "extendedProperties",
        Object(&[("private", Properties), ("shared", Properties)]),
    ),
    ("focusTimeProperties", Object(&DECLINING)),
    ("guestsCanInviteOthers", Flag),
    ("guestsCanModify", Flag),
    ("guestsCanSeeOtherGuests", Flag),
    ("iCalUID", Text),
    ("id", Text),
    ("location", Text),
    (
        "organizer",
        Object(&[("displayName", Text), ("email", Text), ("id", Text)]),
    ),
    ("originalStartTime", Time),
    (
        "outOfOfficeProperties",
        Object(&[DECLINING[0], DECLINING[2]]),
    ),
    ("privateCopy", Flag),
    ("recurrence", List(&Text)),
    ("reminders", Reminders),
    ("sequence", Count),
    ("source", Object(&[("title", Text), ("url", Text)])),
    ("start", Time),
    ("status", Text),
    ("summary", Text),
    ("transparency", Text),
    ("visibility", Text),
    ("workingLocationProperties", WORKING_LOCATION),
];

/// What is not told because it is so anyhow.
pub(super) const DEFAULTS: [(&str, bool); 8] = [
    ("anyoneCanAddSelf", false),
    ("endTimeUnspecified", false),
    ("guestsCanInviteOthers", true),
    ("guestsCanModify", false),
    ("guestsCanSeeOtherGuests", true),
    ("optional", false),
    ("privateCopy", false),
    ("resource", false),
];

/// What is said when an event is made, and never changes.
const IMMUTABLE: [&str; 7] = [
    "birthdayProperties",
    "eventType",
    "iCalUID",
    "id",
    "organizer",
    "originalStartTime",
    "privateCopy",
];

/// Whether a field of an event that is there can be changed.
pub(super) fn can_change(name: &str) -> bool {
    EVENT.iter().any(|(field, _)| *field == name) && !IMMUTABLE.contains(&name)
}

/// What a client that says all of an event cannot change, and what it does not know of, stays as it is in `there`.
pub(super) fn stay(there: &Value, fields: &mut Map<String, Value>, ignored: &[&str]) {
    let knows_conferences = !ignored.contains(&"conferenceData");
    let conference = |fields: &Value| fields["conferenceData"]["conferenceId"].clone();
    let another = conference(there) != conference(&Value::Object(fields.clone()));
    for (name, kept) in there.as_object().into_iter().flatten() {
        let is_link = name == "hangoutLink";
        let stays = if is_link {
            !(fields.contains_key(name) || knows_conferences && another)
        } else {
            !can_change(name) || ignored.contains(&name.as_str())
        };
        if stays {
            fields.insert(name.clone(), kept.clone());
        }
    }
    let new =
        |name: &String| can_change(name) || there.get(name).is_some() || name == "hangoutLink";
    fields.retain(|name, _| new(name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::google::names;

    #[test]
    fn they_are_fields_in_order() {
        assert!(EVENT.is_sorted_by_key(|(name, _)| *name));
        for (name, _) in EVENT {
            assert!(names::is_field(name), "{name}");
        }
        assert!(can_change("summary"));
        assert!(!can_change("id") && !can_change("htmlLink"));
    }
}
