//! REPORT (RFC 3253 3.6).

mod alarms;
mod free_busy;
mod matching;
mod multiget;
mod query;
mod sync;

use axum::{http::StatusCode, response::Response as HttpResponse};
use calendar::Window;
use hub::{CalendarView, EventView};
use jiff::Timestamp;
use protocols::{
    caldav::{Element, Name, PropStat, Props, Report, Response, TimeRange, name},
    icalendar,
};

use super::{
    answer::{Fault, Result},
    object,
    properties::{Properties, Subject},
    propfind::by_name,
    request::Request,
    resource::{Resource, event_href},
};

/// Occurrences of one event that `expand` brings.
const EXPANDED_MAX: usize = 5_000;

/// REPORT on any resource.
pub(super) async fn report(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let report = Report::parse(&request.body)?;
    let calendar = match resource {
        Resource::Calendar(calendar) | Resource::Object(calendar, _) => calendar,
        Resource::NoCalendar(_) | Resource::Nowhere => return Err(Fault::not_found()),
        _ => return Err(unsupported()),
    };
    match report {
        Report::CalendarQuery(query) => query::query(request, calendar, &query).await,
        Report::Multiget(multiget) => multiget::multiget(request, calendar, &multiget).await,
        Report::SyncCollection(sync) => sync::sync(request, calendar, &sync).await,
        Report::FreeBusyQuery(query) => free_busy::free_busy(request, calendar, query.range).await,
        Report::Other(_) => Err(unsupported()),
    }
}

/// RFC 3253 3.6.
fn unsupported() -> Fault {
    let condition = Name::new(name::DAV, "supported-report");
    Fault::condition(
        StatusCode::FORBIDDEN,
        condition,
        "this report is not supported here",
    )
}

/// A range with open ends as a window.
fn window(range: TimeRange) -> Window {
    Window {
        from: range.start.unwrap_or(Timestamp::MIN),
        to: range.end.unwrap_or(Timestamp::MAX),
    }
}

/// One event in an answer.
fn event_response(
    properties: &Properties<'_>,
    calendar: &CalendarView,
    event: &EventView,
    props: &Props,
) -> Result<Response> {
    let request = properties.request;
    let href = event_href(request, calendar, event);
    let plain: Vec<Name> = props
        .names
        .iter()
        .filter(|n| **n != name::CALENDAR_DATA)
        .cloned()
        .collect();
    let mut response = by_name(properties, href, &Subject::Event(calendar, event), &plain);
    if plain.len() < props.names.len() {
        let data = Element::text(name::CALENDAR_DATA, data(request, event, props)?);
        let stats = &mut response.propstats;
        if let Some(stat) = stats.first_mut().filter(|stat| stat.status == 200) {
            stat.props.push(data);
        } else {
            let props = vec![data];
            stats.insert(0, PropStat { status: 200, props });
        }
    }
    Ok(response)
}

/// `calendar-data` as it is wanted.
fn data(request: &Request, event: &EventView, props: &Props) -> Result<String> {
    let Some(range) = props.calendar_data.expand else {
        return Ok(object::text(event));
    };
    if range.start.is_none() || range.end.is_none() {
        return Err(Fault::status(
            StatusCode::BAD_REQUEST,
            "expand needs a start and an end",
        ));
    }
    let expanded = icalendar::expand(
        &event.event,
        window(range),
        &request.zone(),
        event.updated,
        EXPANDED_MAX,
    );
    let expanded = expanded.ok_or_else(|| {
        let condition = name::NUMBER_OF_MATCHES_WITHIN_LIMITS;
        Fault::condition(
            StatusCode::FORBIDDEN,
            condition,
            "too many occurrences: ask for less time",
        )
    })?;
    Ok(icalendar::write::write(&expanded))
}
