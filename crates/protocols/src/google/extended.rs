//! Our private extended properties: the stamp of a write, and hints for what Google has no field for.

use std::collections::BTreeMap;

use super::{Event, ExtendedProperties};

/// The private property that holds the stamp of the write that made this state; findable with
/// `privateExtendedProperty=kalendsStamp=…`.
pub const STAMP: &str = "kalendsStamp";

/// What all hints begin with.
const PREFIX: &str = "kalends.";
/// Shade of busy that opaque and transparent do not tell apart.
pub(super) const BUSY: &str = "kalends.busy";
/// Called off but still shown.
pub(super) const STATUS: &str = "kalends.status";
/// The zone in which a floating time was written.
pub(super) const FLOATING: &str = "kalends.floating";
/// Nominal days of a timed event.
pub(super) const DURATION: &str = "kalends.duration";
/// Keywords as a JSON array.
pub(super) const CATEGORIES: &str = "kalends.categories";
/// Priority 1–9.
pub(super) const PRIORITY: &str = "kalends.priority";

/// Longest value that Google keeps.
pub(super) const VALUE_CHARS_MAX: usize = 1024;

/// The stamp that an event bears.
pub fn stamp(event: &Event) -> Option<&str> {
    get(event, STAMP)
}

/// Gives an event a stamp.
pub fn set_stamp(event: &mut Event, stamp: &str) {
    set(event, STAMP, stamp);
}

/// A private property.
pub(super) fn get<'a>(event: &'a Event, key: &str) -> Option<&'a str> {
    let private = event.extended_properties.as_ref()?.private.as_ref()?;
    private.get(key).map(String::as_str)
}

/// Sets a private property.
pub(super) fn set(event: &mut Event, key: &str, value: impl Into<String>) {
    let properties = event.extended_properties.get_or_insert_default();
    let private = properties.private.get_or_insert_default();
    private.insert(key.to_owned(), value.into());
}

/// The properties without ours; `None` if nothing is left.
pub(super) fn foreign(properties: Option<ExtendedProperties>) -> Option<ExtendedProperties> {
    let properties = properties?;
    let mut private = properties.private.unwrap_or_default();
    private.retain(|key, _| key != STAMP && !key.starts_with(PREFIX));
    let some = |map: BTreeMap<String, String>| (!map.is_empty()).then_some(map);
    let left = ExtendedProperties {
        private: some(private),
        shared: properties.shared.and_then(some),
    };
    (left != ExtendedProperties::default()).then_some(left)
}
