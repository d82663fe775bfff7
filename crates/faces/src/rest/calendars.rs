//! Calendars.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use hub::{
    CalendarId, CalendarView,
    calendars::{CalendarEdit, NewCalendar},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Signed,
    connections::health,
    extract::{Body, Path},
    once::{Made, Making},
    shares::Level,
};
use crate::App;

/// A calendar.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may be so without the others"
)]
pub struct Calendar {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    name: String,
    color: Option<String>,
    time_zone: String,
    /// Its events cannot be changed: not at its provider, or not by whoever asks.
    read_only: bool,
    /// What whoever asks may do with it.
    access: Level,
    /// It is another person's, who has opened it to whoever asks.
    shared: bool,
    /// Kept in step with its provider.
    selected: bool,
    /// Drawn. What is hidden is kept in step all the same.
    shown: bool,
    health: Sync,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Held>,
}

/// What was seen at the provider and is not taken up.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarHeld)]
pub struct Held {
    /// Events that are missing in a full listing and were kept, because they are many: `held/confirm` removes them,
    /// `held/dismiss` keeps them.
    deletions: usize,
    /// Events that cannot be read; they are looked at again by themselves.
    unreadable: usize,
}

/// How replication of a calendar is doing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Health)]
pub struct Sync {
    /// `ok`, `failing`, `reconnect` or `paused`.
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[expect(clippy::struct_field_names, reason = "the wire format's name")]
    last_sync: Option<String>,
}

/// A calendar to be made here.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewCalendar)]
pub struct Create {
    name: String,
    color: Option<String>,
    time_zone: Option<String>,
}

/// What to change of a calendar.
#[derive(Deserialize, ToSchema)]
#[schema(as = CalendarEdit)]
pub struct Edit {
    name: Option<String>,
    color: Option<String>,
    /// Kept in step with its provider; `false` stops reading and writing.
    selected: Option<bool>,
    /// Drawn; `false` hides it and stops nothing.
    shown: Option<bool>,
}

impl From<CalendarView> for Calendar {
    fn from(view: CalendarView) -> Self {
        Self {
            id: view.id.0,
            connection: view.connection.map(|c| c.0),
            provider: view.provider,
            name: view.name,
            color: view.color,
            time_zone: view.time_zone,
            read_only: view.read_only,
            access: view.access.into(),
            shared: view.shared,
            selected: view.selected,
            shown: view.shown,
            health: Sync {
                state: health(view.health),
                message: view.message,
                last_sync: view.last_sync.map(|t| t.to_string()),
            },
            held: (view.missing + view.unread > 0).then_some(Held {
                deletions: view.missing,
                unreadable: view.unread,
            }),
        }
    }
}

/// All calendars.
#[utoipa::path(get, path = "/api/v1/calendars", responses((status = 200, body = [Calendar])))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
) -> Result<Json<Vec<Calendar>>, Problem> {
    Ok(Json(
        app.hub
            .calendars(&actor)
            .await?
            .into_iter()
            .map(Into::into)
            .collect(),
    ))
}

/// Makes a calendar that has no provider.
#[utoipa::path(post, path = "/api/v1/calendars", request_body = Create,
    responses((status = 201, body = Calendar), (status = 400, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    making: Making<Create>,
) -> Result<Response, Problem> {
    let Making { form, key } = making;
    let new = NewCalendar {
        name: form.name,
        color: form.color,
        time_zone: form.time_zone,
        slug: None,
        ..NewCalendar::default()
    };
    let answer = |view| Made::plain(&Calendar::from(view)).kept();
    let made = app
        .hub
        .create_calendar_once(&actor, new, key.as_ref(), answer)
        .await?;
    Made::given(&made)
}

/// Changes how a calendar is shown here, and whether it is kept in step.
#[utoipa::path(patch, path = "/api/v1/calendars/{id}", params(("id" = Uuid, Path)), request_body = Edit,
    responses((status = 200, body = Calendar), (status = 404, body = Problem)))]
pub(super) async fn update(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Body(form): Body<Edit>,
) -> Result<Json<Calendar>, Problem> {
    let edit = CalendarEdit {
        name: form.name,
        color: form.color,
        selected: form.selected,
        shown: form.shown,
        ..CalendarEdit::default()
    };
    Ok(Json(
        app.hub
            .update_calendar(&actor, CalendarId(id), edit)
            .await?
            .into(),
    ))
}

/// Removes a calendar that has no provider.
#[utoipa::path(delete, path = "/api/v1/calendars/{id}", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.hub.delete_calendar(&actor, CalendarId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The deletions that were held back are real: the provider is asked once more, and what is gone goes.
#[utoipa::path(post, path = "/api/v1/calendars/{id}/held/confirm", params(("id" = Uuid, Path)),
    responses((status = 200, body = Calendar), (status = 404, body = Problem)))]
pub(super) async fn confirm_held(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<Calendar>, Problem> {
    let view = app.hub.confirm_held(&actor, CalendarId(id)).await?;
    Ok(Json(view.into()))
}

/// The deletions that were held back are none: the events stay here.
#[utoipa::path(post, path = "/api/v1/calendars/{id}/held/dismiss", params(("id" = Uuid, Path)),
    responses((status = 200, body = Calendar), (status = 404, body = Problem)))]
pub(super) async fn dismiss_held(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<Calendar>, Problem> {
    let view = app.hub.dismiss_held(&actor, CalendarId(id)).await?;
    Ok(Json(view.into()))
}
