//! Addresses. Ids are opaque and case-sensitive, and may hold any character.

use jiff::Timestamp;
use network::Url;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Failure;

/// What stays as it is in a path segment or a query value (RFC 3986 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `…/v1.0/`.
#[derive(Clone, Debug)]
pub(super) struct Root(Url);

impl Root {
    pub(super) fn new(text: &str) -> Result<Self, Failure> {
        let text = text.trim_end_matches('/');
        let text = match text.strip_suffix("/v1.0") {
            Some(_) => format!("{text}/"),
            None => format!("{text}/v1.0/"),
        };
        let unusable = |_| Failure::Protocol("the root of Microsoft Graph is not a URL".to_owned());
        Url::parse(&text).map(Self).map_err(unusable)
    }

    /// An address below the root. Segments are encoded, query values too.
    pub(super) fn at(&self, segments: &[&str], query: &[(&str, &str)]) -> String {
        let path: Vec<String> = segments.iter().map(|s| encode(s)).collect();
        let mut url = format!("{}{}", self.0, path.join("/"));
        for (n, (name, value)) in query.iter().enumerate() {
            url.push(if n == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.push_str(&encode(value));
        }
        url
    }

    /// A link that Graph gave us, if it leads back to it: our token goes nowhere else.
    pub(super) fn own<'a>(&self, link: &'a str) -> Result<&'a str, Failure> {
        match Url::parse(link) {
            Ok(url) if url.origin() == self.0.origin() => Ok(link),
            _ => Err(Failure::Protocol(
                "a page link leads to another server".to_owned(),
            )),
        }
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// An instant as Graph's query parameters want it.
pub(super) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn ids_and_filters_are_encoded() {
        let root = Root::new("https://graph.microsoft.com/").unwrap();
        assert_eq!(
            root.at(
                &["me", "events", "AAMk/a+b=="],
                &[("$filter", "a eq 'x y'")]
            ),
            "https://graph.microsoft.com/v1.0/me/events/AAMk%2Fa%2Bb%3D%3D?$filter=a%20eq%20%27x%20y%27"
        );
        let stand_in = Root::new("http://127.0.0.1:8422/v1.0/").unwrap();
        assert_eq!(stand_in.at(&["me"], &[]), "http://127.0.0.1:8422/v1.0/me");
    }

    #[test]
    fn links_to_elsewhere_are_not_followed() {
        let root = Root::new("https://graph.microsoft.com").unwrap();
        assert!(
            root.own("https://graph.microsoft.com/v1.0/me/x?$skiptoken=1")
                .is_ok()
        );
        for link in [
            "https://evil.example/v1.0/",
            "http://graph.microsoft.com/",
            "me/x",
        ] {
            assert!(root.own(link).is_err(), "{link}");
        }
    }
}
