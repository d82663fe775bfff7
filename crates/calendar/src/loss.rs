//! What a mapping could not express, said in types.

use serde::{Deserialize, Serialize};

/// A value together with what got lost on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped<T> {
    /// The result.
    pub value: T,
    /// What it does not say that the source said; empty for a faithful mapping.
    pub losses: Vec<Loss>,
}

impl<T> Mapped<T> {
    /// A faithful result.
    pub fn whole(value: T) -> Self {
        Self {
            value,
            losses: Vec::new(),
        }
    }

    /// The same losses around another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Mapped<U> {
        Mapped {
            value: f(self.value),
            losses: self.losses,
        }
    }
}

/// One thing that a target cannot express. Names properties and reasons, never content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The property of the model, in its RFC 8984 name, such as `recurrenceRules`.
    pub property: String,
    /// Why the target cannot have it.
    pub reason: String,
    /// What it got instead.
    pub fallback: String,
}

impl Loss {
    /// One loss.
    pub fn new(property: &str, reason: impl Into<String>, fallback: impl Into<String>) -> Self {
        Self {
            property: property.into(),
            reason: reason.into(),
            fallback: fallback.into(),
        }
    }
}
