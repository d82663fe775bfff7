//! `calendars.patch` and `update`: what is changed about a calendar itself.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::HeaderMap,
};
use hub::calendars::CalendarEdit;
use identity::Actor;
use protocols::google::Calendar;
use serde_json::{Map, Value};

use super::{
    Fault,
    calendars::{calendar_of, is_primary},
    condition,
    entry::Kept,
    labels,
    place::Place,
    signed::Signed,
};
use crate::App;

/// A JSON object.
pub(super) type Body = Result<Json<Map<String, Value>>, JsonRejection>;

pub(super) async fn patch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Calendar>, Fault> {
    let fields = fields(body)?;
    let place = Place::of(&app, &actor, &calendar).await?;
    condition::matches(&headers, calendar_of(&place.calendar).etag.as_ref())?;
    change(&app, &actor, &place, &fields, false).await
}

pub(super) async fn update(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Calendar>, Fault> {
    let mut fields = fields(body)?;
    if text(&fields, "summary")?.is_none() {
        return Err(Fault::required("Missing summary."));
    }
    // What is not said is taken away.
    fields
        .entry("description")
        .or_insert_with(|| Value::String(String::new()));
    let place = Place::of(&app, &actor, &calendar).await?;
    condition::matches(&headers, calendar_of(&place.calendar).etag.as_ref())?;
    change(&app, &actor, &place, &fields, true).await
}

async fn change(
    app: &App,
    actor: &Actor,
    place: &Place,
    fields: &Map<String, Value>,
    whole: bool,
) -> Result<Json<Calendar>, Fault> {
    let mut kept = Kept::of(&place.calendar);
    kept.texts(fields, &["location"], whole)?;
    let own = is_primary(app, actor, place).await?;
    labels::set(&mut kept, fields, own, || app.hub.ids().uuid())?;
    let edit = CalendarEdit {
        name: text(fields, "summary")?,
        description: text(fields, "description")?,
        time_zone: text(fields, "timeZone")?,
        ..kept.edit()
    };
    let view = app
        .hub
        .update_calendar(actor, place.calendar.id, edit)
        .await?;
    Ok(Json(calendar_of(&view)))
}

pub(super) fn fields(body: Body) -> Result<Map<String, Value>, Fault> {
    let Json(fields) = body.map_err(|_| Fault::new(400, "parseError", "Parse Error"))?;
    Ok(fields)
}

/// A text; `null` clears it.
pub(super) fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Fault> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(String::new())),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Fault::invalid(format!("Invalid value for {name}."))),
    }
}

pub(super) fn flag(fields: &Map<String, Value>, name: &str) -> Result<Option<bool>, Fault> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Fault::invalid(format!("Invalid value for {name}."))),
    }
}
