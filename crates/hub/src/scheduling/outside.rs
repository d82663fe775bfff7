//! People who are not of this hub.

use protocols::itip::Message;

/// There is no way to reach them (RFC 6638 3.2.9, Table 1): mail is not sent yet.
pub const NO_SUPPORT: &str = "5.3";
/// Their address is none that anybody could be reached at.
pub const NO_ADDRESS: &str = "3.7";

/// Hands a message to somebody who is not of this hub; what became of it, as a status code.
///
/// Nothing is sent: this is where mail begins (RFC 6047).
pub fn send(message: &Message) -> &'static str {
    if message.to.email().is_some() {
        NO_SUPPORT
    } else {
        NO_ADDRESS
    }
}
