//! Events of another type than `default`: what Google demands of each of them
//! (<https://developers.google.com/workspace/calendar/api/guides/calendar-status>).

use jiff::civil::Date;
use protocols::google::Event as Wire;

use super::Fault;

/// The types, the field that belongs to each, and what Google calls a fault in one.
const TYPES: [(&str, &str, &str, &str); 4] = [
    (
        "birthday",
        "birthdayProperties",
        "malformedBirthdayEvent",
        "A birthday event",
    ),
    (
        "focusTime",
        "focusTimeProperties",
        "malformedFocusTimeEvent",
        "A focus time event",
    ),
    (
        "outOfOffice",
        "outOfOfficeProperties",
        "malformedOutOfOfficeEvent",
        "An out of office event",
    ),
    (
        "workingLocation",
        "workingLocationProperties",
        "malformedWorkingLocationEvent",
        "A working location event",
    ),
];

/// The fields that decide about it.
const LOOKED_AT: [&str; 12] = [
    "attendees",
    "birthdayProperties",
    "description",
    "end",
    "focusTimeProperties",
    "location",
    "outOfOfficeProperties",
    "recurrence",
    "start",
    "transparency",
    "visibility",
    "workingLocationProperties",
];

/// 400: an event of this type cannot be treated so.
pub(super) fn restricted(message: &str) -> Fault {
    Fault::calendar(400, "eventTypeRestriction", message)
}

/// Refuses to change what an event is. `there`: the type that it has.
pub(super) fn same_type(there: Option<&str>, said: Option<&str>) -> Result<(), Fault> {
    let there = there.unwrap_or("default");
    if said.is_some_and(|said| said != there) {
        return Err(restricted("Event type cannot be changed."));
    }
    Ok(())
}

/// Looks at an event of another type than `default`. `says`: which of its fields the client named.
pub(super) fn check(wire: &Wire, says: impl Fn(&str) -> bool) -> Result<(), Fault> {
    if !LOOKED_AT.iter().any(|name| says(name)) {
        return Ok(());
    }
    let kind = wire.event_type.as_deref().unwrap_or("default");
    for (name, field, ..) in TYPES {
        let misplaced = name != kind && wire.rest.contains_key(field);
        let missing = kind == "workingLocation" && name == kind && !wire.rest.contains_key(field);
        if misplaced || missing {
            let message = format!("{field} requires an event type of {name}, and vice versa.");
            return Err(Fault::invalid(message));
        }
    }
    let Some((_, _, reason, what)) = TYPES.iter().copied().find(|(name, ..)| *name == kind) else {
        return Ok(());
    };
    match fault_of(kind, wire) {
        Some(fault) if fault.starts_with("An ") => {
            Err(Fault::calendar(400, reason, format!("{fault}.")))
        }
        Some(fault) => Err(Fault::calendar(400, reason, format!("{what} {fault}."))),
        None => Ok(()),
    }
}

/// What is wrong with an event of this type: a sentence, or the end of one.
fn fault_of(kind: &str, wire: &Wire) -> Option<&'static str> {
    let days = days(wire);
    let says = |text: Option<&String>| text.is_some_and(|text| !text.is_empty());
    let is_all_day = days.is_some();
    let one_day = days.is_none_or(|days| days == 1);
    let public = wire.visibility.as_deref() == Some("public");
    let private = wire.visibility.as_deref() == Some("private");
    let transparent = wire.transparency.as_deref() == Some("transparent");
    let yearly = || {
        let lines = wire.recurrence.as_deref().unwrap_or_default();
        wire.is_instance() || lines.iter().any(|line| line.contains("FREQ=YEARLY"))
    };
    let checks: &[(bool, &str)] = match kind {
        "focusTime" => &[(is_all_day, "must not be an all-day event")],
        "outOfOffice" => &[
            (is_all_day, "must not be an all-day event"),
            (
                says(wire.description.as_ref()),
                "must not have a description",
            ),
            (says(wire.location.as_ref()), "must not have a location"),
        ],
        "workingLocation" => &[
            (!public, "must have a visibility setting of public"),
            (
                !transparent,
                "must have a transparency setting of transparent",
            ),
            (
                !one_day,
                "An all-day working location event must be exactly one day long",
            ),
        ],
        "birthday" => &[
            (
                !is_all_day || !one_day,
                "must be an all-day event of exactly one day",
            ),
            (!private, "must have a visibility setting of private"),
            (
                !transparent,
                "must have a transparency setting of transparent",
            ),
            (!yearly(), "must recur annually"),
        ],
        _ => &[],
    };
    let guests = wire.attendees.as_ref().is_some_and(|all| !all.is_empty());
    let guests = guests.then_some("must not have attendees");
    let found = checks.iter().find(|(wrong, _)| *wrong);
    found.map(|(_, fault)| *fault).or(guests)
}

/// How many days an all-day event takes.
fn days(wire: &Wire) -> Option<i32> {
    let day = |text: Option<&String>| text?.parse::<Date>().ok();
    let start = day(wire.start.as_ref()?.date.as_ref())?;
    let end = day(wire.end.as_ref()?.date.as_ref())?;
    end.since(start).ok().map(|span| span.get_days())
}
