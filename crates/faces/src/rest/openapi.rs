//! The description of the API: what the routes say of themselves, and what holds for all of them.

use serde_json::{Value, json};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(info(
    title = "Kalends",
    description = "One API over every calendar that a business has. Events are JSCalendar (RFC 8984), errors are \
                   problem details (RFC 9457). Changes to events need `If-Match`; creates may carry `Idempotency-Key`. \
                   Changes made with the session cookie need the header `X-Kalends-CSRF: 1`."
))]
struct Document;

/// Where a secret is made that is told once: such an answer is not kept to be given again.
const TOLD_ONCE: [&str; 3] = [
    "/api/v1/apps",
    "/api/v1/app-passwords",
    "/api/v1/calendars/{id}/feeds",
];

/// The document before the routes are in it.
pub(super) fn begun() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document with what holds for all routes: how one signs in, which headers go with what, and that every refusal is
/// a problem.
pub(super) fn finished(routes: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(routes).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({
        "session": {"type": "apiKey", "in": "cookie", "name": crate::auth::SESSION_COOKIE},
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API token or an OAuth access token."},
    });
    document["security"] = json!([{"session": []}, {"bearer": []}]);
    for (path, methods) in entries(&mut document["paths"]) {
        for (method, operation) in entries(methods) {
            finish(&path, &method, operation);
        }
    }
    document
}

fn finish(path: &str, method: &str, operation: &mut Value) {
    operation["operationId"] = json!(id(path, method));
    let signs_in = path == "/api/v1/session";
    if signs_in {
        operation["security"] = json!([]);
    } else {
        operation["responses"]["401"] = json!({"description": "Nobody has signed in."});
    }
    let conditional = operation["responses"].get("412").is_some();
    if conditional {
        operation["responses"]["428"] = json!({"description": "If-Match is missing."});
        let text = "The ETag that was read, or * to change it whatever it is by now.";
        parameter(operation, "If-Match", true, text);
    }
    let tells_once = TOLD_ONCE.contains(&path);
    if method == "post" && operation["responses"].get("201").is_some() && !tells_once {
        operation["responses"]["422"] =
            json!({"description": "This Idempotency-Key was used for another request."});
        let text = "A name for this request. Sent again under it, it makes nothing more and gets the same answer.";
        parameter(operation, "Idempotency-Key", false, text);
    }
    if path == "/api/v1/stream" {
        let text = "The position from which to go on.";
        parameter(operation, "Last-Event-ID", false, text);
    }
    if conditional
        || path == "/api/v1/events/{id}"
        || (path == "/api/v1/events" && method == "post")
    {
        for status in ["200", "201"] {
            if let Some(answer) = operation["responses"].get_mut(status) {
                answer["headers"]["ETag"] = json!({"schema": {"type": "string"}});
                if status == "201" {
                    answer["headers"]["Location"] = json!({"schema": {"type": "string"}});
                }
            }
        }
    }
    operation["responses"]["default"] = json!({"description": "What is wrong."});
    for (status, answer) in entries(&mut operation["responses"]) {
        if status == "default" || status.starts_with(['4', '5']) {
            let schema = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
            answer["content"] = json!({"application/problem+json": schema});
        }
        if answer.get("description").is_none() {
            answer["description"] = json!(meaning(&status));
        }
    }
}

/// Names an operation: `get-events-id`.
fn id(path: &str, method: &str) -> String {
    let words = path.split('/').skip(3);
    let words = words.map(|word| word.trim_matches(['{', '}']));
    [method]
        .into_iter()
        .chain(words)
        .collect::<Vec<_>>()
        .join("-")
}

/// What an answer of this status says.
fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "What was asked for.",
        "201" => "It is made.",
        "202" => "It is begun.",
        "204" => "It is done.",
        "400" => "A value cannot be accepted; `field` names it.",
        "403" => "Whoever asks may not do this.",
        "404" => "There is no such thing.",
        "410" => "This position is not known (any more): read everything again.",
        "412" => "It was changed since it was read.",
        "502" => "The provider did not do it.",
        _ => "What is wrong.",
    }
}

fn parameter(operation: &mut Value, name: &str, required: bool, text: &str) {
    let one = json!({
        "name": name, "in": "header", "required": required, "description": text, "schema": {"type": "string"},
    });
    match operation["parameters"].as_array_mut() {
        Some(all) => all.push(one),
        None => operation["parameters"] = json!([one]),
    }
}

fn entries(object: &mut Value) -> impl Iterator<Item = (String, &mut Value)> {
    let pairs = object.as_object_mut().into_iter().flatten();
    pairs.map(|(name, value)| (name.clone(), value))
}
