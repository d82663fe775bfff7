//! What a request brings: body, query, path. A refusal names what is wrong (RFC 9457).

use std::fmt::Display;

use axum::{
    body::Bytes,
    extract::{
        FromRequest, FromRequestParts, RawPathParams, Request,
        path::ErrorKind,
        rejection::{BytesRejection, PathRejection},
    },
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::Problem;
use crate::App;

/// A JSON body.
pub struct Body<T>(pub T);

/// What stands after the question mark. A key may be repeated where a list is wanted.
pub struct Query<T>(pub T);

/// The variable parts of the path.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = body(request, app).await?;
        Ok(Self(read(&bytes)?))
    }
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_html_form::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        let value = serde_path_to_error::deserialize(pairs);
        Ok(Self(value.map_err(|error| {
            wrong(&error.path().to_string(), error.inner())
        })?))
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        let rejection = match read {
            Ok(axum::extract::Path(value)) => return Ok(Self(value)),
            Err(rejection) => rejection,
        };
        let at = match &rejection {
            PathRejection::FailedToDeserializePathParams(error) => match error.kind() {
                ErrorKind::ParseErrorAtIndex { index, .. } => *index,
                _ => 0,
            },
            _ => 0,
        };
        let names = RawPathParams::from_request_parts(parts, app).await.ok();
        let name = names.and_then(|all| all.iter().nth(at).map(|(name, _)| name.to_owned()));
        Err(Problem::field(
            name.unwrap_or_else(|| "path".to_owned()),
            "is no id",
        ))
    }
}

/// The bytes of a JSON body.
pub(super) async fn body(request: Request, app: &App) -> Result<Bytes, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send JSON, with Content-Type: application/json",
        ));
    }
    Bytes::from_request(request, app)
        .await
        .map_err(|rejection: BytesRejection| {
            Problem::new(rejection.status(), rejection.body_text())
        })
}

/// A JSON body as a value.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            wrong(&error.path().to_string(), inner)
        } else {
            not_json(inner)
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        format!("the body is not JSON: {error}"),
    )
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
}

/// A value that does not fit, at a path such as `members[0].role`.
fn wrong(path: &str, error: &impl Display) -> Problem {
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or_default();
    // serde says of a missing field where it should be, and names it only in the text.
    let missing = reason
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'));
    match (path, missing) {
        ("." | "", None) => Problem::new(StatusCode::BAD_REQUEST, reason),
        ("." | "", Some(name)) => Problem::field(name, "is needed"),
        (path, Some(name)) => Problem::field(format!("{path}.{name}"), "is needed"),
        (path, None) => Problem::field(path, reason),
    }
}
