//! A message arrives: what becomes of the copy of whoever gets it (RFC 5546 2.1, 3.2; RFC 6638 4).

use std::collections::BTreeSet;

use calendar::Address;

use super::{
    message::{Method, read},
    object::{Key, Object, empty_like},
    party::{
        DECLINED, WAITING, answer, drop_all, is_cancelled, parts, parts_mut, put, sequence, set,
        set_sequence,
    },
    reply,
};
use crate::icalendar::{
    component::{Component, Property},
    value,
};

/// What a message does to a copy.
#[derive(Clone, Debug, PartialEq)]
pub enum Received {
    /// Nothing: it is about what is not there, or older than what is.
    Nothing,
    /// It is for people to read; the copy stays as it is.
    News,
    /// The copy as it is now.
    Copy(Box<Component<'static>>),
}

/// What becomes of a copy, or that there is one now. `quiet` is for what the server tells of itself: it is never out of date,
/// and makes no copy.
pub fn receive(
    copy: Option<&Component<'static>>,
    message: &Component<'static>,
    me: &Address,
    quiet: bool,
) -> Received {
    let Ok(method) = read(message) else {
        return Received::Nothing;
    };
    let kept = |tree: Option<Component<'static>>| {
        tree.map_or(Received::Nothing, |tree| Received::Copy(Box::new(tree)))
    };
    match (method, copy) {
        (Method::Request, None) if quiet => Received::Nothing,
        (Method::Request, None) => kept(first(message, me)),
        (Method::Request, Some(copy)) => kept(merged(copy, message, me, quiet)),
        (Method::Add, Some(copy)) => kept(merged(copy, message, me, true)),
        (Method::Cancel, Some(copy)) => kept(cancelled(copy, message)),
        (Method::Reply, Some(copy)) => kept(reply::applied(copy, message)),
        (Method::Counter | Method::Refresh | Method::DeclineCounter, Some(_)) => Received::News,
        (Method::Publish, _) | (_, None) => Received::Nothing,
    }
}

/// A first copy; none of what was declined before.
fn first(message: &Component<'static>, me: &Address) -> Option<Component<'static>> {
    let mut copy = message.clone();
    copy.properties.retain(|p| !p.is("METHOD"));
    let waits = |part: &Component<'_>| answer(part, me).is_some_and(|said| said != DECLINED);
    if !parts(&copy).any(waits) {
        return None;
    }
    let mut copy = Object::of(copy);
    let declined = copy.overrides();
    let declined = declined.filter(|(_, part)| answer(part, me).as_deref() == Some(DECLINED));
    let declined: BTreeSet<Key> = declined.map(|(key, _)| key).collect();
    for key in &declined {
        copy.forget(*key);
    }
    copy.exclude(&declined);
    for part in parts_mut(&mut copy.tree) {
        hide(part, me);
    }
    Some(copy.tree)
}

/// What nobody has answered yet takes no time. (Tasks never do.)
fn hide(part: &mut Component<'static>, me: &Address) {
    if part.is("VEVENT") && answer(part, me).as_deref() == Some(WAITING) {
        put(part, Property::new("TRANSP", "TRANSPARENT"));
    }
}

/// Gives a component what is the attendee's own in their copy.
fn keep_own(part: &mut Component<'static>, own: &Component<'static>, me: &Address) {
    part.components
        .extend(own.components.iter().filter(|c| c.is("VALARM")).cloned());
    drop_all(part, &["TRANSP"]);
    let private = own.properties.iter().filter(|p| {
        let kept = [
            "TRANSP",
            "CATEGORIES",
            "CLASS",
            "COLOR",
            "COMPLETED",
            "PERCENT-COMPLETE",
        ];
        let extended = p
            .name
            .get(..2)
            .is_some_and(|x| x.eq_ignore_ascii_case("X-"));
        kept.iter().any(|name| p.is(name)) || extended
    });
    for property in private {
        if part.property(&property.name).is_none()
            || property.is("CATEGORIES")
            || property.is("CLASS")
            || property.is("COLOR")
        {
            put(part, property.clone());
        }
    }
    note_status(part, Some(own));
    hide(part, me);
}

/// What became of the last answer to the organizer, as another component has it.
fn note_status(part: &mut Component<'static>, own: Option<&Component<'static>>) {
    let status = own.and_then(|own| own.property("ORGANIZER")?.parameter("SCHEDULE-STATUS"));
    let organizer = part.properties.iter_mut().find(|p| p.is("ORGANIZER"));
    if let (Some(status), Some(organizer)) = (status, organizer) {
        set(organizer, "SCHEDULE-STATUS", &status);
    }
}

/// A copy with what the organizer says now (RFC 5546 3.2.2).
fn merged(
    copy: &Component<'static>,
    message: &Component<'static>,
    me: &Address,
    quiet: bool,
) -> Option<Component<'static>> {
    let copy = Object::of(copy.clone());
    let message = Object::of(message.clone());
    let ended = parts(&copy.tree).all(is_cancelled);
    let newer = |own: Option<&Component<'_>>, part: &Component<'_>| {
        quiet || ended || own.is_none_or(|own| !is_older(part, own))
    };
    let mut next = Object::of(empty_like(&message.tree));
    add_zones(&mut next.tree, &[&message.tree, &copy.tree]);
    let whole = message.master().is_some();
    if let Some(master) = message.master() {
        if !newer(copy.master(), master) {
            return None;
        }
        let mut master = master.clone();
        if let Some(own) = copy.master() {
            keep_own(&mut master, own, me);
        } else {
            hide(&mut master, me);
        }
        next.tree.components.push(master);
    } else {
        next.tree.components.extend(parts(&copy.tree).cloned());
    }
    let taken = take_overrides(&copy, &message, &mut next, me, &newer);
    if !whole && !taken {
        return None;
    }
    if whole && !ended {
        keep_gone(&copy, &message, &mut next, me);
    }
    Some(next.tree)
}

/// Takes the occurrences that differ out of a message; false if there is none that is news.
fn take_overrides(
    copy: &Object,
    message: &Object,
    next: &mut Object,
    me: &Address,
    newer: &impl Fn(Option<&Component<'_>>, &Component<'_>) -> bool,
) -> bool {
    let gone = copy.excluded();
    let mut taken = false;
    for (key, part) in message.overrides() {
        let declined = answer(part, me).as_deref() == Some(DECLINED);
        // What was declined and is not in the copy any more stays away.
        let away = gone.contains(&key) || copy.master().is_none() && copy.get(key).is_none();
        if away && declined || !newer(copy.get(key), part) {
            continue;
        }
        let mut part = part.clone();
        let own = copy.get(key).cloned().or_else(|| copy.derived(key));
        let own = own.or_else(|| copy.master().cloned());
        if let Some(own) = own {
            keep_own(&mut part, &own, me);
        } else {
            note_status(&mut part, parts(&copy.tree).next());
            hide(&mut part, me);
        }
        next.include(&BTreeSet::from([key]));
        next.put(key, part);
        taken = true;
    }
    taken
}

/// What the attendee has taken out of their copy stays out, and what was called off stays there to be seen.
fn keep_gone(copy: &Object, message: &Object, next: &mut Object, me: &Address) {
    let out = message.excluded();
    let gone = copy.excluded();
    let gone = gone.difference(&out);
    let own: BTreeSet<Key> = gone
        .copied()
        .filter(|key| next.get(*key).is_none() && next.occurs(*key))
        .collect();
    next.exclude_as(&own, copy);
    keep_private(copy, (&out, next), me);
    let ended = copy.overrides().filter(|(_, part)| is_cancelled(part));
    let ended: Vec<_> = ended.map(|(key, part)| (key, part.clone())).collect();
    for (key, part) in ended {
        if out.contains(&key) && message.get(key).is_none() {
            next.include(&BTreeSet::from([key]));
            next.put(key, part);
        }
    }
}

/// Occurrences that differ from the others only in what is the attendee's own, alarms say, go on doing so.
fn keep_private(copy: &Object, (out, next): (&BTreeSet<Key>, &mut Object), me: &Address) {
    let mut kept = Vec::new();
    for (key, own) in copy.overrides() {
        if next.get(key).is_some() || out.contains(&key) || is_cancelled(own) {
            continue;
        }
        let (Some(plain), Some(mut now)) = (copy.derived(key), next.derived(key)) else {
            continue;
        };
        let alarms = plain.components.len() != own.components.len();
        if alarms || plain.property("TRANSP") != own.property("TRANSP") {
            now.components.clear();
            keep_own(&mut now, own, me);
            kept.push((key, now));
        }
    }
    for (key, now) in kept {
        next.put(key, now);
    }
}

fn add_zones(tree: &mut Component<'static>, of: &[&Component<'static>]) {
    let mut known = BTreeSet::new();
    for zone in of
        .iter()
        .flat_map(|tree| &tree.components)
        .filter(|c| c.is("VTIMEZONE"))
    {
        let id = zone.property("TZID").map(Property::as_text);
        if known.insert(id) {
            tree.components.push(zone.clone());
        }
    }
}

/// Whether what a message says is older than what is there: by SEQUENCE, then by DTSTAMP (RFC 5546 2.1.5).
fn is_older(said: &Component<'_>, own: &Component<'_>) -> bool {
    let stamp = |part: &Component<'_>| {
        let stamp = part.property("DTSTAMP")?;
        Some(value::date_time(&stamp.value)?.0)
    };
    match sequence(said).cmp(&sequence(own)) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Greater => false,
        std::cmp::Ordering::Equal => match (stamp(said), stamp(own)) {
            (Some(said), Some(own)) => said < own,
            _ => false,
        },
    }
}

/// A copy of which all, or occurrences, are called off (RFC 5546 3.2.5). It stays, so that people see it.
fn cancelled(
    copy: &Component<'static>,
    message: &Component<'static>,
) -> Option<Component<'static>> {
    let mut copy = Object::of(copy.clone());
    let message = Object::of(message.clone());
    let mut done = false;
    if let Some(all) = message.master() {
        let number = sequence(all);
        for part in parts_mut(&mut copy.tree) {
            if sequence(part) <= number {
                end(part, number);
                done = true;
            }
        }
    }
    let gone = copy.excluded();
    for (key, said) in message.overrides() {
        let own = copy.occurrence(key).filter(|_| !gone.contains(&key));
        let Some(mut part) = own.filter(|own| sequence(own) <= sequence(said)) else {
            continue;
        };
        end(&mut part, sequence(said));
        copy.put(key, part);
        done = true;
    }
    done.then_some(copy.tree)
}

fn end(part: &mut Component<'static>, number: u32) {
    put(part, Property::new("STATUS", "CANCELLED"));
    set_sequence(part, number);
}
