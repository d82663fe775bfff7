//! What can go wrong here.

/// What can go wrong here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// A password could not be hashed.
    #[error("the password could not be hashed; is the machine out of memory?")]
    Hashing,
    /// A value cannot be accepted.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which one.
        field: &'static str,
        /// What is wrong and what to do.
        reason: &'static str,
    },
    /// The key of ID tokens cannot be made, read or used.
    #[error(
        "the key that signs ID tokens cannot be used; is the master key the one of this database?"
    )]
    SigningKey,
}
