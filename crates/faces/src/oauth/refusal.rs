//! Why a token is not given; each vendor has its own words for it.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use identity::oauth::GrantError;

use super::{Face, Vendor, google, microsoft};

/// Why a token is not given.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A parameter is missing.
    Missing(&'static str),
    /// The request cannot be read.
    Malformed(&'static str),
    /// There is no such grant type.
    GrantType(String),
    /// There is no such client.
    UnknownClient(String),
    /// The client did not prove who it is.
    ClientSecret {
        /// Which client.
        id: String,
        /// Whether it showed a secret at all.
        given: bool,
    },
    /// The code or refresh token does not do.
    Grant {
        /// Why.
        error: GrantError,
        /// Whether it is a refresh token.
        refreshing: bool,
    },
    /// We could not look.
    Internal,
}

impl From<identity::Error> for Refusal {
    fn from(error: identity::Error) -> Self {
        tracing::error!(%error, "a token could not be given");
        Self::Internal
    }
}

impl Refusal {
    /// As the vendor words it (RFC 6749 5.2 underneath).
    pub fn response(&self, face: &Face) -> Response {
        let (status, body) = match face.vendor {
            Vendor::Google => google::refusal(self),
            Vendor::Microsoft => microsoft::refusal(face, self),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response =
            (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let basic = header::HeaderValue::from_static("Basic realm=\"oauth\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}
