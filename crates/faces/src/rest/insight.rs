//! What was written where and why, and undoing it.

use axum::{Json, extract::State, http::StatusCode};
use hub::{CopyId, Operation, Outcome, activity::Entry};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Body, Path, Query},
};
use crate::App;

/// Entries per page, unless fewer are asked for.
const PAGE: usize = 50;

/// Which entries.
#[derive(Deserialize, IntoParams)]
pub struct Before {
    /// Only older than this (RFC 3339).
    #[param(value_type = Option<String>)]
    before: Option<Timestamp>,
    /// At most so many.
    limit: Option<usize>,
}

/// Writes, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = ActivityPage)]
pub struct Activity {
    items: Vec<Write>,
    /// `before` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The trail of one event, newest first.
#[derive(Serialize, ToSchema)]
pub struct Why {
    entries: Vec<Write>,
}

/// One write to a provider, with its reason.
#[derive(Serialize, ToSchema)]
#[schema(as = Activity)]
pub struct Write {
    id: Uuid,
    at: String,
    /// `create`, `update` or `delete`.
    operation: String,
    calendar: Uuid,
    event: Uuid,
    title: String,
    /// `done`, `failed` or `open`.
    outcome: String,
    /// Milliseconds from the decision to the known outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<i64>,
    /// The rule of the sync design that called for it.
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Uuid>,
    /// Where the change log first tells of the change that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    /// The same in a sentence.
    text: String,
    #[schema(value_type = Object)]
    cause: Value,
}

impl From<Entry> for Write {
    fn from(entry: Entry) -> Self {
        let operation = match entry.operation {
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
        };
        let outcome = match entry.outcome {
            Outcome::Done | Outcome::Partly => "done",
            Outcome::Refused => "failed",
            Outcome::Open | Outcome::Unresolved => "open",
        };
        let properties: Vec<_> = entry.properties.iter().collect();
        Self {
            id: entry.id,
            at: entry.at.to_string(),
            operation: operation.to_owned(),
            calendar: entry.calendar.0,
            event: entry.copy.0,
            title: entry.title,
            outcome: outcome.to_owned(),
            ms: entry.closed.map(|closed| {
                i64::try_from(closed.duration_since(entry.at).as_millis()).unwrap_or(0)
            }),
            rule: entry.rule.to_owned(),
            link: entry.link.map(|l| l.0),
            position: entry.position,
            cause: json!({
                "change": entry.change, "calendar": entry.from, "properties": properties, "actor": "sync",
                "text": entry.text,
            }),
            text: entry.text,
        }
    }
}

/// Writes to providers, newest first.
#[utoipa::path(get, path = "/api/v1/activity", params(Before), responses((status = 200, body = Activity)))]
pub(super) async fn activity(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(before): Query<Before>,
) -> Result<Json<Activity>, Problem> {
    let limit = before.limit.unwrap_or(PAGE);
    let items: Vec<Write> = app
        .hub
        .activity(&actor, before.before, limit)
        .await?
        .into_iter()
        .map(Into::into)
        .collect();
    let next = (items.len() >= limit)
        .then(|| items.last().map(|w| w.at.clone()))
        .flatten();
    Ok(Json(Activity { items, next }))
}

/// Why an event is as it is.
#[utoipa::path(get, path = "/api/v1/events/{id}/why", params(("id" = Uuid, Path)),
    responses((status = 200, body = Why), (status = 404, body = Problem)))]
pub(super) async fn why(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<Why>, Problem> {
    let entries = app
        .hub
        .why(&actor, CopyId(id))
        .await?
        .into_iter()
        .map(Into::into)
        .collect();
    Ok(Json(Why { entries }))
}

/// Which change.
#[derive(Deserialize, ToSchema)]
pub struct Undo {
    /// Its position in the change log.
    position: i64,
}

/// Undoes an edit that was made here.
#[utoipa::path(post, path = "/api/v1/undo", request_body = Undo,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn undo(
    State(app): State<App>,
    Signed(actor): Signed,
    Body(form): Body<Undo>,
) -> Result<StatusCode, Problem> {
    app.hub.undo(&actor, form.position).await?;
    Ok(StatusCode::NO_CONTENT)
}
