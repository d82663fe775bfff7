//! The one HTTP client of Kalends. Only this crate names `reqwest`.
//!
//! * [`Network`] sends a [`Request`] and returns a [`Response`], within a deadline and a body limit, and
//!   never to an address that [`Settings`] does not let it reach.
//! * [`Error`] tells a request that was certainly not executed from one that *may have been*: a write
//!   whose outcome is unknown is looked up before it is tried again.
//! * [`Budget`] keeps an account within what its provider allows.
//! * [`advice`] and [`retry_after`] say, as pure functions, when to ask again.
//!
//! Logs name method, host, path, status and milliseconds. Headers, bodies and query strings (all of
//! which carry tokens) are in no log line and in no error.
//!
//! ```no_run
//! # use kalends_network as network;
//! # async fn example() -> Result<(), network::Error> {
//! use network::{Network, Request, Settings};
//!
//! let network = Network::new(Settings::default())?;
//! let request = Request::propfind("https://caldav.example.org/").basic("user", "password").header("depth", "0");
//! let response = network.send(request).await?;
//! println!("{} {}", response.status, response.text()?);
//! # Ok(()) }
//! ```

mod address;
mod budget;
mod client;
mod clock;
mod error;
mod guard;
mod inflate;
mod redirect;
mod request;
mod resolver;
mod response;
mod retry;
mod settings;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod ssrf_vectors;

pub use address::is_public;
pub use budget::{Budget, Limits, Permit, Wait};
pub use client::Network;
pub use clock::Clock;
pub use error::{Error, Refusal};
pub use redirect::Redirects;
pub use request::Request;
pub use resolver::{Lookup, Resolver};
pub use response::Response;
pub use retry::{Advice, RETRY_AFTER_MAX, advice, leaves_doubt, retry_after};
pub use settings::{Allowed, Reach, Settings};

pub use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
pub use url::Url;
