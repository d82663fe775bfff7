//! Calendars published as feeds.

use axum::{Json, extract::State, http::StatusCode};
use hub::{CalendarId, feeds::FeedForm, feeds::Published, feeds::Shows};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Body, Path},
};
use crate::App;

/// A feed of a calendar, without its address.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Feed {
    id: Uuid,
    /// What its maker calls it: who has the address.
    name: String,
    shows: Detail,
    /// Whether private events are shown like all others. If not, only their time is.
    show_private: bool,
    created: String,
    /// When somebody last read it, to the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read: Option<String>,
}

/// A feed with its address.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewFeed {
    #[serde(flatten)]
    feed: Feed,
    /// Its address. Told once, here: whoever has it can read the feed.
    url: String,
}

/// What a feed shows of events. `whole`: all of them. `outline`: when they are, titles and places. `busy`: when the time is
/// taken.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FeedDetail)]
pub enum Detail {
    /// All of them.
    Whole,
    /// When they are, titles and places.
    Outline,
    /// When the time is taken.
    Busy,
}

/// What a feed is called, and what it shows.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = FeedForm)]
pub struct Form {
    /// Who gets the address.
    name: String,
    shows: Detail,
    /// Whether private events are shown like all others. Without this only their time is.
    #[serde(default)]
    show_private: bool,
}

impl From<Published> for Feed {
    fn from(feed: Published) -> Self {
        Self {
            id: feed.id,
            name: feed.name,
            shows: match feed.shows {
                Shows::Whole => Detail::Whole,
                Shows::Outline => Detail::Outline,
                Shows::Busy => Detail::Busy,
            },
            show_private: feed.show_private,
            created: feed.created.to_string(),
            last_read: feed.last_read.map(|at| at.to_string()),
        }
    }
}

impl From<Form> for FeedForm {
    fn from(form: Form) -> Self {
        Self {
            name: form.name,
            shows: match form.shows {
                Detail::Whole => Shows::Whole,
                Detail::Outline => Shows::Outline,
                Detail::Busy => Shows::Busy,
            },
            show_private: form.show_private,
        }
    }
}

/// The feeds of a calendar, oldest first.
#[utoipa::path(get, path = "/api/v1/calendars/{id}/feeds", params(("id" = Uuid, Path)),
    responses((status = 200, body = [Feed]), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<Feed>>, Problem> {
    let all = app.hub.feeds(&actor, CalendarId(id)).await?;
    Ok(Json(all.into_iter().map(Into::into).collect()))
}

/// Publishes a calendar under a new address, which is a secret.
#[utoipa::path(post, path = "/api/v1/calendars/{id}/feeds", params(("id" = Uuid, Path)), request_body = Form,
    responses((status = 201, body = NewFeed), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Body(form): Body<Form>,
) -> Result<(StatusCode, Json<NewFeed>), Problem> {
    let id = CalendarId(id);
    let title = app.hub.calendar(&actor, id).await?.name;
    let (feed, secret) = app.hub.publish(&actor, id, form.into()).await?;
    Ok((StatusCode::CREATED, Json(told(&app, feed, &title, &secret))))
}

/// Says something else of what a feed is called and shows. Its address stays.
#[utoipa::path(put, path = "/api/v1/calendars/{id}/feeds/{feed}", params(("id" = Uuid, Path), ("feed" = Uuid, Path)),
    request_body = Form, responses((status = 200, body = Feed), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((id, feed)): Path<(Uuid, Uuid)>,
    Body(form): Body<Form>,
) -> Result<Json<Feed>, Problem> {
    let changed = app
        .hub
        .change_feed(&actor, CalendarId(id), feed, form.into());
    Ok(Json(changed.await?.into()))
}

/// Gives a feed another address, at once: the one before leads nowhere any more.
#[utoipa::path(post, path = "/api/v1/calendars/{id}/feeds/{feed}/rotate",
    params(("id" = Uuid, Path), ("feed" = Uuid, Path)),
    responses((status = 200, body = NewFeed), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn rotate(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((id, feed)): Path<(Uuid, Uuid)>,
) -> Result<Json<NewFeed>, Problem> {
    let id = CalendarId(id);
    let (feed, secret) = app.hub.rotate_feed(&actor, id, feed).await?;
    let title = app.hub.calendar(&actor, id).await?.name;
    Ok(Json(told(&app, feed, &title, &secret)))
}

/// Ends a feed, at once: its address leads nowhere any more.
#[utoipa::path(delete, path = "/api/v1/calendars/{id}/feeds/{feed}", params(("id" = Uuid, Path), ("feed" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((id, feed)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    app.hub.unpublish(&actor, CalendarId(id), feed).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn told(app: &App, feed: Published, title: &str, secret: &str) -> NewFeed {
    let name = utf8_percent_encode(title, NON_ALPHANUMERIC);
    NewFeed {
        url: format!("{}feeds/{secret}/{name}.ics", app.public_url),
        feed: feed.into(),
    }
}
