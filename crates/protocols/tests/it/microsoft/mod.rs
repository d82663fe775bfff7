//! Microsoft Graph.

mod equal;
mod face;
mod patterns;
mod roundtrip;
mod service;
mod shapes;
mod writing;
