//! Events as JSCalendar (RFC 8984).

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use hub::{CalendarId, CopyId, EventView, events::NewEvent};
use protocols::jscalendar;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Body, Path, Query},
    guard::{etag, if_match},
    inviting::Inviting,
    once::{Made, Making},
};
use crate::App;

/// Prefix of properties that RFC 8984 does not have (its section 3.3).
const VENDOR: &str = "kalends.dev:";
/// Events per page.
const PAGE: usize = 200;

/// Which events to list.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// The calendar.
    calendar: Uuid,
    /// `next` of the page before.
    cursor: Option<Uuid>,
}

/// A page of events.
#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
pub struct Page {
    /// JSCalendar events.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Value>,
    /// Cursor of the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Uuid>,
}

/// An event on the wire: RFC 8984, and what only we know under our prefix.
pub(super) fn on_the_wire(view: &EventView) -> Value {
    let mut object = jscalendar::to_json(&view.event);
    let ours = [
        ("id", json!(view.id)),
        ("calendar", json!(view.calendar)),
        ("linked", json!(view.linked)),
        (
            "masked",
            json!(view.projected && view.event.text.is_empty() && view.event.places.is_empty()),
        ),
        ("pending", json!(view.pending)),
        ("parked", json!(view.parked)),
        ("notifies", json!(view.notifies)),
        (
            "occurrence",
            json!(view.occurrence.map(|id| id.to_string())),
        ),
        ("exploded", exploded(view)),
        ("etag", json!(etag(view.revision))),
    ];
    for (name, value) in ours {
        if !value.is_null() {
            object[format!("{VENDOR}{name}")] = value;
        }
    }
    object
}

/// Where the event is single events, since the provider cannot have its series, and from when until when they are there.
fn exploded(view: &EventView) -> Value {
    let calendars = view.exploded.iter().map(|exploded| {
        json!({
            "calendar": exploded.calendar,
            "reason": exploded.reason,
            "from": exploded.from.to_string(),
            "to": exploded.to.to_string(),
        })
    });
    match calendars.collect::<Vec<Value>>() {
        none if none.is_empty() => Value::Null,
        some => Value::Array(some),
    }
}

/// Removes what only we say, so that an event that was read can be sent back.
fn without_ours(object: &mut Map<String, Value>) {
    object.retain(|name, _| !name.starts_with(VENDOR));
}

/// An event with its entity tag.
pub(super) fn answer(view: &EventView) -> Response {
    let tag = AppendHeaders([(header::ETAG, etag(view.revision))]);
    (tag, Json(on_the_wire(view))).into_response()
}

fn unreadable(error: &jscalendar::Error) -> Problem {
    Problem::field(error.property(), error.to_string())
}

/// Events of a calendar, page by page.
#[utoipa::path(get, path = "/api/v1/events", params(Which), responses((status = 200, body = Page)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(which): Query<Which>,
) -> Result<Json<Page>, Problem> {
    let calendar = CalendarId(which.calendar);
    app.hub.calendar(&actor, calendar).await?;
    let events = app
        .hub
        .events_told(&actor, calendar, which.cursor.map(CopyId), PAGE)
        .await?;
    let next = (events.len() == PAGE)
        .then(|| events.last().map(|e| e.id.0))
        .flatten();
    Ok(Json(Page {
        events: events.iter().map(on_the_wire).collect(),
        next,
    }))
}

/// Makes an event. `calendar` says where; the rest is a JSCalendar event, whose `uid` may be left out.
#[utoipa::path(post, path = "/api/v1/events", params(Inviting), request_body = Object,
    responses((status = 201, body = Object), (status = 400, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(inviting): Query<Inviting>,
    making: Making<Map<String, Value>>,
) -> Result<Response, Problem> {
    let Making { mut form, key } = making;
    let calendar = form
        .remove("calendar")
        .or_else(|| form.get(&format!("{VENDOR}calendar")).cloned());
    let calendar = calendar.and_then(|c| c.as_str().and_then(|c| c.parse::<Uuid>().ok()));
    let calendar = CalendarId(
        calendar.ok_or_else(|| Problem::field("calendar", "the id of a calendar is needed"))?,
    );
    without_ours(&mut form);
    if !form.contains_key("uid") {
        // RFC 8984 wants one; who makes an event here need not think of it.
        let uid = format!("{}@kalends", app.hub.ids().uuid());
        form.insert("uid".to_owned(), json!(uid));
    }
    let event = jscalendar::from_json(&Value::Object(form))
        .map_err(|e| unreadable(&e))?
        .value;
    let new = (NewEvent { name: None, event }, inviting.how());
    let answer = |view: &EventView| {
        let made = Made {
            body: on_the_wire(view),
            location: Some(format!("/api/v1/events/{}", view.id)),
            etag: Some(etag(view.revision)),
        };
        made.kept()
    };
    let made = app
        .hub
        .create_event_once(&actor, calendar, new, key.as_ref(), answer)
        .await?;
    Made::given(&made)
}

/// One event.
#[utoipa::path(get, path = "/api/v1/events/{id}", params(("id" = Uuid, Path)),
    responses((status = 200, body = Object), (status = 404, body = Problem)))]
pub(super) async fn read(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let view = app.hub.event(&actor, CopyId(id)).await?;
    if !view.alive {
        return Err(hub::Error::NotFound("event").into());
    }
    Ok(answer(&view))
}

/// Replaces an event. Needs `If-Match`.
#[utoipa::path(put, path = "/api/v1/events/{id}", params(("id" = Uuid, Path), Inviting), request_body = Object,
    responses((status = 200, body = Object), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn put(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(inviting): Query<Inviting>,
    headers: HeaderMap,
    Body(mut form): Body<Map<String, Value>>,
) -> Result<Response, Problem> {
    let terms = inviting.terms(if_match(&headers)?);
    without_ours(&mut form);
    let before = app.hub.event(&actor, CopyId(id)).await?;
    // It stays whatever is sent.
    form.insert("uid".to_owned(), json!(before.event.uid));
    let event = jscalendar::replace(&before.event, &Value::Object(form));
    let event = event.map_err(|e| unreadable(&e))?.value;
    Ok(answer(
        &app.hub.put_event(&actor, CopyId(id), terms, event).await?,
    ))
}

/// Changes an event: properties, or paths into it as in RFC 8984's PatchObject; `null` removes. Needs `If-Match`.
#[utoipa::path(patch, path = "/api/v1/events/{id}", params(("id" = Uuid, Path), Inviting), request_body = Object,
    responses((status = 200, body = Object), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn patch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(inviting): Query<Inviting>,
    headers: HeaderMap,
    Body(mut form): Body<Map<String, Value>>,
) -> Result<Response, Problem> {
    let terms = inviting.terms(if_match(&headers)?);
    without_ours(&mut form);
    let edit = move |event: &mut calendar::Event| patched(event, &form);
    Ok(answer(
        &app.hub.edit_event(&actor, CopyId(id), terms, edit).await?,
    ))
}

/// Applies a patch to an event.
pub(super) fn patched(
    event: &mut calendar::Event,
    patch: &Map<String, Value>,
) -> Result<(), hub::Error> {
    let next = jscalendar::apply_patch(event, patch);
    *event = next
        .map_err(|error| hub::Error::invalid(error.property(), error.to_string()))?
        .value;
    Ok(())
}

/// Removes an event. Needs `If-Match`.
#[utoipa::path(delete, path = "/api/v1/events/{id}", params(("id" = Uuid, Path), Inviting),
    responses((status = 204), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(inviting): Query<Inviting>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let terms = inviting.terms(if_match(&headers)?);
    app.hub.delete_event(&actor, CopyId(id), terms).await?;
    Ok(StatusCode::NO_CONTENT)
}
