//! The web app's files, with the headers that keep a browser out of trouble.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};

/// How long a browser may keep a file whose name changes with its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// All other routes, the web app for whatever is left, and security headers on everything. `connect` lists further
/// origins that pages may ask (the demo's stand-ins).
pub fn with_site(routes: Router, connect: &str) -> Router {
    let policy = format!(
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self' {connect}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    );
    let policy =
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"));
    routes
        .fallback(file)
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let policy = policy.clone();
            async move { guarded(next.run(request).await, policy) }
        }))
}

/// The root: the web app for browsers, and what is below `others` for clients that ask in other methods. Those that know a
/// host and nothing else find their calendars so.
pub fn root(others: Router) -> MethodRouter {
    get(file).fallback_service(others)
}

fn guarded(mut response: Response, policy: HeaderValue) -> Response {
    let headers = response.headers_mut();
    // What says so itself knows better: the page of consent sends people on to other origins.
    let mut unless_said = |name, value| {
        headers.entry(name).or_insert(value);
    };
    unless_said(header::CONTENT_SECURITY_POLICY, policy);
    let fixed = |value| HeaderValue::from_static(value);
    unless_said(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    unless_said(header::REFERRER_POLICY, fixed("same-origin"));
    response
}

async fn file(request: Request) -> Response {
    let path = request.uri().path();
    let asset = match web::asset(path) {
        Some(asset) => asset,
        None if ["/assets/", "/push/", "/feeds/"]
            .iter()
            .any(|at| path.starts_with(at)) =>
        {
            return StatusCode::NOT_FOUND.into_response();
        }
        // The app routes by itself.
        None => web::index(),
    };
    if known(request.headers(), &asset.etag) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let cache = if asset.immutable {
        FOR_EVER
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, asset.content_type.to_owned()),
        (header::ETAG, asset.etag),
        (header::CACHE_CONTROL, cache.to_owned()),
    ];
    (headers, asset.body.into_owned()).into_response()
}

fn known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains(etag))
}
