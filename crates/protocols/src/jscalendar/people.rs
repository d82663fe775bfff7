//! Participant objects (RFC 8984 4.4.6).

use std::collections::BTreeMap;

use calendar::{Address, Participation, People, Person, PersonKind, Role};
use serde_json::{Map, Value, json};

use super::{
    Error,
    object::{Gathered, Object},
    pointer,
};

/// Participants of one event that are read.
const MAX: usize = 5_000;

const PARAMETERS: &str = "kalends.dev:parameters";

const KINDS: [(&str, PersonKind); 4] = [
    ("individual", PersonKind::Individual),
    ("group", PersonKind::Group),
    ("resource", PersonKind::Resource),
    ("location", PersonKind::Location),
];

const ANSWERS: [(&str, Participation); 5] = [
    ("needs-action", Participation::NeedsAction),
    ("accepted", Participation::Accepted),
    ("declined", Participation::Declined),
    ("tentative", Participation::Tentative),
    ("delegated", Participation::Delegated),
];

/// The opaque id of a person: the same for the same address (FNV-1a).
pub fn id(address: &Address) -> String {
    let hash = address
        .as_str()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}

/// Writes the `participants` map.
pub fn write(people: &People) -> Map<String, Value> {
    people
        .iter()
        .map(|(address, person)| (id(address), write_one(address, person)))
        .collect()
}

fn write_one(address: &Address, person: &Person) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
    put("@type", "Participant".into());
    if let Some(name) = &person.name {
        put("name", name.as_str().into());
    }
    match address.email() {
        Some(email) => {
            put("email", email.into());
            put("sendTo", json!({"imip": address.as_str()}));
        }
        None => put("sendTo", json!({"other": address.as_str()})),
    }
    put("kind", word(&KINDS, &person.kind).into());
    let roles = [
        ("owner", person.organizer),
        (
            "attendee",
            !matches!(person.role, None | Some(Role::Informational)),
        ),
        ("chair", person.role == Some(Role::Chair)),
        ("optional", person.role == Some(Role::Optional)),
        ("informational", person.role == Some(Role::Informational)),
    ];
    let roles = roles.iter().filter(|(_, has)| *has);
    put(
        "roles",
        roles
            .map(|(role, _)| ((*role).to_owned(), true.into()))
            .collect::<Map<_, _>>()
            .into(),
    );
    put(
        "participationStatus",
        word(&ANSWERS, &person.participation).into(),
    );
    if person.expects_reply {
        put("expectReply", true.into());
    }
    if let Some(comment) = &person.comment {
        put("participationComment", comment.as_str().into());
    }
    if !person.parameters.is_empty() {
        put(PARAMETERS, json!(person.parameters));
    }
    out.into()
}

fn word<T: PartialEq>(words: &[(&'static str, T)], meaning: &T) -> &'static str {
    words
        .iter()
        .find(|(_, m)| m == meaning)
        .map_or("", |(word, _)| word)
}

/// Reads the `participants` map.
pub fn read(event: &mut Object<'_>, gathered: &mut Gathered) -> Result<People, Error> {
    let mut people = People::new();
    for (key, value) in event.objects("participants", MAX)? {
        let path = pointer::join("participants", key);
        let object = Object::at(path, value)?;
        let (address, person) = read_one(object, gathered)?;
        people.insert(address, person);
    }
    Ok(people)
}

fn read_one(mut object: Object<'_>, gathered: &mut Gathered) -> Result<(Address, Person), Error> {
    let email = object.string("email")?;
    let ways = object.objects("sendTo", 10)?;
    let way = |name| {
        ways.iter()
            .find(|(n, _)| *n == name)
            .and_then(|(_, v)| v.as_str())
    };
    let address = way("imip")
        .or(email)
        .or_else(|| ways.iter().find_map(|(_, uri)| uri.as_str()));
    let address = Address::new(address.ok_or_else(|| Error::Missing {
        property: object.path("sendTo"),
    })?);
    let roles = object.set("roles", 10)?;
    let has = |role| roles.contains(&role);
    let role = if has("informational") {
        Some(Role::Informational)
    } else if has("chair") {
        Some(Role::Chair)
    } else if has("optional") {
        Some(Role::Optional)
    } else if has("attendee") || !has("owner") {
        Some(Role::Required)
    } else {
        None
    };
    let parameters = match object.get(PARAMETERS) {
        None => BTreeMap::new(),
        Some(value) => serde_json::from_value(value.clone())
            .map_err(|_| object.bad(PARAMETERS, "an object of strings is needed"))?,
    };
    let person = Person {
        name: object
            .string("name")?
            .filter(|n| !n.is_empty())
            .map(str::to_owned),
        kind: object
            .word(
                "kind",
                &KINDS,
                "one of individual, group, resource, location",
            )?
            .unwrap_or_default(),
        organizer: has("owner"),
        role,
        participation: object
            .word(
                "participationStatus",
                &ANSWERS,
                "one of needs-action, accepted, declined, tentative, delegated",
            )?
            .unwrap_or_default(),
        expects_reply: object.flag("expectReply")?,
        comment: object.string("participationComment")?.map(str::to_owned),
        parameters,
    };
    object.keep_rest(&pointer::join("participants", &id(&address)), gathered);
    Ok((address, person))
}
