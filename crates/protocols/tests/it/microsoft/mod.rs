//! Microsoft Graph.

mod patterns;
