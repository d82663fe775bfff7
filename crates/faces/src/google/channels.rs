//! Push channels: `watch` of events, rules, the list of calendars and settings, and `channels.stop`.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use hub::UserId;
use identity::Actor;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use protocols::google::{Channel, client_id};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Fault, acl, calendar_list, place::Place, query::Query, signed::Signed};
use crate::{App, Flavour, Terms, Watched, Watcher};

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

/// `events.watch`.
pub(super) async fn watch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    body: Body,
) -> Result<Json<Channel>, Fault> {
    let asked = channel(body)?;
    let place = Place::of(&app, &actor, &calendar).await?;
    let watched = Watched::Events(place.calendar.id);
    open(&app, &actor, watched, &place.calendar.slug, asked).await
}

/// `acl.watch`, for whoever may read the rules.
pub(super) async fn watch_rules(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Channel>, Fault> {
    let asked = channel(body)?;
    query.flag("showDeleted")?;
    let place = Place::of(&app, &actor, &calendar).await?;
    acl::rules(&app, &actor, &place).await?;
    let watched = Watched::Rules(place.calendar.id);
    open(&app, &actor, watched, &place.calendar.slug, asked).await
}

/// `calendarList.watch`.
pub(super) async fn watch_list(
    State(app): State<App>,
    Signed(actor): Signed,
    query: Query,
    body: Body,
) -> Result<Json<Channel>, Fault> {
    let asked = channel(body)?;
    calendar_list::least(&query)?;
    for name in ["showDeleted", "showHidden"] {
        query.flag(name)?;
    }
    open(&app, &actor, Watched::Calendars, "", asked).await
}

/// `settings.watch`.
pub(super) async fn watch_settings(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body,
) -> Result<Json<Channel>, Fault> {
    open(&app, &actor, Watched::Settings, "", channel(body)?).await
}

/// `slug`: the calendar's, if it is about one.
async fn open(
    app: &App,
    actor: &Actor,
    watched: Watched,
    slug: &str,
    asked: Channel,
) -> Result<Json<Channel>, Fault> {
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
    if known.iter().any(|w| w.client_id == id && w.is_of(actor)) {
        return Err(Fault::new(
            400,
            "channelIdNotUnique",
            format!("Channel id {id} not unique"),
        ));
    }
    let watcher = Watcher {
        id: app.hub.ids().uuid(),
        client_id: id,
        watched,
        address,
        token,
        expires: end(app, asked.expiration.as_deref(), &asked.rest)?,
        due: None,
        flavour: Flavour::Google,
        terms: Terms::default(),
        user: actor.user(),
        program: actor.program().map(str::to_owned),
    };
    let opened = app.watchers.open(watcher.clone()).await;
    opened.map_err(|why| Fault::new(400, "push.webhookUrlUnauthorized", why))?;
    Ok(Json(Channel {
        kind: Some("api#channel".to_owned()),
        resource_id: Some(resource_id(&watcher)),
        resource_uri: Some(resource_uri(&app.public_url, watched, slug)),
        id: Some(watcher.client_id),
        token: Some(watcher.token).filter(|token| !token.is_empty()),
        expiration: Some(watcher.expires.as_millisecond().to_string()),
        ..Channel::default()
    }))
}

/// What a channel watches: what clients stop it by, and what its messages say. It is the same for whoever watches the same.
#[must_use]
pub fn resource_id(watcher: &Watcher) -> String {
    let user = watcher.user.unwrap_or(UserId(Uuid::nil())).0;
    let (kind, id) = match watcher.watched {
        Watched::Events(calendar) => return client_id(calendar.0.as_bytes()),
        Watched::Rules(calendar) => (1, calendar.0),
        Watched::Calendars => (2, user),
        Watched::Settings => (3, user),
    };
    let mut bytes = vec![kind];
    bytes.extend(id.as_bytes());
    client_id(&bytes)
}

/// Its address. `slug`: the calendar's, if it is about one.
#[must_use]
pub fn resource_uri(root: &str, watched: Watched, slug: &str) -> String {
    let name = utf8_percent_encode(slug, NON_ALPHANUMERIC);
    let path = match watched {
        Watched::Events(_) => format!("calendars/{name}/events"),
        Watched::Rules(_) => format!("calendars/{name}/acl"),
        Watched::Calendars => "users/me/calendarList".to_owned(),
        Watched::Settings => "users/me/settings".to_owned(),
    };
    format!("{root}calendar/v3/{path}?alt=json")
}

/// When a channel ends that asks for this.
fn end(app: &App, asked: Option<&str>, rest: &Map<String, Value>) -> Result<Timestamp, Fault> {
    let now = app.hub.clock().now();
    match (asked, ttl(rest)?) {
        (None, Some(seconds)) => {
            let life = SignedDuration::from_secs(seconds);
            let end = now.saturating_add(life).unwrap_or(now);
            Ok(end.min(after(now, LIFE_DAYS_MAX)))
        }
        (expiration, _) => expiry(expiration, now),
    }
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
            && self::resource_id(&watcher) == resource_id
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
