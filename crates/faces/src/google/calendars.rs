//! `calendarList` and `calendars`.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use hub::{
    CalendarView, ChangeKind,
    calendars::{CalendarEdit, NewCalendar},
};
use identity::Actor;
use protocols::google::{Calendar, CalendarList, CalendarListEntry, client_id};
use serde_json::{Map, json};

use super::{
    Fault, colors,
    place::{Place, email, primary},
    query::Query,
    signed::Signed,
    tokens,
};
use crate::App;

/// Google's first colour, for calendars that have none.
const BACKGROUND: &str = "#9fe1e7";

pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    query: Query,
) -> Result<Json<CalendarList>, Fault> {
    let position = app.hub.position(&actor).await?;
    let calendars = app.hub.calendars(&actor).await?;
    let email = email(&app, &actor).await?;
    let own = primary(&calendars, &email).map(|calendar| calendar.id);
    let changed = match query.get("syncToken") {
        Some(token) => {
            let after = tokens::position(&app, token)?;
            any_changed(&app, &actor, after).await?
        }
        None => true,
    };
    let items = calendars.iter().filter(|_| changed);
    Ok(Json(CalendarList {
        kind: Some("calendar#calendarList".to_owned()),
        etag: Some(format!("\"p{position}\"")),
        next_page_token: None,
        next_sync_token: Some(tokens::sync(&app, position)),
        items: items
            .map(|calendar| shown(calendar, own == Some(calendar.id)))
            .collect(),
    }))
}

/// Whether anything about any calendar, rather than its events, changed.
async fn any_changed(app: &App, actor: &Actor, mut after: i64) -> Result<bool, Fault> {
    loop {
        let (changes, position) = app
            .hub
            .changes(actor, after, hub::changes::CHANGES_MAX)
            .await?;
        if changes
            .iter()
            .any(|logged| logged.change.kind == ChangeKind::Calendar)
        {
            return Ok(true);
        }
        if position == after {
            return Ok(false);
        }
        after = position;
    }
}

pub(super) async fn entry(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
) -> Result<Json<CalendarListEntry>, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    Ok(Json(entry_of(&app, &actor, &place, &place.calendar).await?))
}

/// A calendar as it stands on the list of the person who asks.
pub(super) async fn entry_of(
    app: &App,
    actor: &Actor,
    place: &Place,
    calendar: &CalendarView,
) -> Result<CalendarListEntry, Fault> {
    let all = app.hub.calendars(actor).await?;
    let own = primary(&all, &place.email).map(|calendar| calendar.id);
    Ok(shown(calendar, own == Some(calendar.id)))
}

fn shown(calendar: &CalendarView, is_primary: bool) -> CalendarListEntry {
    let mut rest =
        json!({"conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]}});
    let background = calendar.color.as_deref().unwrap_or(BACKGROUND);
    if let Some(id) = colors::calendar_id(background) {
        rest["colorId"] = json!(id);
    }
    CalendarListEntry {
        kind: Some("calendar#calendarListEntry".to_owned()),
        etag: Some(etag(calendar)),
        id: Some(calendar.slug.clone()),
        summary: Some(calendar.name.clone()),
        summary_override: None,
        description: calendar.description.clone(),
        time_zone: Some(calendar.time_zone.clone()),
        background_color: Some(background.to_owned()),
        foreground_color: Some("#000000".to_owned()),
        access_role: Some(
            if calendar.read_only {
                "reader"
            } else {
                "owner"
            }
            .to_owned(),
        ),
        default_reminders: Some(Vec::new()),
        primary: is_primary.then_some(true),
        selected: Some(calendar.shown),
        deleted: None,
        rest: rest.as_object().cloned().unwrap_or_default(),
    }
}

pub(super) async fn get(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
) -> Result<Json<Calendar>, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    Ok(Json(calendar_of(&place.calendar)))
}

pub(super) async fn insert(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Result<Json<Calendar>, JsonRejection>,
) -> Result<Json<Calendar>, Fault> {
    let Json(wanted) = body.map_err(|_| Fault::new(400, "parseError", "Parse Error"))?;
    let name = wanted
        .summary
        .ok_or_else(|| Fault::required("Missing summary."))?;
    let id = client_id(app.hub.ids().uuid().as_bytes());
    let new = NewCalendar {
        name,
        color: None,
        time_zone: wanted.time_zone,
        slug: Some(format!("{id}@group.calendar.google.com")),
    };
    let mut view = app.hub.create_calendar(&actor, new).await?;
    if wanted.description.is_some() {
        let edit = CalendarEdit {
            description: wanted.description,
            ..CalendarEdit::default()
        };
        view = app.hub.update_calendar(&actor, view.id, edit).await?;
    }
    Ok(Json(calendar_of(&view)))
}

pub(super) async fn delete(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
) -> Result<StatusCode, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    app.hub.delete_calendar(&actor, place.calendar.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn calendar_of(calendar: &CalendarView) -> Calendar {
    Calendar {
        kind: Some("calendar#calendar".to_owned()),
        etag: Some(etag(calendar)),
        id: Some(calendar.slug.clone()),
        summary: Some(calendar.name.clone()),
        description: calendar.description.clone(),
        time_zone: Some(calendar.time_zone.clone()),
        rest: Map::new(),
    }
}

/// A tag of what is shown.
fn etag(calendar: &CalendarView) -> String {
    let CalendarView {
        name,
        color,
        description,
        time_zone,
        selected,
        shown,
        ..
    } = calendar;
    let text = format!("{name:?}{color:?}{description:?}{time_zone:?}{selected}{shown}");
    // FNV-1a: two states of one calendar need different tags, nothing else.
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("\"{}\"", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}
