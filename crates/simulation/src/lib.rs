//! Worlds in which sync is lived: providers with their habits, people, accidents, and a virtual clock, all told by one
//! seed; and what must hold in each of them once it has come to rest.
//!
//! - `world`: the providers, the people and what happens to them, one step at a time;
//! - `provider`: what Google, Microsoft Graph and CalDAV servers do to a client that writes conditionally, and feeds to one that reads;
//! - `model`: tier 1, a hub of a few vectors around the real planner, merge, links and masks of `sync`;
//! - `whole`: tier 2, the real hub on SQLite, whose process ends at any of its calls;
//! - [`life`]: one seed from its first step to rest, and the invariants I1–I10;
//! - [`scope`]: all that can happen in a small scope, in every order, each state once;
//! - [`shrink`] tells a failing life with as few steps as possible; [`mutants`] takes the laws of sync away one by one.
//!
//! `cargo xtask simulate` runs it.
#![expect(
    clippy::unwrap_used,
    reason = "a world in which the impossible happens is to stop at once"
)]

mod ledger;
pub mod life;
mod model;
pub mod mutants;
mod provider;
pub mod report;
mod rng;
pub mod scope;
pub mod shrink;
pub mod slots;
pub mod whole;
mod world;

pub use ledger::Unseen;
pub use life::{Life, Lived, Violation};
pub use model::calendar;
