//! A body under construction: fields, extended properties, and what got lost.

use calendar::{Loss, Unit};
use serde::Serialize;
use serde_json::Value;

use super::{
    Error, Fields, Instance, body, categories, pending, people, places, property::Property,
    reminders, state, time, unknown, wire::ExtendedProperty,
};

/// Collects what goes into one POST or PATCH.
#[derive(Default)]
pub(super) struct Out {
    fields: Fields,
    properties: Vec<ExtendedProperty>,
    pub(super) losses: Vec<Loss>,
}

impl Out {
    /// Sets a field.
    pub(super) fn set(&mut self, name: &str, value: &impl Serialize) {
        // Nothing here has keys that are not text, which is all that can fail.
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.fields.insert(name.to_owned(), value);
    }

    /// Sets an extended property.
    pub(super) fn property(&mut self, property: Property, value: impl Into<String>) {
        self.foreign([property.with(value)].into_iter());
    }

    /// Sets extended properties of others.
    pub(super) fn foreign(&mut self, properties: impl Iterator<Item = ExtendedProperty>) {
        for property in properties {
            self.properties.retain(|p| p.id != property.id);
            self.properties.push(property);
        }
    }

    /// Notes what instances will get after this body.
    pub(super) fn note(&mut self, instances: &[Instance]) {
        if let Some(note) = pending::note(instances) {
            self.property(Property::Pending, note);
        }
    }

    /// Notes a loss.
    pub(super) fn lose(&mut self, property: &str, reason: &str, fallback: &str) {
        self.losses.push(Loss::new(property, reason, fallback));
    }

    /// The body, and the losses.
    pub(super) fn finish(mut self) -> (Fields, Vec<Loss>) {
        if !self.properties.is_empty() {
            let properties = std::mem::take(&mut self.properties);
            self.set("singleValueExtendedProperties", &properties);
        }
        (self.fields, self.losses)
    }
}

/// What a change of one unit is written against.
pub(super) struct Scene<'a> {
    /// What is there already; `None` for a new event.
    pub(super) previous: Option<&'a calendar::Event>,
    /// What shall be there. Of an occurrence: as an event of its own.
    pub(super) next: &'a calendar::Event,
    /// Zone for floating times.
    pub(super) viewer: &'a calendar::Zone,
    /// Whether it is a series.
    pub(super) repeats: bool,
}

/// Writes one unit. Rule and overrides are not written here: they concern more than one body.
pub(super) fn write(unit: &Unit, scene: &Scene<'_>, out: &mut Out) -> Result<(), Error> {
    let next = scene.next;
    match unit {
        Unit::When => time::write(&next.when, scene.viewer, scene.repeats, out)?,
        Unit::Title => out.set("subject", &next.title),
        Unit::Text => body::write(scene, out),
        Unit::Place | Unit::Conference => places::write(next, out),
        Unit::Status | Unit::Busy => state::write(next, out),
        Unit::Privacy => state::write_privacy(next.privacy, out),
        Unit::Categories => categories::write(next, out),
        Unit::Reminders => reminders::write(scene, out),
        Unit::Person(_) => people::refuse(out),
        Unit::Color if next.color.is_some() => {
            out.lose(
                "color",
                "events have the colours of their categories",
                "kept in Kalends",
            );
        }
        Unit::Unknown(dialect) => unknown::write(dialect, scene, out),
        Unit::Color | Unit::Rule | Unit::Override(_) => {}
    }
    Ok(())
}
