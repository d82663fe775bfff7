//! The hub over model providers: pull, link, push, and what must hold afterwards.
#![expect(clippy::unwrap_used, reason = "tests")]

mod links;
mod model;
mod world;
