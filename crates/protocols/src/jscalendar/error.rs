//! What can be wrong with a JSCalendar object.

/// Why an object is no event. Names the property by its path; never shows content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A mandatory property is missing or null.
    #[error("{property} is missing")]
    Missing {
        /// Its path, such as `recurrenceRules/0/frequency`.
        property: String,
    },
    /// A property has a value that it cannot have.
    #[error("{property}: {problem}")]
    Value {
        /// Its path.
        property: String,
        /// What it should be.
        problem: &'static str,
    },
    /// A patch names a place that is not there.
    #[error("{path}: there is nothing to patch here")]
    NoSuchPath {
        /// The path of the patch.
        path: String,
    },
}

impl Error {
    /// The path of the property that is wrong.
    pub fn property(&self) -> &str {
        match self {
            Self::Missing { property } | Self::Value { property, .. } => property,
            Self::NoSuchPath { path } => path,
        }
    }
}
