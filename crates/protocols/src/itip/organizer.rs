//! An organizer writes or removes an object: revision numbers, answers that are void, and who is told what (RFC 6638 3.2.1).

use std::collections::BTreeSet;

use calendar::Address;
use jiff::Timestamp;

use super::{
    Plan,
    change::{Changes, Difference, between},
    message::{Message, Method, cancel},
    object::{Key, Object},
    party::{
        Agent, WAITING, address, agent, answered, attendee, attendees, is_cancelled, organizer,
        parts, parts_mut, sequence, set, set_sequence, strip,
    },
    view::{Invited, seen},
};
use crate::icalendar::component::{Component, Property};

/// What becomes of an object that its organizer has written, in the place of another version if there was one.
pub fn organize(
    old: Option<&Component<'static>>,
    new: Component<'static>,
    me: &Address,
    now: Timestamp,
) -> Plan {
    organized(old, new, me, (false, now))
}

/// The same where the organizer's client may not have read what was answered last (RFC 6638 3.2.10): nobody is asked anew
/// because it has no answer of theirs.
pub fn organize_unread(
    old: Option<&Component<'static>>,
    new: Component<'static>,
    me: &Address,
    now: Timestamp,
) -> Plan {
    organized(old, new, me, (true, now))
}

fn organized(
    old: Option<&Component<'static>>,
    new: Component<'static>,
    me: &Address,
    (unread, now): (bool, Timestamp),
) -> Plan {
    let old = old.map(|old| Object::of(old.clone()));
    let mut new = Object::of(new);
    if let Some(old) = &old {
        keep_answered(old, &mut new);
    }
    let mut changes = old.as_ref().map(|old| Changes::of(old, &new));
    if let (Some(old), Some(changes)) = (&old, &mut changes) {
        // Whoever raises the number wants it to be known.
        changes.master |= !changes.any() && newest(&new) > newest(old);
    }
    let forced = take_forced(&mut new.tree);
    once_each(&mut new.tree);
    if let Some(old) = &old {
        number(
            old,
            &mut new,
            changes.as_ref().is_some_and(|c| c.any() || c.ended),
        );
    }
    let asked = (me, unread, &forced);
    keep_answers(old.as_ref(), &mut new, changes.as_ref(), asked);
    let mut told = attendees(&new.tree);
    told.extend(old.iter().flat_map(|old| attendees(&old.tree)));
    told.remove(me);
    let mut messages = Vec::new();
    for to in &told {
        let telling = Telling {
            old: old.as_ref(),
            new: &new,
            changes: changes.as_ref(),
            from: me,
            to,
            forced: forced.contains(to),
            now,
        };
        telling.messages(&mut messages);
    }
    Plan {
        object: new.tree,
        messages,
    }
}

/// Whom to tell that an object is gone.
pub fn withdraw(old: &Component<'static>, me: &Address, now: Timestamp) -> Vec<Message> {
    let object = Object::of(old.clone());
    // One more than a change would have had that was on its way at the same time.
    let next = newest(&object) + 2;
    let mut told = attendees(old);
    told.remove(me);
    let invited = told.iter().filter(|to| Invited::of(&object, to).any());
    invited
        .filter_map(|to| cancel(&object, (me, to), None, (next, now)))
        .collect()
}

/// What somebody shall see of an object after somebody else has answered; `None` if they are not invited.
pub fn refresh(tree: &Component<'static>, to: &Address, now: Timestamp) -> Option<Message> {
    let (from, _) = organizer(tree)?;
    let object = Object::of(tree.clone());
    let invited = Invited::of(&object, to);
    let calendar = invited.any().then(|| seen(&object, &invited, None))?;
    Some(Message::new(Method::Request, (&from, to), calendar, now))
}

fn newest(object: &Object) -> u32 {
    parts(&object.tree).map(sequence).max().unwrap_or(0)
}

/// SEQUENCE never falls, and grows with whatever anybody is told of (RFC 5546 2.1.4).
fn number(old: &Object, new: &mut Object, changed: bool) {
    let (was, is) = (newest(old), newest(new));
    let next = if changed && is <= was {
        was + 1
    } else {
        was.max(is)
    };
    let said = parts(&new.tree).any(|part| part.property("SEQUENCE").is_some());
    if next > 0 || said {
        for part in parts_mut(&mut new.tree) {
            set_sequence(part, next);
        }
    }
}

/// Nobody attends twice.
pub(super) fn once_each(tree: &mut Component<'static>) {
    for part in parts_mut(tree) {
        let mut known = BTreeSet::new();
        part.properties
            .retain(|p| !p.is("ATTENDEE") || known.insert(address(p)));
    }
}

/// Those whom the organizer wants to be told whatever has changed (RFC 6638 7.2); it is asked once.
fn take_forced(tree: &mut Component<'static>) -> BTreeSet<Address> {
    let mut forced = BTreeSet::new();
    let people = parts_mut(tree).flat_map(|part| &mut part.properties);
    for person in people.filter(|p| p.is("ATTENDEE")) {
        if person.parameter("SCHEDULE-FORCE-SEND").is_some() {
            forced.insert(address(person));
            strip(person, &["SCHEDULE-FORCE-SEND"]);
        }
    }
    forced
}

/// Occurrences that differ only because somebody has answered them by themselves are not in what an organizer's client has
/// not read again: they come back (RFC 6638 3.2.10).
fn keep_answered(old: &Object, new: &mut Object) {
    let excluded = new.excluded();
    let mut back = Vec::new();
    let moved = match (old.master(), new.master()) {
        (Some(was), Some(is)) => between((old, was), (new, is)) == Difference::Time,
        _ => true,
    };
    for (key, was) in old.overrides() {
        if excluded.contains(&key) || new.get(key).is_some() || is_cancelled(was) {
            continue;
        }
        let Some(mut is) = new.derived(key) else {
            continue;
        };
        // It was at another time of its own: then it asks anew.
        let mut differs = !moved && between((old, was), (new, &is)) == Difference::Time;
        for person in is.properties.iter_mut().filter(|p| p.is("ATTENDEE")) {
            let known = super::party::answer(was, &address(person));
            if let Some(known) = known.filter(|known| *known != answered(person)) {
                set(person, "PARTSTAT", &known);
                differs = true;
            }
        }
        if differs {
            back.push((key, is));
        }
    }
    for (key, part) in back {
        new.put(key, part);
    }
}

/// Answers are the attendees' own: what they were stays, whatever the organizer writes, until it happens at another time. An
/// organizer can only ask anew.
fn keep_answers(
    old: Option<&Object>,
    new: &mut Object,
    changes: Option<&Changes>,
    (me, unread, forced): (&Address, bool, &BTreeSet<Address>),
) {
    // Where nobody is told of anything, nobody is asked for anything either.
    let told = changes.is_none_or(Changes::any);
    let mut tree = std::mem::take(&mut new.tree);
    let reader = Object::of(tree.clone());
    for part in parts_mut(&mut tree) {
        let key = reader.key(part);
        let was = match (old, key) {
            (None, _) => None,
            (Some(old), None) => old.master().cloned(),
            (Some(old), Some(key)) => old.occurrence(key),
        };
        let moved = changes.is_some_and(|c| match key {
            None => c.moved,
            Some(key) => c.moved_keys.contains(&key),
        });
        for person in part.properties.iter_mut().filter(|p| p.is("ATTENDEE")) {
            let who = address(person);
            if who == *me || agent(person) == Agent::Other {
                continue;
            }
            let known = was.as_ref().filter(|_| unread);
            if let Some(known) = known.and_then(|was| attendee(was, &who)) {
                keep_told(person, known);
            }
            let known = was.as_ref().and_then(|was| super::party::answer(was, &who));
            let said = answered(person);
            let answer = match known {
                // Whom the organizer has told anew is asked anew.
                Some(known) if !moved && (unread && !forced.contains(&who) || said != WAITING) => {
                    known
                }
                _ => WAITING.to_owned(),
            };
            if answer == WAITING {
                let asked = told || said != WAITING;
                if said != WAITING {
                    set(person, "PARTSTAT", WAITING);
                }
                if asked && person.parameter("RSVP").is_none() {
                    set(person, "RSVP", "TRUE");
                }
            } else if answer != said {
                set(person, "PARTSTAT", &answer);
                strip(person, &["RSVP"]);
            }
        }
    }
    *new = Object::of(tree);
}

/// What became of the last message, and whether it asked for an answer, stays where a client writes that may not have read it
/// (RFC 6638 3.2.10, 7.3).
fn keep_told(person: &mut Property<'static>, known: &Property<'_>) {
    for name in ["SCHEDULE-STATUS", "RSVP"] {
        match known.parameter(name) {
            Some(value) => set(person, name, &value),
            None => strip(person, &[name]),
        }
    }
}

/// What an organizer has called off.
enum Ended {
    All,
    These(BTreeSet<Key>),
}

/// What one attendee is told.
struct Telling<'a> {
    old: Option<&'a Object>,
    new: &'a Object,
    changes: Option<&'a Changes>,
    from: &'a Address,
    to: &'a Address,
    forced: bool,
    now: Timestamp,
}

impl Telling<'_> {
    fn messages(&self, out: &mut Vec<Message>) {
        let is = Invited::of(self.new, self.to);
        let was = self.old.map(|old| Invited::of(old, self.to));
        let was = was.unwrap_or_default();
        if let Some(old) = self.old {
            out.extend(self.cancels(old, &was, &is));
        }
        let ended = self.ended();
        if is.any() {
            out.extend(self.request(&was, &is));
        }
        if let Some(keys) = ended.filter(|_| is.any()) {
            let number = (newest(self.new), self.now);
            let keys = match &keys {
                Ended::All => None,
                Ended::These(keys) => Some(keys),
            };
            out.extend(cancel(self.new, (self.from, self.to), keys, number));
        }
    }

    /// What they were invited to and are not any more.
    fn cancels(&self, old: &Object, was: &Invited, is: &Invited) -> Option<Message> {
        let number = (newest(self.new), self.now);
        let ends = (self.from, self.to);
        if was.any() && !is.any() || was.master && !is.master {
            return cancel(old, ends, None, number);
        }
        let keys: BTreeSet<Key> = if is.master {
            let gone_before = old.excluded();
            let mut gone = self.new.excluded();
            gone.extend(&is.without);
            gone.retain(|key| {
                was.with.contains(key)
                    || was.master
                        && !gone_before.contains(key)
                        && !was.without.contains(key)
                        && old.occurs(*key)
            });
            gone
        } else {
            was.with.difference(&is.with).copied().collect()
        };
        if keys.is_empty() {
            return None;
        }
        cancel(old, ends, Some(&keys), number)
    }

    /// What the organizer has called off since: all of it, or these occurrences.
    fn ended(&self) -> Option<Ended> {
        let newly = |was: Option<&Component<'_>>, is: &Component<'_>| {
            is_cancelled(is) && was.is_some_and(|was| !is_cancelled(was))
        };
        let old = self.old?;
        if self.new.master().is_some_and(|is| newly(old.master(), is)) {
            return Some(Ended::All);
        }
        let ended = self.new.overrides();
        let ended = ended.filter(|(key, is)| newly(old.occurrence(*key).as_ref(), is));
        let invited = Invited::of(self.new, self.to);
        let keys: BTreeSet<Key> = ended
            .map(|(key, _)| key)
            .filter(|k| invited.with.contains(k))
            .collect();
        (!keys.is_empty()).then_some(Ended::These(keys))
    }

    fn request(&self, was: &Invited, is: &Invited) -> Option<Message> {
        let whole = match self.changes {
            None => true,
            Some(changes) => self.forced || !was.any() || was.master != is.master || changes.master,
        };
        let message = |only: Option<&BTreeSet<Key>>| {
            let calendar = seen(self.new, is, only);
            Message::new(Method::Request, (self.from, self.to), calendar, self.now)
        };
        if whole {
            return Some(message(None));
        }
        let changes = self.changes?;
        let mut keys: BTreeSet<Key> = changes.keys.intersection(&is.with).copied().collect();
        keys.extend(is.with.difference(&was.with).filter(|_| !was.master));
        (!keys.is_empty()).then(|| message(Some(&keys)))
    }
}
