//! `calendarGroups`: one, with all calendars in it.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE};
use serde_json::{Value, json};

use super::{call::Call, fault::Fault, fields, view};

/// Groups per page.
const PAGE: usize = 10;
/// What Outlook calls its first group by.
const CLASS: &str = "0006f0b7-0000-0000-c000-000000000046";

/// All groups.
pub(super) fn list(call: &Call) -> Response {
    let context = format!(
        "{}$metadata#users('{}')/calendarGroups",
        call.root, call.owner.id
    );
    view::paged(call, vec![group(call)], &context, PAGE)
}

/// One group.
pub(super) fn get(call: &Call, id: &str) -> Result<Response, Fault> {
    known(call, id)?;
    let mut group = group(call);
    let context = format!(
        "{}$metadata#users('{}')/calendarGroups/$entity",
        call.root, call.owner.id
    );
    if let Value::Object(group) = &mut group {
        fields::shape(group, &call.query);
        group.insert("@odata.context".to_owned(), json!(context));
    }
    Ok(Json(group).into_response())
}

/// Whether there is such a group.
pub(super) fn known(call: &Call, id: &str) -> Result<(), Fault> {
    (id == self::id(call))
        .then_some(())
        .ok_or_else(Fault::missing)
}

fn id(call: &Call) -> String {
    format!(
        "AAMkAG{}",
        BASE64_URL_SAFE.encode(call.owner.id.0.as_bytes())
    )
}

fn group(call: &Call) -> Value {
    let id = id(call);
    json!({"id": id, "name": "My Calendars", "classId": CLASS, "changeKey": "NreqLYgxdE2DpHBBId74XwAAAAAGZw=="})
}
