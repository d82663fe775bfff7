//! Microsoft Graph.

mod apart;
mod equal;
mod face;
mod patterns;
mod roundtrip;
pub mod service;
mod shapes;
mod writing;
