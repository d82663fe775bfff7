//! Writes that are held because a provider would notify an event's participants, or because the database was restored from a backup:
//! what they are, and answering for them.

use axum::{Json, extract::State, http::StatusCode};
use hub::{CopyId, EventView};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Problem, Signed, extract::Path, guard::Administrator};
use crate::App;

/// Everything that is held.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldWrites)]
pub struct All {
    items: Vec<HeldWrite>,
    /// Since when nothing is written at all, because the database was restored from a backup; `POST /api/v1/restored/approve`
    /// ends that.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored: Option<String>,
}

/// A write that is not made, because the provider would notify people and cannot be told to stay quiet, or because the database was
/// restored from a backup.
#[derive(Serialize, ToSchema)]
pub struct HeldWrite {
    event: Uuid,
    calendar: Uuid,
    /// The event's title, with the change.
    title: String,
    /// When the event begins, with the change, in its own zone.
    start: String,
    /// `create`, `update` or `delete`.
    operation: &'static str,
    /// How many people the provider would notify: the participants but the calendar's owner. Absent where it is held because the
    /// database was restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    notifies: Option<usize>,
    /// The same in a sentence.
    text: String,
}

impl HeldWrite {
    fn of(view: EventView) -> Option<Self> {
        Some(Self {
            event: view.id.0,
            calendar: view.calendar.0,
            start: view.event.when.local_start().to_string(),
            operation: match (view.alive, view.there) {
                (false, _) => "delete",
                (true, true) => "update",
                (true, false) => "create",
            },
            notifies: view.notifies,
            text: view.parked?,
            title: view.event.title,
        })
    }
}

/// Writes that are held.
#[utoipa::path(get, path = "/api/v1/held", responses((status = 200, body = All)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
) -> Result<Json<All>, Problem> {
    let held = app.hub.held_writes(&actor).await?;
    let items = held.into_iter().filter_map(HeldWrite::of).collect();
    let store = app.hub.store(actor.tenant).await?;
    let restored = app.hub.restored(&store).await?;
    let restored = restored.map(|since| since.to_string());
    Ok(Json(All { items, restored }))
}

/// Sends, this once, what is held of an event. The provider will notify its participants.
#[utoipa::path(post, path = "/api/v1/events/{id}/held/confirm", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn confirm(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.hub.confirm_notice(&actor, CopyId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets go of what is held of an event: it is again as its provider has it, also where the change came from. It can be undone.
#[utoipa::path(post, path = "/api/v1/events/{id}/held/dismiss", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
pub(super) async fn dismiss(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.hub.dismiss_notice(&actor, CopyId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the time in which nothing is written because the database was restored from a backup: what is held for that is sent, but for
/// what would notify people. Only the owner of the installation can do this.
#[utoipa::path(post, path = "/api/v1/restored/approve", responses((status = 204), (status = 403, body = Problem)))]
pub(super) async fn approve(
    State(app): State<App>,
    Signed(actor): Signed,
    _: Administrator,
) -> Result<StatusCode, Problem> {
    app.hub.approve_restored(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
