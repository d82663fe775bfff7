//! What an OAuth authorization server keeps: clients, codes, tokens. Secrets are known by their hashes.

pub mod clients;
pub mod codes;
pub mod tokens;
