//! What the event has no field for: kept as content lines under [`DIALECT`], and given back unchanged.
//!
//! Three kinds of lines are kept. Most are properties and components that the model does not know. Some belong to
//! modelled ones but say more than the model does (`SUMMARY;LANGUAGE=de:…`, an alarm with a sound): these go back only
//! while the model still says the same. And an occurrence that has none of its series' lines keeps one empty line.

use std::borrow::Cow;

use calendar::{Reminder, Unknown};
use serde_json::Value;

use super::{
    alarm,
    component::{Component, Property},
    content, parse, place,
    text::unescape,
    write,
};

/// The name of this dialect in [`Unknown`].
pub const DIALECT: &str = "icalendar";

/// Whether the model knows a property of this name, in capitals: it is not kept, or kept as a spelling only.
fn is_known(name: &[u8]) -> bool {
    matches!(
        name,
        b"ATTENDEE"
            | b"CATEGORIES"
            | b"CLASS"
            | b"COLOR"
            | b"CONFERENCE"
            | b"CREATED"
            | b"DESCRIPTION"
            | b"DTEND"
            | b"DTSTAMP"
            | b"DTSTART"
            | b"DURATION"
            | b"EXDATE"
            | b"EXRULE"
            | b"GEO"
            | b"LAST-MODIFIED"
            | b"LOCATION"
            | b"ORGANIZER"
            | b"PRIORITY"
            | b"RDATE"
            | b"RECURRENCE-ID"
            | b"RRULE"
            | b"SEQUENCE"
            | b"STATUS"
            | b"SUMMARY"
            | b"TRANSP"
            | b"UID"
            | b"X-MICROSOFT-CDO-BUSYSTATUS"
    )
}

/// Longest name that the model knows.
const KNOWN_MAX: usize = 26;

/// Prefix of the properties in which we write what iCalendar has no word for.
pub const OWN: &str = "X-KALENDS-";

fn is_modelled(property: &Property) -> bool {
    if property.is("X-ALT-DESC") {
        return content::is_html(property);
    }
    // Another hub's mark on an object that it wrote here: to us, one more unknown property.
    if property.is(super::STAMP) {
        return false;
    }
    let name = property.name.as_bytes();
    let mut capitals = [0; KNOWN_MAX];
    for (capital, byte) in capitals.iter_mut().zip(name) {
        *capital = byte.to_ascii_uppercase();
    }
    capitals.starts_with(OWN.as_bytes()) || (capitals.get(..name.len())).is_some_and(is_known)
}

/// Lines that are kept of one component.
#[derive(Clone, Debug, Default)]
pub struct Kept<'t> {
    /// Properties, in order.
    pub properties: Vec<Property<'t>>,
    /// Components, in order.
    pub components: Vec<Component<'t>>,
}

impl<'t> Kept<'t> {
    /// What the model does not know of a component. The readers of the modelled parts add their spellings.
    pub fn of_component(component: &Component<'t>) -> Self {
        let unmodelled = component.properties.iter().filter(|p| !is_modelled(p));
        Self {
            properties: unmodelled.cloned().collect(),
            components: component
                .components
                .iter()
                .filter(|c| alarm::read(c).is_none_or(|r| alarm::write(&r) != **c))
                .cloned()
                .collect(),
        }
    }

    /// What an event kept.
    pub fn of(unknown: &'t Unknown) -> Self {
        let Some(Value::Array(lines)) = unknown.get(DIALECT) else {
            return Self::default();
        };
        // What another version kept and this one cannot read is left alone.
        let root = parse::parse_lines(lines.iter().filter_map(Value::as_str)).unwrap_or_default();
        Self {
            properties: root.properties,
            components: root.components,
        }
    }

    /// The lines as the event keeps them; `Null` for none. Sorted by name, so that a server that changes their order
    /// changes nothing.
    pub fn lines(mut self) -> Value {
        self.properties
            .sort_by(|a, b| capitals(&a.name).cmp(capitals(&b.name)));
        self.components
            .sort_by_cached_key(|c| (c.name.clone(), alarm::read(c).is_none()));
        let properties = self.properties.iter().map(Property::content_line);
        let mut lines: Vec<Value> = properties.map(Value::from).collect();
        for component in &self.components {
            write::for_each_line(component, &mut |line| lines.push(line.into()));
        }
        if lines.is_empty() {
            return Value::Null;
        }
        lines.into()
    }

    /// Keeps a property as a spelling if it says more than `canonical` does.
    pub fn remember(&mut self, property: &Property<'t>, canonical: &Property) {
        if property.parameters != canonical.parameters {
            self.properties.push(property.clone());
        }
    }

    /// The kept spelling of `canonical`, if one says the same; otherwise `canonical` itself.
    pub fn spelled(&mut self, canonical: Property<'t>) -> Property<'t> {
        let same = |p: &Property| p.is(&canonical.name) && says(p) == says(&canonical);
        self.take(same).unwrap_or(canonical)
    }

    /// The kept spelling of a property that says nothing but in its parameters (`LOCATION;LANGUAGE=de:`).
    pub fn empty(&mut self, name: &str) -> Option<Property<'t>> {
        self.take(|p| p.is(name) && p.value.is_empty())
    }

    /// Takes out the first property for which `wanted` holds.
    pub fn take(&mut self, wanted: impl FnMut(&Property<'t>) -> bool) -> Option<Property<'t>> {
        let at = self.properties.iter().position(wanted)?;
        Some(self.properties.remove(at))
    }

    /// The kept spelling of an alarm, or a plain one.
    pub fn spelled_alarm(&mut self, reminder: &Reminder) -> Component<'t> {
        let same = |c: &Component| alarm::read(c).as_ref() == Some(reminder);
        match self.components.iter().position(same) {
            Some(at) => self.components.remove(at),
            None => alarm::write(reminder),
        }
    }

    /// Adds what is left: everything but spellings of what has changed meanwhile.
    pub fn finish(self, component: &mut Component<'t>) {
        let rest = self.properties.into_iter().filter(|p| !is_modelled(p));
        component.properties.extend(rest);
        let rest = self
            .components
            .into_iter()
            .filter(|c| alarm::read(c).is_none());
        component.components.extend(rest);
    }
}

fn capitals(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|b| b.to_ascii_uppercase())
}

/// What a property says to the model.
fn says<'p>(property: &'p Property) -> (Cow<'p, str>, Option<Cow<'p, str>>) {
    if property.is("CONFERENCE") {
        return (Cow::Borrowed(&property.value), property.parameter("LABEL"));
    }
    if property.is("GEO") {
        return (
            place::coordinates(property).unwrap_or_default().into(),
            None,
        );
    }
    (unescape(&property.value), None)
}

/// The lines of an occurrence: `None` if they are those of its series.
pub fn of_occurrence(own: Value, series: &Unknown) -> Option<Value> {
    let series = series.get(DIALECT).cloned().unwrap_or_default();
    if own == series {
        return None;
    }
    // «Nothing» must differ from «as the series».
    Some(if own.is_null() {
        Value::Array(vec!["".into()])
    } else {
        own
    })
}
