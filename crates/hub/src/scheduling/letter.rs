//! What people read of a message that goes out by mail: who, what, when, where, and how to answer. What programs read stands beside it.

use jiff::{civil::DateTime, tz::TimeZone};
use protocols::{
    icalendar::{
        component::{Component, Property},
        value, write,
    },
    itip::{self, Message, Method},
    zones::zone_named,
};
use storage::mail::{Letter, Party};

/// Longest description that is repeated, in characters.
const DESCRIPTION_MAX: usize = 4_000;

/// The letter of a message. Times in UTC are told in `zone`; whoever sends it goes by `sender` where the event has no name for them.
pub(super) fn of(message: &Message, sender: &str, zone: &TimeZone) -> Letter {
    let parts = || {
        message
            .calendar
            .components
            .iter()
            .filter(|c| !c.is("VTIMEZONE"))
    };
    let own = |part: &&Component<'_>| part.property("RECURRENCE-ID").is_none();
    let first = parts().find(own).or_else(|| parts().next());
    let nothing = Component::default();
    let first = first.unwrap_or(&nothing);
    let number = |name| {
        first
            .property(name)
            .and_then(|p| p.value.trim().parse().ok())
    };
    let recurrence: Vec<&str> = match parts().find(own) {
        Some(_) => Vec::new(),
        None => parts()
            .filter_map(|p| Some(&*p.property("RECURRENCE-ID")?.value))
            .collect(),
    };
    let party = |address: &calendar::Address| Party {
        address: address.email().unwrap_or_default().to_owned(),
        name: named(first, address),
    };
    let (mut from, to) = (party(&message.from), party(&message.to));
    if from.name.is_empty() {
        sender.clone_into(&mut from.name);
    }
    let answer = answer(first, &message.from);
    Letter {
        method: message.method.word().to_owned(),
        uid: itip::uid(&message.calendar).unwrap_or_default(),
        recurrence: (!recurrence.is_empty()).then(|| recurrence.join(",")),
        sequence: number("SEQUENCE").unwrap_or(0),
        subject: subject(message.method, first, answer),
        text: text(message.method, first, &from, answer, zone),
        calendar: write::write(&message.calendar),
        from,
        to,
    }
}

fn said(part: &Component<'_>, name: &str) -> Option<String> {
    let text = part.property(name)?.as_text();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What somebody is called in the event.
fn named(part: &Component<'_>, address: &calendar::Address) -> String {
    let people = part.all("ORGANIZER").chain(part.all("ATTENDEE"));
    let mut own = people.filter(|p| calendar::Address::new(p.value.trim()) == *address);
    let name = own.find_map(|p| Some(p.parameter("CN")?.into_owned()));
    name.unwrap_or_default()
}

/// What somebody has answered.
fn answer(part: &Component<'_>, from: &calendar::Address) -> Answer {
    let own = part
        .all("ATTENDEE")
        .find(|p| calendar::Address::new(p.value.trim()) == *from);
    let status = own.and_then(|p| p.parameter("PARTSTAT"));
    match status.unwrap_or_default().to_ascii_uppercase().as_str() {
        "ACCEPTED" => Answer::Comes,
        "DECLINED" => Answer::DoesNot,
        "TENTATIVE" => Answer::Perhaps,
        _ => Answer::Other,
    }
}

#[derive(Clone, Copy)]
enum Answer {
    Comes,
    DoesNot,
    Perhaps,
    Other,
}

fn subject(method: Method, part: &Component<'_>, answer: Answer) -> String {
    let what = said(part, "SUMMARY").unwrap_or_else(|| "an appointment".to_owned());
    let changed = part
        .property("SEQUENCE")
        .is_some_and(|p| p.value.trim() != "0");
    let kind = match (method, answer) {
        (Method::Request, _) if changed => "Changed",
        (Method::Request | Method::Add | Method::Publish, _) => "Invitation",
        (Method::Cancel, _) => "Cancelled",
        (Method::Reply, Answer::Comes) => "Accepted",
        (Method::Reply, Answer::DoesNot) => "Declined",
        (Method::Reply, Answer::Perhaps) => "Perhaps",
        (Method::Reply, Answer::Other) => "Answer",
        (Method::Refresh, _) => "Please send again",
        (Method::Counter, _) => "Another proposal",
        (Method::DeclineCounter, _) => "Proposal declined",
    };
    format!("{kind}: {what}")
}

fn text(
    method: Method,
    part: &Component<'_>,
    from: &Party,
    answer: Answer,
    zone: &TimeZone,
) -> String {
    let who = if from.name.is_empty() {
        &from.address
    } else {
        &from.name
    };
    let begin = match (method, answer) {
        (Method::Request | Method::Add | Method::Publish, _) => "invites you.",
        (Method::Cancel, _) => "has called this off, or you are not invited any more.",
        (Method::Reply, Answer::Comes) => "accepts.",
        (Method::Reply, Answer::DoesNot) => "declines.",
        (Method::Reply, Answer::Perhaps) => "comes perhaps.",
        (Method::Reply, Answer::Other) => "has answered.",
        (Method::Refresh, _) => "asks for the newest version.",
        (Method::Counter, _) => "proposes this instead.",
        (Method::DeclineCounter, _) => "does not take up your proposal.",
    };
    let mut lines = vec![format!("{who} {begin}"), String::new()];
    lines.extend(said(part, "SUMMARY"));
    lines.extend(when(part, zone).map(|when| format!("When: {when}")));
    if part.property("RRULE").is_some() {
        lines.push("This is a series; the dates are in the invitation.".to_owned());
    }
    lines.extend(said(part, "LOCATION").map(|place| format!("Where: {place}")));
    if let Some(more) = said(part, "DESCRIPTION").filter(|_| method != Method::Reply) {
        lines.push(String::new());
        lines.push(more.chars().take(DESCRIPTION_MAX).collect());
    }
    if let Some(words) = said(part, "COMMENT") {
        lines.push(String::new());
        lines.push(words);
    }
    if matches!(method, Method::Request | Method::Add) {
        lines.push(String::new());
        let address = &from.address;
        lines.push(format!(
            "Answer with the buttons of your mail program, or write to {address}."
        ));
    }
    lines.push(String::new());
    lines.join("\r\n")
}

/// When it begins and ends, as people say it.
fn when(part: &Component<'_>, zone: &TimeZone) -> Option<String> {
    let start = part.property("DTSTART")?;
    if let Some(day) = value::date(start.value.trim()) {
        let day = day.strftime("%A, %-d %B %Y").to_string();
        return Some(format!("{day}, all day"));
    }
    let (begin, name) = local(start, zone)?;
    let end = part.property("DTEND").and_then(|end| local(end, zone));
    let day = begin.strftime("%A, %-d %B %Y, %H:%M");
    Some(match end {
        Some((end, _)) if end.date() == begin.date() => {
            format!("{day} to {} ({name})", end.strftime("%H:%M"))
        }
        Some((end, _)) => format!("{day} to {} ({name})", end.strftime("%A, %-d %B %Y, %H:%M")),
        None => format!("{day} ({name})"),
    })
}

/// A time where it is meant, and what that zone is called.
fn local(property: &Property<'_>, zone: &TimeZone) -> Option<(DateTime, String)> {
    let (local, is_utc) = value::date_time(property.value.trim())?;
    if is_utc {
        let local = zone.to_datetime(value::utc(local));
        return Some((local, zone.iana_name().unwrap_or("UTC").to_owned()));
    }
    let named = property.parameter("TZID");
    let name = named.map(|id| match zone_named(&id) {
        Some(known) => known.name().to_owned(),
        None => id.into_owned(),
    });
    Some((local, name.unwrap_or_else(|| "local time".to_owned())))
}
