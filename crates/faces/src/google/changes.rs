//! `calendars.patch` and `update`, `calendarList.patch` and `update`: what is changed about a calendar itself.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
};
use hub::calendars::CalendarEdit;
use identity::Actor;
use protocols::google::{Calendar, CalendarListEntry};
use serde_json::{Map, Value};

use super::{
    Fault,
    calendars::{calendar_of, entry_of},
    colors,
    place::Place,
    query::Query,
    signed::Signed,
};
use crate::App;

type Body = Result<Json<Map<String, Value>>, JsonRejection>;

pub(super) async fn patch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    body: Body,
) -> Result<Json<Calendar>, Fault> {
    change(&app, &actor, &calendar, &fields(body)?).await
}

pub(super) async fn update(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
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
    change(&app, &actor, &calendar, &fields).await
}

async fn change(
    app: &App,
    actor: &Actor,
    calendar: &str,
    fields: &Map<String, Value>,
) -> Result<Json<Calendar>, Fault> {
    let place = Place::of(app, actor, calendar).await?;
    let edit = CalendarEdit {
        name: text(fields, "summary")?,
        description: text(fields, "description")?,
        time_zone: text(fields, "timeZone")?,
        ..CalendarEdit::default()
    };
    let view = app
        .hub
        .update_calendar(actor, place.calendar.id, edit)
        .await?;
    Ok(Json(calendar_of(&view)))
}

/// Both: a list entry has nothing that must be said.
pub(super) async fn change_entry(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<CalendarListEntry>, Fault> {
    let fields = fields(body)?;
    let place = Place::of(&app, &actor, &calendar).await?;
    let by_value = query.flag("colorRgbFormat")? == Some(true);
    let color = if by_value {
        text(&fields, "backgroundColor")?
    } else {
        let id = text(&fields, "colorId")?;
        let unknown = || Fault::invalid("Invalid calendar color id.");
        id.map(|id| colors::of_calendar(&id).ok_or_else(unknown))
            .transpose()?
    };
    let edit = CalendarEdit {
        color,
        shown: flag(&fields, "selected")?,
        ..CalendarEdit::default()
    };
    let view = app
        .hub
        .update_calendar(&actor, place.calendar.id, edit)
        .await?;
    Ok(Json(entry_of(&app, &actor, &place, &view).await?))
}

/// `calendarList.insert`: a calendar that the person may see is on the list already.
pub(super) async fn add_entry(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body,
) -> Result<Json<CalendarListEntry>, Fault> {
    let id = text(&fields(body)?, "id")?.ok_or_else(|| Fault::required("Required"))?;
    let place = Place::of(&app, &actor, &id).await?;
    Ok(Json(entry_of(&app, &actor, &place, &place.calendar).await?))
}

fn fields(body: Body) -> Result<Map<String, Value>, Fault> {
    let Json(fields) = body.map_err(|_| Fault::new(400, "parseError", "Parse Error"))?;
    Ok(fields)
}

/// A text; `null` clears it.
fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Fault> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(String::new())),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Fault::invalid(format!("Invalid value for {name}."))),
    }
}

fn flag(fields: &Map<String, Value>, name: &str) -> Result<Option<bool>, Fault> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Fault::invalid(format!("Invalid value for {name}."))),
    }
}
