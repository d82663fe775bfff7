//! `settings.list`, `settings.get`: what a person has chosen in Google's app, which nobody does here
//! (<https://developers.google.com/workspace/calendar/api/v3/reference/settings>).

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::{
    Fault,
    place::{email, primary},
    query::Query,
    signed::Signed,
    tokens,
};
use crate::App;

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

pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    query: Query,
) -> Result<Json<Value>, Fault> {
    let position = app.hub.position(&actor).await?;
    let all = all(&app, &actor).await?;
    // Nothing ever changes, so nothing has since.
    let items = match query.get("syncToken") {
        Some(token) => {
            tokens::position(&app, token)?;
            Vec::new()
        }
        None => all.iter().map(|(id, value)| setting(id, value)).collect(),
    };
    Ok(Json(json!({
        "kind": "calendar#settings",
        "etag": "\"s0\"",
        "items": items,
        "nextSyncToken": tokens::sync(&app, position),
    })))
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

async fn all(app: &App, actor: &identity::Actor) -> Result<Vec<(&'static str, String)>, Fault> {
    let calendars = app.hub.calendars(actor).await?;
    let own = primary(&calendars, &email(app, actor).await?).map(|own| own.time_zone.clone());
    let mut all: Vec<_> = FIXED.map(|(id, value)| (id, value.to_owned())).into();
    all.push(("timezone", own.unwrap_or_else(|| "UTC".to_owned())));
    all.sort_unstable();
    Ok(all)
}

fn setting(id: &str, value: &str) -> Value {
    json!({"kind": "calendar#setting", "etag": "\"s0\"", "id": id, "value": value})
}
