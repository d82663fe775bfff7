//! What a mapping could not express, said in types.

use serde::{Deserialize, Serialize};

/// A value together with what got lost on the way to it.
///
/// ```
/// use kalends_calendar::Rule;
/// let read = Rule::parse_lenient("FREQ=DAILY;COUNT=3;UNTIL=20261231")?;
/// assert_eq!(read.value.count, None);
/// assert_eq!(read.losses[0].fallback, "UNTIL alone");
/// # Ok::<(), kalends_calendar::BadRule>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped<T> {
    /// The result.
    pub value: T,
    /// What it does not say that the source said; empty for a faithful mapping.
    pub losses: Vec<Loss>,
}

impl<T> Mapped<T> {
    /// A faithful result.
    ///
    /// ```
    /// assert!(kalends_calendar::Mapped::whole(1).losses.is_empty());
    /// ```
    pub fn whole(value: T) -> Self {
        Self {
            value,
            losses: Vec::new(),
        }
    }

    /// The same losses around another value.
    ///
    /// ```
    /// use kalends_calendar::Mapped;
    /// assert_eq!(Mapped::whole("a").map(str::len), Mapped::whole(1));
    /// ```
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Mapped<U> {
        Mapped {
            value: f(self.value),
            losses: self.losses,
        }
    }
}

/// One thing that a target cannot express. Names properties and reasons, never content.
///
/// ```
/// use kalends_calendar::Loss;
/// let loss = Loss::new("recurrenceRules", "this calendar has no BYSETPOS", "single dates");
/// assert_eq!(loss.property, "recurrenceRules");
/// ```
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
    ///
    /// ```
    /// use kalends_calendar::Loss;
    /// assert_eq!(Loss::new("color", "there are no colours", "none").fallback, "none");
    /// ```
    pub fn new(property: &str, reason: impl Into<String>, fallback: impl Into<String>) -> Self {
        Self {
            property: property.into(),
            reason: reason.into(),
            fallback: fallback.into(),
        }
    }
}
