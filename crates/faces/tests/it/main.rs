//! The faces over HTTP, with a hub and a database in memory behind them.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod anothers;
mod caldav;
mod checked;
mod google;
mod guests;
mod microsoft;
mod mount;
mod official;
mod rest;
mod tables;
mod whole;
mod world;
