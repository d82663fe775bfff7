//! Google's authorization server: where accounts are authorised, and with what scopes
//! (<https://developers.google.com/identity/protocols/oauth2/web-server>).
//!
//! The flow itself (code with PKCE S256, refresh) is shared by all providers. Google hands out a refresh token only with
//! the parameters here, and none on a refresh.

/// Root of the API.
pub const ROOT: &str = "https://www.googleapis.com/";

/// Authorization endpoint.
pub const AUTHORIZE_URL: &str = "https://accounts.google.com/o/oauth2/v2/auth";

/// Token endpoint.
pub const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// The least that does the work: the names of the calendars, and their events. A person may untick any of them, so look
/// at the scopes that were granted.
pub const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    "https://www.googleapis.com/auth/calendar.events",
];

/// Without these two there is no refresh token.
pub const AUTHORIZE_PARAMETERS: [(&str, &str); 2] =
    [("access_type", "offline"), ("prompt", "consent")];
