//! Changing an event by JSON: replacing it, and patching it (REST PUT and PATCH).

use calendar::{Event, Mapped};
use serde_json::{Map, Value};

use super::{DIALECT, Error, alert, from_json, pointer, to_json};
use crate::dialect::keep_others;

/// Reads `value` as the new version of `old`: what other dialects keep in `old`, which JSON does not show, stays.
///
/// # Errors
/// As [`from_json`].
pub fn replace(old: &Event, value: &Value) -> Result<Mapped<Event>, Error> {
    let mut new = from_json(value)?;
    keep_others(&mut new.value, old, DIALECT);
    Ok(new)
}

/// Applies a PatchObject (RFC 8984 1.4.9): each key is a property or a path such as
/// `recurrenceOverrides/2026-11-24T09:00:00/title`, each value its new value, null to remove it.
///
/// # Errors
/// A path leads nowhere, or what comes out is no event.
pub fn apply_patch(event: &Event, patch: &Map<String, Value>) -> Result<Mapped<Event>, Error> {
    let Value::Object(mut object) = to_json(event) else {
        return Err(Error::NoSuchPath {
            path: String::new(),
        });
    };
    for (path, value) in patch {
        match path.strip_prefix("recurrenceOverrides/") {
            Some(inner) => patch_override(&mut object, path, inner, value)?,
            None => pointer::set(&mut object, path, value.clone(), false)?,
        }
    }
    alert::prefer_explicit(&mut object, patch);
    replace(event, &object.into())
}

/// Overrides are patches themselves: what lies deeper than a property that they hold is a path inside them.
fn patch_override(
    object: &mut Map<String, Value>,
    path: &str,
    inner: &str,
    value: &Value,
) -> Result<(), Error> {
    let Some((id, deeper)) = inner.split_once('/') else {
        return pointer::set(object, path, value.clone(), true);
    };
    let own = object
        .entry("recurrenceOverrides")
        .or_insert_with(|| Map::new().into())
        .as_object_mut()
        .map(|overrides| overrides.entry(id).or_insert_with(|| Map::new().into()))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| Error::NoSuchPath {
            path: path.to_owned(),
        })?;
    // Editing an occurrence brings it back.
    own.shift_remove("excluded")
        .filter(|_| deeper != "excluded");
    let first = deeper.split('/').next().unwrap_or_default();
    if deeper.contains('/') && own.get(first).is_some_and(Value::is_object) {
        return pointer::set(own, deeper, value.clone(), false);
    }
    if value.is_null() {
        own.shift_remove(deeper);
    } else {
        own.insert(deeper.to_owned(), value.clone());
    }
    Ok(())
}
