//! iTIP messages (RFC 5546 1.4, 3): building and reading them.

use std::collections::BTreeSet;

use calendar::Address;
use jiff::Timestamp;

use super::{
    object::{Key, Object},
    party::{address, organizer, parts, parts_mut, put, set_sequence, uid},
    view::bare,
};
use crate::icalendar::{
    component::{Component, Property},
    empty_calendar, value,
};

/// What a message is for (RFC 5546 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// An invitation, or what has changed of it; with VFREEBUSY a question for busy time.
    Request,
    /// An answer.
    Reply,
    /// An occurrence more.
    Add,
    /// It is called off, or the attendee is not invited any more.
    Cancel,
    /// Whoever gets it is asked to send the newest version.
    Refresh,
    /// An attendee proposes something else.
    Counter,
    /// The organizer does not want that.
    DeclineCounter,
    /// An announcement: nobody is invited.
    Publish,
}

const METHODS: [(&str, Method); 8] = [
    ("REQUEST", Method::Request),
    ("REPLY", Method::Reply),
    ("ADD", Method::Add),
    ("CANCEL", Method::Cancel),
    ("REFRESH", Method::Refresh),
    ("COUNTER", Method::Counter),
    ("DECLINECOUNTER", Method::DeclineCounter),
    ("PUBLISH", Method::Publish),
];

impl Method {
    /// Its name in METHOD.
    pub fn word(self) -> &'static str {
        let known = METHODS.iter().find(|(_, method)| *method == self);
        known.map_or("", |(word, _)| word)
    }
}

/// A message to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What it is for.
    pub method: Method,
    /// To whom.
    pub to: Address,
    /// Who sends it.
    pub from: Address,
    /// Its VCALENDAR, with METHOD.
    pub calendar: Component<'static>,
}

impl Message {
    pub(super) fn new(
        method: Method,
        (from, to): (&Address, &Address),
        mut calendar: Component<'static>,
        now: Timestamp,
    ) -> Self {
        calendar.properties.retain(|p| !p.is("METHOD"));
        calendar
            .properties
            .push(Property::new("METHOD", method.word()));
        for part in parts_mut(&mut calendar) {
            put(part, Property::new("DTSTAMP", value::write_utc(now)));
        }
        Self {
            method,
            to: to.clone(),
            from: from.clone(),
            calendar,
        }
    }
}

impl Message {
    /// The same with something said to whoever gets it (COMMENT, RFC 5546 3.2).
    #[must_use]
    pub fn saying(mut self, comment: Option<&str>) -> Self {
        let said = comment.map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = said {
            for part in parts_mut(&mut self.calendar) {
                put(part, Property::text("COMMENT", text).into_owned());
            }
        }
        self
    }
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw(pub &'static str);

/// What a message is for, and what is in it, checked as far as RFC 5546 3 says for every method.
///
/// # Errors
/// It is no message: the text says why.
pub fn read(calendar: &Component<'_>) -> Result<Method, Flaw> {
    let method = calendar
        .property("METHOD")
        .ok_or(Flaw("METHOD is missing"))?;
    let known = METHODS
        .iter()
        .find(|(word, _)| method.value.trim().eq_ignore_ascii_case(word));
    let (_, method) = known.ok_or(Flaw("METHOD: no such method"))?;
    let mut kinds = parts(calendar).map(|part| part.name.to_ascii_uppercase());
    let first = kinds.next().ok_or(Flaw("there is nothing in it"))?;
    if kinds.any(|kind| kind != first) {
        return Err(Flaw("all components must be of one kind"));
    }
    let uids: BTreeSet<_> = parts(calendar)
        .map(|p| p.property("UID").map(Property::as_text))
        .collect();
    if uid(calendar).is_none() || uids.len() > 1 {
        return Err(Flaw("UID: one is needed, the same in all components"));
    }
    if *method == Method::Publish {
        return Ok(*method);
    }
    let organizers: BTreeSet<_> = parts(calendar)
        .map(|p| p.property("ORGANIZER").map(address))
        .collect();
    if organizer(calendar).is_none() || organizers.len() > 1 {
        return Err(Flaw("ORGANIZER: one is needed, the same in all components"));
    }
    let from_one = matches!(method, Method::Reply | Method::Counter | Method::Refresh);
    for part in parts(calendar) {
        let attendees = part.all("ATTENDEE").count();
        if from_one && attendees != 1 {
            return Err(Flaw("ATTENDEE: exactly one, whoever sends it, is needed"));
        }
        if *method == Method::Request && attendees == 0 {
            return Err(Flaw("ATTENDEE: at least one is needed"));
        }
    }
    Ok(*method)
}

/// What a message says of a component beside who and when.
const SAID: [&str; 12] = [
    "UID",
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
    "RECURRENCE-ID",
    "ORGANIZER",
    "SUMMARY",
    "LOCATION",
    "SEQUENCE",
    "COMMENT",
    "STATUS",
];

/// A component with little in it: what it is about, and one ATTENDEE.
pub(super) fn short(
    part: &Component<'static>,
    whose: impl Fn(&Address) -> bool,
) -> Component<'static> {
    let mut short = part.clone();
    short.components.clear();
    short
        .properties
        .retain(|p| SAID.iter().any(|name| p.is(name)) || p.is("ATTENDEE") && whose(&address(p)));
    bare(&mut short);
    short
}

/// A calendar with these components and the zones of another.
pub(super) fn with_zones(
    of: &Object,
    parts: impl IntoIterator<Item = Component<'static>>,
) -> Component<'static> {
    let mut calendar = empty_calendar().into_owned();
    let zones = of.tree.components.iter().filter(|c| c.is("VTIMEZONE"));
    calendar.components.extend(zones.cloned());
    calendar.components.extend(parts);
    calendar
}

/// A message that calls off all of an object, or these occurrences. If it is all, everybody who attended is named in it.
pub(super) fn cancel(
    object: &Object,
    (from, to): (&Address, &Address),
    keys: Option<&BTreeSet<Key>>,
    (sequence, now): (u32, Timestamp),
) -> Option<Message> {
    let mut parts: Vec<Component<'static>> = match keys {
        None => {
            let first = object
                .master()
                .or_else(|| object.overrides().next().map(|o| o.1));
            let mut all = short(first?, |_| true);
            all.properties.retain(|p| !p.is("RECURRENCE-ID"));
            if super::party::attendee(&all, to).is_none() {
                let own = object
                    .overrides()
                    .find_map(|(_, part)| super::party::attendee(part, to));
                all.properties.extend(own.cloned());
                bare(&mut all);
            }
            vec![all]
        }
        Some(keys) => {
            let each = keys.iter().filter_map(|key| object.occurrence(*key));
            each.map(|part| short(&part, |a| a == to)).collect()
        }
    };
    if parts.is_empty() {
        return None;
    }
    for part in &mut parts {
        set_sequence(part, sequence);
        put(part, Property::new("STATUS", "CANCELLED"));
    }
    let calendar = with_zones(object, parts);
    Some(Message::new(Method::Cancel, (from, to), calendar, now))
}
