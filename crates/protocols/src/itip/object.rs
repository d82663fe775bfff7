//! A scheduling object: a component of a UID with the occurrences that differ, each found by when it would have been.

use std::{cell::OnceCell, collections::BTreeSet};

use calendar::{Event, RecurrenceId};
use jiff::{Timestamp, civil::DateTime};

use super::party::{parts, uid};
use crate::icalendar::{
    Zones,
    component::{Component, Property},
    read_tree,
    value::{self, Moment, write_local, write_utc},
};

/// When an occurrence would have been: an instant. Days and floating times are read as if they were of UTC, as long as
/// nothing is made of it but the name of an occurrence.
pub type Key = Timestamp;

/// What says how often something happens.
pub(super) const REPEATING: [&str; 4] = ["RRULE", "RDATE", "EXDATE", "EXRULE"];

/// A scheduling object.
pub struct Object {
    /// The whole VCALENDAR.
    pub tree: Component<'static>,
    zones: OnceCell<Zones>,
    /// Its series, without what is taken out of it.
    series: OnceCell<Option<Event>>,
}

impl Object {
    /// The object that a VCALENDAR holds.
    pub fn of(tree: Component<'static>) -> Self {
        Self {
            tree,
            zones: OnceCell::new(),
            series: OnceCell::new(),
        }
    }

    /// The component that stands for all occurrences.
    pub fn master(&self) -> Option<&Component<'static>> {
        parts(&self.tree).find(|part| part.property("RECURRENCE-ID").is_none())
    }

    /// Its UID.
    pub fn uid(&self) -> String {
        uid(&self.tree).unwrap_or_default()
    }

    /// When the occurrence would have been that a component is.
    pub fn key(&self, part: &Component<'_>) -> Option<Key> {
        let id = part.property("RECURRENCE-ID")?;
        self.instant(id, &id.value)
    }

    /// The occurrences that differ.
    pub fn overrides(&self) -> impl Iterator<Item = (Key, &Component<'static>)> {
        parts(&self.tree).filter_map(|part| Some((self.key(part)?, part)))
    }

    /// The component of an occurrence that differs.
    pub fn get(&self, key: Key) -> Option<&Component<'static>> {
        self.overrides().find(|(own, _)| *own == key).map(|o| o.1)
    }

    pub(super) fn moment(&self, property: &Property<'_>, text: &str) -> Option<Moment> {
        let zones = self.zones.get_or_init(|| Zones::of(&self.tree));
        value::moment(property, text, zones).ok()
    }

    fn instant(&self, property: &Property<'_>, text: &str) -> Option<Key> {
        Some(self.moment(property, text)?.instant(None))
    }

    /// What is taken out of the series.
    pub fn excluded(&self) -> BTreeSet<Key> {
        let Some(master) = self.master() else {
            return BTreeSet::new();
        };
        let all = master
            .all("EXDATE")
            .flat_map(|p| p.as_list().map(move |t| (p, t)));
        all.filter_map(|(p, text)| self.instant(p, text)).collect()
    }

    /// The series, without what is taken out of it.
    fn series(&self) -> Option<&Event> {
        let read = || {
            let mut master = self.master()?.clone();
            master.properties.retain(|p| !p.is("EXDATE"));
            let zones = self.tree.components.iter().filter(|c| c.is("VTIMEZONE"));
            let mut alone = Component::new("VCALENDAR");
            // What is no event counts as one: only when it happens is asked.
            master.name = "VEVENT".into();
            alone.components = zones.cloned().chain([master]).collect();
            read_tree(&alone)
        };
        self.series.get_or_init(read).as_ref()
    }

    fn id(&self, key: Key) -> Option<(&Event, RecurrenceId)> {
        let series = self.series()?;
        let local = Moment::Utc(key).local_in(&series.when);
        Some((series, local.into()))
    }

    /// Whether the series has an occurrence then, whether or not it is taken out.
    pub fn occurs(&self, key: Key) -> bool {
        self.id(key).is_some_and(|(series, id)| {
            let single = series.rules.is_empty() && series.overrides.is_empty();
            !single && series.has_occurrence(id)
        })
    }

    /// An occurrence as a component of its own: the one that differs, or what the series makes of it.
    pub fn occurrence(&self, key: Key) -> Option<Component<'static>> {
        self.get(key).cloned().or_else(|| self.derived(key))
    }

    /// What the series makes of an occurrence.
    pub fn derived(&self, key: Key) -> Option<Component<'static>> {
        let (series, id) = self.id(key).filter(|_| self.occurs(key))?;
        let mut part = self.master()?.clone();
        let start = part.property("DTSTART")?.clone();
        let first = series.when.local_start();
        part.properties
            .retain(|p| !REPEATING.iter().any(|name| p.is(name)));
        for property in &mut part.properties {
            if property.is("DTSTART") || property.is("DTEND") || property.is("DUE") {
                property.value = shifted(property, id.0, first, key)?.into();
            }
        }
        let own = part.property("DTSTART")?.value.clone();
        let name = Property {
            name: "RECURRENCE-ID".into(),
            value: own,
            ..start
        };
        part.properties.push(name);
        Some(part)
    }

    /// A date as EXDATE of the series (RFC 5545 3.8.5.1).
    pub fn exclusion(&self, key: Key) -> Property<'static> {
        let Some(start) = self.master().and_then(|m| m.property("DTSTART")) else {
            return Property::new("EXDATE", write_utc(key));
        };
        let local = Moment::Utc(key).civil();
        match self.moment(start, &start.value) {
            Some(Moment::Date(_)) => {
                let day = value::write_local(local)[..8].to_owned();
                Property::new("EXDATE", day).with_raw("VALUE", "DATE")
            }
            Some(Moment::Floating(_)) => Property::new("EXDATE", write_local(local)),
            _ => Property::new("EXDATE", write_utc(key)),
        }
    }

    /// Takes occurrences out of the EXDATEs. The others stay in the words that they have.
    pub fn include(&mut self, keys: &BTreeSet<Key>) {
        if keys.is_empty() {
            return;
        }
        let all = self.excluded();
        let left: Vec<_> = all
            .difference(keys)
            .map(|key| self.said(*key).unwrap_or_else(|| self.exclusion(*key)))
            .collect();
        if left.len() == all.len() {
            return;
        }
        let master = self.master_mut();
        if let Some(master) = master {
            master.properties.retain(|p| !p.is("EXDATE"));
            master.properties.extend(left);
        }
    }

    /// Takes occurrences out of the series.
    pub fn exclude(&mut self, keys: &BTreeSet<Key>) {
        let known = self.excluded();
        let more: Vec<_> = keys
            .difference(&known)
            .map(|key| self.exclusion(*key))
            .collect();
        if let Some(master) = self.master_mut() {
            master.properties.extend(more);
        }
    }

    /// The same, in the words of another version of the object where it has them.
    pub fn exclude_as(&mut self, keys: &BTreeSet<Key>, like: &Object) {
        let known = self.excluded();
        let mut more = Vec::new();
        for key in keys.difference(&known) {
            more.push(like.said(*key).unwrap_or_else(|| self.exclusion(*key)));
        }
        if let Some(master) = self.master_mut() {
            master.properties.extend(more);
        }
    }

    /// The EXDATE of an occurrence as it stands there.
    fn said(&self, key: Key) -> Option<Property<'static>> {
        let master = self.master()?;
        let all = master.properties.iter().filter(|p| p.is("EXDATE"));
        let mut all = all.flat_map(|p| p.as_list().map(move |text| (p, text)));
        let (property, text) = all.find(|(p, text)| self.instant(p, text) == Some(key))?;
        Some(Property {
            value: text.to_owned().into(),
            ..property.clone()
        })
    }

    pub(super) fn master_mut(&mut self) -> Option<&mut Component<'static>> {
        let mut all = self.tree.components.iter_mut();
        all.find(|c| !c.is("VTIMEZONE") && c.property("RECURRENCE-ID").is_none())
    }

    /// Removes the component of an occurrence.
    pub fn forget(&mut self, key: Key) {
        let Some(part) = self.get(key).cloned() else {
            return;
        };
        self.tree.components.retain(|c| *c != part);
    }

    /// Puts the component of an occurrence in the place of what is there, or beside the others.
    pub fn put(&mut self, key: Key, part: Component<'static>) {
        let there = self.get(key).cloned();
        let mut all = self.tree.components.iter_mut();
        match there.and_then(|there| all.find(|c| **c == there)) {
            Some(place) => *place = part,
            None => self.tree.components.push(part),
        }
    }
}

/// What a calendar says of itself, with nothing in it; it is no message.
pub(super) fn empty_like(tree: &Component<'static>) -> Component<'static> {
    let mut empty = Component::new(tree.name.clone());
    let own = tree.properties.iter().filter(|p| !p.is("METHOD"));
    empty.properties = own.cloned().collect();
    empty
}

/// The value of a time of the series for one occurrence of it.
fn shifted(property: &Property<'_>, start: DateTime, first: DateTime, key: Key) -> Option<String> {
    let text = property.value.trim();
    if let Some(date) = value::date(text) {
        let days = start.date().since(first.date()).ok()?;
        let day = date.checked_add(days).ok()?;
        return Some(write_local(day.to_datetime(jiff::civil::Time::midnight()))[..8].to_owned());
    }
    let (at, is_utc) = value::date_time(text)?;
    if is_utc && property.is("DTSTART") {
        return Some(write_utc(key));
    }
    let by = start.duration_since(first);
    let at = at.checked_add(by).ok()?;
    Some(if is_utc {
        write_local(at) + "Z"
    } else {
        write_local(at)
    })
}
