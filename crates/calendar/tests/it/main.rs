//! Integration tests of the calendar crate.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests say what they skip and stop where they break"
)]

mod backwards;
mod budgets;
mod busy;
mod corpus;
mod definition;
mod edges;
mod events;
mod rfc5545;
mod rule_text;
mod same;
mod scaled;
#[path = "../support/mod.rs"]
mod support;
mod words;
mod zones;
