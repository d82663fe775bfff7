//! Identity over a database that vanishes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod fixture;
mod oauth;
mod people;
