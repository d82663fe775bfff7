//! The integration tests of the sync core: a small world that is lived many times, and one test for each rule.
#![expect(clippy::unwrap_used, reason = "tests")]

// The name by which the rest of the workspace knows it.
extern crate kalends_sync as sync;

mod calm;
mod check;
mod hub;
mod ledger;
mod parts;
mod linking;
mod provider;
mod rng;
mod rules;
mod seeds;
mod slots;
mod worker;
mod world;
