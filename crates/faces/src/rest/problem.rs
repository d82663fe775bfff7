//! Errors on the wire: RFC 9457 problem details.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem (RFC 9457). `field` names the property that is wrong, if one is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time, and what to do.
    detail: String,
    /// The property that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    /// A problem of this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
        }
    }

    /// A value that cannot be accepted.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail).at(field)
    }

    /// The same, with the property that is wrong.
    #[must_use]
    pub fn at(self, field: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..self
        }
    }

    /// What is wrong, and what to do.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// Nobody that we know.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign in, or send a valid bearer token",
        )
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let kind = header::HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                header::HeaderValue::from_static("Bearer"),
            );
        }
        response
    }
}

impl From<hub::Error> for Problem {
    fn from(error: hub::Error) -> Self {
        let detail = error.to_string();
        match error {
            hub::Error::NotFound(_) => Self::new(StatusCode::NOT_FOUND, detail),
            hub::Error::Forbidden(_) | hub::Error::Scheduling(_) => {
                Self::new(StatusCode::FORBIDDEN, detail)
            }
            hub::Error::Stale => Self::new(StatusCode::PRECONDITION_FAILED, detail),
            hub::Error::Taken(_) => Self::new(StatusCode::CONFLICT, detail),
            hub::Error::Invalid { field, reason } => Self::field(field, reason),
            hub::Error::KeyReused => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).at("Idempotency-Key")
            }
            hub::Error::Identity(identity::Error::Invalid { field, reason }) => {
                Self::field(field, reason)
            }
            hub::Error::PositionUnknown => Self::new(StatusCode::GONE, detail),
            hub::Error::Full => Self::new(StatusCode::SERVICE_UNAVAILABLE, detail),
            hub::Error::Provider(_) => Self::new(StatusCode::BAD_GATEWAY, detail),
            hub::Error::Storage(_) | hub::Error::Identity(_) => {
                tracing::error!(%detail, "a request failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the hub could not do this; its log says why",
                )
            }
        }
    }
}

impl From<identity::Error> for Problem {
    fn from(error: identity::Error) -> Self {
        hub::Error::from(error).into()
    }
}
