//! free-busy-query (RFC 4791 7.10).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response as HttpResponse},
};
use protocols::{
    caldav::TimeRange,
    icalendar::{
        self,
        component::{Component, Property},
        value, write,
    },
};

use super::{
    super::{
        answer::{Fault, Result},
        propfind::listed,
        request::{Depth, Request},
        resource::Resource,
    },
    busy,
    query::own_zone,
    targets, unsupported, window,
};

/// Busy time of a calendar, or of all in a home, in a stretch of time, without saying what it is.
pub(super) async fn free_busy(
    request: &Request,
    resource: &Resource,
    range: TimeRange,
) -> Result<HttpResponse> {
    let (Some(start), Some(end)) = (range.start, range.end) else {
        return Err(Fault::status(
            StatusCode::BAD_REQUEST,
            "a start and an end are needed",
        ));
    };
    let hub = &request.app.hub;
    if matches!(resource, Resource::Inbox(_) | Resource::Outbox) {
        return Err(unsupported());
    }
    let calendars = match resource {
        Resource::BusyTime(calendar) => vec![calendar.clone()],
        Resource::Home if request.depth_of_report() != Depth::Zero => listed(request).await?,
        Resource::Object(..) => {
            let detail = "an object has no busy time; its calendar has";
            return Err(Fault::status(StatusCode::FORBIDDEN, detail));
        }
        _ => targets(request, resource).await?.0,
    };
    let (window, mut periods) = (window(range), Vec::new());
    for calendar in &calendars {
        let zone = own_zone(request, calendar);
        let found = hub.taken_in(&request.actor, calendar.id, window).await?;
        busy::add(&mut periods, &found, window, &zone)?;
    }
    let mut component = Component::new("VFREEBUSY")
        .with(Property::new(
            "DTSTAMP",
            value::write_utc(hub.clock().now()),
        ))
        .with(Property::new("DTSTART", value::write_utc(start)))
        .with(Property::new("DTEND", value::write_utc(end)));
    let periods = busy::joined(periods);
    component
        .properties
        .extend(periods.iter().map(busy::property));
    let mut tree = icalendar::empty_calendar();
    tree.components.push(component);
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((StatusCode::OK, kind, write::write(&tree)).into_response())
}
