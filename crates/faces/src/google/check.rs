//! What Google refuses of an event, in its words.

use calendar::Zone;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use protocols::google::{Event as Wire, EventDateTime, is_recurrence_line};

use super::{Fault, special};

/// Most reminders of an event's own.
const REMINDERS_MAX: usize = 5;
/// Google's event colours are numbered from 1.
const COLORS: std::ops::RangeInclusive<u32> = 1..=11;
/// Types that a client may give an event, and those that events from elsewhere have.
pub(super) const TYPES: [&str; 6] = [
    "birthday",
    "default",
    "focusTime",
    "fromGmail",
    "outOfOffice",
    "workingLocation",
];

/// Looks at an event that a client made or changed. `says`: which of its fields the client named.
pub(super) fn event(wire: &Wire, zone: &Zone, says: impl Fn(&str) -> bool) -> Result<(), Fault> {
    if says("start") || says("end") {
        times(wire, zone)?;
    }
    if says("recurrence") {
        recurrence(wire)?;
    }
    words(wire, &says)?;
    if says("attendees") {
        attendees(wire)?;
    }
    if says("reminders") {
        reminders(wire)?;
    }
    if says("source") {
        source(wire)?;
    }
    special::check(wire, says)
}

fn times(wire: &Wire, zone: &Zone) -> Result<(), Fault> {
    let said = |time: &&EventDateTime| time.date.is_some() || time.date_time.is_some();
    let start = wire.start.as_ref().filter(said);
    let start = start.ok_or_else(|| Fault::required("Missing start time."))?;
    let end = wire.end.as_ref().filter(said);
    let end = end.ok_or_else(|| Fault::required("Missing end time."))?;
    for (time, which) in [(start, "start"), (end, "end")] {
        moment(time, which)?;
    }
    if start.date.is_some() != end.date.is_some() {
        let message = "Start and end times must either both be date or both be dateTime.";
        return Err(Fault::invalid(message));
    }
    for (time, which) in [(start, "start"), (end, "end")] {
        let name = time.time_zone.as_deref().filter(|name| !name.is_empty());
        if name.is_some_and(|name| !is_zone(name)) {
            let message = format!("Invalid time zone definition for {which} time.");
            return Err(Fault::invalid(message));
        }
    }
    let days = || Some((day(start)?, day(end)?));
    let instants = || Some((instant(start, zone)?, instant(end, zone)?));
    let backwards = days().is_some_and(|(start, end)| end < start)
        || instants().is_some_and(|(start, end)| end < start);
    if backwards {
        return Err(Fault::time_range_empty());
    }
    Ok(())
}

/// A day or a time, and which time if not by an offset then by a zone.
fn moment(time: &EventDateTime, which: &str) -> Result<(), Fault> {
    let malformed = |text: &str| {
        let message = format!("Invalid value for: Invalid format: \"{text}\" is malformed");
        Err(Fault::invalid(message))
    };
    match (time.date.as_deref(), time.date_time.as_deref()) {
        (Some(_), Some(_)) => Err(Fault::invalid(format!("Invalid {which} time."))),
        (Some(day), None) if day.len() != 10 || day.parse::<Date>().is_err() => malformed(day),
        (None, Some(text)) if text.parse::<Timestamp>().is_err() => {
            if !text.contains(['T', 't', ' ']) || text.parse::<DateTime>().is_err() {
                return malformed(text);
            }
            if time.time_zone.as_deref().unwrap_or_default().is_empty() {
                let message = format!("Missing time zone definition for {which} time.");
                return Err(Fault::required(&message));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether Google knows a zone by this name.
pub(super) fn is_zone(name: &str) -> bool {
    Zone::iana(name).is_some()
}

fn day(time: &EventDateTime) -> Option<Date> {
    time.date.as_deref()?.parse().ok()
}

fn instant(time: &EventDateTime, calendar: &Zone) -> Option<Timestamp> {
    let text = time.date_time.as_deref()?;
    let local = || {
        let named = time.time_zone.as_deref().and_then(Zone::iana);
        let local: DateTime = text.parse().ok()?;
        Some(named.as_ref().unwrap_or(calendar).to_instant(local))
    };
    text.parse().ok().or_else(local)
}

fn recurrence(wire: &Wire) -> Result<(), Fault> {
    let lines = wire.recurrence.as_deref().unwrap_or_default();
    if lines.is_empty() {
        return Ok(());
    }
    // Google has no rules finer than daily.
    let fine = |line: &str| {
        let line = line.to_ascii_uppercase();
        ["FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY"]
            .iter()
            .any(|frequency| line.contains(frequency))
    };
    if !lines
        .iter()
        .all(|line| is_recurrence_line(line) && !fine(line))
    {
        return Err(Fault::invalid("Invalid recurrence rule."));
    }
    let timed = wire
        .start
        .as_ref()
        .filter(|start| start.date_time.is_some());
    if timed.is_some_and(|start| start.time_zone.is_none()) {
        let message = "Missing time zone definition for start time.";
        return Err(Fault::required(message));
    }
    Ok(())
}

fn words(wire: &Wire, says: impl Fn(&str) -> bool) -> Result<(), Fault> {
    let color = wire.color_id.as_deref();
    let known_color = |id: &str| id.parse().is_ok_and(|id: u32| COLORS.contains(&id));
    if says("colorId") && color.is_some_and(|id| !known_color(id)) {
        return Err(Fault::invalid("Invalid event color id."));
    }
    let choices: [(&str, Option<&str>, &[&str]); 4] = [
        (
            "status",
            wire.status.as_deref(),
            &["cancelled", "confirmed", "tentative"],
        ),
        (
            "transparency",
            wire.transparency.as_deref(),
            &["opaque", "transparent"],
        ),
        (
            "visibility",
            wire.visibility.as_deref(),
            &["confidential", "default", "private", "public"],
        ),
        ("eventType", wire.event_type.as_deref(), &TYPES),
    ];
    for (name, value, known) in choices {
        if says(name) && value.is_some_and(|value| !known.contains(&value)) {
            return Err(Fault::invalid(format!("Invalid value for {name}.")));
        }
    }
    Ok(())
}

fn attendees(wire: &Wire) -> Result<(), Fault> {
    for guest in wire.attendees.iter().flatten() {
        let email = guest.email.as_deref().unwrap_or_default();
        if email.is_empty() {
            return Err(Fault::required("Missing attendee email."));
        }
        let well_formed = email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if !well_formed || email.contains(char::is_whitespace) {
            return Err(Fault::invalid("Invalid attendee email."));
        }
        let answers = ["accepted", "declined", "needsAction", "tentative"];
        let answer = guest.response_status.as_deref();
        if answer.is_some_and(|answer| !answers.contains(&answer)) {
            return Err(Fault::invalid("Invalid attendee response status."));
        }
    }
    Ok(())
}

fn source(wire: &Wire) -> Result<(), Fault> {
    let url = wire.rest.get("source").and_then(|source| source.get("url"));
    let url = url.and_then(|url| url.as_str());
    if url.is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
        return Err(Fault::invalid(
            "Invalid source URL: HTTP or HTTPS is needed.",
        ));
    }
    Ok(())
}

fn reminders(wire: &Wire) -> Result<(), Fault> {
    let Some(reminders) = &wire.reminders else {
        return Ok(());
    };
    let own = reminders.overrides.as_deref().unwrap_or_default();
    if reminders.use_default == Some(true) && !own.is_empty() {
        let reason = "cannotUseDefaultRemindersAndSpecifyOverride";
        let message = "Cannot specify both default reminders and overrides at the same time.";
        return Err(Fault::calendar(400, reason, message));
    }
    if own.len() > REMINDERS_MAX {
        let message = format!("An event has at most {REMINDERS_MAX} reminders of its own.");
        return Err(Fault::calendar(
            400,
            "eventRemindersCountExceedsLimit",
            message,
        ));
    }
    Ok(())
}
