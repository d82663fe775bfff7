//! Pages of other origins may ask these APIs, as they may ask Google's and Microsoft's (Fetch standard, CORS). A token is what
//! counts there: a cookie opens nothing, and browsers are not let send any. The page of consent is not for them.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
/// What pages may read of an answer, beside what all may.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "etag, location, retry-after, request-id, client-request-id, preference-applied, www-authenticate",
);
/// For how many seconds a browser need not ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
/// Where a person decides.
const CONSENT: [&str; 2] = ["/o/oauth2/v2/auth", "/oauth2/v2.0/authorize"];

/// Answers what browsers ask beforehand, and says of every answer that any page may read it.
pub(crate) async fn allow(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_consent = CONSENT.iter().any(|end| path.ends_with(end));
    if is_consent || !request.headers().contains_key(header::ORIGIN) {
        return next.run(request).await;
    }
    let asked = request.headers();
    let asks = request.method() == Method::OPTIONS
        && asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks {
        (StatusCode::NO_CONTENT, beforehand(asked)).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let all = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, all);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    response
}

fn beforehand(asked: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut say = |name: HeaderName, value: HeaderValue| headers.insert(name, value);
    say(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    say(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    // «*» would leave out Authorization; none of these headers does more for a page than for a program.
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        say(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers
}
