//! An object as one attendee sees it (RFC 6638 3.2.6): the occurrences that they are invited to, and no others.

use std::collections::BTreeSet;

use calendar::Address;

use super::{
    object::{Key, Object, empty_like},
    party::{Agent, agent, attendee, parts_mut, strip},
};
use crate::icalendar::component::{Component, Property};

/// Which parts of an object somebody is invited to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Invited {
    /// All occurrences.
    pub(super) master: bool,
    /// Occurrences that differ.
    pub(super) with: BTreeSet<Key>,
    /// Occurrences that differ, to which they are not invited.
    pub(super) without: BTreeSet<Key>,
}

impl Invited {
    pub(super) fn of(object: &Object, who: &Address) -> Self {
        let invited =
            |part: &Component<'_>| attendee(part, who).is_some_and(|p| agent(p) == Agent::Server);
        let (with, without) = object
            .overrides()
            .partition::<Vec<_>, _>(|(_, part)| invited(part));
        let keys = |all: Vec<(Key, _)>| all.into_iter().map(|(key, _)| key).collect();
        Self {
            master: object.master().is_some_and(invited),
            with: keys(with),
            without: keys(without),
        }
    }

    pub(super) fn any(&self) -> bool {
        self.master || !self.with.is_empty()
    }
}

/// What of the properties that no RFC knows is for all to read. The others are what programs note for themselves.
pub(super) const PUBLIC: [&str; 4] = [
    "X-ALT-DESC",
    "X-APPLE-STRUCTURED-LOCATION",
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
];

/// Parameters that are between a client and its server (RFC 6638 7).
pub(super) const OURS: [&str; 3] = ["SCHEDULE-AGENT", "SCHEDULE-FORCE-SEND", "SCHEDULE-STATUS"];

fn is_private(property: &Property<'_>) -> bool {
    let name = property.name.to_ascii_uppercase();
    name == "REQUEST-STATUS" || name.starts_with("X-") && !PUBLIC.contains(&name.as_str())
}

/// Takes away what is nobody else's business: alarms, and what is said between a client and its server.
pub(super) fn bare(part: &mut Component<'static>) {
    part.components.retain(|c| !c.is("VALARM"));
    part.properties.retain(|p| !is_private(p));
    let people = part.properties.iter_mut();
    for person in people.filter(|p| p.is("ATTENDEE") || p.is("ORGANIZER")) {
        strip(person, &OURS);
    }
}

/// What somebody sees of an object; `None` if they are invited to nothing of it.
pub fn view(tree: &Component<'static>, who: &Address) -> Option<Component<'static>> {
    let object = Object::of(tree.clone());
    let invited = Invited::of(&object, who);
    invited.any().then(|| seen(&object, &invited, None))
}

/// What somebody sees who is invited to these parts: all of them, or only these occurrences.
pub(super) fn seen(
    object: &Object,
    invited: &Invited,
    only: Option<&BTreeSet<Key>>,
) -> Component<'static> {
    let mut shown = Object::of(empty_like(&object.tree));
    // The name and colour of the organizer's calendar among it.
    shown.tree.properties.retain(|p| !is_private(p));
    let zones = object.tree.components.iter().filter(|c| c.is("VTIMEZONE"));
    shown.tree.components = zones.cloned().collect();
    if invited.master && only.is_none() {
        shown.tree.components.extend(object.master().cloned());
    }
    for (key, part) in object.overrides() {
        let wanted = only.is_none_or(|only| only.contains(&key));
        if wanted && invited.with.contains(&key) {
            shown.tree.components.push(part.clone());
        }
    }
    for part in parts_mut(&mut shown.tree) {
        bare(part);
    }
    if invited.master && only.is_none() {
        shown.exclude(&invited.without);
    }
    shown.tree
}
