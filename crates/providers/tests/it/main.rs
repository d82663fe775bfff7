//! The connectors against small servers of their protocols, in this process.
#![expect(clippy::unwrap_used, reason = "tests")]

mod caldav;
