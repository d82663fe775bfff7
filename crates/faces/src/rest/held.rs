//! Writes that are held because a provider would notify an event's participants: what they are, and answering for them.

use axum::{Json, extract::State, http::StatusCode};
use hub::{CopyId, EventView};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Problem, Signed, extract::Path};
use crate::App;

/// Everything that is held.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldWrites)]
pub struct All {
    items: Vec<HeldWrite>,
}

/// A write that is not made, because the provider would notify people and cannot be told to stay quiet.
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
    /// How many people the provider would notify: the participants but the calendar's owner.
    notifies: usize,
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
            notifies: view.notifies?,
            text: view.parked?,
            title: view.event.title,
        })
    }
}

/// Writes that are held because they would notify an event's participants.
#[utoipa::path(get, path = "/api/v1/held", responses((status = 200, body = All)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
) -> Result<Json<All>, Problem> {
    let held = app.hub.held_writes(&actor).await?;
    let items = held.into_iter().filter_map(HeldWrite::of).collect();
    Ok(Json(All { items }))
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
