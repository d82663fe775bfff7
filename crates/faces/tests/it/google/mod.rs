//! The Google Calendar v3 face. Every answer is checked against the discovery document where it is at hand.

mod calendars;
mod changes;
mod channels;
mod clients;
mod connector;
mod entries;
mod events;
mod inviting;
mod listing;
mod occurrences;
mod refusals;
mod schema;
mod scopes;
mod sharing;
mod tables;
mod world;
