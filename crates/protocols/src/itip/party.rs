//! ORGANIZER and ATTENDEE as scheduling reads and writes them (RFC 5545 3.8.4.1, 3.8.4.3; RFC 6638 7).

use std::{borrow::Cow, collections::BTreeSet};

use calendar::Address;

use crate::icalendar::component::{Component, Property};

/// Who tells an attendee or an organizer (RFC 6638 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// The server.
    Server,
    /// The client, or nobody.
    Other,
}

/// The components of an object that are no zones.
pub(super) fn parts<'a, 't>(
    tree: &'a Component<'t>,
) -> impl Iterator<Item = &'a Component<'t>> + use<'a, 't> {
    tree.components.iter().filter(|c| !c.is("VTIMEZONE"))
}

pub(super) fn parts_mut<'a>(
    tree: &'a mut Component<'static>,
) -> impl Iterator<Item = &'a mut Component<'static>> {
    tree.components.iter_mut().filter(|c| !c.is("VTIMEZONE"))
}

/// Whom a property names.
pub(super) fn address(property: &Property<'_>) -> Address {
    Address::new(&property.value)
}

/// Who does the telling, as a property says.
pub(super) fn agent(property: &Property<'_>) -> Agent {
    match property.parameter("SCHEDULE-AGENT") {
        Some(agent) if !agent.eq_ignore_ascii_case("SERVER") => Agent::Other,
        _ => Agent::Server,
    }
}

/// The organizer of an object, and who tells them.
pub fn organizer(tree: &Component<'_>) -> Option<(Address, Agent)> {
    let found = parts(tree).find_map(|part| part.property("ORGANIZER"))?;
    Some((address(found), agent(found)))
}

/// Whether its components have not all the same organizer, where they have one (RFC 6638 3.2.4.2).
pub fn organizers_differ(tree: &Component<'_>) -> bool {
    let of = |part: &'_ Component<'_>| part.property("ORGANIZER").map(address);
    let all: BTreeSet<_> = parts(tree).filter_map(of).collect();
    all.len() > 1
}

/// Names the organizer in all components, if some do.
pub fn spread_organizer(tree: &mut Component<'static>) {
    let Some(organizer) = parts(tree)
        .find_map(|part| part.property("ORGANIZER"))
        .cloned()
    else {
        return;
    };
    for part in parts_mut(tree).filter(|part| part.property("ORGANIZER").is_none()) {
        part.properties.push(organizer.clone());
    }
}

/// Says who tells the organizer (RFC 6638 7.1).
pub fn set_agent(tree: &mut Component<'static>, agent: &str) {
    let all = parts_mut(tree).flat_map(|part| &mut part.properties);
    for property in all.filter(|p| p.is("ORGANIZER")) {
        set(property, "SCHEDULE-AGENT", agent);
    }
}

/// Takes back whatever somebody has answered.
pub fn unanswered(tree: &mut Component<'static>, who: &Address) {
    for part in parts_mut(tree) {
        if let Some(own) = attendee_mut(part, who) {
            set(own, "PARTSTAT", WAITING);
        }
    }
}

/// The UID of an object.
pub fn uid(tree: &Component<'_>) -> Option<String> {
    let uid = parts(tree).find_map(|part| part.property("UID"))?;
    Some(uid.as_text().trim().to_owned()).filter(|uid| !uid.is_empty())
}

/// All who attend any of it, whoever tells them.
pub fn attendees(tree: &Component<'_>) -> BTreeSet<Address> {
    let all = parts(tree).flat_map(|part| &part.properties);
    all.filter(|p| p.is("ATTENDEE")).map(address).collect()
}

/// The ATTENDEE of somebody in a component.
pub(super) fn attendee<'a, 't>(part: &'a Component<'t>, who: &Address) -> Option<&'a Property<'t>> {
    let mut all = part.properties.iter().filter(|p| p.is("ATTENDEE"));
    all.find(|p| address(p) == *who)
}

pub(super) fn attendee_mut<'a>(
    part: &'a mut Component<'static>,
    who: &Address,
) -> Option<&'a mut Property<'static>> {
    let mut all = part.properties.iter_mut().filter(|p| p.is("ATTENDEE"));
    all.find(|p| address(p) == *who)
}

/// What somebody has answered in a component (RFC 5545 3.2.12).
pub(super) fn answer(part: &Component<'_>, who: &Address) -> Option<String> {
    attendee(part, who).map(answered)
}

/// What an ATTENDEE says.
pub(super) fn answered(attendee: &Property<'_>) -> String {
    let said = attendee.parameter("PARTSTAT");
    said.map_or_else(|| WAITING.to_owned(), |s| s.to_ascii_uppercase())
}

/// No answer yet.
pub(super) const WAITING: &str = "NEEDS-ACTION";
/// Does not come.
pub(super) const DECLINED: &str = "DECLINED";

/// Takes parameters off a property.
pub(super) fn strip(property: &mut Property<'static>, names: &[&str]) {
    let named = |name: &str| names.iter().any(|n| name.trim().eq_ignore_ascii_case(n));
    if !property.parameters().any(|(name, _)| named(name)) {
        return;
    }
    let kept = property.parameters().filter(|(name, _)| !named(name));
    let kept: String = kept
        .flat_map(|(name, value)| [";", name, "=", value])
        .collect();
    property.parameters = kept.into();
}

/// Gives a parameter of a property a value.
pub(super) fn set(property: &mut Property<'static>, name: &str, value: &str) {
    strip(property, &[name]);
    *property = std::mem::take(property).with(name, value);
}

/// Notes an answer, and that none is asked for any more; or that one is.
pub(super) fn set_answer(attendee: &mut Property<'static>, answer: &str) {
    set(attendee, "PARTSTAT", answer);
    if answer == WAITING {
        set(attendee, "RSVP", "TRUE");
    } else {
        strip(attendee, &["RSVP"]);
    }
}

/// Notes what became of a message to somebody (RFC 6638 3.2.9), wherever they are named.
pub fn set_status(tree: &mut Component<'static>, who: &Address, name: &str, code: &str) {
    let all = parts_mut(tree).flat_map(|part| &mut part.properties);
    for property in all.filter(|p| p.is(name) && address(p) == *who) {
        set(property, "SCHEDULE-STATUS", code);
    }
}

/// What became of the last message to somebody, as it is noted.
pub fn status_of(tree: &Component<'_>, who: &Address) -> Option<String> {
    let mut all = parts(tree).filter_map(|part| attendee(part, who));
    all.find_map(|p| p.parameter("SCHEDULE-STATUS"))
        .map(Cow::into_owned)
}

/// Gives people the names that they go by here.
pub fn normalise(tree: &mut Component<'static>, usual: impl Fn(&mut Property<'static>)) {
    for property in parts_mut(tree).flat_map(|part| &mut part.properties) {
        if property.is("ORGANIZER") || property.is("ATTENDEE") {
            usual(property);
        }
    }
}

/// The value of a property that is there at most once, in the place of whatever it was.
pub(super) fn put(part: &mut Component<'static>, property: Property<'static>) {
    match part.properties.iter_mut().find(|p| p.is(&property.name)) {
        Some(there) => *there = property,
        None => part.properties.push(property),
    }
}

/// Takes all properties of these names away.
pub(super) fn drop_all(part: &mut Component<'static>, names: &[&str]) {
    part.properties
        .retain(|p| !names.iter().any(|name| p.is(name)));
}

/// SEQUENCE (RFC 5545 3.8.7.4).
pub(super) fn sequence(part: &Component<'_>) -> u32 {
    let said = part.property("SEQUENCE");
    said.and_then(|p| p.value.trim().parse().ok()).unwrap_or(0)
}

pub(super) fn set_sequence(part: &mut Component<'static>, sequence: u32) {
    put(part, Property::new("SEQUENCE", sequence.to_string()));
}

/// Whether it is called off.
pub(super) fn is_cancelled(part: &Component<'_>) -> bool {
    let status = part.property("STATUS");
    status.is_some_and(|p| p.value.trim().eq_ignore_ascii_case("CANCELLED"))
}
