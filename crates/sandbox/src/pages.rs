//! What browsers need of a stand-in: `/demo` reads each provider's own API from another origin.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

const METHODS: &str =
    "GET, POST, PUT, PATCH, DELETE, OPTIONS, PROPFIND, REPORT, MKCALENDAR, PROPPATCH";
const HEADERS: &str = "authorization, content-type, depth, if-match, if-none-match, prefer, x-kalends-csrf, consistencylevel";
const EXPOSED: &str = "etag, location, dav, sync-token, retry-after";

/// Lets pages of other origins ask (Fetch standard, CORS). The sandbox listens on loopback and holds made-up data.
pub(crate) async fn cross_origin(request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(METHODS),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(HEADERS),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("600"),
    );
    response
}
