//! What must be true of a request before it is looked at: somebody sent it, and meant to.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use hub::Precondition;
use identity::Actor;

use super::Problem;
use crate::{App, auth};

/// The header that browsers never send of themselves.
const CSRF_HEADER: &str = "x-kalends-csrf";

/// Somebody who has signed in.
pub struct Signed(pub Actor);

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = auth::caller(app, &parts.headers)
            .await?
            .ok_or_else(Problem::unauthorized)?;
        let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if caller.by_cookie && !reads && !parts.headers.contains_key(CSRF_HEADER) {
            let detail = "changes made with the session cookie need the header X-Kalends-CSRF: 1";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        Ok(Self(caller.actor))
    }
}

impl OptionalFromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Problem> {
        Ok(
            <Self as FromRequestParts<App>>::from_request_parts(parts, app)
                .await
                .ok(),
        )
    }
}

/// An entity tag of a revision.
pub fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// `If-Match`, which changes to events must carry.
pub fn if_match(headers: &HeaderMap) -> Result<Precondition, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        let detail = "send If-Match with the ETag that you read, or If-Match: * to change it whatever it is by now";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, detail));
    };
    let value = value.to_str().unwrap_or_default().trim();
    if value == "*" {
        return Ok(Precondition::None);
    }
    let tag = value.trim_start_matches("W/").trim_matches('"');
    // A tag that was never ours matches nothing.
    Ok(Precondition::Revision(tag.parse().unwrap_or(-1)))
}
