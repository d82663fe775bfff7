//! calendar-query (RFC 4791 7.8).

use axum::response::Response as HttpResponse;
use calendar::Window;
use hub::CalendarView;
use protocols::caldav::{CalendarQuery, Multistatus};

use super::{
    super::{
        answer::{Result, multistatus},
        properties::Properties,
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
    let mut responses = Vec::new();
    if matching.may_match_events() {
        // The store narrows by time; the filter decides.
        let around = matching.time_range().map_or(Window::ALL, window);
        for event in hub
            .events_in(&request.actor, &[calendar.id], around)
            .await?
        {
            if matching.matches(&event) {
                responses.push(event_response(&properties, calendar, &event, &query.props)?);
            }
        }
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: None,
    }))
}
