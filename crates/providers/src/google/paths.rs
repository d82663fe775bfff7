//! Addresses of the API.

use network::Url;

use crate::Failure;

/// `…/calendar/v3/`.
#[derive(Clone, Debug)]
pub(super) struct Root(Url);

impl Root {
    pub(super) fn new(root: &str) -> Result<Self, Failure> {
        let slash = if root.ends_with('/') { "" } else { "/" };
        let api = if root.trim_end_matches('/').ends_with("calendar/v3") {
            ""
        } else {
            "calendar/v3/"
        };
        Url::parse(&format!("{root}{slash}{api}"))
            .ok()
            .filter(|url| !url.cannot_be_a_base())
            .map(Self)
            .ok_or_else(|| Failure::Protocol("the root of Google's API is not a URL".to_owned()))
    }

    /// The path of these segments, each percent-encoded: ids hold `@` and `#`.
    pub(super) fn at(&self, segments: &[&str]) -> Address {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        Address(url)
    }

    /// The events of a calendar.
    pub(super) fn events(&self, calendar: &str) -> Address {
        self.at(&["calendars", calendar, "events"])
    }

    /// One event.
    pub(super) fn event(&self, calendar: &str, id: &str) -> Address {
        self.at(&["calendars", calendar, "events", id])
    }
}

/// An address that parameters are added to.
#[derive(Clone, Debug)]
pub(super) struct Address(Url);

impl Address {
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.query_pairs_mut().append_pair(name, value);
        self
    }

    /// The parameters of every write: nobody is told, and nothing that the body says is ignored.
    pub(super) fn quiet(self) -> Self {
        self.with("sendUpdates", "none")
            .with("conferenceDataVersion", "1")
            .with("supportsAttachments", "true")
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn ids_are_one_segment_each() {
        for root in [
            "http://127.0.0.1:8421",
            "http://127.0.0.1:8421/",
            "http://127.0.0.1:8421/calendar/v3",
            "http://127.0.0.1:8421/calendar/v3/",
        ] {
            let root = Root::new(root).unwrap();
            assert_eq!(
                root.event("de.german#holiday@group.v/x", "a?b")
                    .with("q", "ä&b")
                    .as_str(),
                "http://127.0.0.1:8421/calendar/v3/calendars/de.german%23holiday@group.v%2Fx/events/a%3Fb?q=%C3%A4%26b"
            );
        }
        assert!(Root::new("not a url").is_err());
    }
}
