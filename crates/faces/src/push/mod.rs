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
use hub::channels::News;
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
    /// About the subscription itself
    /// (<https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events>).
    lifecycle_event: Option<String>,
}

impl Notification {
    fn news(&self) -> News {
        match self.lifecycle_event.as_deref() {
            Some("subscriptionRemoved") => News::Ended,
            Some("reauthorizationRequired") => News::Ending,
            // `missed`, and what may come after it: read the calendar.
            _ => News::Changed,
        }
    }
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
    let google = headers
        .get("x-goog-channel-token")
        .and_then(|v| v.to_str().ok());
    let told = match google {
        Some(token) => Some((token.to_owned(), News::Changed)),
        None => graph(&body),
    };
    let Some((secret, news)) = told else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match app.hub.notified(app.tenant, channel, &secret, news).await {
        Ok(true) => StatusCode::ACCEPTED.into_response(),
        // Forged, or a channel that is long gone: its sender may stop.
        Ok(false) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a notification could not be noted; polling will find the change");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// The secret of a Graph notification, and what it says. One request may hold several about one subscription; what is
/// about the subscription itself comes first.
fn graph(body: &[u8]) -> Option<(String, News)> {
    let all = serde_json::from_slice::<Notifications>(body).ok()?.value;
    let told = |n: Notification| {
        let news = n.news();
        n.client_state.map(|secret| (secret, news))
    };
    let mut told: Vec<(String, News)> = all.into_iter().filter_map(told).collect();
    let weightiest = told.iter().position(|(_, news)| *news != News::Changed);
    (!told.is_empty()).then(|| told.swap_remove(weightiest.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_graph_says_about_a_subscription_is_not_a_change() {
        for (event, news) in [
            ("", News::Changed),
            (r#","lifecycleEvent":"missed""#, News::Changed),
            (r#","lifecycleEvent":"subscriptionRemoved""#, News::Ended),
            (
                r#","lifecycleEvent":"reauthorizationRequired""#,
                News::Ending,
            ),
        ] {
            let body = format!(
                r#"{{"value":[{{"clientState":"s","changeType":"updated"}},{{"clientState":"s"{event}}}]}}"#
            );
            let told = graph(body.as_bytes());
            assert_eq!(told, Some(("s".to_owned(), news)), "{event}");
        }
        assert_eq!(graph(b"{}"), None);
    }
}
