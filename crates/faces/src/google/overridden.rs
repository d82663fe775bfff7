//! `X-HTTP-Method-Override`: a request that means another method than it has. Google's clients send a GET whose address would
//! be too long as a POST, with the query as a form.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower::ServiceExt;

use super::{BODY_MAX, Fault};

/// Carries out what the request means. Its method has led it here already, so that it begins anew.
pub(super) async fn read(State(api): State<Router>, request: Request, next: Next) -> Response {
    let said = request.headers().get("x-http-method-override");
    let said = said.and_then(|said| Method::from_bytes(said.as_bytes()).ok());
    let known = [Method::GET, Method::PUT, Method::PATCH, Method::DELETE];
    let said = said.filter(|said| request.method() == Method::POST && known.contains(said));
    let Some(method) = said else {
        return next.run(request).await;
    };
    match meant(request, method).await {
        Ok(request) => api
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {}),
        Err(fault) => fault.into_response(),
    }
}

async fn meant(request: Request, method: Method) -> Result<Request, Fault> {
    let bad = || Fault::invalid("Bad Request: the query cannot be read.");
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let is_form = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let (uri, body) = if method == Method::GET && is_form {
        let form = to_bytes(body, BODY_MAX).await.map_err(|_| bad())?;
        let form = std::str::from_utf8(&form).map_err(|_| bad())?;
        let already = parts.uri.query().map(|query| format!("{query}&"));
        let already = already.unwrap_or_default();
        // An address has limits that a form has not.
        let uri = format!("{}?{already}{form}", parts.uri.path());
        (uri.parse::<Uri>().map_err(|_| bad())?, Body::empty())
    } else {
        (parts.uri, body)
    };
    let mut anew = Request::new(body);
    *anew.method_mut() = method;
    *anew.uri_mut() = uri;
    *anew.headers_mut() = parts.headers;
    anew.headers_mut().remove("x-http-method-override");
    Ok(anew)
}
