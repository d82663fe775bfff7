//! Every loss that a write says, by format. The round trips meet all of them and no other.

use std::collections::BTreeSet;

/// Format, property, reason.
pub const LOSSES: [(&str, &str, &str); 49] = [
    ("Google", "alerts", "Google counts alarms from the start"),
    (
        "Google",
        "alerts",
        "Google has whole minutes up to four weeks before the start",
    ),
    ("Google", "alerts", "Google keeps five alarms"),
    ("Google", "color", "Google has eleven colours"),
    (
        "Google",
        "color",
        "Google has eleven colours, and this name is not known",
    ),
    (
        "Google",
        "description",
        "Google reads a text as HTML if it looks like HTML",
    ),
    ("Google", "freeBusyStatus", "Google shows busy or free"),
    ("Google", "keywords", "Google has no keywords"),
    (
        "Google",
        "locations",
        "Google has one place, as a line of text",
    ),
    (
        "Google",
        "other",
        "Google has no field for what another dialect kept",
    ),
    ("Google", "participants", "Google always asks for a reply"),
    ("Google", "participants", "Google has no delegation"),
    ("Google", "participants", "Google has no such parameter"),
    ("Google", "participants", "Google has one organizer"),
    (
        "Google",
        "participants",
        "Google knows name and address of whoever is not a guest",
    ),
    (
        "Google",
        "participants",
        "Google knows people by mail address",
    ),
    (
        "Google",
        "participants",
        "Google knows required and optional guests",
    ),
    (
        "Google",
        "participants",
        "Google tells people from resources only",
    ),
    ("Google", "priority", "Google has no priority"),
    (
        "Google",
        "recurrenceOverrides",
        "Google has no exceptions to an event that happens once",
    ),
    (
        "Google",
        "recurrenceRules",
        "Google has no rule finer than daily",
    ),
    (
        "Google",
        "recurrenceRules",
        "Google has no rules of other calendars",
    ),
    (
        "Google",
        "start",
        "this local time does not exist in the zone",
    ),
    ("Google", "status", "Google deletes what is cancelled"),
    ("Google", "timeZone", "Google has no floating times"),
    (
        "Google",
        "timeZone",
        "Google knows zones of the IANA database only",
    ),
    (
        "Google",
        "virtualLocations",
        "Google has one web address, one SIP address and telephones a conference",
    ),
    (
        "Graph",
        "alerts",
        "one reminder, whole minutes before the start, is all there is",
    ),
    (
        "Graph",
        "alerts",
        "the mailbox's default cannot be asked for again",
    ),
    (
        "Graph",
        "color",
        "events have the colours of their categories",
    ),
    (
        "Graph",
        "description",
        "texts are HTML there, which joins white space",
    ),
    (
        "Graph",
        "duration",
        "lengths are hours there, which a change of clocks does not stretch",
    ),
    (
        "Graph",
        "freeBusyStatus",
        "only the organizer's cancellation, which mails everybody, sets it",
    ),
    ("Graph", "locations", "it has no name"),
    ("Graph", "locations", "its name is a link"),
    ("Graph", "locations", "not plain coordinates"),
    (
        "Graph",
        "other",
        "Graph has no field for what another dialect kept",
    ),
    (
        "Graph",
        "other",
        "Graph makes up meetings and answers itself",
    ),
    (
        "Graph",
        "participants",
        "writing attendees mails them at once",
    ),
    (
        "Graph",
        "recurrenceRules",
        "no rule takes out an event that happens once",
    ),
    (
        "Graph",
        "sequence",
        "Graph does not tell how often an event was revised",
    ),
    ("Graph", "start", "the clocks of its zone skip this time"),
    (
        "Graph",
        "status",
        "only the organizer's cancellation, which mails everybody, sets it",
    ),
    ("Graph", "timeZone", "the zone brought its own rules"),
    (
        "Graph",
        "virtualLocations",
        "conferences of others are places that are named by their link",
    ),
    (
        "iCalendar",
        "other",
        "iCalendar has no property for what another dialect kept",
    ),
    ("iCalendar", "participants", "iCalendar has one organizer"),
    (
        "iCalendar",
        "participants",
        "iCalendar knows name and address of an organizer who does not attend",
    ),
    (
        "iCalendar",
        "timeZone",
        "only UTC names the second of two equal times",
    ),
];

/// The one that some thousand events do not meet.
pub const RARE: &str = "only UTC names the second of two equal times";

/// What one format says, by property and reason.
pub fn said_by(format: &str) -> BTreeSet<(String, String)> {
    let own = LOSSES
        .iter()
        .filter(|(of, _, reason)| *of == format && *reason != RARE);
    own.map(|(_, property, reason)| ((*property).to_owned(), (*reason).to_owned()))
        .collect()
}
