//! What can go wrong here.

/// What can go wrong here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}
