//! Whom one may tell.

use url::{Host, Url};

/// Whom one may tell, and whether just now. The network's guard comes on top of it.
pub trait Policy: Send + Sync {
    /// Why nobody is told at this address.
    fn refuses(&self, address: &Url) -> Option<&'static str>;

    /// Whether nobody is told anything at present; what happens meanwhile is not told later.
    fn is_silent(&self) -> bool {
        false
    }
}

/// What Google and Microsoft ask for: TLS. On this machine, which the network's guard must allow, it goes without.
pub struct OverTls;

impl Policy for OverTls {
    fn refuses(&self, address: &Url) -> Option<&'static str> {
        match address.scheme() {
            "https" => None,
            "http" if is_loopback(address) => None,
            _ => Some("notifications go to https addresses"),
        }
    }
}

/// Whether an address is on this machine.
pub fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_this_machine_is_told() {
        for (address, told) in [
            ("https://crm.example.com/push", true),
            ("http://127.0.0.1:8420/push/1", true),
            ("http://[::1]:9/", true),
            ("http://localhost/x", true),
            ("http://localhost.example.com/", false),
            ("http://crm.example.com/push", false),
            ("ftp://127.0.0.1/", false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(OverTls.refuses(&url).is_none(), told, "{address}");
        }
    }
}
