//! Sends requests.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use tokio::time::Instant;
use url::Url;

use crate::error::{Error, Refusal};
use crate::guard::{Guard, Route, host_of};
use crate::inflate::{self, Body, Broken};
use crate::redirect;
use crate::request::Request;
use crate::resolver::{Checked, Resolver, SystemResolver};
use crate::response::Response;
use crate::settings::Settings;

/// Sent with every request.
const USER_AGENT: &str = concat!("Kalends/", env!("CARGO_PKG_VERSION"));
/// The most headers that a reply over HTTP/1.1 may have.
const HEADERS_MAX: usize = 128;
/// The most bytes that the headers of a reply over HTTP/2 may have.
const HEADER_BYTES_MAX: u32 = 64 * 1024;
/// An idle connection is closed after this time. Servers close theirs a little later (75 s is common);
/// a request that meets the closing has an unknown outcome.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// The HTTP client. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Network {
    shared: Arc<Shared>,
}

struct Shared {
    guard: Arc<Guard>,
    /// Connects to admitted addresses only.
    guarded: reqwest::Client,
    /// Connects to whatever a host of the allow list resolves to. The resolver hook does not learn
    /// the port, so a client of its own, with connections of its own, keeps `host:port` exact.
    trusted: reqwest::Client,
    deadline: Duration,
    body_limit_bytes: usize,
}

impl Network {
    /// Makes the client. Fails when the extra root certificates are unreadable, or the system has none.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let guard = Arc::new(Guard {
            reach: settings.reach,
            allow: settings.allow,
        });
        let resolver = settings
            .resolver
            .unwrap_or_else(|| Arc::new(SystemResolver));
        let roots = match &settings.extra_root_ca {
            Some(pem) => root_certificates(pem)?,
            None => Vec::new(),
        };
        let build = |guard| client(&resolver, guard, &roots, settings.connect_deadline);
        Ok(Self {
            shared: Arc::new(Shared {
                guarded: build(Some(guard.clone()))?,
                trusted: build(None)?,
                guard,
                deadline: settings.deadline,
                body_limit_bytes: settings.body_limit_bytes,
            }),
        })
    }

    /// Sends a request and reads the whole reply, whatever its status.
    ///
    /// See [`Error`] for what each failure says about the request's execution. Dropping the future
    /// closes the connection, and leaves the outcome as unknown as [`Error::Unknown`] does.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let origin = request.url.clone()?;
        let deadline = request.deadline.unwrap_or(self.shared.deadline);
        let start = Instant::now();
        let outcome = match tokio::time::timeout(deadline, self.exchange(&request, &origin)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::Unknown {
                host: host_of(&origin),
                cause: format!("no whole reply within {} ms", deadline.as_millis()),
            }),
        };
        log(&request, &origin, &outcome, start.elapsed());
        outcome
    }

    /// Asks, follows redirects as far as the request wants, and reads the reply.
    async fn exchange(&self, request: &Request, origin: &Url) -> Result<Response, Error> {
        let limit = request
            .body_limit_bytes
            .unwrap_or(self.shared.body_limit_bytes);
        let mut url = origin.clone();
        let mut followed = 0;
        loop {
            let reply = self.ask(request, origin, &url).await?;
            let next = redirect::next(
                &request.method,
                reply.status().as_u16(),
                reply.headers(),
                &url,
            );
            let Some(next) = next.filter(|_| request.redirects.max > 0) else {
                return read(reply, url, limit, request.compressed).await;
            };
            let refused = |reason| {
                Err(Error::Refused {
                    host: host_of(&next),
                    reason,
                })
            };
            if followed == request.redirects.max {
                return refused(Refusal::TooManyRedirects);
            }
            if url.scheme() == "https" && next.scheme() == "http" {
                return refused(Refusal::Downgrade);
            }
            followed += 1;
            url = next;
        }
    }

    /// Sends the request to one URL and waits for the head of the reply.
    async fn ask(
        &self,
        request: &Request,
        origin: &Url,
        url: &Url,
    ) -> Result<reqwest::Response, Error> {
        let client = match self.shared.guard.admit(url)? {
            Route::Guarded => &self.shared.guarded,
            Route::Trusted => &self.shared.trusted,
        };
        let mut asked = client
            .request(request.method.clone(), url.clone())
            .headers(request.redirects.headers_for(url, origin, &request.headers));
        if !request.body.is_empty() {
            asked = asked.body(request.body.clone());
        }
        asked.send().await.map_err(|error| classify(&error, url))
    }
}

fn root_certificates(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, Error> {
    match reqwest::Certificate::from_pem_bundle(pem) {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        _ => Err(Error::BadSettings(
            "extra root CA: no certificate in PEM form is in it".to_owned(),
        )),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes HTTP clients"
)]
fn client(
    resolver: &Arc<dyn Resolver>,
    guard: Option<Arc<Guard>>,
    roots: &[reqwest::Certificate],
    connect_deadline: Duration,
) -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .tls_backend_rustls()
        .tls_certs_merge(roots.iter().cloned())
        .user_agent(USER_AGENT)
        .dns_resolver(Checked {
            resolver: resolver.clone(),
            guard,
        })
        // A proxy from the environment would resolve names itself, behind the guard's back.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect_deadline)
        .pool_idle_timeout(IDLE_MAX)
        .http1_max_headers(HEADERS_MAX)
        .http2_max_header_list_size(HEADER_BYTES_MAX)
        .build()
        .map_err(|error| Error::BadSettings(format!("TLS could not be set up: {}", causes(&error))))
}

/// Reads the body up to the limit, and unpacks it where that was asked for.
async fn read(
    mut reply: reqwest::Response,
    url: Url,
    limit_bytes: usize,
    compressed: bool,
) -> Result<Response, Error> {
    let status = reply.status().as_u16();
    let mut headers = std::mem::take(reply.headers_mut());
    let too_large = || Error::BodyTooLarge {
        host: host_of(&url),
        status,
        limit_bytes,
    };
    if reply
        .content_length()
        .is_some_and(|length| length > limit_bytes as u64)
    {
        return Err(too_large());
    }
    let mut body = Body::new(compressed && inflate::is_packed(&headers), limit_bytes);
    while let Some(part) = reply
        .chunk()
        .await
        .map_err(|error| classify(&error, &url))?
    {
        body.take(&part).map_err(|broken| match broken {
            Broken::TooLarge => too_large(),
            Broken::Packing => packing(&url, status),
        })?;
    }
    let unpacked = body.is_packed();
    let body = body.finish().map_err(|_| packing(&url, status))?;
    if unpacked {
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
    }
    Ok(Response {
        status,
        headers,
        body,
        url,
    })
}

fn packing(url: &Url, status: u16) -> Error {
    Error::BadReply {
        host: host_of(url),
        status,
        what: "not the gzip that its head says it is, or not all of it".to_owned(),
    }
}

/// Tells a request that was certainly not sent from one that may have been.
fn classify(error: &reqwest::Error, url: &Url) -> Error {
    let host = host_of(url);
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(reason) = inner.downcast_ref::<Refusal>() {
            return Error::Refused {
                host,
                reason: *reason,
            };
        }
        source = inner.source();
    }
    let cause = causes(error);
    // `is_connect` covers DNS, TCP and the TLS handshake: no byte of the request had been written.
    if error.is_connect() || error.is_builder() {
        Error::NotSent { host, cause }
    } else {
        Error::Unknown { host, cause }
    }
}

/// What lies beneath an error of the HTTP client. Its own first line names the URL, query included.
fn causes(error: &reqwest::Error) -> String {
    let mut texts = Vec::new();
    let mut source = error.source();
    while let Some(inner) = source {
        texts.push(inner.to_string());
        source = inner.source();
    }
    if texts.is_empty() {
        "the HTTP client gave no cause".to_owned()
    } else {
        texts.join(": ")
    }
}

/// Method, host, path, status and time; never the query, a header or a body.
fn log(request: &Request, origin: &Url, outcome: &Result<Response, Error>, took: Duration) {
    let url = outcome.as_ref().map_or(origin, |response| &response.url);
    let (method, host) = (request.method.as_str(), host_of(url));
    let path = if request.secret_path {
        "(secret)"
    } else {
        url.path()
    };
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(response) => tracing::debug!(method, host, path, status = response.status, ms, "asked"),
        Err(error) => tracing::debug!(method, host, path, %error, ms, "not answered"),
    }
}
