//! Merge units: the parts of an event that people change independently of each other.
//!
//! Everything that compares, merges or projects events does it unit by unit through the three functions here, so
//! that "a unit that nobody touched moves by no bit" is one piece of code.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Address, Event, RecurrenceId};

/// One merge unit.
///
/// ```
/// use kalends_calendar::{Event, Unit, When, unit};
/// let a = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
/// let b = Event { title: "Leave".into(), ..a.clone() };
/// assert_eq!(unit::diff(&a, &b), [Unit::Title].into());
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Start, end, zone, all-day.
    When,
    /// How it repeats.
    Rule,
    /// One moved, edited, cancelled or extra occurrence.
    Override(RecurrenceId),
    /// Summary line.
    Title,
    /// Places.
    Place,
    /// Conferences.
    Conference,
    /// Longer text.
    Text,
    /// Confirmed, tentative, cancelled.
    Status,
    /// Free or busy.
    Busy,
    /// Public, private, secret.
    Privacy,
    /// One person.
    Person(Address),
    /// Keywords and priority.
    Categories,
    /// Alarms; local to a copy.
    Reminders,
    /// Colour; local to a copy.
    Color,
    /// Unmodelled properties of a dialect; local to a copy.
    Unknown(String),
}

/// The units that every event has.
const FIXED: [Unit; 12] = [
    Unit::When,
    Unit::Rule,
    Unit::Title,
    Unit::Place,
    Unit::Conference,
    Unit::Text,
    Unit::Status,
    Unit::Busy,
    Unit::Privacy,
    Unit::Categories,
    Unit::Reminders,
    Unit::Color,
];

impl Unit {
    /// Whether the unit belongs to one copy and never flows along a link.
    ///
    /// ```
    /// use kalends_calendar::Unit;
    /// assert!(Unit::Color.is_local() && !Unit::Title.is_local());
    /// ```
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Reminders | Self::Color | Self::Unknown(_))
    }

    /// The unit's name for people and for wire formats: RFC 8984 property names.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::Unit::Text.property(), "description");
    /// ```
    pub fn property(&self) -> &'static str {
        match self {
            Self::When => "start",
            Self::Rule => "recurrenceRules",
            Self::Override(_) => "recurrenceOverrides",
            Self::Title => "title",
            Self::Place => "locations",
            Self::Conference => "virtualLocations",
            Self::Text => "description",
            Self::Status => "status",
            Self::Busy => "freeBusyStatus",
            Self::Privacy => "privacy",
            Self::Person(_) => "participants",
            Self::Categories => "keywords",
            Self::Reminders => "alerts",
            Self::Color => "color",
            Self::Unknown(_) => "other",
        }
    }

    /// Whether both events have the same value for this unit.
    ///
    /// ```
    /// use kalends_calendar::{Event, Unit, When};
    /// let a = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// let b = Event { title: "Leave".into(), ..a.clone() };
    /// assert!(Unit::When.same(&a, &b) && !Unit::Title.same(&a, &b));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn same(&self, a: &Event, b: &Event) -> bool {
        match self {
            Self::When => a.when == b.when,
            Self::Rule => a.rules == b.rules && a.excluded_rules == b.excluded_rules,
            Self::Override(id) => a.overrides.get(id) == b.overrides.get(id),
            Self::Title => a.title == b.title,
            Self::Place => a.places == b.places,
            Self::Conference => a.virtual_places == b.virtual_places,
            Self::Text => a.text == b.text,
            Self::Status => a.status == b.status,
            Self::Busy => a.busy == b.busy,
            Self::Privacy => a.privacy == b.privacy,
            Self::Person(address) => a.people.get(address) == b.people.get(address),
            Self::Categories => a.categories == b.categories && a.priority == b.priority,
            Self::Reminders => a.reminders == b.reminders,
            Self::Color => a.color == b.color,
            Self::Unknown(dialect) => a.unknown.get(dialect) == b.unknown.get(dialect),
        }
    }

    /// Gives `into` the value that `from` has for this unit. Everything else stays as it is.
    ///
    /// ```
    /// use kalends_calendar::{Event, Unit, When};
    /// let mut a = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// let b = Event { title: "Leave".into(), ..a.clone() };
    /// Unit::Title.take(&mut a, &b);
    /// assert_eq!(a, b);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn take(&self, into: &mut Event, from: &Event) {
        match self {
            Self::When => into.when = from.when.clone(),
            Self::Rule => {
                into.rules.clone_from(&from.rules);
                into.excluded_rules.clone_from(&from.excluded_rules);
            }
            Self::Override(id) => replace(&mut into.overrides, *id, from.overrides.get(id)),
            Self::Title => into.title.clone_from(&from.title),
            Self::Place => into.places.clone_from(&from.places),
            Self::Conference => into.virtual_places.clone_from(&from.virtual_places),
            Self::Text => into.text = from.text.clone(),
            Self::Status => into.status = from.status,
            Self::Busy => into.busy = from.busy,
            Self::Privacy => into.privacy = from.privacy,
            Self::Person(address) => {
                replace(&mut into.people, address.clone(), from.people.get(address));
            }
            Self::Categories => {
                into.categories.clone_from(&from.categories);
                into.priority = from.priority;
            }
            Self::Reminders => into.reminders.clone_from(&from.reminders),
            Self::Color => into.color.clone_from(&from.color),
            Self::Unknown(dialect) => {
                into.unknown.set(
                    dialect,
                    from.unknown.get(dialect).cloned().unwrap_or_default(),
                );
            }
        }
    }
}

fn replace<K: Ord, V: Clone>(
    map: &mut std::collections::BTreeMap<K, V>,
    key: K,
    value: Option<&V>,
) {
    match value {
        Some(value) => drop(map.insert(key, value.clone())),
        None => drop(map.remove(&key)),
    }
}

/// All units that any of the events has.
///
/// ```
/// use kalends_calendar::{Address, Event, Person, Unit, When, unit};
/// let mut event = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
/// let ada = Address::new("ada@example.com");
/// event.people.insert(ada.clone(), Person::default());
/// assert!(unit::all([&event]).contains(&Unit::Person(ada)));
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn all<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeSet<Unit> {
    let mut units: BTreeSet<Unit> = FIXED.into();
    for event in events {
        units.extend(event.overrides.keys().map(|id| Unit::Override(*id)));
        units.extend(event.people.keys().cloned().map(Unit::Person));
        units.extend(
            event
                .unknown
                .dialects()
                .map(|d| Unit::Unknown(d.to_owned())),
        );
    }
    units
}

/// The units in which two events differ.
///
/// ```
/// use kalends_calendar::{Event, When, unit};
/// let event = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
/// assert!(unit::diff(&event, &event.clone()).is_empty());
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn diff(a: &Event, b: &Event) -> BTreeSet<Unit> {
    all([a, b])
        .into_iter()
        .filter(|unit| !unit.same(a, b))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{Override, When};

    fn event() -> Event {
        Event::new(
            "a@example.com",
            When::all_day("2026-11-23".parse().unwrap(), 1),
        )
    }

    #[test]
    fn every_difference_is_in_a_unit_and_taking_all_units_makes_equal() {
        let a = event();
        let mut b = event();
        b.title = "Leave".into();
        b.priority = 3;
        b.color = Some("teal".into());
        b.overrides
            .insert("2026-11-24T00:00:00".parse().unwrap(), Override::Excluded);
        b.people
            .insert(Address::new("ada@example.com"), crate::Person::default());
        b.unknown.set("icalendar", serde_json::json!(["X-A:1"]));
        let units = diff(&a, &b);
        assert_eq!(units.len(), 6);
        let (mut there, mut back) = (a.clone(), b.clone());
        for unit in &units {
            unit.take(&mut there, &b);
            unit.take(&mut back, &a);
        }
        assert_eq!((there, back), (b, a));
    }
}
