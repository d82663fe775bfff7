//! `POST /batch/calendar/v3`: up to 50 requests in one (<https://developers.google.com/workspace/calendar/api/guides/batch>).
//!
//! Each part of the multipart body is an HTTP request as text; the answer has the same parts in the same order. The
//! official clients write bare line feeds.

use std::fmt::Write;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, Method, Request, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use tower::ServiceExt;

use super::{BODY_MAX, Fault};

/// Most requests in one.
const PARTS_MAX: usize = 50;

pub(super) async fn batch(
    State(api): State<Router>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let bad = |message: &str| Fault::new(400, "badRequest", message);
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let boundary = kind
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="));
    let boundary = boundary
        .ok_or_else(|| bad("a multipart/mixed body with a boundary is needed"))?
        .trim_matches('"');
    let text = std::str::from_utf8(&body).map_err(|_| bad("the body is not UTF-8"))?;
    let text = text.replace("\r\n", "\n");
    let delimiter = format!("--{boundary}");
    let parts: Vec<&str> = text
        .split(&delimiter)
        .skip(1)
        .take_while(|part| !part.starts_with("--"))
        .collect();
    if parts.is_empty() || parts.len() > PARTS_MAX {
        return Err(bad(&format!("1 to {PARTS_MAX} parts are needed")));
    }
    let mut answer = String::new();
    for part in parts {
        let (outer, inner) = part
            .trim_start()
            .split_once("\n\n")
            .ok_or_else(|| bad("a part has no request"))?;
        let id = field(outer, "content-id").unwrap_or_default();
        let id = id
            .strip_prefix('<')
            .map_or_else(|| id.clone(), |rest| format!("<response-{rest}"));
        let request =
            request(inner, &headers).ok_or_else(|| bad("a part is not an HTTP request"))?;
        // The router answers everything, a fault with a response too.
        let response = api
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {});
        let head = "Content-Type: application/http\r\nContent-ID";
        let _ = write!(answer, "--batch_kalends\r\n{head}: {id}\r\n\r\n");
        answer.push_str(&as_text(response).await);
    }
    answer.push_str("--batch_kalends--\r\n");
    let kind = [(
        header::CONTENT_TYPE,
        "multipart/mixed; boundary=batch_kalends",
    )];
    Ok((kind, answer).into_response())
}

/// The request that a part holds. It has the outer request's token unless it has one of its own.
fn request(text: &str, outer: &HeaderMap) -> Option<Request<Body>> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let (line, fields) = head.split_once('\n').unwrap_or((head, ""));
    let mut line = line.split(' ');
    let method = Method::from_bytes(line.next()?.as_bytes()).ok()?;
    let target = line.next()?;
    // A client may say the whole address; only its path counts.
    let path = target.find("/calendar/v3/").map(|at| &target[at..])?;
    let mut request = Request::builder().method(method).uri(path);
    let mut authorized = false;
    for (name, value) in fields.lines().filter_map(|line| line.split_once(':')) {
        if !name.eq_ignore_ascii_case("content-length") && !name.eq_ignore_ascii_case("host") {
            authorized |= name.eq_ignore_ascii_case("authorization");
            request = request.header(name.trim(), value.trim());
        }
    }
    if let (false, Some(token)) = (authorized, outer.get(header::AUTHORIZATION)) {
        request = request.header(header::AUTHORIZATION, token);
    }
    request.body(Body::from(body.trim_end().to_owned())).ok()
}

async fn as_text(response: Response) -> String {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut text = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16());
    for name in [header::CONTENT_TYPE, header::ETAG] {
        if let Some(value) = response.headers().get(&name).and_then(|v| v.to_str().ok()) {
            let _ = write!(text, "{name}: {value}\r\n");
        }
    }
    let body = to_bytes(response.into_body(), BODY_MAX * 16)
        .await
        .unwrap_or_default();
    let length = body.len();
    let body = String::from_utf8_lossy(&body);
    let _ = write!(text, "Content-Length: {length}\r\n\r\n{body}\r\n");
    text
}

/// A field of a part's head.
fn field(head: &str, name: &str) -> Option<String> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    fields
        .into_iter()
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
}
