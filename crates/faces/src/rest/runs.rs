//! Runs of the sync, which can be undone as a whole.

use axum::{Json, extract::State};
use hub::runs::{RunKind, RunView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Path, Query},
};
use crate::App;

/// Runs per page, unless another number is asked for.
const PAGE: usize = 20;

/// How many.
#[derive(Deserialize, IntoParams)]
pub struct Latest {
    /// At most so many.
    limit: Option<usize>,
}

/// One run of the sync: a calendar was read, with everything that flowed from it, or a link was made.
#[derive(Serialize, ToSchema)]
pub struct Run {
    id: Uuid,
    /// `pull` or `link`.
    kind: String,
    /// The calendar that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<Uuid>,
    /// The link that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Uuid>,
    at: String,
    /// How many copies of events it touched.
    copies: i64,
}

/// What undoing a run did.
#[derive(Serialize, ToSchema)]
pub struct Undone {
    /// How many copies are as they were before.
    copies: usize,
    /// Those that are not, or not wholly.
    left: Vec<Left>,
}

/// An event that was left as it is, at least in part.
#[derive(Serialize, ToSchema)]
pub struct Left {
    event: Uuid,
    calendar: Uuid,
    title: String,
    /// Why, in a sentence.
    reason: String,
}

impl From<RunView> for Run {
    fn from(view: RunView) -> Self {
        let (kind, calendar, link) = match view.kind {
            RunKind::Pull(calendar) => ("pull", Some(calendar.0), None),
            RunKind::Link(link) => ("link", None, Some(link.0)),
        };
        Self {
            id: view.id,
            kind: kind.to_owned(),
            calendar,
            link,
            at: view.at.to_string(),
            copies: view.copies,
        }
    }
}

/// The latest runs that changed something here, newest first.
#[utoipa::path(get, path = "/api/v1/runs", params(Latest), responses((status = 200, body = [Run])))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(latest): Query<Latest>,
) -> Result<Json<Vec<Run>>, Problem> {
    let runs = app.hub.runs(&actor, latest.limit.unwrap_or(PAGE)).await?;
    Ok(Json(runs.into_iter().map(Into::into).collect()))
}

/// Undoes a run: what it made goes, what it changed goes back, what it deleted is there again; a link that it made goes with its
/// mirrors. What somebody has changed since stays, and is told.
#[utoipa::path(post, path = "/api/v1/runs/{id}/undo", params(("id" = Uuid, Path)),
    responses((status = 200, body = Undone), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn undo(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<Undone>, Problem> {
    let undone = app.hub.undo_run(&actor, id).await?;
    let left = undone.left.into_iter().map(|left| Left {
        event: left.copy.0,
        calendar: left.calendar.0,
        title: left.title,
        reason: left.reason,
    });
    Ok(Json(Undone {
        copies: undone.copies,
        left: left.collect(),
    }))
}
