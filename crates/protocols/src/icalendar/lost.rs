//! The little that an event can say and iCalendar cannot.

use calendar::{Event, Loss, Override, People, Person, Unknown, When};
use jiff::tz::TimeZone;

use super::{DIALECT, people::ORGANIZER};

/// What is lost of events that are written.
pub(super) fn losses(events: &[&Event]) -> Vec<Loss> {
    let mut losses = Vec::new();
    for event in events {
        ends(event, &mut losses);
        let patched = event.overrides.values().filter_map(|o| match o {
            Override::Patch(patch) => Some((&patch.unknown, patch.people.as_ref())),
            Override::Excluded => None,
        });
        for (unknown, people) in patched.chain([(&event.unknown, Some(&event.people))]) {
            foreign(unknown, &mut losses);
            if let Some(people) = people {
                organizers(people, &mut losses);
            }
        }
    }
    losses
}

/// An end in the second of two equal local times is named in UTC, which leaves no room for a zone of its own.
fn ends(event: &Event, losses: &mut Vec<Loss>) {
    let patched = event.overrides.iter().filter_map(|(id, o)| match o {
        Override::Patch(patch) => {
            let plain = || event.when.starting_at(*id);
            (!patch.is_empty()).then(|| patch.when.clone().unwrap_or_else(plain))
        }
        Override::Excluded => None,
    });
    for when in patched.chain([event.when.clone()]) {
        if let When::Timed {
            end_zone: Some(zone),
            ..
        } = &when
        {
            let end = when.end_instant(&TimeZone::UTC);
            if zone.to_instant(zone.to_local(end)) != end {
                let reason = "only UTC names the second of two equal times";
                lose(
                    losses,
                    "timeZone",
                    reason,
                    "the end in the zone of the start",
                );
            }
        }
    }
}

fn lose(losses: &mut Vec<Loss>, property: &str, reason: &str, fallback: &str) {
    let loss = Loss::new(property, reason, fallback);
    if !losses.contains(&loss) {
        losses.push(loss);
    }
}

fn foreign(unknown: &Unknown, losses: &mut Vec<Loss>) {
    if unknown.dialects().any(|dialect| dialect != DIALECT) {
        let reason = "iCalendar has no property for what another dialect kept";
        lose(losses, "other", reason, "left out");
    }
}

/// There is one ORGANIZER, and it has a name and an address.
fn organizers(people: &People, losses: &mut Vec<Loss>) {
    let mut organizers = people.values().filter(|person| person.organizer);
    let first = organizers.next();
    if organizers.next().is_some() {
        let reason = "iCalendar has one organizer";
        lose(losses, "participants", reason, "the first one");
    }
    if first.is_some_and(|person| person.role.is_none() && *person != told(person)) {
        let reason = "iCalendar knows name and address of an organizer who does not attend";
        lose(losses, "participants", reason, "left out");
    }
}

/// What ORGANIZER tells of a person.
fn told(person: &Person) -> Person {
    let mut parameters = person.parameters.clone();
    parameters.retain(|name, _| name.starts_with(ORGANIZER) || name == super::people::URI);
    Person {
        name: person.name.clone(),
        organizer: true,
        parameters,
        ..Person::default()
    }
}
