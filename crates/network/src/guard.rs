//! The guard against server-side request forgery: which URLs and addresses may be asked.
//!
//! Users name servers, feeds and webhooks, and servers name redirects; none of them may make us talk to
//! our own network. Names and ports are judged here before anything is sent; resolved addresses are
//! judged by the [`resolver`](crate::resolver) hook, in the act of connecting.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{is_loopback, is_public};
use crate::error::{Error, Refusal};
use crate::settings::{Allowed, Reach};

/// Names that only mean something inside a network: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`,
/// and those that private networks use without asking.
const PRIVATE_SUFFIXES: &[&str] = &[
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "onion",
    "private",
];

/// Unprivileged ports of other protocols, from the Fetch standard's list of bad ports.
/// (Of the privileged ones, below 1024, only 80 and 443 are open.)
const BAD_PORTS: &[u16] = &[
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
    6679, 6697, 10080,
];

/// How an admitted URL is to be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Its name's addresses are checked.
    Guarded,
    /// The operator trusts this host, whatever it resolves to.
    Trusted,
}

/// The operator's decision, ready to be applied.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) reach: Reach,
    pub(crate) allow: Vec<Allowed>,
}

impl Guard {
    /// Judges scheme, host, port and a literal address. A name's addresses are judged when it is resolved.
    pub(crate) fn admit(&self, url: &Url) -> Result<Route, Error> {
        let (host, port) = host_and_port(url)?;
        let name = bare(&host);
        if self.reach == Reach::Anything
            || self.allow.iter().any(|entry| entry.holds_host(&name, port))
        {
            return Ok(Route::Trusted);
        }
        let refused = |reason| {
            Err(Error::Refused {
                host: name.clone(),
                reason,
            })
        };
        if (port < 1024 && port != 80 && port != 443) || BAD_PORTS.contains(&port) {
            return refused(Refusal::Port);
        }
        match host {
            Host::Domain(_) if self.refuses_name(&name) => refused(Refusal::Name),
            Host::Ipv4(v4) if !self.admits_address(v4.into()) => refused(Refusal::Address),
            Host::Ipv6(v6) if !self.admits_address(v6.into()) => refused(Refusal::Address),
            _ => Ok(Route::Guarded),
        }
    }

    /// Whether a connection to this address may be made.
    pub(crate) fn admits_address(&self, address: IpAddr) -> bool {
        match self.reach {
            Reach::Anything => true,
            Reach::AlsoLoopback if is_loopback(address) => true,
            Reach::AlsoLoopback | Reach::PublicOnly => {
                is_public(address) || self.allow.iter().any(|entry| entry.holds_address(address))
            }
        }
    }

    fn refuses_name(&self, name: &str) -> bool {
        if is_or_ends_with(name, "localhost") {
            return self.reach == Reach::PublicOnly;
        }
        // A single label would be looked up in the search domains of our own network.
        !name.contains('.')
            || PRIVATE_SUFFIXES
                .iter()
                .any(|suffix| is_or_ends_with(name, suffix))
    }
}

/// Parses an address from outside. Stricter than the URL standard, which forgives what attackers use.
pub(crate) fn parse(text: &str) -> Result<Url, Error> {
    // The standard drops tabs and line ends silently; in an address they are an attempt at something.
    if text.trim().contains(|c: char| c.is_control()) {
        return Err(Error::BadUrl("it holds control characters"));
    }
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority
        .split(['/', '?', '#', '\\'])
        .next()
        .unwrap_or_default();
    if authority.contains(['\u{3002}', '\u{ff0e}', '\u{ff61}']) {
        return Err(Error::BadUrl("its host holds look-alikes of a dot"));
    }
    let url = Url::parse(text.trim())
        .map_err(|_| Error::BadUrl("it does not follow the URL standard"))?;
    host_and_port(&url)?;
    Ok(url)
}

/// The host and port of a URL that an HTTP client can use, or why there is none.
fn host_and_port(url: &Url) -> Result<(Host<&str>, u16), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::BadUrl("its scheme is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::BadUrl(
            "it holds a user name or password; give those in their own fields",
        ));
    }
    match (url.host(), url.port_or_known_default()) {
        (Some(_), Some(0)) => Err(Error::BadUrl("port 0 cannot be connected to")),
        (Some(host), Some(port)) => Ok((host, port)),
        _ => Err(Error::BadUrl("it has no host")),
    }
}

/// The host as the allow list and messages write it: no brackets, no dot of the root.
fn bare(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').to_ascii_lowercase(),
        Host::Ipv4(v4) => v4.to_string(),
        Host::Ipv6(v6) => v6.to_string(),
    }
}

/// The host of a URL, for messages and logs.
pub(crate) fn host_of(url: &Url) -> String {
    url.host().map(|host| bare(&host)).unwrap_or_default()
}

fn is_or_ends_with(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn judge(reach: Reach, allow: &[&str], url: &str) -> Result<Route, Error> {
        let guard = Guard {
            reach,
            allow: allow.iter().map(|entry| entry.parse().unwrap()).collect(),
        };
        guard.admit(&parse(url)?)
    }

    #[test]
    fn public_names_and_ports_pass() {
        for url in [
            "https://example.com/",
            "http://example.com:8443/dav",
            "https://1.1.1.1/",
            "https://[2606:4700::1]/",
            "https://mylocal.org/",
        ] {
            assert_eq!(
                judge(Reach::PublicOnly, &[], url),
                Ok(Route::Guarded),
                "{url}"
            );
        }
    }

    #[test]
    fn disguises_are_seen_through() {
        for url in [
            "http://127.1/",
            "http://0x7f.1/",
            "http://0x7f000001/",
            "http://017700000001/",
            "http://%31%32%37.0.0.1/",
            "http://１２７.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://LOCALHOST/",
            "http://localhost.:80/",
            "http://metadata.google.internal/",
            "http:127.0.0.1/",
            "http:\\\\127.0.0.1\\",
            "http://127.0.0.1:80\\@example.com/",
            "http://0/",
            "http://printer.local/",
            "http://example.com:6667/",
            "ftp://example.com/",
            "http://user@example.com/",
            "http://exa\tmple.com/",
            "http://example。com/",
            "http://example.com:0/",
            "mailto:a@example.com",
            "",
        ] {
            assert!(judge(Reach::PublicOnly, &[], url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_operator_widens_the_reach() {
        for (reach, allow, url, wanted) in [
            (
                Reach::AlsoLoopback,
                &[][..],
                "http://127.0.0.1:8423/",
                Some(Route::Guarded),
            ),
            (
                Reach::AlsoLoopback,
                &[],
                "http://localhost:8423/",
                Some(Route::Guarded),
            ),
            (Reach::AlsoLoopback, &[], "http://10.0.0.5/", None),
            (
                Reach::Anything,
                &[],
                "http://db:5432/",
                Some(Route::Trusted),
            ),
            (
                Reach::PublicOnly,
                &["10.0.0.0/8"],
                "http://10.0.0.5/",
                Some(Route::Guarded),
            ),
            (
                Reach::PublicOnly,
                &["nas.local:5232"],
                "http://nas.local:5232/",
                Some(Route::Trusted),
            ),
            (
                Reach::PublicOnly,
                &["nas.local:5232"],
                "http://nas.local:5233/",
                None,
            ),
            (
                Reach::PublicOnly,
                &["nas.local"],
                "http://NAS.local./",
                Some(Route::Trusted),
            ),
            (
                Reach::PublicOnly,
                &["[fd00::7]:8080"],
                "http://[fd00::7]:8080/",
                Some(Route::Trusted),
            ),
        ] {
            assert_eq!(judge(reach, allow, url).ok(), wanted, "{url}");
        }
    }
}
