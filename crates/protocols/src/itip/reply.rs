//! REPLY (RFC 5546 3.2.3): what an attendee has answered, and what it does to the organizer's object.

use calendar::Address;
use jiff::Timestamp;

use super::{
    message::{Message, Method, short, with_zones},
    object::{Key, Object},
    party::{
        DECLINED, attendee, attendee_mut, parts, put, sequence, set, set_answer, set_sequence,
    },
};
use crate::icalendar::component::{Component, Property};

/// A reply that is being put together.
pub(super) struct Reply<'a> {
    old: &'a Object,
    me: Address,
    parts: Vec<Component<'static>>,
}

/// What an attendee cannot know better than the organizer.
const UNSAID: [&str; 2] = ["STATUS", "LOCATION"];

impl<'a> Reply<'a> {
    pub(super) fn new(old: &'a Object, me: &Address) -> Self {
        Self {
            old,
            me: me.clone(),
            parts: Vec::new(),
        }
    }

    /// An answer about a component.
    pub(super) fn say(&mut self, part: &Component<'static>, answer: &str) {
        let me = self.me.clone();
        let mut said = short(part, |a| *a == me);
        super::party::drop_all(&mut said, &UNSAID);
        // To which version this is an answer: clients write a number of their own.
        let was = match self.old.key(part) {
            None => self.old.master().cloned(),
            Some(key) => self.old.occurrence(key),
        };
        let number = was.as_ref().map_or(0, sequence);
        if number > 0 {
            set_sequence(&mut said, number);
        } else {
            super::party::drop_all(&mut said, &["SEQUENCE"]);
        }
        let Some(own) = attendee_mut(&mut said, &me) else {
            return;
        };
        set_answer(own, answer);
        put(&mut said, Property::new("REQUEST-STATUS", "2.0;Success"));
        self.parts.push(said);
    }

    /// That an occurrence is declined.
    pub(super) fn decline(&mut self, key: Key) {
        if let Some(part) = self.old.occurrence(key) {
            self.say(&part, DECLINED);
        }
    }

    /// The message, if there is something to say.
    pub(super) fn message(self, to: &Address, now: Timestamp) -> Option<Message> {
        if self.parts.is_empty() {
            return None;
        }
        let calendar = with_zones(self.old, self.parts);
        Some(Message::new(Method::Reply, (&self.me, to), calendar, now))
    }
}

/// Who answers with a message.
pub(super) fn sender(message: &Component<'_>) -> Option<Address> {
    let mut people = parts(message).flat_map(|part| &part.properties);
    people.find(|p| p.is("ATTENDEE")).map(super::party::address)
}

/// Notes an answer in the organizer's object. `None` if that changes nothing: the object has no such attendee, or the answer is
/// to what it no longer is.
pub(super) fn applied(
    copy: &Component<'static>,
    message: &Component<'static>,
) -> Option<Component<'static>> {
    let who = sender(message)?;
    let mut object = Object::of(copy.clone());
    let said = Object::of(message.clone());
    let mut done = false;
    for part in parts(message) {
        let Some(answer) = super::party::answer(part, &who) else {
            continue;
        };
        let own = match said.key(part) {
            None => object.master().cloned().map(|own| (None, own)),
            Some(key) => object
                .occurrence(key)
                .filter(|_| !object.excluded().contains(&key))
                .map(|own| (Some(key), own)),
        };
        let Some((key, mut own)) = own else { continue };
        if is_outdated((&said, part), (&object, &own)) {
            continue;
        }
        let Some(person) = attendee_mut(&mut own, &who) else {
            continue;
        };
        set_answer(person, &answer);
        set(person, "SCHEDULE-STATUS", "2.0");
        take_parameters(person, attendee(part, &who));
        match (key, object.master_mut()) {
            (Some(key), _) => object.put(key, own),
            (None, Some(master)) => *master = own,
            (None, None) => {}
        }
        done = true;
    }
    done.then_some(object.tree)
}

/// What the attendee says of themselves beside the answer (RFC 5546 2.1.5 leaves the rest to the organizer).
fn take_parameters(person: &mut Property<'static>, said: Option<&Property<'static>>) {
    for name in ["DELEGATED-TO", "X-RESPONSE-COMMENT"] {
        let value = said.and_then(|said| {
            let mut all = said.parameters();
            all.find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
        });
        if let Some(value) = value {
            super::party::strip(person, &[name]);
            *person = std::mem::take(person).with_raw(name, &value);
        }
    }
}

/// Whether an answer is to an older version that happened at another time (RFC 5546 2.1.5).
fn is_outdated(
    (said, part): (&Object, &Component<'_>),
    (object, own): (&Object, &Component<'_>),
) -> bool {
    let start = |object: &Object, part: &Component<'_>| {
        let start = part.property("DTSTART")?;
        Some(object.moment(start, &start.value)?.instant(None))
    };
    let (answered, is) = (start(said, part), start(object, own));
    sequence(part) < sequence(own) && answered.is_some() && answered != is
}
