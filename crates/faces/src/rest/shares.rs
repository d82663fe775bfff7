//! To whom of the house a calendar is opened.

use axum::{Json, extract::State, http::StatusCode};
use hub::{Access, CalendarId, Whom, shares::ShareView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Body, Path},
};
use crate::App;

/// Somebody to whom a calendar is opened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    id: Uuid,
    /// Mail address; without one it is opened to everybody in the house.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The person's name. Without one nobody in the house has this address (yet), and nothing is opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    access: Level,
    created: String,
}

/// What somebody may do with a calendar. `freeBusy`: see when it is busy. `limited`: that, with titles and places of what
/// is not private. `read`: see its events; of private ones, when they are. `write`: see and change all its events.
/// `owner`: that, change the calendar itself, and share it.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Access)]
pub enum Level {
    /// Nothing.
    None,
    /// Busy time.
    FreeBusy,
    /// Busy time with titles and places.
    Limited,
    /// Events.
    Read,
    /// Changing events.
    Write,
    /// Changing the calendar.
    Owner,
}

impl From<Access> for Level {
    fn from(access: Access) -> Self {
        match access {
            Access::None => Self::None,
            Access::FreeBusy => Self::FreeBusy,
            Access::Limited => Self::Limited,
            Access::Read => Self::Read,
            Access::Write => Self::Write,
            Access::Owner => Self::Owner,
        }
    }
}

impl From<Level> for Access {
    fn from(level: Level) -> Self {
        match level {
            Level::None => Self::None,
            Level::FreeBusy => Self::FreeBusy,
            Level::Limited => Self::Limited,
            Level::Read => Self::Read,
            Level::Write => Self::Write,
            Level::Owner => Self::Owner,
        }
    }
}

/// Whom to open a calendar to, and for what.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewShare)]
pub struct Create {
    /// Mail address of somebody in the house; without one everybody in the house is meant, who can be let see and not
    /// change.
    email: Option<String>,
    access: Level,
}

impl From<ShareView> for Share {
    fn from(view: ShareView) -> Self {
        let ShareView { share, name } = view;
        Self {
            id: share.id,
            email: match share.whom {
                Whom::Person(email) => Some(email),
                Whom::Everybody => None,
            },
            name,
            access: share.access.into(),
            created: share.created.to_string(),
        }
    }
}

/// To whom a calendar is opened.
#[utoipa::path(get, path = "/api/v1/calendars/{id}/shares", params(("id" = Uuid, Path)),
    responses((status = 200, body = [Share]), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<Share>>, Problem> {
    let all = app.hub.shares(&actor, CalendarId(id)).await?;
    Ok(Json(all.into_iter().map(Into::into).collect()))
}

/// Opens a calendar to somebody, in place of what was granted them before. Nobody is told of it.
#[utoipa::path(post, path = "/api/v1/calendars/{id}/shares", params(("id" = Uuid, Path)), request_body = Create,
    responses((status = 200, body = Share), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Body(form): Body<Create>,
) -> Result<Json<Share>, Problem> {
    let whom = form.email.map_or(Whom::Everybody, Whom::Person);
    let level = form.access.into();
    let view = app.hub.share(&actor, CalendarId(id), whom, level).await?;
    Ok(Json(view.into()))
}

/// Ends a grant, at once.
#[utoipa::path(delete, path = "/api/v1/calendars/{id}/shares/{share}", params(("id" = Uuid, Path), ("share" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((id, share)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    app.hub.unshare(&actor, CalendarId(id), share).await?;
    Ok(StatusCode::NO_CONTENT)
}
