//! People, sessions, sign-in, the OAuth server, and who is acting.

mod actor;
mod clock;
mod error;
mod ids;
mod secrets;

pub use actor::{Actor, Kind};
pub use clock::{Clock, SystemClock};
pub use error::Error;
pub use ids::{Ids, SystemIds};
pub use secrets::{pkce_challenge, same_secret};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
