//! `/subscriptions`: orders for change notifications.

use axum::{
    Json,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use protocols::microsoft::wire::Subscription;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::{Call, keyed},
    fault::Fault,
    ids, others,
    path::Resource,
    rich,
};
use crate::{Flavour, Terms, Watched, Watcher, auth};

/// How long an order may live, in minutes: a week.
const LIFE_MAX_MINUTES: i64 = 10_080;
/// The same for one that is told what changed.
const LIFE_MAX_RICH_MINUTES: i64 = 1_440;
/// Less than this is raised to it.
const LIFE_MIN: SignedDuration = SignedDuration::from_mins(45);
/// How long before its token or the order ends a program is asked to prove again that it may be told.
const CHALLENGE: SignedDuration = SignedDuration::from_mins(15);
/// Longest `clientState`, in characters.
const STATE_MAX: usize = 128;
/// Longest address, in characters.
const ADDRESS_MAX: usize = 2_000;

/// The orders for calendars of this mailbox.
pub(super) async fn list(call: &Call) -> Result<Response, Fault> {
    let mut all = Vec::new();
    for watcher in call.app.watchers.list().await {
        if own(call, &watcher) {
            all.push(shown(call, &watcher));
        }
    }
    let context = format!("{}$metadata#subscriptions", call.root);
    Ok(Json(json!({"@odata.context": context, "value": all})).into_response())
}

/// One order.
pub(super) async fn get(call: &Call, id: &str) -> Result<Response, Fault> {
    let watcher = found(call, id).await?;
    Ok(Json(with_context(call, &watcher)).into_response())
}

/// Takes an order, once the address has proved that it wants to be told.
pub(super) async fn create(call: &Call) -> Result<Response, Fault> {
    let sent: Subscription = call.json()?;
    let required = |name: &str| Fault::bad(format!("{name} is required"));
    let kinds = sent.change_type.ok_or_else(|| required("changeType"))?;
    let known = |kind: &str| matches!(kind.trim(), "created" | "updated" | "deleted");
    if !kinds.split(',').all(known) {
        return Err(Fault::bad(
            "changeType: created, updated, deleted, with commas between them",
        ));
    }
    let address = sent
        .notification_url
        .ok_or_else(|| required("notificationUrl"))?;
    let token = sent.client_state.unwrap_or_default();
    if token.chars().count() > STATE_MAX {
        return Err(Fault::bad("clientState has at most 128 characters"));
    }
    let lifecycle = sent.lifecycle_notification_url;
    for address in [Some(&address), lifecycle.as_ref()].into_iter().flatten() {
        check_address(address)?;
    }
    let expires = sent
        .expiration_date_time
        .ok_or_else(|| required("expirationDateTime"))?;
    let resource = sent.resource.unwrap_or_default();
    let options = resource.split_once('?').map(|(_, options)| options);
    let sealing = rich::asked(&sent.rest, options)?;
    let mut watcher = Watcher {
        id: call.app.hub.ids().uuid(),
        client_id: String::new(),
        watched: Watched::Events(watched(call, &resource).await?),
        expires: alive(call, expires, sealing.is_some())?,
        terms: Terms {
            resource,
            changes: kinds,
            lifecycle,
            sealing,
        },
        address,
        token,
        due: None,
        flavour: Flavour::Graph,
        user: call.actor.user(),
        program: call.actor.program().map(str::to_owned),
    };
    watcher.due = due(call, &watcher).await?;
    call.app
        .watchers
        .open(watcher.clone())
        .await
        .map_err(Fault::validation)?;
    let location = format!("{}subscriptions/{}", call.root, watcher.id);
    let body = Json(with_context(call, &watcher));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// Changes when an order ends, or where it is told; whoever does that has proved again that they may be told.
pub(super) async fn renew(call: &Call, id: &str) -> Result<Response, Fault> {
    let mut watcher = found(call, id).await?;
    let sent: Subscription = call.json()?;
    let life = sent.lifecycle_notification_url;
    if life.is_some() && life != watcher.terms.lifecycle {
        return Err(Fault::bad(
            "lifecycleNotificationUrl is said when a subscription is made, and cannot be added or changed: make another subscription",
        ));
    }
    if sent.expiration_date_time.is_none() && sent.notification_url.is_none() {
        return Err(Fault::bad("expirationDateTime is required"));
    }
    if let Some(wanted) = sent.expiration_date_time {
        watcher.expires = alive(call, wanted, watcher.terms.sealing.is_some())?;
    }
    if let Some(address) = sent.notification_url {
        check_address(&address)?;
        watcher.address = address;
    }
    let watcher = authorized(call, watcher).await?;
    Ok(Json(with_context(call, &watcher)).into_response())
}

/// Proves again that a program may be told; when the order ends stays.
pub(super) async fn reauthorize(call: &Call, id: &str) -> Result<Response, Fault> {
    authorized(call, found(call, id).await?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Keeps what is changed of an order, if its calendar may still be read. From here on the token of this request counts.
async fn authorized(call: &Call, watcher: Watcher) -> Result<Watcher, Fault> {
    if let Some(calendar) = watcher.watched.calendar() {
        let readable = call.readable(calendar).await;
        readable.map_err(|_| Fault::denied())?;
    }
    let due = due(call, &watcher).await?;
    let watcher = Watcher { due, ..watcher };
    let renewed = call.app.watchers.renew(watcher.clone()).await;
    if renewed.map_err(Fault::validation)? {
        Ok(watcher)
    } else {
        Err(Fault::missing())
    }
}

/// When whoever ordered it is to be asked to prove again that they may be told, if they named an address for that.
async fn due(call: &Call, watcher: &Watcher) -> Result<Option<Timestamp>, Fault> {
    if watcher.terms.lifecycle.is_none() {
        return Ok(None);
    }
    let token = auth::ends(&call.app, &call.headers).await?;
    let now = call.app.hub.clock().now();
    let ends = [token, Some(watcher.expires)].into_iter().flatten();
    Ok(ends.filter_map(|end| before(now, end)).min())
}

/// When a program is asked again that was asked now: before the order itself ends.
#[must_use]
pub fn next_challenge(now: Timestamp, expires: Timestamp) -> Option<Timestamp> {
    before(now, expires).filter(|_| expires.duration_since(now) > CHALLENGE)
}

/// In good time before an end: a quarter of an hour, or a quarter of what is left.
fn before(now: Timestamp, end: Timestamp) -> Option<Timestamp> {
    let left = end.duration_since(now);
    let early = (left / 4).min(CHALLENGE);
    left.is_positive()
        .then(|| end.saturating_sub(early).unwrap_or(end))
}

fn check_address(address: &str) -> Result<(), Fault> {
    if address.chars().count() > ADDRESS_MAX {
        return Err(Fault::bad("addresses have at most 2,000 characters"));
    }
    Ok(())
}

/// Ends an order.
pub(super) async fn delete(call: &Call, id: &str) -> Result<Response, Fault> {
    let watcher = found(call, id).await?;
    call.app.watchers.close(watcher.id).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn found(call: &Call, id: &str) -> Result<Watcher, Fault> {
    let id: Uuid = id.parse().map_err(|_| Fault::missing())?;
    let watcher = call.app.watchers.get(id).await.ok_or_else(Fault::missing)?;
    if own(call, &watcher) {
        Ok(watcher)
    } else {
        Err(Fault::missing())
    }
}

/// Whether an order is for Graph, and was given by this very caller.
fn own(call: &Call, watcher: &Watcher) -> bool {
    watcher.flavour == Flavour::Graph && watcher.is_of(&call.actor)
}

/// The calendar that a resource such as `/me/calendars/{id}/events` names.
async fn watched(call: &Call, resource: &str) -> Result<hub::CalendarId, Fault> {
    let text = resource.split('?').next().unwrap_or_default();
    let text = text.trim_matches('/');
    if text.is_empty() {
        return Err(Fault::bad("resource is required"));
    }
    let decode = |s: &str| {
        percent_encoding::percent_decode_str(s)
            .decode_utf8_lossy()
            .into_owned()
    };
    let segments: Vec<String> = text.split('/').map(decode).flat_map(keyed).collect();
    let (app, actor) = (&call.app, &call.actor);
    let segments = others::seen(app, actor, &call.owner, &Method::GET, segments).await?;
    match Resource::of(&segments) {
        Ok(Resource::Events(which)) => Ok(call.calendar(&which).await?.id),
        _ => Err(Fault::bad(
            "resource: only events of a calendar can be watched",
        )),
    }
}

/// When an order ends: as wished, within what Graph gives. `rich`: what changed is told along.
fn alive(call: &Call, wanted: Timestamp, rich: bool) -> Result<Timestamp, Fault> {
    let most = if rich {
        LIFE_MAX_RICH_MINUTES
    } else {
        LIFE_MAX_MINUTES
    };
    let now = call.app.hub.clock().now();
    let life = wanted.duration_since(now);
    if !life.is_positive() {
        return Err(Fault::bad("expirationDateTime is in the past"));
    }
    if life > SignedDuration::from_mins(most) {
        return Err(Fault::too_long(most));
    }
    let life = life.max(LIFE_MIN);
    Ok(now.saturating_add(life).unwrap_or(wanted))
}

/// What is watched, as its client said it.
fn resource(watcher: &Watcher) -> String {
    match watcher.terms.resource.as_str() {
        "" => watcher.watched.calendar().map_or_else(
            || "me/events".to_owned(),
            |calendar| format!("me/calendars/{}/events", ids::of_calendar(calendar)),
        ),
        said => said.to_owned(),
    }
}

fn changes(watcher: &Watcher) -> &str {
    match watcher.terms.changes.as_str() {
        "" => "created,updated,deleted",
        said => said,
    }
}

fn shown(call: &Call, watcher: &Watcher) -> Value {
    let sealing = watcher.terms.sealing.as_ref();
    json!({
        "id": watcher.id.to_string(),
        "resource": resource(watcher),
        "applicationId": null,
        "changeType": changes(watcher),
        "clientState": watcher.token,
        "notificationUrl": watcher.address,
        "lifecycleNotificationUrl": watcher.terms.lifecycle,
        "expirationDateTime": watcher.expires,
        "creatorId": call.owner.id.to_string(),
        "includeResourceData": sealing.map(|_| true),
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": sealing.map(|sealing| &sealing.certificate),
        "encryptionCertificateId": sealing.map(|sealing| &sealing.id),
        "notificationQueryOptions": null,
        "notificationUrlAppId": null,
    })
}

fn with_context(call: &Call, watcher: &Watcher) -> Value {
    let mut body = shown(call, watcher);
    body["@odata.context"] = json!(format!("{}$metadata#subscriptions/$entity", call.root));
    body
}
