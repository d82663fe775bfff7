//! `$batch`: up to twenty requests in one (<https://learn.microsoft.com/en-us/graph/json-batching>).

use std::collections::HashMap;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use crate::App;

/// Most requests in one.
const REQUESTS_MAX: usize = 20;
/// Largest body, in bytes.
const BODY_MAX: usize = 4 * 1024 * 1024;
/// What of the outer request each of them has, too: who asks, and through which door.
const SHARED: [&str; 3] = ["authorization", "host", "x-forwarded-proto"];

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Step>,
}

/// One request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: HashMap<String, Value>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// Carries out a batch.
pub(super) async fn run(app: &App, outer: &Parts, body: Body) -> Result<Response, Fault> {
    let body = to_bytes(body, BODY_MAX).await;
    let body = body.map_err(|_| Fault::body("the body is too large, or broke off"))?;
    let batch: Batch = serde_json::from_slice(&body).map_err(|error| {
        Fault::body(format!("line {}, column {}", error.line(), error.column()))
    })?;
    check(&batch.requests)?;
    let mut statuses: HashMap<String, u16> = HashMap::new();
    let mut answers = Vec::new();
    for step in batch.requests {
        let failed = |id: &String| statuses.get(id).is_none_or(|status| *status >= 400);
        let answer = if step.depends_on.iter().any(failed) {
            Fault::dependency().response(app)
        } else {
            match request(&step, &outer.headers) {
                // A batch may not hold another one, so this ends.
                Ok(request) => Box::pin(super::answered(app, request)).await,
                Err(fault) => fault.response(app),
            }
        };
        statuses.insert(step.id.clone(), answer.status().as_u16());
        answers.push(told(step.id, answer).await);
    }
    Ok(Json(json!({"responses": answers})).into_response())
}

/// Every request has an id of its own, and depends on earlier ones alone.
fn check(steps: &[Step]) -> Result<(), Fault> {
    if steps.is_empty() || steps.len() > REQUESTS_MAX {
        return Err(Fault::bad(format!(
            "a batch has 1 to {REQUESTS_MAX} requests, not {}",
            steps.len()
        )));
    }
    for (place, step) in steps.iter().enumerate() {
        let earlier = |id: &str| steps[..place].iter().any(|other| other.id == id);
        if step.id.is_empty() || earlier(&step.id) {
            return Err(Fault::bad("each request of a batch has an id of its own"));
        }
        if let Some(other) = step.depends_on.iter().find(|id| !earlier(id)) {
            return Err(Fault::bad(format!(
                "request {} depends on {other}, which is no earlier one",
                step.id
            )));
        }
    }
    Ok(())
}

/// One of them, as if it had come by itself.
fn request(step: &Step, outer: &HeaderMap) -> Result<Request, Fault> {
    let path = step.url.trim_start_matches('/');
    // A client may say the whole address; only its path counts.
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => path,
    };
    let path = path.strip_prefix("v1.0/").unwrap_or(path);
    if path.starts_with("$batch") {
        return Err(Fault::bad("a batch holds no other batch"));
    }
    let method = Method::from_bytes(step.method.to_ascii_uppercase().as_bytes());
    let method = method.map_err(|_| Fault::bad("an unknown method"))?;
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/v1.0/{}", path.replace(' ', "%20")));
    let named = |name: &str| {
        step.headers
            .keys()
            .any(|key| key.eq_ignore_ascii_case(name))
    };
    for name in SHARED.iter().filter(|name| !named(name)) {
        if let Some(value) = outer.get(*name) {
            request = request.header(*name, value);
        }
    }
    for (name, value) in &step.headers {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        request = request.header(name, value);
    }
    let body = match &step.body {
        None | Some(Value::Null) => Body::empty(),
        Some(_) if !named("content-type") => {
            let message = "Write request id : {id} does not contain Content-Type header or body.";
            return Err(Fault::bad(message.replace("{id}", &step.id)));
        }
        // What is no JSON comes in base64.
        Some(Value::String(text)) => Body::from(
            BASE64_STANDARD
                .decode(text)
                .unwrap_or_else(|_| text.clone().into()),
        ),
        Some(body) => Body::from(body.to_string()),
    };
    request
        .body(body)
        .map_err(|_| Fault::bad("a request that cannot be read"))
}

/// An answer as a part of the whole.
async fn told(id: String, answer: Response) -> Value {
    let (parts, body) = answer.into_parts();
    let mut headers = Map::new();
    for name in [
        header::CONTENT_TYPE,
        header::ETAG,
        header::LOCATION,
        header::RETRY_AFTER,
    ] {
        if let Some(value) = parts.headers.get(&name).and_then(|v| v.to_str().ok()) {
            let name = match name {
                header::CONTENT_TYPE => "Content-Type",
                header::ETAG => "ETag",
                header::LOCATION => "Location",
                _ => "Retry-After",
            };
            headers.insert(name.to_owned(), json!(value));
        }
    }
    let mut told = json!({"id": id, "status": parts.status.as_u16(), "headers": headers});
    let Ok(body) = to_bytes(body, BODY_MAX * 16).await else {
        told["status"] = json!(StatusCode::INTERNAL_SERVER_ERROR.as_u16());
        return told;
    };
    if !body.is_empty() {
        let read = serde_json::from_slice(&body);
        told["body"] = read.unwrap_or_else(|_| json!(BASE64_STANDARD.encode(&body)));
    }
    told
}
