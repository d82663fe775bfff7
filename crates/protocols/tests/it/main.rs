//! What the mappings promise, as data and as properties.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod microsoft;
