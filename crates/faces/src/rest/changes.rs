//! The change log: after a position, and as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, stream};
use hub::{ChangeKind, Logged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Problem, Signed, extract::Query};
use crate::App;

/// Changes per page, unless fewer are asked for.
const PAGE: usize = 200;
/// How often an idle stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Where to begin.
#[derive(Deserialize, IntoParams)]
pub struct After {
    /// The last position that one has seen; 0 for the beginning.
    #[serde(default)]
    after: i64,
    /// At most so many.
    limit: Option<usize>,
}

/// A page of the change log.
#[derive(Serialize, ToSchema)]
#[schema(as = Changes)]
pub struct Page {
    changes: Vec<Change>,
    /// `after` of the next page.
    position: i64,
}

/// One change.
#[derive(Serialize, ToSchema)]
pub struct Change {
    position: i64,
    /// `event`, `calendar`, `connection`, `link`, `conflict`, `activity` …
    kind: String,
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<Uuid>,
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Uuid>,
    at: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
}

impl From<Logged> for Change {
    fn from(logged: Logged) -> Self {
        let change = logged.change;
        let kind = match change.kind {
            ChangeKind::Event => "event",
            ChangeKind::Object => "object",
            ChangeKind::Calendar => "calendar",
            ChangeKind::Connection => "connection",
            ChangeKind::Link => "link",
            ChangeKind::Conflict => "conflict",
            ChangeKind::Grant => "grant",
            ChangeKind::Setting => "setting",
            ChangeKind::Write => "activity",
        };
        Self {
            position: logged.position,
            kind: kind.to_owned(),
            id: change.subject,
            calendar: change.calendar.map(|c| c.0),
            actor: change.actor,
            cause: change.cause.map(|c| c.0),
            at: change.at.to_string(),
            removed: change.removed,
        }
    }
}

/// Changes after a position, oldest first. 410 if the position is not known.
#[utoipa::path(get, path = "/api/v1/changes", params(After),
    responses((status = 200, body = Page), (status = 410, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<After>,
) -> Result<Json<Page>, Problem> {
    let (logged, position) = app
        .hub
        .changes(&actor, query.after, query.limit.unwrap_or(PAGE))
        .await?;
    Ok(Json(Page {
        changes: logged.into_iter().map(Into::into).collect(),
        position,
    }))
}

/// Changes as they happen. `id` is the position: a browser that reconnects goes on where it was.
#[utoipa::path(get, path = "/api/v1/stream", responses((status = 200, content_type = "text/event-stream")))]
pub(super) async fn stream(
    State(app): State<App>,
    Signed(actor): Signed,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let last = headers
        .get("last-event-id")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse().ok());
    // Whoever comes back with a position that is not known begins with what is new.
    let known = match last {
        Some(last) => app.hub.changes(&actor, last, 1).await.is_ok(),
        None => false,
    };
    let from = match last.filter(|_| known) {
        Some(last) => last,
        None => app.hub.position(&actor).await?,
    };
    let wake = app.hub.follow(&actor).await?;
    let state = (app, actor, wake, from);
    let batches = stream::unfold(state, |(app, actor, mut wake, from)| async move {
        loop {
            let (batch, next) = app.hub.changes(&actor, from, PAGE).await.ok()?;
            if next > from {
                return Some((batch, (app, actor, wake, next)));
            }
            wake.changed().await.ok()?;
        }
    });
    let events = batches.flat_map(|batch| {
        stream::iter(batch.into_iter().map(|logged| {
            let change = Change::from(logged);
            let id = change.position.to_string();
            Ok(Event::default()
                .id(id)
                .event("change")
                .json_data(change)
                .unwrap_or_default())
        }))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}
