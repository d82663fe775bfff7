//! The faces of the hub: each translates one protocol in, calls [`hub::Hub`], and translates out. They read and write
//! local copies and nothing else, and none knows of another.

pub mod app;
pub mod auth;
pub mod caldav;
mod cross_origin;
pub mod feeds;
pub mod google;
pub mod microsoft;
pub mod mount;
pub mod oauth;
pub mod push;
pub mod rest;
mod turns;
pub mod watchers;
mod whole;

pub use app::{App, Dialect, Parts};
pub use auth::Caller;
pub use watchers::{Flavour, Sealing, Terms, Watched, Watcher, Watchers};
