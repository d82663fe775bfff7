//! The I/O of each provider: how its calendars are read, written, watched and authorised.
//!
//! [`Connector`] is what the hub knows of a provider; each folder implements it for one. Mapping to and from the event
//! is in `protocols`; deciding what to write is in `sync`.

pub mod aside;
pub mod caldav;
mod connector;
pub mod directory;
pub mod feed;
mod fit;
pub mod google;
pub mod microsoft;
pub mod oauth;
pub mod registry;

pub use connector::{
    Calendar, Changes, Channel, Connector, Create, Delete, Failure, Found, Malformed, Place, Seen,
    Sighting, Tokens, Traits, Update, Watch,
};
pub use directory::{
    Account, Auth, AuthorizeRequest, Credentials, Description, Directory, Grant, NoProviders,
    Preset,
};
pub use fit::{Fit, Series};
