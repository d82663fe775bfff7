//! What is to be asked.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::error::Error;
use crate::guard;
use crate::redirect::Redirects;

/// A request, built step by step. A step that cannot be done (a line end in a header value) is reported
/// by [`Network::send`](crate::Network::send), so that the steps chain.
///
/// ```
/// # use kalends_network as network;
/// use network::Request;
/// let request = Request::put("https://dav.example.org/cal/1.ics")
///     .basic("user", "app password")
///     .header("if-none-match", "*")
///     .body("text/calendar; charset=utf-8", "BEGIN:VCALENDAR…");
/// ```
#[must_use]
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Result<Url, Error>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) deadline: Option<Duration>,
    pub(crate) body_limit_bytes: Option<usize>,
    pub(crate) redirects: Redirects,
    pub(crate) secret_path: bool,
    pub(crate) compressed: bool,
}

/// One constructor per method.
macro_rules! constructors {
    ($($name:ident $method:literal $doc:literal)*) => { $(
        #[doc = concat!("`", $method, "`: ", $doc)]
        pub fn $name(url: impl AsRef<str>) -> Self {
            Self::new(Method::from_bytes($method.as_bytes()).expect("a method is a token"), url)
        }
    )* };
}

impl Request {
    constructors! {
        get "GET" "RFC 9110 §9.3.1."
        post "POST" "RFC 9110 §9.3.3."
        put "PUT" "RFC 9110 §9.3.4."
        patch "PATCH" "RFC 5789."
        delete "DELETE" "RFC 9110 §9.3.5."
        options "OPTIONS" "RFC 9110 §9.3.7."
        propfind "PROPFIND" "RFC 4918 §9.1."
        proppatch "PROPPATCH" "RFC 4918 §9.2."
        report "REPORT" "RFC 3253 §3.6."
        mkcalendar "MKCALENDAR" "RFC 4791 §5.3.1."
    }

    /// A request with any method. The URL is absolute, http or https, and holds no user name or password.
    pub fn new(method: Method, url: impl AsRef<str>) -> Self {
        Self {
            method,
            url: guard::parse(url.as_ref()),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            deadline: None,
            body_limit_bytes: None,
            redirects: Redirects::none(),
            secret_path: false,
            compressed: false,
        }
    }

    /// Sets a header. The value may hold any octets but control characters.
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            return self.fail(format!("{name:?} is not a header name"));
        };
        match HeaderValue::from_bytes(value.as_ref()) {
            Ok(value) => self.set(header, value),
            Err(_) => self.fail(format!(
                "the value of the header {name} holds control characters"
            )),
        }
    }

    /// Sets a header that is a credential: it is not sent to another host after a redirect.
    pub fn secret_header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let mut request = self.header(name, value);
        if let Some(value) = request.headers.get_mut(name) {
            value.set_sensitive(true);
        }
        request
    }

    /// Authenticates with a bearer token, RFC 6750.
    pub fn bearer(self, token: &str) -> Self {
        self.secret_header(AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// Authenticates with a user name and a password, RFC 7617.
    pub fn basic(self, user: &str, password: &str) -> Self {
        let pair = STANDARD.encode(format!("{user}:{password}"));
        self.secret_header(AUTHORIZATION.as_str(), format!("Basic {pair}"))
    }

    /// Sends these bytes.
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut request = self.header(CONTENT_TYPE.as_str(), content_type);
        request.body = body.into();
        request
    }

    /// Sends a value as JSON.
    pub fn json(self, value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body("application/json", body),
            // The library's message may quote the value.
            Err(_) => self.fail("the body cannot be written as JSON".to_owned()),
        }
    }

    /// Sends fields as a form (`application/x-www-form-urlencoded`).
    pub fn form<'a>(self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.body("application/x-www-form-urlencoded", body)
    }

    /// The most time that the whole exchange may take, redirects and body included.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The largest reply body that is read, in bytes.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit_bytes = Some(bytes);
        self
    }

    /// Lets the server compress its reply (gzip, RFC 9110 §8.4.1.3); what comes so is unpacked, and the body limit is one of
    /// what it unpacks to.
    pub fn compressed(self) -> Self {
        let mut request = self.header(ACCEPT_ENCODING.as_str(), "gzip");
        request.compressed = true;
        request
    }

    /// Follows redirects; without this a 3xx is the reply.
    pub fn follow(mut self, redirects: Redirects) -> Self {
        self.redirects = redirects;
        self
    }

    /// Keeps the path out of the logs: it is itself the key (private feed addresses).
    pub fn secret_path(mut self) -> Self {
        self.secret_path = true;
        self
    }

    fn set(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Keeps the first fault; [`Network::send`](crate::Network::send) returns it.
    fn fail(mut self, what: String) -> Self {
        if self.url.is_ok() {
            self.url = Err(Error::BadRequest(what));
        }
        self
    }
}

/// Says method and host only: the rest may hold tokens or event content.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.as_ref().map(guard::host_of);
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &host)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_is_kept() {
        let request = Request::get("https://a.example.com/")
            .header("x", "a\r\nHost: b")
            .header("in valid", "c");
        assert_eq!(
            request.url.unwrap_err(),
            Error::BadRequest("the value of the header x holds control characters".into())
        );
        assert!(matches!(
            Request::get("/relative").header("x", "\n").url,
            Err(Error::BadUrl(_))
        ));
    }

    #[test]
    fn bodies_name_their_type() {
        let form =
            Request::post("https://a.example.com/").form([("grant_type", "a b"), ("code", "ü&")]);
        assert_eq!(form.body, "grant_type=a+b&code=%C3%BC%26");
        assert_eq!(
            form.headers[CONTENT_TYPE],
            "application/x-www-form-urlencoded"
        );
        let json = Request::patch("https://a.example.com/").json(&serde_json::json!({"a": null}));
        assert_eq!(
            (json.method.as_str(), &json.body[..]),
            ("PATCH", &br#"{"a":null}"#[..])
        );
    }

    #[test]
    fn debug_says_no_secret() {
        let request = Request::get("https://a.example.com/private-key?token=t0ken")
            .bearer("s3cret")
            .body("text/plain", "content");
        assert_eq!(
            format!("{request:?}"),
            r#"Request { method: GET, host: Ok("a.example.com"), .. }"#
        );
    }
}
