//! sync-collection (RFC 6578).

use axum::response::Response as HttpResponse;
use hub::{CalendarView, EventView, changes::CHANGES_MAX};
use protocols::caldav::{Multistatus, Response, SyncCollection};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        properties::{Properties, position, sync_token},
        propfind::for_each_event,
        request::Request,
        resource::{calendar_href, event_href},
    },
    event_response,
};

/// What changed since a token. Depth is not looked at: Thunderbird says 1, the RFC 0, and both mean this collection.
pub(super) async fn sync(
    request: &Request,
    calendar: &CalendarView,
    sync: &SyncCollection,
) -> Result<HttpResponse> {
    match &sync.token {
        None => everything(request, calendar, sync).await,
        Some(token) => {
            let after = position(token).filter(|p| request.app.accepts_position(*p));
            let after = after.ok_or_else(Fault::invalid_token)?;
            changes(request, calendar, sync, after).await
        }
    }
}

async fn everything(
    request: &Request,
    calendar: &CalendarView,
    sync: &SyncCollection,
) -> Result<HttpResponse> {
    // Read first: what changes while we list is told again next time.
    let position = request.app.hub.position(&request.actor).await?;
    let properties = Properties { request, position };
    let mut responses = Vec::new();
    for_each_event(request, calendar, |event| {
        responses.push(event_response(&properties, calendar, event, &sync.props));
    })
    .await?;
    Ok(multistatus(&Multistatus {
        responses: responses.into_iter().collect::<Result<_>>()?,
        sync_token: Some(sync_token(position)),
    }))
}

async fn changes(
    request: &Request,
    calendar: &CalendarView,
    sync: &SyncCollection,
    mut after: i64,
) -> Result<HttpResponse> {
    let wanted = sync.limit.map_or(usize::MAX, |n| n.max(1) as usize);
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
        // RFC 6578 3.6: there is more.
        responses.push(Response::status(
            calendar_href(request, &calendar.slug),
            507,
        ));
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: Some(sync_token(after)),
    }))
}
