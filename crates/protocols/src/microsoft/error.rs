//! Why a Graph event could not be mapped.

use calendar::Loss;

/// An event that cannot be mapped as a whole. Single properties that get lost are [`Loss`]es instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A property that the mapping needs is absent or not of its documented form.
    #[error("`{field}` of the Graph event {reason}")]
    Malformed {
        /// The Graph property, as a path such as `start.dateTime`.
        field: &'static str,
        /// What is wrong with it; never its content.
        reason: &'static str,
    },
    /// Graph has no way to say this, and leaving it out would show the event at wrong times. The planner parks the
    /// event with this reason; exploding it into bounded single events is the fallback that the loss names.
    #[error("Microsoft 365 cannot have `{}`: {}", .0.property, .0.reason)]
    CannotExpress(Loss),
}

impl Error {
    pub(super) fn malformed(field: &'static str, reason: &'static str) -> Self {
        Self::Malformed { field, reason }
    }

    pub(super) fn cannot_express(property: &str, reason: impl Into<String>) -> Self {
        Self::CannotExpress(Loss::new(property, reason, "exploded"))
    }
}
