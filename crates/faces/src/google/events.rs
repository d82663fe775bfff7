//! `events.list`, `events.get`, `events.instances`.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use calendar::Window;
use jiff::{SignedDuration, Timestamp};
use protocols::google::{Event as Wire, Events};
use serde_json::Map;

use super::{
    Fault,
    calendars::role,
    check,
    entry::Kept,
    filter::Filter,
    listing::{self, Listing, Order},
    place::Place,
    query::Query,
    render,
    shape::Shape,
    signed::Signed,
    tokens::{self, Next, Page},
};
use crate::App;

/// Items of a page, if the client does not say.
const PAGE_DEFAULT: usize = 250;
/// Most items of a page.
const PAGE_MAX: usize = 2_500;

/// What cannot be said together with a sync token.
const NOT_WITH_SYNC: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];

pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
) -> Result<Json<Events>, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let shape = Shape::of(&query, &place)?;
    query.choice("eventTypes", &check::TYPES)?;
    for name in ["alwaysIncludeEmail", "showHiddenInvitations"] {
        query.flag(name)?;
    }
    let single_events = query.flag("singleEvents")?.unwrap_or(false);
    let listing = Listing {
        app: &app,
        actor: &actor,
        place: &place,
        filter: Filter::of(&query)?,
        time_min: query.instant("timeMin")?,
        time_max: query.instant("timeMax")?,
        single_events,
        show_deleted: query.flag("showDeleted")?.unwrap_or(false),
        order: order(&query, single_events)?,
        limit: limit(&app, &query)?,
    };
    if let (Some(min), Some(max)) = (listing.time_min, listing.time_max)
        && min >= max
    {
        return Err(Fault::time_range_empty());
    }
    let page = begin(&app, &listing, &query).await?;
    remembered(&app, &query)?;
    let (items, next) = listing.page(&page).await?;
    let items = items.into_iter().map(|item| shape.apply(item)).collect();
    Ok(Json(envelope(
        &app,
        &place,
        &query,
        page.position,
        items,
        next,
    )))
}

/// Refuses to say what was changed since a time that is too long ago.
fn remembered(app: &App, query: &Query) -> Result<(), Fault> {
    let days = i64::from(app.dialect.changed_days);
    let Some(since) = query.instant("updatedMin")?.filter(|_| days > 0) else {
        return Ok(());
    };
    let oldest = app.hub.clock().now() - SignedDuration::from_hours(24 * days);
    if since < oldest {
        return Err(Fault::too_long_ago());
    }
    Ok(())
}

fn order(query: &Query, single_events: bool) -> Result<Order, Fault> {
    match query.get("orderBy") {
        None => Ok(Order::None),
        Some("updated") => Ok(Order::Updated),
        Some("startTime") if single_events => Ok(Order::StartTime),
        Some("startTime") => {
            let message = "The requested ordering is not available for the particular query.";
            Err(Fault::parameter("orderBy", message))
        }
        Some(_) => {
            query.choice("orderBy", &["startTime", "updated"])?;
            Ok(Order::None)
        }
    }
}

fn limit(app: &App, query: &Query) -> Result<usize, Fault> {
    let asked = query
        .count("maxResults")?
        .unwrap_or(PAGE_DEFAULT)
        .min(PAGE_MAX);
    Ok(match app.dialect.page_max {
        0 => asked,
        most => asked.min(most),
    })
}

/// Where the listing begins or goes on.
async fn begin(app: &App, listing: &Listing<'_>, query: &Query) -> Result<Page, Fault> {
    if let Some(token) = query.get("syncToken") {
        let forbidden = NOT_WITH_SYNC.iter().any(|name| query.get(name).is_some());
        if forbidden || query.flag("showDeleted")? == Some(false) {
            return Err(Fault::sync_token_restricted());
        }
        let after = tokens::position(app, token)?;
        if let Some(token) = query.get("pageToken") {
            return tokens::page(token);
        }
        let position = app.hub.position(listing.actor).await?;
        let next = Next::Changes(after);
        return Ok(Page { position, next });
    }
    if let Some(token) = query.get("pageToken") {
        return tokens::page(token);
    }
    let position = app.hub.position(listing.actor).await?;
    let next = Next::Offset(0);
    Ok(Page { position, next })
}

fn envelope(
    app: &App,
    place: &Place,
    query: &Query,
    position: i64,
    items: Vec<Wire>,
    next: Option<Next>,
) -> Events {
    // A listing in an order, or of some events only, is not one to go on from.
    let partial = [
        "orderBy",
        "q",
        "updatedMin",
        "iCalUID",
        "privateExtendedProperty",
        "sharedExtendedProperty",
    ];
    let resumable = !partial.iter().any(|name| query.get(name).is_some());
    let is_last = next.is_none();
    let calendar = &place.calendar;
    let mut rest = Map::new();
    if let Some(description) = &calendar.description {
        rest.insert("description".to_owned(), description.clone().into());
    }
    Events {
        kind: Some("calendar#events".to_owned()),
        etag: Some(format!("\"p{position}\"")),
        summary: Some(calendar.name.clone()),
        updated: Some(render::time(app.hub.clock().now())),
        time_zone: Some(
            query
                .get("timeZone")
                .unwrap_or(&calendar.time_zone)
                .to_owned(),
        ),
        access_role: Some(role(calendar).to_owned()),
        default_reminders: Some(Kept::of(calendar).reminders()),
        next_page_token: next.map(|next| tokens::encode(&Page { position, next })),
        next_sync_token: (is_last && resumable).then(|| tokens::sync(app, position)),
        items,
        rest,
    }
}

pub(super) async fn get(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, event)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let shape = Shape::of(&query, &place)?;
    let target = place.target(&app, &actor, &event).await?;
    let etag = render::etag(&target.view);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known == "*" || known.split(',').any(|tag| tag.trim() == etag)) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(shown(shape.apply(match target.occurrence {
        Some(occurrence) => render::instance(&place, &target.view, occurrence),
        None => render::master(&place, &target.view),
    })))
}

/// An event as an answer, with its tag as a header too.
pub(super) fn shown(wire: Wire) -> Response {
    let etag = wire
        .etag
        .as_deref()
        .and_then(|tag| HeaderValue::from_str(tag).ok());
    let mut response = Json(wire).into_response();
    if let Some(etag) = etag {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

pub(super) async fn instances(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, event)): Path<(String, String)>,
    query: Query,
) -> Result<Json<Events>, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let view = place.target(&app, &actor, &event).await?.view;
    if !view.alive {
        return Err(Fault::not_found());
    }
    let filter = Filter::default();
    let shape = Shape::of(&query, &place)?;
    let listing = Listing {
        app: &app,
        actor: &actor,
        place: &place,
        filter,
        time_min: query.instant("timeMin")?,
        time_max: query.instant("timeMax")?,
        single_events: true,
        show_deleted: query.flag("showDeleted")?.unwrap_or(false),
        order: Order::None,
        limit: limit(&app, &query)?,
    };
    let page = match query.get("pageToken") {
        Some(token) => tokens::page(token)?,
        None => Page {
            position: app.hub.position(&actor).await?,
            next: Next::Offset(0),
        },
    };
    let window: Window = listing.asked(app.hub.clock().now());
    let mut items = listing::instances(&place, &view, window, listing.show_deleted);
    if let Some(original) = query.get("originalStart") {
        let wanted: Option<Timestamp> = original.parse().ok();
        items.retain(|item| {
            let start = item.original_start_time.as_ref();
            let at = start.and_then(|s| s.date_time.as_deref()?.parse::<Timestamp>().ok());
            at.is_some_and(|at| Some(at) == wanted)
                || start.and_then(|s| s.date.as_deref()) == Some(original)
        });
    }
    let Next::Offset(offset) = page.next else {
        return Err(Fault::parameter("pageToken", "Invalid page token value."));
    };
    let more = items.len() > offset + listing.limit;
    let items = items.into_iter().skip(offset).take(listing.limit);
    let items = items.map(|item| shape.apply(item)).collect();
    let next = more.then(|| Next::Offset(offset + listing.limit));
    Ok(Json(envelope(
        &app,
        &place,
        &query,
        page.position,
        items,
        next,
    )))
}
