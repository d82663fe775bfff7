//! Paths into objects as PatchObjects have them: JSON pointers without the leading slash (RFC 8984 1.4.9, RFC 6901).

use serde_json::{Map, Value};

use super::Error;

/// Adds a name to a path.
pub fn join(path: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    if path.is_empty() {
        name
    } else {
        format!("{path}/{name}")
    }
}

/// The names of a path.
pub fn split(path: &str) -> Vec<String> {
    path.split('/')
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// Sets the value at a path; null removes it. Objects on the way are made where `make` says so.
pub fn set(
    object: &mut Map<String, Value>,
    path: &str,
    value: Value,
    make: bool,
) -> Result<(), Error> {
    let no_such_path = || Error::NoSuchPath {
        path: path.to_owned(),
    };
    let mut names = split(path);
    let last = names.pop().ok_or_else(no_such_path)?;
    let mut at = object;
    for name in names {
        if make && !at.contains_key(&name) {
            at.insert(name.clone(), Map::new().into());
        }
        let inner = at.get_mut(&name).and_then(Value::as_object_mut);
        at = inner.ok_or_else(no_such_path)?;
    }
    if value.is_null() {
        // `remove` would move the last property into its place.
        at.shift_remove(&last);
    } else {
        at.insert(last, value);
    }
    Ok(())
}
