//! Push channels: `events.watch` and `channels.stop`.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use hub::CalendarId;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use protocols::google::{Channel, client_id};
use serde_json::{Map, Value};

use super::{Fault, place::Place, signed::Signed};
use crate::{App, Flavour, Terms, Watcher};

/// How long a channel lives if its owner does not say.
const LIFE_DAYS: i64 = 7;
/// How long it lives at most.
const LIFE_DAYS_MAX: i64 = 30;
/// Longest id of a channel, in characters.
const ID_MAX: usize = 64;
/// Longest token of a channel, in characters.
const TOKEN_MAX: usize = 256;

type Body = Result<Json<Channel>, JsonRejection>;

fn channel(body: Body) -> Result<Channel, Fault> {
    let Json(channel) = body.map_err(|_| Fault::new(400, "parseError", "Parse Error"))?;
    Ok(channel)
}

pub(super) async fn watch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    body: Body,
) -> Result<Json<Channel>, Fault> {
    let asked = channel(body)?;
    let place = Place::of(&app, &actor, &calendar).await?;
    if !matches!(asked.channel_type.as_deref(), Some("web_hook" | "webhook")) {
        return Err(Fault::invalid("Unknown channel type: web_hook is needed."));
    }
    let id = asked
        .id
        .filter(|id| !id.is_empty() && id.chars().count() <= ID_MAX);
    let id = id.ok_or_else(|| Fault::required("Missing or too long channel id."))?;
    let token = asked.token.unwrap_or_default();
    if token.chars().count() > TOKEN_MAX {
        return Err(Fault::invalid("The channel token is too long."));
    }
    let address = asked
        .address
        .ok_or_else(|| Fault::required("Missing address."))?;
    let known = app.watchers.list().await;
    if known.iter().any(|w| w.client_id == id && w.is_of(&actor)) {
        return Err(Fault::new(
            400,
            "channelIdNotUnique",
            format!("Channel id {id} not unique"),
        ));
    }
    let now = app.hub.clock().now();
    let expires = match (&asked.expiration, ttl(&asked.rest)?) {
        (None, Some(seconds)) => {
            let life = SignedDuration::from_secs(seconds);
            now.saturating_add(life)
                .unwrap_or(now)
                .min(after(now, LIFE_DAYS_MAX))
        }
        (expiration, _) => expiry(expiration.as_deref(), now)?,
    };
    let watcher = Watcher {
        id: app.hub.ids().uuid(),
        client_id: id.clone(),
        calendar: place.calendar.id,
        address,
        token: token.clone(),
        expires,
        flavour: Flavour::Google,
        terms: Terms::default(),
        user: actor.user(),
        program: actor.program().map(str::to_owned),
    };
    let opened = app.watchers.open(watcher).await;
    opened.map_err(|why| Fault::new(400, "push.webhookUrlUnauthorized", why))?;
    Ok(Json(Channel {
        kind: Some("api#channel".to_owned()),
        id: Some(id),
        resource_id: Some(resource_id(place.calendar.id)),
        resource_uri: Some(resource_uri(&app.public_url, &place.calendar.slug)),
        token: Some(token).filter(|token| !token.is_empty()),
        expiration: Some(expires.as_millisecond().to_string()),
        ..Channel::default()
    }))
}

/// What a channel watches, the events of a calendar: what clients stop it by, and what its messages say.
#[must_use]
pub fn resource_id(calendar: CalendarId) -> String {
    client_id(calendar.0.as_bytes())
}

/// Its address.
#[must_use]
pub fn resource_uri(root: &str, slug: &str) -> String {
    let name = utf8_percent_encode(slug, NON_ALPHANUMERIC);
    format!("{root}calendar/v3/calendars/{name}/events?alt=json")
}

fn expiry(asked: Option<&str>, now: Timestamp) -> Result<Timestamp, Fault> {
    let Some(asked) = asked else {
        return Ok(after(now, LIFE_DAYS));
    };
    let millis = asked.parse().ok();
    let asked = millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    let asked = asked.filter(|at| *at > now);
    let asked = asked.ok_or_else(|| {
        Fault::invalid("Invalid expiration: future Unix milliseconds are needed.")
    })?;
    Ok(asked.min(after(now, LIFE_DAYS_MAX)))
}

/// `params.ttl`: how long a channel is to live, in seconds.
fn ttl(rest: &Map<String, Value>) -> Result<Option<i64>, Fault> {
    let said = rest.get("params").and_then(|params| params.get("ttl"));
    let Some(said) = said.filter(|said| !said.is_null()) else {
        return Ok(None);
    };
    let number = said.as_i64().or_else(|| said.as_str()?.parse().ok());
    let number = number.filter(|seconds| *seconds > 0);
    number
        .map(Some)
        .ok_or_else(|| Fault::invalid("Invalid ttl: seconds are needed."))
}

fn after(now: Timestamp, days: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_hours(24 * days))
        .unwrap_or(now)
}

pub(super) async fn stop(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body,
) -> Result<StatusCode, Fault> {
    let asked = channel(body)?;
    let (Some(id), Some(resource_id)) = (asked.id, asked.resource_id) else {
        return Err(Fault::required("Missing id or resourceId."));
    };
    for watcher in app.watchers.list().await {
        if watcher.flavour == Flavour::Google
            && watcher.client_id == id
            && self::resource_id(watcher.calendar) == resource_id
            && watcher.is_of(&actor)
        {
            app.watchers.close(watcher.id).await;
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Fault::new(
        404,
        "notFound",
        format!("Channel '{id}' not found for project"),
    ))
}
