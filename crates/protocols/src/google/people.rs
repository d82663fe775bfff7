//! Guests and organizer.

use std::collections::BTreeMap;

use calendar::{Address, Loss, Participation, People, Person, PersonKind, Role};

use super::{Attendee, Error, Event as Wire, Principal};

/// The parameter under which iCalendar software, Google's included, says how many more a guest brings.
const GUESTS: &str = "X-NUM-GUESTS";
const ATTENDEES_MAX: usize = 5_000;

/// Takes the people out of `wire` and leaves there what the model has no field for.
pub(super) fn read(wire: &mut Wire) -> Result<People, Error> {
    let attendees = wire.attendees.take().unwrap_or_default();
    if attendees.len() > ATTENDEES_MAX {
        return Err(Error::TooMany {
            field: "attendees",
            limit: ATTENDEES_MAX,
        });
    }
    let mut people = People::new();
    let mut kept = Vec::new();
    for mut attendee in attendees {
        if let Some(email) = attendee
            .email
            .clone()
            .filter(|email| !email.trim().is_empty())
        {
            let address = Address::new(&email);
            people.insert(address, person(&mut attendee));
            attendee.is_self = None;
            // Both are the server's, and the second one comes and goes.
            attendee.rest.remove("id");
            attendee.rest.remove("asyncOperation");
            if attendee.rest.is_empty() {
                continue;
            }
        }
        kept.push(attendee);
    }
    wire.attendees = (!kept.is_empty()).then_some(kept);
    add_organizer(wire.organizer.as_ref(), &mut people);
    let mut anew = Wire::default();
    write(&people, &mut anew, &mut Vec::new());
    if anew.organizer == wire.organizer {
        wire.organizer = None;
    }
    Ok(people)
}

/// Everything the model has, taken out; the address and the rest stay.
fn person(attendee: &mut Attendee) -> Person {
    let guests = attendee.additional_guests.take().filter(|n| *n > 0);
    let optional = attendee.optional.take() == Some(true);
    Person {
        name: attendee.display_name.take(),
        kind: if attendee.resource.take() == Some(true) {
            PersonKind::Resource
        } else {
            PersonKind::Individual
        },
        organizer: attendee.organizer.take() == Some(true),
        role: Some(if optional {
            Role::Optional
        } else {
            Role::Required
        }),
        participation: match attendee.response_status.take().as_deref() {
            Some("accepted") => Participation::Accepted,
            Some("declined") => Participation::Declined,
            Some("tentative") => Participation::Tentative,
            _ => Participation::NeedsAction,
        },
        expects_reply: false,
        comment: attendee.comment.take(),
        parameters: guests
            .map(|n| BTreeMap::from([(GUESTS.to_owned(), n.to_string())]))
            .unwrap_or_default(),
    }
}

/// An event that nobody else takes part in has its own calendar as organizer: that says nothing about people.
fn add_organizer(organizer: Option<&Principal>, people: &mut People) {
    let Some(organizer) = organizer else { return };
    if people.is_empty() && organizer.is_self == Some(true) {
        return;
    }
    let Some(email) = organizer.email.as_deref() else {
        return;
    };
    let person = people.entry(Address::new(email)).or_default();
    person.organizer = true;
    if person.name.is_none() {
        person.name.clone_from(&organizer.display_name);
    }
}

/// `wire` already has what was kept of the attendees and the organizer.
pub(super) fn write(people: &People, wire: &mut Wire, losses: &mut Vec<Loss>) {
    let kept = wire.attendees.take().unwrap_or_default();
    let mut attendees = Vec::new();
    let mut organized = false;
    for (address, person) in people {
        let Some(email) = address.email() else {
            let reason = "Google knows people by mail address";
            losses.push(Loss::new("participants", reason, "left out"));
            continue;
        };
        let is_first = person.organizer && !std::mem::replace(&mut organized, true);
        if is_first {
            wire.organizer = Some(organizer(email, person, wire.organizer.take()));
        } else if person.organizer {
            let reason = "Google has one organizer";
            losses.push(Loss::new("participants", reason, "the first one"));
        }
        if person.role.is_some() {
            let rest = kept.iter().find(|a| is_same(a, address)).cloned();
            let mut guest = attendee(email, person, rest.unwrap_or_default(), losses);
            guest.organizer = is_first.then_some(true);
            attendees.push(guest);
        } else if *person != only_organizer(person.name.clone()) {
            let reason = "Google knows name and address of whoever is not a guest";
            losses.push(Loss::new("participants", reason, "left out"));
        }
    }
    attendees.extend(kept.into_iter().filter(|attendee| attendee.email.is_none()));
    wire.attendees = (!attendees.is_empty()).then_some(attendees);
}

fn only_organizer(name: Option<String>) -> Person {
    Person {
        name,
        organizer: true,
        ..Person::default()
    }
}

fn is_same(attendee: &Attendee, address: &Address) -> bool {
    attendee.email.as_deref().map(Address::new).as_ref() == Some(address)
}

fn organizer(email: &str, person: &Person, kept: Option<Principal>) -> Principal {
    let same = |p: &Principal| p.email.as_deref().map(Address::new) == Some(Address::new(email));
    let kept = kept.filter(same).unwrap_or_default();
    Principal {
        email: kept.email.or_else(|| Some(email.to_owned())),
        display_name: person.name.clone(),
        ..kept
    }
}

fn attendee(email: &str, person: &Person, kept: Attendee, losses: &mut Vec<Loss>) -> Attendee {
    let mut lose = |reason: &str, fallback: &str| {
        losses.push(Loss::new("participants", reason, fallback));
    };
    if matches!(person.kind, PersonKind::Group | PersonKind::Location) {
        lose("Google tells people from resources only", "the nearer one");
    }
    if matches!(person.role, Some(Role::Chair | Role::Informational)) {
        lose(
            "Google knows required and optional guests",
            "the nearer one",
        );
    }
    if person.participation == Participation::Delegated {
        lose("Google has no delegation", "declined");
    }
    if person.expects_reply {
        lose("Google always asks for a reply", "not said");
    }
    let mut guests = None;
    for (name, value) in &person.parameters {
        match value.parse().ok().filter(|n| name == GUESTS && *n > 0) {
            Some(n) => guests = Some(n),
            None => lose("Google has no such parameter", "left out"),
        }
    }
    let yes = |flag: bool| flag.then_some(true);
    Attendee {
        email: kept.email.or_else(|| Some(email.to_owned())),
        display_name: person.name.clone(),
        organizer: None,
        is_self: None,
        resource: yes(matches!(
            person.kind,
            PersonKind::Resource | PersonKind::Location
        )),
        optional: yes(matches!(
            person.role,
            Some(Role::Optional | Role::Informational)
        )),
        response_status: Some(
            match person.participation {
                Participation::NeedsAction => "needsAction",
                Participation::Accepted => "accepted",
                Participation::Declined | Participation::Delegated => "declined",
                Participation::Tentative => "tentative",
            }
            .to_owned(),
        ),
        comment: person.comment.clone(),
        additional_guests: guests,
        rest: kept.rest,
    }
}
