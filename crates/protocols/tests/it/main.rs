//! What the mappings promise, as data and as properties.

mod microsoft;
