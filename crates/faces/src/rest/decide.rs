//! Answers to conflicts about which a link asks.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Body, Path},
};
use crate::App;

/// Whose value is kept.
#[derive(Deserialize, ToSchema)]
pub struct Decision {
    /// `local` (the value that Kalends has, shown as `kept` while the conflict is open) or `remote` (what the calendar's
    /// provider has, shown as `lost`).
    keep: String,
}

/// Decides an open conflict. What is kept goes everywhere, like an edit; the other value stays in the conflict.
#[utoipa::path(post, path = "/api/v1/conflicts/{id}/decide", params(("id" = Uuid, Path)), request_body = Decision,
    responses((status = 204), (status = 400, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn decide(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Body(form): Body<Decision>,
) -> Result<StatusCode, Problem> {
    let keep = match form.keep.as_str() {
        "local" => hub::Keep::Local,
        "remote" => hub::Keep::Remote,
        _ => return Err(Problem::field("keep", "local or remote")),
    };
    app.hub.decide_conflict(&actor, id, keep).await?;
    Ok(StatusCode::NO_CONTENT)
}
