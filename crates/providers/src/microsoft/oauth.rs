//! Entra ID: where accounts are authorised, and with what scopes.
//!
//! The flow itself (code with PKCE S256, refresh) is shared by all providers. Entra hands out a new refresh token on
//! every use and does not revoke the old one at once; whichever came last is to be kept.

/// Root of Graph.
pub const ROOT: &str = "https://graph.microsoft.com/";

/// Root of the authorization server. A tenant (`common`, `organizations`, `consumers`, or an organisation's own)
/// follows.
pub const AUTHORITY: &str = "https://login.microsoftonline.com/";

/// The least that does the work: `offline_access` brings a refresh token, `User.Read` the account's address.
pub const SCOPES: [&str; 4] = [
    "openid",
    "offline_access",
    "User.Read",
    "Calendars.ReadWrite",
];

/// Authorization and token endpoint of a tenant.
///
/// ```
/// use kalends_providers::microsoft::{AUTHORITY, endpoint_urls};
/// let (authorize, token) = endpoint_urls(AUTHORITY, "common");
/// assert_eq!(token, "https://login.microsoftonline.com/common/oauth2/v2.0/token");
/// assert!(authorize.ends_with("/authorize"));
/// ```
pub fn endpoint_urls(authority: &str, tenant: &str) -> (String, String) {
    let base = format!("{}/{tenant}/oauth2/v2.0", authority.trim_end_matches('/'));
    (format!("{base}/authorize"), format!("{base}/token"))
}
