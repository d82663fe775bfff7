//! `/attachments`: files beside an event (<https://learn.microsoft.com/en-us/graph/api/resources/fileattachment>). An
//! occurrence has those of its series, which are taken away there, and its own.

use axum::{
    Json,
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use calendar::RecurrenceId;
use hub::{CopyId, Enclosure, EnclosureKind};
use serde_json::{Map, Value, json};

use super::{
    call::Call,
    events::found,
    fault::Fault,
    fields,
    ids::{self, EventId},
    path::Which,
    view,
};

/// Files per page.
const PAGE: usize = 10;
/// Largest file that is taken in one request, in bytes.
const FILE_MAX: usize = 3_000_000;
/// Type of what has no other.
const PLAIN: &str = "application/octet-stream";
/// The only kind that is kept.
const FILE: &str = "#microsoft.graph.fileAttachment";

/// All files of an event.
pub(super) async fn list(call: &Call, which: Option<&Which>, id: &str) -> Result<Response, Fault> {
    let (event, _) = found(call, which, id).await?;
    let all = of(call, event.id, occurrence(id)).await?;
    let all = all.iter().map(shown).collect();
    Ok(view::paged(call, all, &context(call, id), PAGE))
}

/// One file.
pub(super) async fn get(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    file: &str,
) -> Result<Response, Fault> {
    let file = named(call, which, id, file).await?;
    Ok(answer(call, StatusCode::OK, id, &file))
}

/// What is in a file.
pub(super) async fn value(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    file: &str,
) -> Result<Response, Fault> {
    let file = named(call, which, id, file).await?;
    let text = file.content["contentBytes"].as_str().unwrap_or_default();
    let bytes = BASE64_STANDARD.decode(text).unwrap_or_default();
    // Never as a page of ours, whatever somebody says that it is.
    let headers = [
        (header::CONTENT_TYPE, PLAIN),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// Puts a file beside an event.
pub(super) async fn create(
    call: &Call,
    which: Option<&Which>,
    id: &str,
) -> Result<Response, Fault> {
    let (event, _) = found(call, which, id).await?;
    let file = add(call, (event.id, occurrence(id)), &call.object()?).await?;
    Ok(answer(call, StatusCode::CREATED, id, &file))
}

/// Takes a file away.
pub(super) async fn delete(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    file: &str,
) -> Result<Response, Fault> {
    let file = named(call, which, id, file).await?;
    if file.occurrence != occurrence(id) {
        let message = "The file is beside the series: it can be taken away there.";
        return Err(Fault::bad(message));
    }
    call.app.hub.remove_enclosure(&call.actor, &file).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Keeps a file that a client sent, beside an event or one of its occurrences.
pub(super) async fn add(
    call: &Call,
    place: (CopyId, Option<RecurrenceId>),
    sent: &Map<String, Value>,
) -> Result<Enclosure, Fault> {
    let kind = sent.get("@odata.type").and_then(Value::as_str);
    if kind.is_some_and(|kind| {
        !kind
            .trim_start_matches('#')
            .eq_ignore_ascii_case(&FILE[1..])
    }) {
        return Err(Fault::bad("Only fileAttachment is supported."));
    }
    let text = |name: &str| sent.get(name).and_then(Value::as_str);
    let name = text("name").filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Fault::property("name: is required"))?;
    let missing = || Fault::property("contentBytes: is required");
    let bytes = BASE64_STANDARD
        .decode(text("contentBytes").ok_or_else(missing)?)
        .map_err(|_| Fault::kind("contentBytes: Cannot convert the literal to Edm.Binary."))?;
    if bytes.len() > FILE_MAX {
        return Err(Fault::too_large());
    }
    let content = json!({
        "name": name.chars().take(255).collect::<String>(),
        "contentType": text("contentType").unwrap_or(PLAIN),
        "contentId": text("contentId"),
        "isInline": sent.get("isInline") == Some(&Value::Bool(true)),
        "size": bytes.len(),
        "contentBytes": BASE64_STANDARD.encode(&bytes),
    });
    let (hub, kind) = (&call.app.hub, EnclosureKind::File);
    Ok(hub.enclose_at(&call.actor, place, kind, content).await?)
}

/// Which occurrence an id names, if it is that of one.
fn occurrence(id: &str) -> Option<RecurrenceId> {
    match EventId::decode(id) {
        Some(EventId::Instance(_, occurrence)) => Some(occurrence),
        _ => None,
    }
}

/// The files of an event, or those of one of its occurrences.
async fn of(
    call: &Call,
    copy: CopyId,
    occurrence: Option<RecurrenceId>,
) -> Result<Vec<Enclosure>, Fault> {
    let (hub, kind) = (&call.app.hub, EnclosureKind::File);
    let mut all = hub.enclosures(&call.actor, copy, kind).await?;
    all.retain(|one| one.occurrence.is_none() || one.occurrence == occurrence);
    Ok(all)
}

async fn named(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    file: &str,
) -> Result<Enclosure, Fault> {
    let (event, _) = found(call, which, id).await?;
    let wanted = ids::file(file).ok_or_else(|| ids::unknown(file))?;
    let mut all = of(call, event.id, occurrence(id)).await?.into_iter();
    all.find(|one| one.id == wanted).ok_or_else(Fault::missing)
}

fn context(call: &Call, id: &str) -> String {
    let owner = call.owner.id;
    format!(
        "{}$metadata#users('{owner}')/events('{id}')/attachments",
        call.root
    )
}

fn answer(call: &Call, status: StatusCode, id: &str, file: &Enclosure) -> Response {
    let mut body = shown(file);
    let location = format!(
        "{}me/events/{id}/attachments/{}",
        call.root,
        ids::of_file(file.id)
    );
    if let Value::Object(body) = &mut body {
        fields::shape(body, &call.query);
        let context = format!("{}/$entity", context(call, id));
        body.insert("@odata.context".to_owned(), json!(context));
    }
    (status, [(header::LOCATION, location)], Json(body)).into_response()
}

/// A file as an item.
pub(super) fn shown(file: &Enclosure) -> Value {
    let said = &file.content;
    json!({
        "@odata.type": FILE,
        "@odata.mediaContentType": said["contentType"],
        "id": ids::of_file(file.id),
        "lastModifiedDateTime": file.created,
        "name": said["name"],
        "contentType": said["contentType"],
        "size": said["size"],
        "isInline": said["isInline"],
        "contentId": said["contentId"],
        "contentLocation": null,
        "contentBytes": said["contentBytes"],
    })
}
