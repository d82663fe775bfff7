//! Properties that clients set on calendars and that mean nothing to us (dead properties, RFC 4918 4.2): kept as they came.

use hub::{CalendarView, calendars::CalendarEdit};
use protocols::caldav::{Element, Name};
use serde_json::{Map, Value};

use super::components::DIALECT;

/// Under which key they are kept.
const PROPERTIES: &str = "properties";
/// Most of one calendar.
const COUNT_MAX: usize = 100;
/// Longest one, in bytes of XML.
const BYTES_MAX: usize = 64 * 1024;

/// All of a calendar.
pub(super) fn all(calendar: &CalendarView) -> Vec<Element> {
    let kept = calendar
        .kept
        .get(DIALECT)
        .and_then(|kept| kept.get(PROPERTIES));
    let texts = kept.and_then(Value::as_array).into_iter().flatten();
    let read = |text: &str| Element::parse(text.as_bytes()).ok();
    texts.filter_map(Value::as_str).filter_map(read).collect()
}

/// One of them.
pub(super) fn get(calendar: &CalendarView, name: &Name) -> Option<Element> {
    all(calendar).into_iter().find(|set| set.name == *name)
}

/// Sets one in a list; false if there are too many, or if it is too long.
pub(super) fn set(all: &mut Vec<Element>, property: &Element) -> bool {
    all.retain(|own| own.name != property.name);
    let fits = all.len() < COUNT_MAX && property.write().len() <= BYTES_MAX;
    if fits {
        all.push(property.clone());
    }
    fits
}

/// Puts them into what is kept of a calendar.
pub(super) fn keep(kept: &mut Map<String, Value>, all: &[Element]) {
    let texts = all.iter().map(Element::write).collect::<Vec<_>>();
    kept.insert(PROPERTIES.to_owned(), texts.into());
}

/// The edit that leaves these as all that a calendar has.
pub(super) fn edit(calendar: &CalendarView, all: &[Element], edit: &mut CalendarEdit) {
    let kept = calendar.kept.get(DIALECT).and_then(Value::as_object);
    let mut kept = kept.cloned().unwrap_or_default();
    keep(&mut kept, all);
    edit.kept = Some((DIALECT, kept));
}
