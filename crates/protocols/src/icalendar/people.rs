//! ORGANIZER and ATTENDEE (RFC 5545 3.8.4.1, 3.8.4.3) to and from people.
//!
//! Parameters that the model has no field for stay in the form of the wire; those of ORGANIZER bear the prefix
//! [`ORGANIZER`], since the same person is often an attendee as well.

use calendar::{Address, Loss, Participation, People, Person, PersonKind, Role};

use super::{
    component::Property,
    names::{Name, Table},
    out::Out,
    place::one_line,
    text::{first_value, trim},
};

/// Prefix of the names of ORGANIZER's own parameters.
pub const ORGANIZER: &str = "ORGANIZER;";

/// Name under which an address is kept that is no mail address, since [`Address`] has only lower case.
pub const URI: &str = "X-KALENDS-URI";

/// People of one event that are read.
const PEOPLE_MAX: usize = 5_000;

const KINDS: [(&str, PersonKind); 4] = [
    ("INDIVIDUAL", PersonKind::Individual),
    ("GROUP", PersonKind::Group),
    ("RESOURCE", PersonKind::Resource),
    ("ROOM", PersonKind::Location),
];

const ROLES: [(&str, Role); 4] = [
    ("CHAIR", Role::Chair),
    ("REQ-PARTICIPANT", Role::Required),
    ("OPT-PARTICIPANT", Role::Optional),
    ("NON-PARTICIPANT", Role::Informational),
];

const ANSWERS: [(&str, Participation); 5] = [
    ("NEEDS-ACTION", Participation::NeedsAction),
    ("ACCEPTED", Participation::Accepted),
    ("DECLINED", Participation::Declined),
    ("TENTATIVE", Participation::Tentative),
    ("DELEGATED", Participation::Delegated),
];

/// Reads the people of a component.
pub fn read(table: &Table, losses: &mut Vec<Loss>) -> People {
    let mut people = People::new();
    for property in table.all(Name::Attendee) {
        if people.len() >= PEOPLE_MAX {
            losses.push(Loss::new("participants", "too many", "the first 5,000"));
            break;
        }
        let (address, person) = attendee(property);
        if people.insert(address, person).is_some() {
            losses.push(Loss::new(
                "participants",
                "an address is there twice",
                "the later one",
            ));
        }
    }
    if let Some(property) = table.get(Name::Organizer) {
        let (address, kept) = address(property);
        let person = people.entry(address).or_default();
        person.organizer = true;
        if let Some(uri) = kept {
            person.parameters.insert(URI.to_owned(), uri);
        }
        for (name, raw) in property.parameters() {
            let upper = name.trim().to_ascii_uppercase();
            if upper == "CN" && person.name.is_none() {
                person.name = Some(first_value(raw).into_owned()).filter(|n| !n.is_empty());
            } else if upper != "CN" {
                let name = format!("{ORGANIZER}{upper}");
                person.parameters.insert(name, raw.to_owned());
            }
        }
    }
    people
}

fn address(property: &Property) -> (Address, Option<String>) {
    let uri = trim(&property.value);
    let is_mail = uri
        .get(..7)
        .is_some_and(|p| p.eq_ignore_ascii_case("mailto:"));
    let address = Address::new(uri);
    let kept = !is_mail && address.as_str() != uri;
    (address, kept.then(|| uri.to_owned()))
}

fn attendee(property: &Property) -> (Address, Person) {
    let (address, kept) = address(property);
    let mut person = Person {
        role: Some(Role::Required),
        ..Person::default()
    };
    person
        .parameters
        .extend(kept.map(|uri| (URI.to_owned(), uri)));
    for (name, raw) in property.parameters() {
        let name = name.trim();
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let value = first_value(raw);
        let known = if is(URI) {
            // Ours alone: from outside, the value says what the address is.
            true
        } else if is("CN") {
            person.name = Some(value.into_owned()).filter(|n| !n.is_empty());
            true
        } else if is("X-RESPONSE-COMMENT") {
            person.comment = Some(value.into_owned());
            true
        } else if is("RSVP") {
            person.expects_reply = value.eq_ignore_ascii_case("TRUE");
            true
        } else if is("CUTYPE") {
            meaning(&KINDS, &value).map(|k| person.kind = k).is_some()
        } else if is("ROLE") {
            let role = meaning(&ROLES, &value);
            role.map(|r| person.role = Some(r)).is_some()
        } else if is("PARTSTAT") {
            let answer = meaning(&ANSWERS, &value);
            answer.map(|a| person.participation = a).is_some()
        } else {
            false
        };
        if !known {
            let name = name.to_ascii_uppercase();
            person.parameters.insert(name, raw.to_owned());
        }
    }
    // A word that is not known stays only where nothing else was said.
    let said = [
        ("CUTYPE", person.kind != PersonKind::Individual),
        ("ROLE", person.role != Some(Role::Required)),
        (
            "PARTSTAT",
            person.participation != Participation::NeedsAction,
        ),
    ];
    for (name, _) in said.iter().filter(|(_, said)| *said) {
        person.parameters.remove(*name);
    }
    (address, person)
}

fn meaning<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words
        .iter()
        .find(|(w, _)| w.eq_ignore_ascii_case(word))
        .map(|(_, meaning)| *meaning)
}

fn word<T: PartialEq>(words: &[(&'static str, T)], meaning: &T) -> &'static str {
    words
        .iter()
        .find(|(_, m)| m == meaning)
        .map_or("", |(word, _)| word)
}

/// Writes the people of an event, the organizer first.
pub fn write(people: &People, out: &mut Out) {
    let organizer = people.iter().find(|(_, p)| p.organizer);
    if let Some((address, person)) = organizer {
        write_organizer(address, person, out);
    }
    for (address, person) in people {
        if person.role.is_some() || !person.organizer {
            write_attendee(address, person, out);
        }
    }
}

fn start(name: &str, person: &Person, out: &mut Out) {
    out.start(name);
    if let Some(name) = &person.name {
        out.parameter("CN", name);
    }
}

fn finish(address: &Address, person: &Person, out: &mut Out) {
    let uri = person.parameters.get(URI).map_or(address.as_str(), |u| u);
    out.value(&one_line(uri));
}

fn write_organizer(address: &Address, person: &Person, out: &mut Out) {
    start("ORGANIZER", person, out);
    for (name, raw) in &person.parameters {
        if let Some(name) = name.strip_prefix(ORGANIZER) {
            out.raw_parameter(name, &one_line(raw));
        }
    }
    finish(address, person, out);
}

fn write_attendee(address: &Address, person: &Person, out: &mut Out) {
    start("ATTENDEE", person, out);
    // A word that the model does not know goes back while the model still has what it was taken for.
    let mut with = |name: &str, word: &str, default: &str| {
        if word != default {
            out.parameter(name, word);
        } else if let Some(raw) = person.parameters.get(name) {
            out.raw_parameter(name, &one_line(raw));
        } else if name == "PARTSTAT" {
            out.parameter(name, word);
        }
    };
    with("CUTYPE", word(&KINDS, &person.kind), "INDIVIDUAL");
    let role = person.role.unwrap_or(Role::Required);
    with("ROLE", word(&ROLES, &role), "REQ-PARTICIPANT");
    with(
        "PARTSTAT",
        word(&ANSWERS, &person.participation),
        "NEEDS-ACTION",
    );
    if person.expects_reply {
        out.parameter("RSVP", "TRUE");
    }
    if let Some(comment) = &person.comment {
        out.parameter("X-RESPONSE-COMMENT", comment);
    }
    let own = [URI, "CUTYPE", "ROLE", "PARTSTAT"];
    for (name, raw) in &person.parameters {
        if !name.starts_with(ORGANIZER) && !own.contains(&name.as_str()) {
            out.raw_parameter(name, &one_line(raw));
        }
    }
    finish(address, person, out);
}
