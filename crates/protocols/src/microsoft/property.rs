//! The extended properties in which Kalends keeps what Graph has no property for.
//!
//! They are named properties of one GUID, `String {guid} Name kalends…`: filterable, invisible in Outlook, copied along
//! when a person copies the event, and never returned unless expanded. A property that describes another one (the
//! exact zone behind `originalStartTimeZone`, say) counts only as long as that other one still says what Kalends
//! wrote; else a person has changed it since, and the person is right.

use super::wire::{Event, ExtendedProperty};

/// The property set of all Kalends properties.
pub const GUID: &str = "6f0f5b9e-2f0c-4c5e-9d0b-4b616c656e64";

/// One of the extended properties of Kalends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Property {
    /// The stamp of the last write: names the intent behind it. Until an event is changed it says, too, that it is from its making
    /// (`providers/microsoft/whole.rs`).
    Stamp,
    /// IANA zone of start (and end), and whether the time is floating.
    Zone,
    /// Status and free/busy state in the model's words.
    State,
    /// Priority as a number.
    Priority,
    /// What a write in several steps still has to do.
    Pending,
}

impl Property {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Stamp,
        Self::Zone,
        Self::State,
        Self::Priority,
        Self::Pending,
    ];

    /// Its id on the wire.
    pub fn id(self) -> String {
        let name = match self {
            Self::Stamp => "kalendsStamp",
            Self::Zone => "kalendsZone",
            Self::State => "kalendsState",
            Self::Priority => "kalendsPriority",
            Self::Pending => "kalendsPending",
        };
        format!("String {{{GUID}}} Name {name}")
    }

    /// The property with a value.
    pub fn with(self, value: impl Into<String>) -> ExtendedProperty {
        ExtendedProperty {
            id: self.id(),
            value: value.into(),
        }
    }

    /// Its value on an event for which it was expanded.
    pub fn of(self, event: &Event) -> Option<&str> {
        event.extended(&self.id()).filter(|value| !value.is_empty())
    }

    /// Whether an id is that of a Kalends property.
    pub fn is_ours(id: &str) -> bool {
        Self::ALL.iter().any(|p| p.id().eq_ignore_ascii_case(id))
    }
}

/// The `$expand` that makes Graph return the Kalends properties.
///
/// ```
/// assert!(kalends_protocols::microsoft::property::expand().starts_with("singleValueExtendedProperties($filter="));
/// ```
pub fn expand() -> String {
    let ids: Vec<String> = Property::ALL
        .iter()
        .map(|p| format!("id eq '{}'", p.id()))
        .collect();
    format!(
        "singleValueExtendedProperties($filter={})",
        ids.join(" or ")
    )
}

/// The `$filter` that finds the events whose stamp has this value. A quotation mark in it is doubled, as OData asks.
pub fn stamp_filter(stamp: &str) -> String {
    format!(
        "singleValueExtendedProperties/any(p: p/id eq '{}' and p/value eq '{}')",
        Property::Stamp.id(),
        stamp.replace('\'', "''")
    )
}
