//! What was answered.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::Error;
use crate::guard::host_of;

/// A whole reply. Every status is a reply: 404 and 503 are not errors of this crate.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status, RFC 9110 §15.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as it was sent, or unpacked where [`Request::compressed`](crate::Request::compressed) let it be packed.
    pub body: Bytes,
    /// The URL that answered: the last one, if redirects were followed.
    pub url: Url,
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header as text, if it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        // The library's own message may quote the value, which is event content.
        serde_json::from_slice(&self.body).map_err(|error| {
            self.unreadable(format!(
                "not the expected JSON ({:?} at line {}, column {})",
                error.classify(),
                error.line(),
                error.column()
            ))
        })
    }

    /// The body as UTF-8 text, without a byte order mark.
    pub fn text(&self) -> Result<&str, Error> {
        let text = std::str::from_utf8(&self.body).map_err(|error| {
            self.unreadable(format!("not UTF-8 at byte {}", error.valid_up_to()))
        })?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    fn unreadable(&self, what: String) -> Error {
        Error::BadReply {
            host: host_of(&self.url),
            status: self.status,
            what,
        }
    }
}

/// Says status, host and size only: the rest may hold tokens or event content.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("host", &host_of(&self.url))
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn reply(body: &'static [u8]) -> Response {
        let url = Url::parse("https://a.example.com/p?q=t0ken").unwrap();
        Response {
            status: 200,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body),
            url,
        }
    }

    #[test]
    fn bodies_are_read_or_say_where_they_fail() {
        assert_eq!(reply(b"[1,2]").json::<Vec<u8>>().unwrap(), [1, 2]);
        assert_eq!(reply("\u{feff}Grüße".as_bytes()).text().unwrap(), "Grüße");
        assert!(
            reply(b"a\xff")
                .text()
                .unwrap_err()
                .to_string()
                .ends_with("not UTF-8 at byte 1")
        );
        let error = reply(br#"["s3cret"]"#).json::<Vec<u8>>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.example.com answered 200 with a body that is not the expected JSON (Data at line 1, column 9)"
        );
    }
}
