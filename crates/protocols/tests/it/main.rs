//! Integration tests of the protocols: recorded shapes as data, and properties of the mappings.
#![expect(clippy::unwrap_used, reason = "tests")]

mod google;
