//! iTIP: what organizers and attendees tell each other, and what that does to their copies.

mod attendee;
mod organizer;
mod received;

use calendar::Address;
use jiff::Timestamp;
use kalends_protocols::{
    icalendar::{component::Component, parse, write},
    itip::{Message, Method, Received, receive},
};

/// Ada organizes, Ben and Cleo attend.
const ADA: &str = "mailto:ada@example.com";
const BEN: &str = "mailto:ben@example.com";
const CLEO: &str = "mailto:cleo@example.com";

fn who(address: &str) -> Address {
    Address::new(address)
}

fn now() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

/// A calendar with these components, each given by its lines.
fn calendar(components: &[&[&str]]) -> Component<'static> {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n".to_owned();
    for lines in components {
        text += "BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20261001T000000Z\r\nORGANIZER:mailto:ada@example.com\r\nDURATION:PT1H\r\n";
        for line in *lines {
            text += line;
            text += "\r\n";
        }
        text += "END:VEVENT\r\n";
    }
    text += "END:VCALENDAR\r\n";
    let parsed = parse::parse(&text).unwrap();
    parsed.components.into_iter().next().unwrap().into_owned()
}

fn text(tree: &Component<'static>) -> String {
    write::write(tree).replace("\r\n ", "")
}

/// The messages to one person, by method.
fn to<'m>(messages: &'m [Message], whom: &str) -> Vec<(Method, &'m Component<'static>)> {
    let own = messages.iter().filter(|m| m.to == who(whom));
    own.map(|m| (m.method, &m.calendar)).collect()
}

fn copy(received: Received) -> Component<'static> {
    match received {
        Received::Copy(copy) => *copy,
        other => panic!("{other:?}"),
    }
}

/// What somebody has after these messages.
fn after(
    mut own: Option<Component<'static>>,
    messages: &[Message],
    whom: &str,
) -> Option<Component<'static>> {
    for message in messages.iter().filter(|m| m.to == who(whom)) {
        match receive(own.as_ref(), &message.calendar, &who(whom), false) {
            Received::Copy(now) => own = Some(*now),
            Received::Nothing | Received::News => {}
        }
    }
    own
}
