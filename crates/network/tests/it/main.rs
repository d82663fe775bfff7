//! The client against small servers on loopback: each does one thing that servers do to their clients.
#![expect(clippy::unwrap_used, reason = "tests")]

mod guard;
mod outcomes;
mod redirects;
mod secrets;
mod server;
mod tls;
