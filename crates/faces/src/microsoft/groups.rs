//! `calendarGroups`: the first, which is always there, and those that people make. A calendar is in the first unless it was
//! made in another.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE};
use hub::CalendarView;
use serde_json::{Value, json};

use super::{
    call::Call,
    fault::Fault,
    fields,
    kept::{Group, Kept},
    path::Which,
    view,
};

/// Groups per page.
const PAGE: usize = 10;
/// What Outlook calls its first group by.
const CLASS: &str = "0006f0b7-0000-0000-c000-000000000046";
/// Most groups of a mailbox.
const GROUPS_MAX: usize = 100;

/// All groups.
pub(super) async fn list(call: &Call) -> Result<Response, Fault> {
    let made = mailbox(call).await?.1.groups;
    let all = std::iter::once(first(call)).chain(made.iter().map(shown));
    Ok(view::paged(call, all.collect(), &context(call), PAGE))
}

/// One group.
pub(super) async fn get(call: &Call, id: &str) -> Result<Response, Fault> {
    if id == self::id(call) {
        return Ok(answer(call, StatusCode::OK, first(call)));
    }
    let made = mailbox(call).await?.1.groups;
    let group = made.iter().find(|group| group.id == id);
    let group = group.ok_or_else(Fault::missing)?;
    Ok(answer(call, StatusCode::OK, shown(group)))
}

/// Makes a group.
pub(super) async fn create(call: &Call) -> Result<Response, Fault> {
    let name = name(call)?;
    let (own, mut kept) = mailbox(call).await?;
    if kept.groups.len() >= GROUPS_MAX {
        return Err(Fault::bad(format!(
            "a mailbox has at most {GROUPS_MAX} groups"
        )));
    }
    if kept.groups.iter().any(|group| group.name == name) {
        return Err(Fault::name_taken(&name));
    }
    let unique = call.app.hub.ids().uuid();
    let group = Group {
        id: format!("AAMkAG{}", BASE64_URL_SAFE.encode(unique.as_bytes())),
        name,
        version: 1,
    };
    kept.groups.push(group.clone());
    keep(call, &own, &kept).await?;
    Ok(answer(call, StatusCode::CREATED, shown(&group)))
}

/// Renames a group; not the first.
pub(super) async fn patch(call: &Call, id: &str) -> Result<Response, Fault> {
    let name = name(call)?;
    let (own, mut kept) = mailbox(call).await?;
    let group = kept.groups.iter_mut().find(|group| group.id == id);
    let group = group.ok_or_else(|| refusal(call, id))?;
    group.name = name;
    group.version = group.version.saturating_add(1);
    let told = shown(group);
    keep(call, &own, &kept).await?;
    Ok(answer(call, StatusCode::OK, told))
}

/// Removes a group in which there is no calendar.
pub(super) async fn delete(call: &Call, id: &str) -> Result<Response, Fault> {
    let (own, mut kept) = mailbox(call).await?;
    let place = kept.groups.iter().position(|group| group.id == id);
    let place = place.ok_or_else(|| refusal(call, id))?;
    let calendars = call.app.hub.calendars(&call.actor).await?;
    if calendars.iter().any(|calendar| is_in(calendar, Some(id))) {
        return Err(Fault::group_not_empty());
    }
    kept.groups.remove(place);
    keep(call, &own, &kept).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The group that an id names: `None` for the first, which calendars need not say that they are in.
pub(super) async fn named(call: &Call, id: &str) -> Result<Option<String>, Fault> {
    if id == self::id(call) {
        return Ok(None);
    }
    let made = mailbox(call).await?.1.groups;
    let known = made.iter().any(|group| group.id == id);
    known
        .then(|| Some(id.to_owned()))
        .ok_or_else(Fault::missing)
}

/// Whether a calendar is in a group; `None` is the first.
pub(super) fn is_in(calendar: &CalendarView, group: Option<&str>) -> bool {
    Kept::of(calendar).group.as_deref() == group
}

/// The mailbox's own calendar, and what is kept beside it.
async fn mailbox(call: &Call) -> Result<(CalendarView, Kept), Fault> {
    let own = call.calendar(&Which::Default).await?;
    let kept = Kept::of(&own);
    Ok((own, kept))
}

async fn keep(call: &Call, own: &CalendarView, kept: &Kept) -> Result<(), Fault> {
    let hub = &call.app.hub;
    hub.update_calendar(&call.actor, own.id, kept.edit())
        .await?;
    Ok(())
}

/// The first group is there and stays; others are not known.
fn refusal(call: &Call, id: &str) -> Fault {
    if id == self::id(call) {
        Fault::bad("The first calendar group can be neither renamed nor removed.")
    } else {
        Fault::missing()
    }
}

fn name(call: &Call) -> Result<String, Fault> {
    let sent = call.object()?;
    let name = sent.get("name").and_then(Value::as_str).map(str::trim);
    let name = name.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Fault::property("name: is required"))?;
    Ok(name.chars().take(255).collect())
}

fn id(call: &Call) -> String {
    format!(
        "AAMkAG{}",
        BASE64_URL_SAFE.encode(call.owner.id.0.as_bytes())
    )
}

fn context(call: &Call) -> String {
    let owner = call.owner.id;
    format!("{}$metadata#users('{owner}')/calendarGroups", call.root)
}

fn answer(call: &Call, status: StatusCode, mut group: Value) -> Response {
    let id = group["id"].as_str().unwrap_or_default();
    let location = format!("{}me/calendarGroups/{id}", call.root);
    if let Value::Object(group) = &mut group {
        fields::shape(group, &call.query);
        let context = format!("{}/$entity", context(call));
        group.insert("@odata.context".to_owned(), json!(context));
    }
    (status, [(header::LOCATION, location)], Json(group)).into_response()
}

fn first(call: &Call) -> Value {
    let id = id(call);
    json!({"id": id, "name": "My Calendars", "classId": CLASS, "changeKey": "NreqLYgxdE2DpHBBId74XwAAAAAGZw=="})
}

fn shown(group: &Group) -> Value {
    let key = BASE64_URL_SAFE.encode(format!("{}{}", group.id, group.version));
    // Those that people make have a class each.
    let class = group.id.bytes().rev().fold(0u128, |all, byte| {
        all.wrapping_mul(31).wrapping_add(u128::from(byte))
    });
    let class = uuid::Uuid::from_u128(class);
    json!({"id": group.id, "name": group.name, "classId": class, "changeKey": key})
}
