//! `calendars` get, insert, delete, and a calendar as it stands on a list.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use hub::{
    Access, CalendarId, CalendarView,
    calendars::{CalendarEdit, NewCalendar},
};
use identity::Actor;
use protocols::google::{Calendar, CalendarListEntry, client_id};
use serde_json::{Map, Value, json};

use super::{
    Fault, colors, condition,
    entry::Kept,
    labels,
    place::{Place, primary},
    signed::Signed,
};
use crate::App;

/// Google's first colour, for calendars that have none.
const BACKGROUND: &str = "#9fe1e7";
/// What is written on a colour, unless somebody said otherwise.
const FOREGROUND: &str = "#000000";
/// Where secondary calendars are.
const DOMAIN: &str = "group.calendar.google.com";

/// A calendar as it stands on the list of the person who asks.
pub(super) async fn entry_of(
    app: &App,
    actor: &Actor,
    place: &Place,
    calendar: &CalendarView,
) -> Result<CalendarListEntry, Fault> {
    let own = is_primary(app, actor, place).await?;
    Ok(shown(calendar, own))
}

/// Whether a calendar is the person's own one.
pub(super) async fn is_primary(app: &App, actor: &Actor, place: &Place) -> Result<bool, Fault> {
    let all = app.hub.calendars(actor).await?;
    Ok(primary(&all, &place.email).map(|calendar| calendar.id) == Some(place.calendar.id))
}

/// A calendar as an entry of a list.
pub(super) fn shown(calendar: &CalendarView, is_primary: bool) -> CalendarListEntry {
    let kept = Kept::of(calendar);
    let mut rest = Map::new();
    rest.insert("conferenceProperties".to_owned(), conferences());
    if let Some(location) = kept.text("location") {
        rest.insert("location".to_owned(), json!(location));
    }
    if kept.hidden() {
        rest.insert("hidden".to_owned(), json!(true));
    }
    let notifications = kept.get("notificationSettings").cloned();
    if let Some(settings) = notifications.or_else(|| is_primary.then(notified)) {
        rest.insert("notificationSettings".to_owned(), settings);
    }
    let background = calendar.color.as_deref().unwrap_or(BACKGROUND);
    if let Some(id) = colors::calendar_id(background) {
        rest.insert("colorId".to_owned(), json!(id));
    }
    CalendarListEntry {
        kind: Some("calendar#calendarListEntry".to_owned()),
        etag: Some(etag(calendar)),
        id: Some(calendar.slug.clone()),
        summary: Some(calendar.name.clone()),
        summary_override: kept.text("summaryOverride").map(str::to_owned),
        description: calendar.description.clone(),
        time_zone: Some(calendar.time_zone.clone()),
        background_color: Some(background.to_owned()),
        foreground_color: Some(
            kept.text("foregroundColor")
                .unwrap_or(FOREGROUND)
                .to_owned(),
        ),
        access_role: Some(role(calendar).to_owned()),
        default_reminders: Some(kept.reminders()),
        primary: is_primary.then_some(true),
        // What is not so is not said.
        selected: calendar.shown.then_some(true),
        deleted: None,
        rest,
    }
}

/// What the person who asks may do with a calendar.
pub(super) fn role(calendar: &CalendarView) -> &'static str {
    match calendar.access {
        Access::None | Access::FreeBusy | Access::Limited => "freeBusyReader",
        _ if calendar.read_only => "reader",
        Access::Read => "reader",
        Access::Write => "writer",
        Access::Owner => "owner",
    }
}

/// What Google mails the owner of a primary calendar about, unless they chose otherwise.
fn notified() -> Value {
    let all = [
        "eventCreation",
        "eventChange",
        "eventCancellation",
        "eventResponse",
    ];
    let all = all.map(|kind| json!({"type": kind, "method": "email"}));
    json!({"notifications": all})
}

fn conferences() -> Value {
    json!({"allowedConferenceSolutionTypes": ["hangoutsMeet"]})
}

pub(super) async fn get(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let calendar = calendar_of(&place.calendar);
    let etag = calendar.etag.clone();
    Ok(condition::unless_known(&headers, etag.as_ref(), calendar))
}

pub(super) async fn insert(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Result<Json<Calendar>, JsonRejection>,
) -> Result<Json<Calendar>, Fault> {
    let Json(wanted) = body.map_err(|_| Fault::new(400, "parseError", "Parse Error"))?;
    let name = wanted.summary.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Fault::required("Missing summary."))?;
    let mut kept = Kept::default();
    kept.texts(&wanted.rest, &["location"], false)?;
    labels::set(&mut kept, &wanted.rest, false, || app.hub.ids().uuid())?;
    let id = CalendarId(app.hub.ids().uuid());
    let new = NewCalendar {
        name,
        color: None,
        time_zone: Some(wanted.time_zone.unwrap_or_else(|| "UTC".to_owned())),
        slug: Some(secondary(id)),
        id: Some(id),
        kept: kept.into_new(),
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

/// The id of a calendar that was made here. It follows from its identity, so that it can be said still when it is gone.
pub(super) fn secondary(id: CalendarId) -> String {
    format!("{}@{DOMAIN}", client_id(id.0.as_bytes()))
}

pub(super) async fn delete(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
) -> Result<StatusCode, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    if is_primary(&app, &actor, &place).await? {
        let reason = "cannotDeletePrimaryCalendar";
        let message = "Cannot delete the primary calendar; clear it instead.";
        return Err(Fault::calendar(400, reason, message));
    }
    app.hub.delete_calendar(&actor, place.calendar.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The administrators of a domain give the calendars of one person to another. There are none here.
pub(super) async fn transfer(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
) -> Result<StatusCode, Fault> {
    Place::of(&app, &actor, &calendar).await?;
    let message = "Not Authorized to access this resource/api";
    Err(Fault::new(403, "forbidden", message))
}

pub(super) fn calendar_of(calendar: &CalendarView) -> Calendar {
    let mut rest = Map::new();
    rest.insert("conferenceProperties".to_owned(), conferences());
    if let Some(location) = Kept::of(calendar).text("location") {
        rest.insert("location".to_owned(), json!(location));
    }
    labels::show(calendar, &mut rest);
    Calendar {
        kind: Some("calendar#calendar".to_owned()),
        etag: Some(etag(calendar)),
        id: Some(calendar.slug.clone()),
        summary: Some(calendar.name.clone()),
        description: calendar.description.clone(),
        time_zone: Some(calendar.time_zone.clone()),
        rest,
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
        kept,
        access,
        ..
    } = calendar;
    let empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    let kept: Vec<_> = kept.iter().filter(|(_, value)| !empty(value)).collect();
    let text =
        format!("{name:?}{color:?}{description:?}{time_zone:?}{selected}{shown}{kept:?}{access:?}");
    // FNV-1a: two states of one calendar need different tags, nothing else.
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("\"{}\"", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}
