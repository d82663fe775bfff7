//! `/me/calendars`.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hub::{
    Access, CalendarId, CalendarView,
    calendars::{CalendarEdit, NewCalendar},
};
use protocols::microsoft::wire;
use serde_json::{Value, json};

use super::{
    call::Call, colors, events, fault::Fault, fields, groups, ids, kept::Kept, path::Which,
};

/// Calendars per page.
const PAGE: usize = 10;

/// The calendars of a group, or all, by pages.
pub(super) async fn list(call: &Call, group: Option<&str>) -> Result<Response, Fault> {
    let group = match group {
        Some(id) => Some(groups::named(call, id).await?),
        None => None,
    };
    let mut all = call.calendars().await?;
    let own = all.iter().find(|calendar| !calendar.shared);
    let default = own.map(|calendar| calendar.id);
    if let Some(group) = &group {
        all.retain(|calendar| groups::is_in(calendar, group.as_deref()));
    }
    let mut items = Vec::new();
    for calendar in &all {
        items.push(owned(call, calendar, Some(calendar.id) == default).await?);
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

/// The calendar in which an event is.
pub(super) async fn of_event(
    call: &Call,
    which: Option<&Which>,
    id: &str,
) -> Result<Response, Fault> {
    let (_, calendar) = events::found(call, which, id).await?;
    answer(call, StatusCode::OK, &calendar).await
}

/// Makes a calendar, in a group if one is named.
pub(super) async fn create(call: &Call, group: Option<&str>) -> Result<Response, Fault> {
    let sent: wire::Calendar = call.json()?;
    let color = color(&sent)?;
    let name = sent.name.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Fault::property("name: is required"))?;
    name_is_free(call, &name, None).await?;
    let group = match group {
        Some(id) => groups::named(call, id).await?,
        None => None,
    };
    let new = NewCalendar {
        name,
        color,
        time_zone: Some(call.owner.time_zone.clone()),
        slug: None,
        ..NewCalendar::default()
    };
    let hub = &call.app.hub;
    let mut made = hub.create_calendar(&call.actor, new).await?;
    if group.is_some() {
        let kept = Kept {
            group,
            ..Kept::default()
        };
        made = hub
            .update_calendar(&call.actor, made.id, kept.edit())
            .await?;
    }
    answer(call, StatusCode::CREATED, &made).await
}

/// Renames or recolours a calendar.
pub(super) async fn patch(call: &Call, which: &Which) -> Result<Response, Fault> {
    let sent: wire::Calendar = call.json()?;
    let calendar = call.calendar(which).await?;
    let color = color(&sent)?;
    if let Some(name) = &sent.name {
        name_is_free(call, name, Some(calendar.id)).await?;
    }
    let edit = CalendarEdit {
        name: sent.name,
        color,
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
        return Err(Fault::distinguished());
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
    let mut item = owned(call, calendar, calendar.id == default).await?;
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

/// The colour that a client chose: one of its own, or a word of the palette.
fn color(sent: &wire::Calendar) -> Result<Option<String>, Fault> {
    if let Some(hex) = sent.hex_color.as_deref().filter(|hex| is_hex(hex)) {
        return Ok(Some(hex.to_owned()));
    }
    match sent.color.as_ref().map(wire::CalendarColor::as_str) {
        None | Some("auto" | "maxColor") => Ok(None),
        Some(word) => {
            let color = colors::of(word).ok_or_else(|| Fault::word(word))?;
            Ok(Some(color.to_owned()))
        }
    }
}

/// Two calendars of a mailbox have not the same name.
async fn name_is_free(call: &Call, name: &str, own: Option<CalendarId>) -> Result<(), Fault> {
    let all = call.app.hub.calendars(&call.actor).await?;
    let name = name.trim();
    let mut others = all
        .iter()
        .filter(|calendar| Some(calendar.id) != own && !calendar.shared);
    if others.any(|calendar| calendar.name.eq_ignore_ascii_case(name)) {
        return Err(Fault::name_taken(name));
    }
    Ok(())
}

/// A calendar as an item, with whoever it belongs to.
async fn owned(call: &Call, calendar: &CalendarView, default: bool) -> Result<Value, Fault> {
    let mut item = shown(call, calendar, default);
    if calendar.shared
        && let Some(owner) = call.app.hub.owner_of(&call.actor, calendar.id).await?
    {
        item["owner"] = json!({"name": owner.name, "address": owner.email});
    }
    Ok(item)
}

/// A calendar as an item. `default`: whether it is the mailbox's own one.
pub(super) fn shown(call: &Call, calendar: &CalendarView, default: bool) -> Value {
    let (word, hex) = colors::shown(calendar.color.as_deref());
    json!({
        "id": ids::of_calendar(calendar.id),
        "name": calendar.name,
        "color": word,
        "hexColor": hex,
        "isDefaultCalendar": default,
        "changeKey": change_key(calendar),
        "canShare": calendar.access == Access::Owner,
        "canViewPrivateItems": calendar.access >= Access::Write,
        "canEdit": !calendar.read_only,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": default,
        "isRemovable": !default && !calendar.shared,
        "owner": {"name": call.owner.name, "address": call.owner.email},
    })
}

/// Another one for each state of what is shown.
fn change_key(calendar: &CalendarView) -> String {
    let text = format!("{:?}{:?}{:?}", calendar.name, calendar.color, calendar.kept);
    // FNV-1a: two states of one calendar need different keys, nothing else.
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let state = text.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
    let mut bytes = calendar.id.0.as_bytes().to_vec();
    bytes.extend_from_slice(&state.to_be_bytes());
    BASE64_STANDARD.encode(bytes)
}

fn is_hex(color: &str) -> bool {
    color
        .strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}
