//! `/extensions`: properties of a client's own beside an event
//! (<https://learn.microsoft.com/en-us/graph/api/resources/opentypeextension>).

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hub::{CopyId, Enclosure, EnclosureKind};
use serde_json::{Map, Value, json};

use super::{call::Call, events::found, fault::Fault, path::Which, view};

/// Extensions per page.
const PAGE: usize = 10;
/// Largest extension, in bytes of JSON.
const BYTES_MAX: usize = 8 * 1024;
/// Longest name, in characters.
const NAME_MAX: usize = 128;
/// As the ids of those of Outlook begin.
const PREFIX: &str = "Microsoft.OutlookServices.OpenTypeExtension.";

/// All extensions of an event.
pub(super) async fn list(call: &Call, which: Option<&Which>, id: &str) -> Result<Response, Fault> {
    let (event, _) = found(call, which, id).await?;
    let all = of(call, event.id).await?;
    let all = all.iter().map(shown).collect();
    Ok(view::paged(call, all, &context(call, id), PAGE))
}

/// One extension.
pub(super) async fn get(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    name: &str,
) -> Result<Response, Fault> {
    let extension = named(call, which, id, name).await?;
    Ok(answer(call, StatusCode::OK, id, &extension))
}

/// Puts an extension beside an event.
pub(super) async fn create(
    call: &Call,
    which: Option<&Which>,
    id: &str,
) -> Result<Response, Fault> {
    let (event, _) = found(call, which, id).await?;
    let extension = add(call, event.id, call.object()?).await?;
    Ok(answer(call, StatusCode::CREATED, id, &extension))
}

/// Sets properties of an extension; null takes one away.
pub(super) async fn patch(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    name: &str,
) -> Result<Response, Fault> {
    let extension = named(call, which, id, name).await?;
    let mut content = extension.content.clone();
    for (name, value) in own_properties(call.object()?) {
        match (&mut content, value) {
            (Value::Object(own), Value::Null) => drop(own.shift_remove(&name)),
            (Value::Object(own), value) => drop(own.insert(name, value)),
            _ => {}
        }
    }
    check(&content)?;
    let hub = &call.app.hub;
    let changed = hub.replace_enclosure(&call.actor, extension, content);
    Ok(answer(call, StatusCode::OK, id, &changed.await?))
}

/// Takes an extension away.
pub(super) async fn delete(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    name: &str,
) -> Result<Response, Fault> {
    let extension = named(call, which, id, name).await?;
    let hub = &call.app.hub;
    hub.remove_enclosure(&call.actor, &extension).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Keeps an extension that a client sent.
pub(super) async fn add(
    call: &Call,
    copy: CopyId,
    sent: Map<String, Value>,
) -> Result<Enclosure, Fault> {
    let name = sent.get("extensionName").and_then(Value::as_str);
    let name = name.filter(|name| !name.is_empty() && name.chars().count() <= NAME_MAX);
    let name = name.ok_or_else(|| Fault::property("extensionName: is required"))?;
    let name = name.to_owned();
    let there = of(call, copy).await?;
    if there.iter().any(|other| is_called(other, &name)) {
        return Err(hub::Error::Taken("the extension's name").into());
    }
    let mut content = Map::new();
    content.insert("extensionName".to_owned(), json!(name));
    content.extend(own_properties(sent));
    let content = Value::Object(content);
    check(&content)?;
    let (hub, kind) = (&call.app.hub, EnclosureKind::Extension);
    Ok(hub.enclose(&call.actor, copy, kind, content).await?)
}

/// What is the client's own of what it sent.
fn own_properties(sent: Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    let fixed = |name: &str| matches!(name, "id" | "extensionName") || name.starts_with("@odata");
    sent.into_iter().filter(move |(name, _)| !fixed(name))
}

fn check(content: &Value) -> Result<(), Fault> {
    if content.to_string().len() > BYTES_MAX {
        return Err(Fault::too_large());
    }
    Ok(())
}

async fn of(call: &Call, copy: CopyId) -> Result<Vec<Enclosure>, Fault> {
    let (hub, kind) = (&call.app.hub, EnclosureKind::Extension);
    Ok(hub.enclosures(&call.actor, copy, kind).await?)
}

async fn named(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    name: &str,
) -> Result<Enclosure, Fault> {
    let (event, _) = found(call, which, id).await?;
    let mut all = of(call, event.id).await?.into_iter();
    all.find(|one| is_called(one, name))
        .ok_or_else(Fault::missing)
}

/// By its name, or by its id.
pub(super) fn is_called(extension: &Enclosure, name: &str) -> bool {
    let short = if name.len() > PREFIX.len()
        && name.is_char_boundary(PREFIX.len())
        && name[..PREFIX.len()].eq_ignore_ascii_case(PREFIX)
    {
        &name[PREFIX.len()..]
    } else {
        name
    };
    let own = extension.content["extensionName"].as_str();
    own.is_some_and(|own| own.eq_ignore_ascii_case(short))
}

fn context(call: &Call, id: &str) -> String {
    let owner = call.owner.id;
    format!(
        "{}$metadata#users('{owner}')/events('{id}')/extensions",
        call.root
    )
}

fn answer(call: &Call, status: StatusCode, id: &str, extension: &Enclosure) -> Response {
    let mut body = shown(extension);
    body["@odata.context"] = json!(format!("{}/$entity", context(call, id)));
    let name = body["id"].as_str().unwrap_or_default();
    let location = format!("{}me/events/{id}/extensions/{name}", call.root);
    (status, [(header::LOCATION, location)], Json(body)).into_response()
}

/// An extension as an item.
pub(super) fn shown(extension: &Enclosure) -> Value {
    let name = extension.content["extensionName"].as_str();
    let mut item = Map::new();
    item.insert(
        "@odata.type".to_owned(),
        json!("#microsoft.graph.openTypeExtension"),
    );
    let id = format!("{PREFIX}{}", name.unwrap_or_default());
    item.insert("id".to_owned(), json!(id));
    item.extend(extension.content.as_object().cloned().unwrap_or_default());
    Value::Object(item)
}
