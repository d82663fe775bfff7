//! `settings.list`, `settings.get`: what a person has chosen in Google's app, which nobody does here
//! (<https://developers.google.com/workspace/calendar/api/v3/reference/settings>).

use axum::{
    Json,
    extract::{Path, State},
};
use hub::ChangeKind;
use identity::Actor;
use serde_json::{Value, json};

use super::{
    Fault,
    place::{email, primary},
    query::Query,
    signed::Signed,
    tokens,
};
use crate::App;

/// Settings of a page, if the client does not say.
const PAGE_DEFAULT: usize = 100;
/// Most settings of a page.
const PAGE_MAX: usize = 250;

/// What never changes, by name; the zone is that of the person's own calendar.
const FIXED: [(&str, &str); 11] = [
    ("autoAddHangouts", "false"),
    ("dateFieldOrder", "YMD"),
    ("defaultEventLength", "60"),
    ("format24HourTime", "true"),
    ("hideInvitations", "false"),
    ("hideWeekends", "false"),
    ("locale", "en"),
    ("remindOnRespondedEventsOnly", "false"),
    ("showDeclinedEvents", "true"),
    ("useKeyboardShortcuts", "true"),
    ("weekStart", "1"),
];

/// What does change.
const ZONE: &str = "timezone";

pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    query: Query,
) -> Result<Json<Value>, Fault> {
    let start = tokens::begin(&app, &actor, &query).await?;
    let mut all = all(&app, &actor).await?;
    if let Some(token) = query.get("syncToken") {
        let after = tokens::position(&app, token)?;
        let moved = moved(&app, &actor, after).await?;
        all.retain(|(id, _)| moved && *id == ZONE);
    }
    let cut = tokens::cut(&app, &query, start, all, (PAGE_DEFAULT, PAGE_MAX))?;
    let items = cut.items.iter();
    let items: Vec<Value> = items.map(|(id, value)| setting(id, value)).collect();
    let mut answer = json!({"kind": "calendar#settings", "etag": "\"s0\"", "items": items});
    cut.go_on(&mut answer);
    Ok(Json(answer))
}

/// Whether anything about the person's own calendar changed: the zone is the one setting that can.
async fn moved(app: &App, actor: &Actor, after: i64) -> Result<bool, Fault> {
    let calendars = app.hub.calendars(actor).await?;
    let own = primary(&calendars, &email(app, actor).await?).map(|own| own.id.0);
    let mut moved = false;
    tokens::follow(app, actor, after, |change| {
        moved |= change.kind == ChangeKind::Calendar && Some(change.subject) == own;
        Ok(())
    })
    .await?;
    Ok(moved)
}

pub(super) async fn get(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    let all = all(&app, &actor).await?;
    let found = all.iter().find(|(name, _)| *name == id);
    let (id, value) = found.ok_or_else(Fault::not_found)?;
    Ok(Json(setting(id, value)))
}

async fn all(app: &App, actor: &Actor) -> Result<Vec<(&'static str, String)>, Fault> {
    let calendars = app.hub.calendars(actor).await?;
    let own = primary(&calendars, &email(app, actor).await?).map(|own| own.time_zone.clone());
    let mut all: Vec<_> = FIXED.map(|(id, value)| (id, value.to_owned())).into();
    all.push((ZONE, own.unwrap_or_else(|| "UTC".to_owned())));
    all.sort_unstable();
    Ok(all)
}

fn setting(id: &str, value: &str) -> Value {
    json!({"kind": "calendar#setting", "etag": "\"s0\"", "id": id, "value": value})
}
