//! sync-collection (RFC 6578).

use axum::response::Response as HttpResponse;
use hub::{CalendarView, CopyId, EventView, changes::CHANGES_MAX};
use protocols::caldav::{Multistatus, Response, SyncCollection, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        properties::{Properties, TOKEN, sync_token},
        propfind::PAGE,
        request::Request,
        resource::{calendar_href, event_href},
    },
    event_response,
};

/// Where a sync-collection begins.
enum From {
    /// With the first event of a listing, or behind this one. What changed since the position is told when the listing
    /// has ended.
    Listing(i64, Option<CopyId>),
    /// With the changes after a position.
    Changes(i64),
}

impl From {
    /// Reads a token of ours: a position, with the last event that was told while a listing is under way.
    fn read(token: &str) -> Option<Self> {
        let token = token.strip_prefix(TOKEN)?;
        Some(match token.split_once(':') {
            Some((position, last)) => {
                Self::Listing(position.parse().ok()?, Some(CopyId(last.parse().ok()?)))
            }
            None => Self::Changes(token.parse().ok()?),
        })
    }

    fn position(&self) -> i64 {
        let (Self::Listing(position, _) | Self::Changes(position)) = *self;
        position
    }
}

/// What changed since a token. Depth is not looked at: Thunderbird says 1, the RFC 0, and both mean this collection.
pub(super) async fn sync(
    request: &Request,
    calendar: &CalendarView,
    sync: &SyncCollection,
) -> Result<HttpResponse> {
    let from = match &sync.token {
        // Read first: what changes while we list is told again next time.
        None => From::Listing(request.app.hub.position(&request.actor).await?, None),
        Some(token) => From::read(token)
            .filter(|from| request.app.accepts_position(from.position()))
            .ok_or_else(Fault::invalid_token)?,
    };
    match from {
        From::Listing(position, after) => listing(request, calendar, sync, position, after).await,
        From::Changes(position) => changes(request, calendar, sync, position).await,
    }
}

async fn listing(
    request: &Request,
    calendar: &CalendarView,
    sync: &SyncCollection,
    position: i64,
    mut after: Option<CopyId>,
) -> Result<HttpResponse> {
    let wanted = wanted(sync);
    let properties = Properties { request, position };
    let mut responses = Vec::new();
    let mut token = sync_token(position);
    'pages: loop {
        let hub = &request.app.hub;
        let page = hub
            .events(&request.actor, calendar.id, after, PAGE, false)
            .await?;
        for event in page.iter().filter(|event| event.alive) {
            if let Some(last) = after.filter(|_| responses.len() == wanted) {
                token = format!("{token}:{}", last.0);
                responses.push(more(request, calendar));
                break 'pages;
            }
            responses.push(event_response(&properties, calendar, event, &sync.props)?);
            after = Some(event.id);
        }
        if page.len() < PAGE {
            break;
        }
        after = page.last().map(|event| event.id);
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: Some(token),
    }))
}

/// How many events an answer may tell.
fn wanted(sync: &SyncCollection) -> usize {
    sync.limit.map_or(usize::MAX, |n| n.max(1) as usize)
}

/// There is more than the client wants to hear at once (RFC 6578 3.6).
fn more(request: &Request, calendar: &CalendarView) -> Response {
    Response {
        errors: vec![name::NUMBER_OF_MATCHES_WITHIN_LIMITS],
        ..Response::status(calendar_href(request, &calendar.slug), 507)
    }
}

async fn changes(
    request: &Request,
    calendar: &CalendarView,
    sync: &SyncCollection,
    mut after: i64,
) -> Result<HttpResponse> {
    let wanted = wanted(sync);
    let mut events: Vec<EventView> = Vec::new();
    let cut = loop {
        let room = wanted.saturating_sub(events.len()).min(CHANGES_MAX);
        if room == 0 {
            break true;
        }
        let hub = &request.app.hub;
        let delta = hub
            .calendar_changes(&request.actor, calendar.id, after, room)
            .await?;
        after = delta.position;
        for event in delta.events {
            events.retain(|e| e.id != event.id);
            events.push(event);
        }
        if !delta.more {
            break false;
        }
    };
    let properties = Properties {
        request,
        position: after,
    };
    let mut responses = Vec::new();
    for event in &events {
        responses.push(if event.alive {
            event_response(&properties, calendar, event, &sync.props)?
        } else {
            Response::status(event_href(request, calendar, event), 404)
        });
    }
    if cut {
        responses.push(more(request, calendar));
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: Some(sync_token(after)),
    }))
}
