//! Microsoft Graph.

mod patterns;
mod roundtrip;
mod service;
mod shapes;
mod writing;
