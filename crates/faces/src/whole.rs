//! Requests are read to their end before anybody answers them. On a connection on which a part of a request is still on its
//! way when the answer is there, the server has to hang up; and a client that sends its next request at that moment gets no
//! answer to it.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Longest body that is waited for, in bytes. Whoever announces a longer one is answered, and hung up on.
const BODY_MAX: usize = 5 * 1024 * 1024;

/// Reads the body first.
pub(crate) async fn read(request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length == 0 || length > BODY_MAX) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match to_bytes(body, BODY_MAX).await {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        // Too long, or broken off.
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}
