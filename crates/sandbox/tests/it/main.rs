//! The sandbox as its users meet it: over loopback.
#![expect(clippy::unwrap_used, reason = "tests")]

mod clients;
mod demo;
mod entra;
mod fixture;
mod life;
mod modes;
mod notifications;
mod oauth;
mod place;
mod trouble;
