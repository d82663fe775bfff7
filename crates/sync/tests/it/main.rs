//! One test, or a few, for each rule of the sync core. Whole lives are lived in `crates/simulation`.
#![expect(clippy::unwrap_used, reason = "tests")]

// The name by which the rest of the workspace knows it.
extern crate kalends_sync as sync;

mod parts;
mod rules;
