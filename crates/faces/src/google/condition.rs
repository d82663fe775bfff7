//! `If-Match` and `If-None-Match` for calendars and their entries.

use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::Fault;

/// Refuses whoever has seen another state than the one with this tag.
pub(super) fn matches(headers: &HeaderMap, etag: Option<&String>) -> Result<(), Fault> {
    if headers.contains_key(header::IF_MATCH) && !names(headers, header::IF_MATCH, etag) {
        return Err(Fault::condition_not_met());
    }
    Ok(())
}

/// The answer, unless whoever asks has it already.
pub(super) fn unless_known<T: Serialize>(
    headers: &HeaderMap,
    etag: Option<&String>,
    answer: T,
) -> Response {
    if names(headers, header::IF_NONE_MATCH, etag) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    Json(answer).into_response()
}

fn names(headers: &HeaderMap, name: header::HeaderName, etag: Option<&String>) -> bool {
    let said = headers.get(name).and_then(|value| value.to_str().ok());
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    said.is_some_and(|said| {
        said.trim() == "*" || said.split(',').any(|tag| Some(&weak(tag)) == etag)
    })
}
