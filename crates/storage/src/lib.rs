//! The only SQL: local copies, the change log, intents, observations, jobs, timers, people, and the vault that seals
//! all of it, on SQLite and on PostgreSQL.
//!
//! A [`Stores`] is an open database; [`Stores::of`] gives the [`Store`] of a tenant; [`Store::write`] and
//! [`Store::read`] begin a [`Tx`]; each module has the statements of one subject as functions over a [`Tx`].
//!
//! Instants are kept to the microsecond; what is finer is cut off.

pub mod ahead;
pub mod api_tokens;
pub mod app_passwords;
pub mod believed;
pub mod calendars;
pub mod changes;
pub mod channels;
pub mod conflicts;
pub mod connections;
pub mod copies;
pub mod edits;
pub mod enclosures;
pub mod heads;
pub mod held;
pub mod idempotency;
pub mod intents;
pub mod jobs;
pub mod leases;
pub mod linked;
pub mod links;
pub mod locks;
pub mod mail;
pub mod members;
pub mod meta;
pub mod oauth;
pub mod objects;
pub mod observations;
pub mod one_time;
pub mod overlaps;
pub mod published;
pub mod runs;
pub mod sessions;
pub mod shares;
pub mod spans;
pub mod takes;
pub mod timeline;
pub mod timers;
pub mod traces;
pub mod users;
pub mod vault;
pub mod watchers;
pub mod windows;

mod behind;
mod bulk;
mod database;
mod dialect;
mod error;
mod health;
mod inspect;
mod keys;
mod known;
mod listen;
mod master_key;
mod random;
mod row;
mod session;
mod settings;
mod sqlite;
mod store;
mod stored;
mod stores;
mod tx;
mod value;

pub use sync::ids;

pub use changes::{Change, ChangeKind, Logged, Position};
pub use error::{Error, Result};
pub use health::Health;
pub use inspect::Schema;
pub use master_key::MasterKey;
pub use settings::Settings;
pub use store::Store;
pub use stores::Stores;
pub use tx::{Touched, Tx};
pub use vault::{Aad, KeyRef};
