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
    content,
    names::{Name, Table},
    out::Out,
    parse, place,
    text::{trim, unescape},
    write,
};

/// The name of this dialect in [`Unknown`].
pub const DIALECT: &str = "icalendar";

/// Prefix of the properties in which we write what iCalendar has no word for.
pub const OWN: &str = "X-KALENDS-";

fn is_modelled(property: &Property) -> bool {
    match Name::of(&property.name) {
        Name::Other => false,
        Name::AltDesc => content::is_html(property),
        _ => true,
    }
}

/// What is kept of a component that is being read.
#[derive(Debug, Default)]
pub struct Keeping<'a, 't> {
    /// Properties, in order.
    pub properties: Vec<&'a Property<'t>>,
    /// Components, in order.
    pub components: Vec<&'a Component<'t>>,
}

impl<'a, 't> Keeping<'a, 't> {
    /// The properties that the model does not know. The readers of the modelled parts add their spellings.
    pub fn of(table: &Table<'a, 't>) -> Self {
        let properties = if table.get(Name::AltDesc).is_none() {
            table.all(Name::Other).collect()
        } else {
            // What it is depends on more than its name.
            let all = table.component.properties.iter();
            all.filter(|p| !is_modelled(p)).collect()
        };
        Self {
            properties,
            components: Vec::new(),
        }
    }

    /// Keeps a property as a spelling if it says more than one with these parameters.
    pub fn remember(&mut self, property: &'a Property<'t>, parameters: &str) {
        if property.parameters != parameters {
            self.properties.push(property);
        }
    }

    /// The lines as the event keeps them; `Null` for none. Sorted by name, so that a server that changes their order
    /// changes nothing.
    pub fn lines(mut self) -> Value {
        self.properties
            .sort_by(|a, b| capitals(&a.name).cmp(capitals(&b.name)));
        if self.components.len() > 1 {
            self.components
                .sort_by_cached_key(|c| (c.name.clone(), alarm::read(c).is_none()));
        }
        let inside: usize = self.components.iter().map(|c| count(c)).sum();
        if inside + self.properties.len() == 0 {
            return Value::Null;
        }
        let mut lines = Vec::with_capacity(inside + self.properties.len());
        lines.extend(self.properties.iter().map(|p| p.content_line().into()));
        for component in &self.components {
            write::for_each_line(component, &mut |line| lines.push(Value::from(line)));
        }
        lines.into()
    }
}

/// Lines of a component.
fn count(component: &Component) -> usize {
    let inside: usize = component.components.iter().map(count).sum();
    2 + component.properties.len() + inside
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

    /// Whether a property of this name is kept.
    pub fn has(&self, name: &str) -> bool {
        self.properties.iter().any(|p| p.is(name))
    }

    /// Writes the kept spelling of a property, if one says the same; otherwise that itself.
    pub fn write_spelled(&mut self, canonical: &Property, out: &mut Out) {
        let same = |p: &Property| p.is(&canonical.name) && says(p) == says(canonical);
        match self.take(same) {
            Some(spelled) => out.property(&spelled),
            None => out.property(canonical),
        }
    }

    /// The same for a TEXT.
    pub fn write_text(&mut self, name: &str, text: &str, out: &mut Out) {
        if self.has(name) {
            self.write_spelled(&Property::text(name, text), out);
        } else {
            out.start(name).text(text);
        }
    }

    /// Writes the kept spelling of a property that says nothing but in its parameters (`LOCATION;LANGUAGE=de:`).
    pub fn write_empty(&mut self, name: &str, out: &mut Out) {
        if let Some(empty) = self.take(|p| p.is(name) && p.value.is_empty()) {
            out.property(&empty);
        }
    }

    /// Takes out the first property for which `wanted` holds.
    pub fn take(&mut self, wanted: impl FnMut(&Property<'t>) -> bool) -> Option<Property<'t>> {
        let at = self.properties.iter().position(wanted)?;
        Some(self.properties.remove(at))
    }

    /// The kept spelling of an alarm.
    pub fn spelled_alarm(&mut self, reminder: &Reminder) -> Option<Component<'t>> {
        let same = |c: &Component| alarm::read(c).as_ref() == Some(reminder);
        let at = self.components.iter().position(same)?;
        Some(self.components.remove(at))
    }

    /// Writes the properties that are left: all but spellings of what has changed meanwhile.
    pub fn write_properties(&self, out: &mut Out) {
        let rest = self.properties.iter().filter(|p| !is_modelled(p));
        rest.for_each(|property| out.property(property));
    }

    /// Writes the components that are left, without alarms that have changed meanwhile.
    pub fn write_components(&self, out: &mut Out) {
        let rest = self.components.iter();
        rest.filter(|c| alarm::read(c).is_none())
            .for_each(|component| out.component(component));
    }
}

fn capitals(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|b| b.to_ascii_uppercase())
}

/// What a property says to the model.
fn says<'p>(property: &'p Property) -> (Cow<'p, str>, Option<Cow<'p, str>>) {
    if property.is("CONFERENCE") {
        return (trim(&property.value).into(), property.parameter("LABEL"));
    }
    if property.is("GEO") {
        return (
            place::coordinates(property).unwrap_or_default().into(),
            None,
        );
    }
    // The same words are another description where they are no HTML.
    let form = content::is_html(property).then_some("html".into());
    (unescape(&property.value), form)
}

/// What an event kept, without what names one occurrence of it.
pub fn without_id(unknown: &Unknown) -> Value {
    let mut kept = unknown.get(DIALECT).cloned().unwrap_or_default();
    let is_id = |line: &Value| {
        let property = line.as_str().and_then(Property::from_line);
        property.is_some_and(|(p, _)| p.is("RECURRENCE-ID"))
    };
    if let Some(lines) = kept.as_array_mut()
        && let Some(at) = lines.iter().position(is_id)
    {
        lines.remove(at);
    }
    kept
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
