//! Where providers' notifications arrive. Each is a hint and no more: the calendar is marked and read soon.

use std::collections::HashMap;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::App;

/// Largest notification that is read, in bytes.
const BODY_MAX: usize = 256 * 1024;
/// Longest validation token that is echoed, in bytes.
const VALIDATION_MAX: usize = 1024;

/// `POST /push/{channel}`.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/push/{channel}", post(receive))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_MAX))
        .with_state(app)
}

/// The part of a Graph change notification that proves where it comes from.
#[derive(Deserialize)]
struct Notifications {
    value: Vec<Notification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    client_state: Option<String>,
}

async fn receive(
    State(app): State<App>,
    Path(channel): Path<Uuid>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // Graph's handshake: the token comes back as plain text, whoever asks. It proves nothing and starts nothing.
    if let Some(token) = query.get("validationToken") {
        let token: String = token.chars().take(VALIDATION_MAX).collect();
        return ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], token).into_response();
    }
    let secret = match headers
        .get("x-goog-channel-token")
        .and_then(|v| v.to_str().ok())
    {
        Some(token) => Some(token.to_owned()),
        None => serde_json::from_slice::<Notifications>(&body)
            .ok()
            .and_then(|n| n.value.into_iter().find_map(|n| n.client_state)),
    };
    let Some(secret) = secret else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match app.hub.notified(app.tenant, channel, &secret).await {
        Ok(true) => StatusCode::ACCEPTED.into_response(),
        // Forged, or a channel that is long gone: its sender may stop.
        Ok(false) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a notification could not be noted; polling will find the change");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
