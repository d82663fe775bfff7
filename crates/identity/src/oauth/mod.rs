//! The OAuth authorization server's knowledge: clients, codes with PKCE, tokens, and the key that signs ID tokens.
//!
//! RFC 6749 (code and refresh), RFC 7636 (S256), RFC 7009 (revocation), OpenID Connect Core. What goes over the wire,
//! and how a vendor writes it, is the faces' business.

mod clients;
mod grants;
mod signing;
mod tokens;

pub use clients::NewClient;
pub use grants::{CodeRequest, GrantError, Granted, Rotation};
/// A registered client; public if it has no secret.
pub use storage::oauth::clients::Client;
pub use tokens::TokenInfo;

/// The scope that brings a refresh token (OpenID Connect Core 11).
pub const OFFLINE_ACCESS: &str = "offline_access";
