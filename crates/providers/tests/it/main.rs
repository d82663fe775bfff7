//! Connectors against servers that answer with recorded shapes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod caldav;
mod feed;
mod google;
mod microsoft;
mod oauth;
mod script;
