//! calendar-query (RFC 4791 7.8).

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::{CalendarView, EventView, events::EVENTS_MAX};
use protocols::caldav::{CalendarQuery, Multistatus, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        properties::Properties,
        propfind::for_each_event,
        request::Request,
    },
    event_response,
    matching::Matching,
    window,
};

/// Events that satisfy a filter.
pub(super) async fn query(
    request: &Request,
    calendar: &CalendarView,
    query: &CalendarQuery,
) -> Result<HttpResponse> {
    let hub = &request.app.hub;
    let position = hub.position(&request.actor).await?;
    let properties = Properties { request, position };
    let zone = request.zone();
    let matching = Matching {
        filter: &query.filter,
        zone: &zone,
    };
    if query.filter.time_range.is_some() {
        // RFC 4791 9.9: a calendar has no time, its events have.
        let detail = "a time-range belongs into the comp-filter of VEVENT";
        let condition = name::VALID_FILTER;
        return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
    }
    let mut events = Vec::new();
    if let (true, Some(range)) = (matching.may_match_events(), matching.time_range()) {
        // The store narrows by time; the filter decides.
        events = hub
            .events_in(&request.actor, &[calendar.id], window(range))
            .await?;
        if events.len() >= EVENTS_MAX {
            // The store gives no more, and half an answer would look like a whole one (RFC 4791 7.8).
            let detail = "too many events: ask for less time";
            let condition = name::NUMBER_OF_MATCHES_WITHIN_LIMITS;
            return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
        }
        events.retain(|event| matching.matches(event));
    } else if matching.may_match_events() {
        let keep =
            |event: &EventView| events.extend(matching.matches(event).then(|| event.clone()));
        for_each_event(request, calendar, keep).await?;
    }
    let mut responses = Vec::new();
    for event in &events {
        responses.push(event_response(&properties, calendar, event, &query.props)?);
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: None,
    }))
}
