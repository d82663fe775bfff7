//! `/me/calendars`.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hub::{
    CalendarView,
    calendars::{CalendarEdit, NewCalendar},
};
use protocols::microsoft::wire;
use serde_json::{Value, json};

use super::{call::Call, fault::Fault, fields, ids, path::Which};

/// Calendars per page.
const PAGE: usize = 10;

/// All calendars, by pages.
pub(super) async fn list(call: &Call) -> Result<Response, Fault> {
    let all = call.app.hub.calendars(&call.actor).await?;
    let default = all.first().map(|calendar| calendar.id);
    let mut items: Vec<Value> = all
        .iter()
        .map(|calendar| shown(call, calendar, Some(calendar.id) == default))
        .collect();
    if let Some(filter) = &call.query.filter {
        items.retain(|item| filter.holds(item));
    }
    let context = format!(
        "{}$metadata#users('{}')/calendars",
        call.root, call.owner.id
    );
    Ok(super::view::paged(call, items, &context, PAGE))
}

/// One calendar.
pub(super) async fn get(call: &Call, which: &Which) -> Result<Response, Fault> {
    let calendar = call.calendar(which).await?;
    answer(call, StatusCode::OK, &calendar).await
}

/// Makes a calendar.
pub(super) async fn create(call: &Call) -> Result<Response, Fault> {
    let sent: wire::Calendar = call.json()?;
    let new = NewCalendar {
        name: sent
            .name
            .ok_or_else(|| Fault::property("name: is required"))?,
        color: sent.hex_color.filter(|hex| is_hex(hex)),
        time_zone: Some(call.owner.time_zone.clone()),
        slug: None,
        ..NewCalendar::default()
    };
    let made = call.app.hub.create_calendar(&call.actor, new).await?;
    answer(call, StatusCode::CREATED, &made).await
}

/// Renames or recolours a calendar.
pub(super) async fn patch(call: &Call, which: &Which) -> Result<Response, Fault> {
    let sent: wire::Calendar = call.json()?;
    let calendar = call.calendar(which).await?;
    let edit = CalendarEdit {
        name: sent.name,
        color: sent.hex_color.filter(|hex| is_hex(hex)),
        ..CalendarEdit::default()
    };
    let changed = call
        .app
        .hub
        .update_calendar(&call.actor, calendar.id, edit)
        .await?;
    answer(call, StatusCode::OK, &changed).await
}

/// Removes a calendar; not the mailbox's own one.
pub(super) async fn delete(call: &Call, which: &Which) -> Result<Response, Fault> {
    let calendar = call.calendar(which).await?;
    if calendar.id == call.default_calendar().await? {
        return Err(Fault::bad("the default calendar cannot be deleted"));
    }
    call.app
        .hub
        .delete_calendar(&call.actor, calendar.id)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn answer(
    call: &Call,
    status: StatusCode,
    calendar: &CalendarView,
) -> Result<Response, Fault> {
    let default = call.default_calendar().await?;
    let mut item = shown(call, calendar, calendar.id == default);
    let context = format!(
        "{}$metadata#users('{}')/calendars/$entity",
        call.root, call.owner.id
    );
    item["@odata.context"] = json!(context);
    if let Value::Object(item) = &mut item {
        fields::shape(item, &call.query);
    }
    let location = format!(
        "{}me/calendars/{}",
        call.root,
        ids::of_calendar(calendar.id)
    );
    Ok((status, [(header::LOCATION, location)], Json(item)).into_response())
}

fn shown(call: &Call, calendar: &CalendarView, default: bool) -> Value {
    json!({
        "id": ids::of_calendar(calendar.id),
        "name": calendar.name,
        "color": "auto",
        "hexColor": calendar.color.clone().unwrap_or_default(),
        "isDefaultCalendar": default,
        "changeKey": BASE64_STANDARD.encode(calendar.id.0.as_bytes()),
        "canShare": true,
        "canViewPrivateItems": true,
        "canEdit": !calendar.read_only,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": default,
        "isRemovable": !default,
        "owner": {"name": call.owner.name, "address": call.owner.email},
    })
}

fn is_hex(color: &str) -> bool {
    color
        .strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}
