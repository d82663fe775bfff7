//! Why a use case was not carried out.

use providers::Failure;

/// Why a use case was not carried out. Messages are for people: they name the field and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or this actor may not know of it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The actor may see it, but not do this.
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// It has changed since the caller read it.
    #[error("it was changed meanwhile: read it again, then repeat the change")]
    Stale,
    /// Something with this name or id is there already (or was, and the name is used up).
    #[error("{0} is taken already")]
    Taken(&'static str),
    /// A value cannot be accepted.
    #[error("{field}: {reason}")]
    Invalid {
        /// The property, in its RFC 8984 or API name.
        field: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// It is not for whoever wrote it to say, or it is between people in another calendar of theirs.
    #[error("{0}")]
    Scheduling(crate::scheduling::Refusal),
    /// A key that was used for another request.
    #[error("Idempotency-Key: was used for another request: use a new one")]
    KeyReused,
    /// A position in the change log that is too old or was never given out.
    #[error("this position is not known (any more): read everything again")]
    PositionUnknown,
    /// The provider did not do it.
    #[error(transparent)]
    Provider(#[from] Failure),
    /// Nothing can be written, and nothing was; what is there can be read.
    #[error(
        "nothing can be saved: the hub's disk is full or fails. Make room, then repeat the change"
    )]
    Full,
    /// The database did not do it.
    #[error(transparent)]
    Storage(storage::Error),
    /// Sign-in, grants.
    #[error(transparent)]
    Identity(identity::Error),
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Storage(error @ storage::Error::Full(_)) => error.into(),
            error => Self::Identity(error),
        }
    }
}

impl From<storage::Error> for Error {
    /// A row that another node wrote between our reading and our writing is nobody's failure: it is for the caller to
    /// read it again. On SQLite, which has one writer, it does not happen.
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Stale(_) => Self::Stale,
            storage::Error::Full(cause) => {
                tracing::error!(%cause, "the database cannot be written");
                Self::Full
            }
            error => Self::Storage(error),
        }
    }
}

impl Error {
    /// A value that cannot be accepted.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_transaction_wrote_meanwhile_is_to_be_read_again() {
        assert!(matches!(
            Error::from(storage::Error::Stale("event")),
            Error::Stale
        ));
        assert!(matches!(
            Error::from(storage::Error::Exists),
            Error::Storage(storage::Error::Exists)
        ));
    }
}
