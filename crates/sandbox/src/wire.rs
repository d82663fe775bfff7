//! What goes over the wire, told to whoever wants to know: `KALENDS_LOG=kalends_sandbox::wire=trace`. The people here are
//! made up, so that a request may be told with its body. Nothing else that Kalends logs has bodies.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{Method, header},
    middleware::Next,
    response::Response,
};

use crate::{faults::SPARED, twin::Kind};

/// Most bytes of a body that is told; the faces take no larger ones.
const BYTES_MAX: usize = 10_000_000;

/// Has a request done, and tells it with its answer.
pub(crate) async fn run(kind: Kind, request: Request, next: Next) -> Response {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return next.run(request).await;
    }
    let who = if request.headers().contains_key(SPARED) {
        "a person"
    } else {
        "a hub"
    };
    let at = kind.name();
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BYTES_MAX).await.unwrap_or_default();
    // A person's app lists its whole calendar before each deed.
    let listing = who == "a person" && (head.method == Method::GET || head.method == "REPORT");
    let asked = format!("{} {}", head.method, head.uri);
    let condition = head.headers.get(header::IF_MATCH).cloned();
    let request = Request::from_parts(head, Body::from(body.clone()));
    let response = next.run(request).await;
    if listing {
        return response;
    }
    let (head, answer) = response.into_parts();
    let answer = to_bytes(answer, BYTES_MAX).await.unwrap_or_default();
    tracing::trace!(
        "{who} at {at}: {asked} if {condition:?} {:?} → {} {:?}",
        text(&body),
        head.status.as_u16(),
        text(&answer)
    );
    Response::from_parts(head, Body::from(answer))
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
