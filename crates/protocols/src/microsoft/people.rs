//! Organizer and attendees. They are read, and never written: Graph mails attendees at once.

use calendar::{Address, Event, Loss, Participation, People, Person, PersonKind, Role};

use super::{
    fields::Out,
    wire::{self, Attendee, AttendeeType, EmailAddress, Response},
};

/// Reads them into `event`. An event without attendees is an appointment: its organizer is just whose calendar it is in.
pub(super) fn read(wire: &wire::Event, event: &mut Event, losses: &mut Vec<Loss>) {
    let Some(attendees) = &wire.attendees else {
        return;
    };
    event.people = People::new();
    if attendees.is_empty() {
        return;
    }
    for attendee in attendees {
        match address(attendee.email_address.as_ref()) {
            Some(address) => {
                event.people.insert(address, person(attendee));
            }
            None => losses.push(Loss::new(
                "participants",
                "one has no mail address",
                "left out",
            )),
        }
    }
    let organizer = wire
        .organizer
        .as_ref()
        .and_then(|o| o.email_address.as_ref());
    if let Some(address) = address(organizer) {
        let person = event.people.entry(address).or_default();
        person.organizer = true;
        if person.name.is_none() {
            person.name = name(organizer);
        }
        if person.role.is_none() {
            person.participation = Participation::Accepted;
        }
    }
}

fn address(email: Option<&EmailAddress>) -> Option<Address> {
    let address = email?.address.as_deref()?.trim();
    address.contains('@').then(|| Address::new(address))
}

fn name(email: Option<&EmailAddress>) -> Option<String> {
    email?.name.clone().filter(|name| !name.is_empty())
}

fn person(attendee: &Attendee) -> Person {
    let answer = attendee.status.as_ref().and_then(|s| s.response.as_ref());
    let (kind, role) = match attendee.kind {
        Some(AttendeeType::Resource) => (PersonKind::Resource, Role::Informational),
        Some(AttendeeType::Optional) => (PersonKind::Individual, Role::Optional),
        _ => (PersonKind::Individual, Role::Required),
    };
    Person {
        name: name(attendee.email_address.as_ref()),
        kind,
        role: Some(role),
        participation: match answer {
            Some(Response::Accepted | Response::Organizer) => Participation::Accepted,
            Some(Response::Declined) => Participation::Declined,
            Some(Response::TentativelyAccepted) => Participation::Tentative,
            _ => Participation::NeedsAction,
        },
        ..Person::default()
    }
}

/// Says that people are not written.
pub(super) fn refuse(out: &mut Out) {
    let loss = Loss::new(
        "participants",
        "writing attendees mails them at once",
        "the copy has none",
    );
    if !out.losses.contains(&loss) {
        out.losses.push(loss);
    }
}
