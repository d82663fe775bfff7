//! Properties that the model has no field for. They ride along and go back unchanged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Unmodelled properties per dialect. The key names the dialect (the protocol crate owns the names), the value is
/// whatever that dialect needs to give the properties back unchanged.
///
/// ```
/// use kalends_calendar::Unknown;
/// let mut unknown = Unknown::new();
/// unknown.set("icalendar", serde_json::json!(["X-MOOD:good"]));
/// assert_eq!(unknown.dialects().collect::<Vec<_>>(), ["icalendar"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unknown(BTreeMap<String, Value>);

impl Unknown {
    /// Nothing.
    ///
    /// ```
    /// assert!(kalends_calendar::Unknown::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing.
    ///
    /// ```
    /// assert!(kalends_calendar::Unknown::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a dialect kept.
    ///
    /// ```
    /// # use kalends_calendar::Unknown;
    /// # let mut unknown = Unknown::new();
    /// unknown.set("google", serde_json::json!({ "eventType": "focusTime" }));
    /// assert_eq!(unknown.get("google").ok_or("none")?["eventType"], "focusTime");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn get(&self, dialect: &str) -> Option<&Value> {
        self.0.get(dialect)
    }

    /// Keeps `value` for a dialect; `Null`, an empty object and an empty array keep nothing.
    ///
    /// ```
    /// # use kalends_calendar::Unknown;
    /// # let mut unknown = Unknown::new();
    /// unknown.set("icalendar", serde_json::json!(["X-MOOD:good"]));
    /// unknown.set("icalendar", serde_json::json!([]));
    /// assert!(unknown.is_empty());
    /// ```
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
    ///
    /// ```
    /// # use kalends_calendar::Unknown;
    /// # let mut unknown = Unknown::new();
    /// unknown.set("google", serde_json::json!(true));
    /// assert_eq!(unknown.dialects().next(), Some("google"));
    /// ```
    pub fn dialects(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
