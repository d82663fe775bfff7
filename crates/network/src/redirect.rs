//! Which redirects are followed, and what is carried along. Pure.

use http::header::{AUTHORIZATION, COOKIE, LOCATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, Method};
use url::Url;

use crate::guard::host_of;

/// How far a request follows redirects. Only a request that changes nothing does (GET, HEAD, OPTIONS,
/// PROPFIND, REPORT); for others the 3xx is the reply, and the caller decides. Never from https to http.
///
/// Credentials stay with the scheme, host and port that they were given for, unless the other host is
/// trusted here. The same host moving from http to https keeps them.
#[derive(Debug, Clone, Default)]
pub struct Redirects {
    pub(crate) max: u8,
    trusted_hosts: Vec<String>,
}

impl Redirects {
    /// Follows none.
    pub fn none() -> Self {
        Self::default()
    }

    /// Follows at most `max`, to any host that the guard admits; one more is an error.
    pub fn up_to(max: u8) -> Self {
        Self {
            max,
            trusted_hosts: Vec::new(),
        }
    }

    /// Lets this host have the credentials as well. `.icloud.com` stands for every host below icloud.com.
    #[must_use]
    pub fn trusting(mut self, host: &str) -> Self {
        self.trusted_hosts.push(host.to_ascii_lowercase());
        self
    }

    /// The headers that go to `target`, of those that the caller gave for `origin`.
    pub(crate) fn headers_for(&self, target: &Url, origin: &Url, given: &HeaderMap) -> HeaderMap {
        let mut headers = given.clone();
        if !self.may_know_credentials(target, origin) {
            let secret: Vec<HeaderName> = given
                .iter()
                .filter(|(name, value)| value.is_sensitive() || is_credential(name))
                .map(|(name, _)| name.clone())
                .collect();
            for name in secret {
                headers.remove(name);
            }
        }
        headers
    }

    fn may_know_credentials(&self, target: &Url, origin: &Url) -> bool {
        if target.origin() == origin.origin() {
            return true;
        }
        let host = host_of(target);
        let secured = target.scheme() == "https"
            && origin.scheme() == "http"
            && (target.port(), origin.port()) == (None, None)
            && host == host_of(origin);
        secured
            || self
                .trusted_hosts
                .iter()
                .any(|trusted| match trusted.strip_prefix('.') {
                    Some(domain) => host
                        .strip_suffix(domain)
                        .is_some_and(|rest| rest.ends_with('.')),
                    None => host == *trusted,
                })
    }
}

/// Where a reply sends the request on to, if it does and the method may be repeated there.
pub(crate) fn next(
    method: &Method,
    status: u16,
    headers: &HeaderMap,
    current: &Url,
) -> Option<Url> {
    let follows = match status {
        301 | 302 | 307 | 308 => matches!(
            method.as_str(),
            "GET" | "HEAD" | "OPTIONS" | "PROPFIND" | "REPORT"
        ),
        // See Other is answered by a GET, which is not what a PROPFIND asked for.
        303 => matches!(method.as_str(), "GET" | "HEAD"),
        _ => false,
    };
    let location = headers.get(LOCATION)?.to_str().ok()?;
    if follows {
        current.join(location).ok()
    } else {
        None
    }
}

fn is_credential(name: &HeaderName) -> bool {
    [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(name)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_where_they_belong() {
        let redirects = Redirects::up_to(5)
            .trusting(".icloud.com")
            .trusting("dav.example.net");
        let mut given = HeaderMap::new();
        given.insert(AUTHORIZATION, "Basic eA==".parse().unwrap());
        given.insert("depth", "0".parse().unwrap());
        for (origin, target, carried) in [
            (
                "https://caldav.icloud.com/",
                "https://caldav.icloud.com/1/",
                true,
            ),
            (
                "https://caldav.icloud.com/",
                "https://p01-caldav.icloud.com/",
                true,
            ),
            (
                "https://caldav.icloud.com/",
                "https://icloud.com.evil.com/",
                false,
            ),
            (
                "https://caldav.icloud.com/",
                "https://evilicloud.com/",
                false,
            ),
            ("https://a.example.com/", "https://dav.example.net/", true),
            ("https://a.example.com/", "https://b.example.com/", false),
            (
                "https://a.example.com/",
                "https://a.example.com:8443/",
                false,
            ),
            ("http://a.example.com/", "https://a.example.com/", true),
            ("http://a.example.com:81/", "https://a.example.com/", false),
        ] {
            let origin = origin.parse().unwrap();
            let headers = redirects.headers_for(&target.parse().unwrap(), &origin, &given);
            assert_eq!(
                headers.contains_key(AUTHORIZATION),
                carried,
                "{origin} -> {target}"
            );
            assert!(headers.contains_key("depth"));
        }
    }

    #[test]
    fn only_requests_that_change_nothing_go_on() {
        let current = "https://a.example.com/x/y?q".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, "../z".parse().unwrap());
        let next = |method: &str, status| {
            next(&method.parse().unwrap(), status, &headers, &current).map(String::from)
        };
        for (method, status, wanted) in [
            ("PROPFIND", 301, true),
            ("GET", 303, true),
            ("PROPFIND", 303, false),
            ("PUT", 307, false),
            ("POST", 302, false),
            ("GET", 304, false),
            ("GET", 200, false),
        ] {
            assert_eq!(
                next(method, status),
                wanted.then(|| "https://a.example.com/z".to_owned()),
                "{method} {status}"
            );
        }
    }
}
