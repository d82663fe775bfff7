//! Properties that the model has no field for. They ride along and go back unchanged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Unmodelled properties per dialect. The key names the dialect (the protocol crate owns the names), the value is
/// whatever that dialect needs to give the properties back unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unknown(BTreeMap<String, Value>);

impl Unknown {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a dialect kept.
    pub fn get(&self, dialect: &str) -> Option<&Value> {
        self.0.get(dialect)
    }

    /// Keeps `value` for a dialect; `Null`, an empty object and an empty array keep nothing.
    pub fn set(&mut self, dialect: &str, value: Value) {
        let nothing = match &value {
            Value::Null => true,
            Value::Object(map) => map.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        if nothing {
            self.0.remove(dialect);
        } else {
            self.0.insert(dialect.to_owned(), value);
        }
    }

    /// The dialects that kept something.
    pub fn dialects(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
