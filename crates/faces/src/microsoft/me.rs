//! `/me`.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{call::Call, fields};

/// Whose mailbox it is.
pub(super) fn get(call: &Call) -> Response {
    let owner = &call.owner;
    let (given, family) = owner.name.split_once(' ').unwrap_or((&owner.name, ""));
    let mut user = match json!({
        "@odata.context": format!("{}$metadata#users/$entity", call.root),
        "businessPhones": [],
        "displayName": owner.name,
        "givenName": given,
        "jobTitle": null,
        "mail": owner.email,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": family,
        "userPrincipalName": owner.email,
        "id": owner.id.to_string(),
    }) {
        serde_json::Value::Object(user) => user,
        _ => serde_json::Map::new(),
    };
    fields::shape(&mut user, &call.query);
    Json(user).into_response()
}
