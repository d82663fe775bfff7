//! The REST face, and where notifications arrive.

mod calendars;
mod changes;
mod connections;
mod erasures;
mod events;
mod feeds;
mod inviting;
mod links;
mod occurrences;
mod once;
mod openapi;
mod overlaps;
mod problems;
mod profiles;
mod provider;
mod push;
mod session;
mod sharing;
mod undo;
mod world;
