//! The control port: sets faults, makes tokens expire, counts.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};

use crate::{Plan, Twin};

/// The control port of these stand-ins.
pub(crate) fn router(twins: Arc<Vec<Twin>>) -> Router {
    Router::new()
        .route("/", get(help))
        .route("/faults", post(faults))
        .route("/expire_sync_tokens", post(expire_sync))
        .route("/expire_access_tokens", post(expire_access))
        .route("/reauthorize", post(reauthorize))
        .route("/state", get(state))
        .layer(middleware::from_fn(crate::pages::cross_origin))
        .with_state(twins)
}

async fn help() -> &'static str {
    "GET  /state\n\
     POST /expire_sync_tokens    {\"provider\": \"google\"}; without provider: all\n\
     POST /expire_access_tokens  the same\n\
     POST /reauthorize           the same: subscriptions are told reauthorizationRequired\n\
     POST /faults                {\"provider\": \"google\", \"delay_ms\": 0, \"lose_reply_every\": 0,\n\
     \x20                           \"lose_write_reply_every\": 0, \"lose_request_every\": 0, \"late_write_every\": 0,\n\
     \x20                           \"late_ms\": 0, \"throttle_every\": 0, \"unavailable_every\": 0,\n\
     \x20                           \"retry_after\": 0, \"no_push\": false}; what is left out is off\n"
}

/// Replaces the faults of one stand-in, or of all.
async fn faults(State(twins): State<Arc<Vec<Twin>>>, body: Bytes) -> Response {
    let (mut fields, chosen) = match read(&twins, &body) {
        Ok(read) => read,
        Err(refusal) => return *refusal,
    };
    fields.remove("provider");
    match serde_json::from_value::<Plan>(Value::Object(fields)) {
        Ok(plan) => {
            for twin in chosen {
                twin.faults.set(plan);
            }
            Json(states(&twins)).into_response()
        }
        Err(error) => refuse(&error.to_string()),
    }
}

/// Makes the sync tokens of one stand-in invalid, or of all.
async fn expire_sync(State(twins): State<Arc<Vec<Twin>>>, body: Bytes) -> Response {
    let chosen = match read(&twins, &body) {
        Ok((_, chosen)) => chosen,
        Err(refusal) => return *refusal,
    };
    for twin in chosen {
        if let Err(error) = twin.expire_sync_tokens().await {
            tracing::error!(%error, "sync tokens could not be made to expire");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    Json(states(&twins)).into_response()
}

/// Ends the access tokens of one stand-in, or of all.
async fn expire_access(State(twins): State<Arc<Vec<Twin>>>, body: Bytes) -> Response {
    let chosen = match read(&twins, &body) {
        Ok((_, chosen)) => chosen,
        Err(refusal) => return *refusal,
    };
    for twin in chosen {
        if let Err(error) = twin.expire_access_tokens().await {
            tracing::error!(%error, "access tokens could not be made to expire");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    Json(states(&twins)).into_response()
}

/// Asks the programs of one stand-in's subscriptions to prove again that they may be told, or those of all.
async fn reauthorize(State(twins): State<Arc<Vec<Twin>>>, body: Bytes) -> Response {
    let chosen = match read(&twins, &body) {
        Ok((_, chosen)) => chosen,
        Err(refusal) => return *refusal,
    };
    for twin in chosen {
        if let Err(error) = twin.ask_to_reauthorize().await {
            tracing::error!(%error, "programs could not be asked");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    Json(states(&twins)).into_response()
}

async fn state(State(twins): State<Arc<Vec<Twin>>>) -> Json<Value> {
    Json(states(&twins))
}

/// Counters and faults of all stand-ins, by name.
pub(crate) fn states(twins: &[Twin]) -> Value {
    let state = |twin: &Twin| {
        json!({
            "requests": twin.faults.requests(), "writes": twin.faults.writes(), "refused": twin.faults.refused(), "lost": twin.faults.lost(),
            "mails": twin.mails(), "faults": twin.faults.plan(),
        })
    };
    Value::Object(
        twins
            .iter()
            .map(|twin| (twin.kind.name().to_owned(), state(twin)))
            .collect(),
    )
}

/// What a request says and which stand-ins it is about, or why not.
type Read<'a> = Result<(Map<String, Value>, Vec<&'a Twin>), Box<Response>>;

/// The fields of a request, and which stand-ins it is about. An empty body is about all.
fn read<'a>(twins: &'a [Twin], body: &[u8]) -> Read<'a> {
    let fields = if body.trim_ascii().is_empty() {
        Ok(Map::new())
    } else {
        serde_json::from_slice(body)
    };
    let fields: Map<String, Value> =
        fields.map_err(|error| Box::new(refuse(&error.to_string())))?;
    let chosen: Vec<&Twin> = match fields.get("provider") {
        None | Some(Value::Null) => twins.iter().collect(),
        Some(name) => twins
            .iter()
            .filter(|twin| name == twin.kind.name())
            .collect(),
    };
    if chosen.is_empty() {
        return Err(Box::new(refuse(
            "provider: one of those that GET /state shows",
        )));
    }
    Ok((fields, chosen))
}

fn refuse(detail: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": detail}))).into_response()
}
