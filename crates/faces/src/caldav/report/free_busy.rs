//! free-busy-query (RFC 4791 7.10).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response as HttpResponse},
};
use calendar::{FreeBusy, Status};
use jiff::Timestamp;
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
        request::Request,
        resource::Resource,
    },
    query::own_zone,
    targets, window,
};

/// Periods of one answer.
const PERIODS_MAX: usize = 20_000;

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
    let mut periods: Vec<(&'static str, Timestamp, Timestamp)> = Vec::new();
    let hub = &request.app.hub;
    let (calendars, only) = targets(request, resource).await?;
    if only.is_some() {
        let detail = "an object has no busy time; its calendar has";
        return Err(Fault::status(StatusCode::FORBIDDEN, detail));
    }
    for calendar in &calendars {
        let zone = own_zone(request, calendar);
        let calendars = [calendar.id];
        let found = hub.events_in(&request.actor, &calendars, window(range));
        for view in found.await? {
            for occurrence in view.event.occurrences(window(range), &zone) {
                let single = occurrence.id.and_then(|id| view.event.occurrence(id));
                let event = single.as_ref().unwrap_or(&view.event);
                if let Some(kind) = kind(event.busy, event.status)
                    && occurrence.start < occurrence.end
                {
                    periods.push((kind, occurrence.start.max(start), occurrence.end.min(end)));
                }
                if periods.len() > PERIODS_MAX {
                    let detail = "too many periods: ask for less time";
                    return Err(Fault::status(StatusCode::FORBIDDEN, detail));
                }
            }
        }
    }
    let mut component = Component::new("VFREEBUSY")
        .with(Property::new(
            "DTSTAMP",
            value::write_utc(hub.clock().now()),
        ))
        .with(Property::new("DTSTART", value::write_utc(start)))
        .with(Property::new("DTEND", value::write_utc(end)));
    for (kind, from, to) in joined(periods) {
        let period = format!("{}/{}", value::write_utc(from), value::write_utc(to));
        component = component.with(Property::new("FREEBUSY", period).with("FBTYPE", kind));
    }
    let mut tree = icalendar::empty_calendar();
    tree.components.push(component);
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((StatusCode::OK, kind, write::write(&tree)).into_response())
}

/// FBTYPE (RFC 5545 3.2.9); `None` where the time is free.
fn kind(busy: FreeBusy, status: Status) -> Option<&'static str> {
    match (busy, status) {
        (_, Status::Cancelled) | (FreeBusy::Free | FreeBusy::WorkingElsewhere, _) => None,
        (FreeBusy::OutOfOffice, _) => Some("BUSY-UNAVAILABLE"),
        (FreeBusy::Tentative, _) | (FreeBusy::Busy, Status::Tentative) => Some("BUSY-TENTATIVE"),
        (FreeBusy::Busy, Status::Confirmed) => Some("BUSY"),
    }
}

/// Periods of one kind that touch become one.
fn joined(
    mut periods: Vec<(&'static str, Timestamp, Timestamp)>,
) -> Vec<(&'static str, Timestamp, Timestamp)> {
    periods.sort_unstable();
    let mut out: Vec<(&'static str, Timestamp, Timestamp)> = Vec::new();
    for (kind, from, to) in periods {
        match out.last_mut() {
            Some(last) if last.0 == kind && from <= last.2 => last.2 = last.2.max(to),
            _ => out.push((kind, from, to)),
        }
    }
    out.sort_unstable_by_key(|period| period.1);
    out
}
