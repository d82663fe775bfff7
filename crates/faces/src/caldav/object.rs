//! Calendar object resources: GET, PUT, DELETE (RFC 4791 5.3.2, 5.3.4).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use calendar::Event;
use hub::{CalendarView, EventView, Precondition, events::NewEvent};
use jiff::{Timestamp, fmt::rfc2822};
use protocols::{
    caldav::{Element, Name, name},
    dialect::keep_others,
    icalendar,
};

use super::{
    answer::{Fault, Result, empty},
    request::Request,
    resource::{Resource, etag, event_href, find},
};

/// The media type of objects.
pub(super) const CALENDAR: &str = "text/calendar; charset=utf-8; component=VEVENT";

/// The text of an object: the same for the same version.
pub(super) fn text(event: &EventView) -> String {
    icalendar::write(&[&event.event], event.updated).value
}

/// A time as HTTP has it (RFC 9110 5.6.7).
pub(super) fn http_date(at: Timestamp) -> String {
    let printer = rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

/// GET and HEAD.
pub(super) async fn get(request: &Request, resource: &Resource) -> Result<Response> {
    let (calendar, name) = match resource {
        Resource::Object(calendar, name) => (calendar, name),
        Resource::NoCalendar(_) | Resource::Nowhere => return Err(Fault::not_found()),
        // A person with a browser.
        _ => {
            return Ok((
                StatusCode::OK,
                "This is a CalDAV server: give its address to a calendar app.\n",
            )
                .into_response());
        }
    };
    let event = find(request, calendar, name).await?;
    let event = event.ok_or_else(Fault::not_found)?;
    let tag = etag(&event);
    request.check_conditions(Some(&tag)).or_else(|fault| {
        // RFC 9110 13.2.2: a GET with If-None-Match is asked not to repeat itself.
        if request.headers.contains_key(header::IF_MATCH) {
            Err(fault)
        } else {
            Ok(())
        }
    })?;
    let known = request.headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok(empty(StatusCode::NOT_MODIFIED, &[("etag", &tag)]));
    }
    let headers = [
        (header::CONTENT_TYPE, CALENDAR.to_owned()),
        (header::ETAG, tag),
        (header::LAST_MODIFIED, http_date(event.updated)),
    ];
    Ok((StatusCode::OK, headers, text(&event)).into_response())
}

/// PUT.
pub(super) async fn put(request: &Request, resource: &Resource) -> Result<Response> {
    let (calendar, name) = match resource {
        Resource::Object(calendar, name) => (calendar, name),
        Resource::NoCalendar(_) | Resource::Nowhere => {
            return Err(Fault::status(
                StatusCode::CONFLICT,
                "there is no such calendar",
            ));
        }
        _ => return Err(Fault::not_here()),
    };
    let current = find(request, calendar, name).await?;
    request.check_conditions(current.as_ref().map(etag).as_deref())?;
    let mut event = read(&request.body)?;
    check_uid(request, calendar, &event, current.as_ref()).await?;
    request.app.would_mail(mails(&event));
    let hub = &request.app.hub;
    let status = match current {
        Some(current) => {
            keep_others(&mut event, &current.event, icalendar::DIALECT);
            let unchanged = Precondition::Revision(current.revision);
            hub.put_event(&request.actor, current.id, unchanged, event)
                .await?;
            StatusCode::NO_CONTENT
        }
        None => {
            let new = NewEvent {
                name: Some(name.clone()),
                event,
            };
            hub.create_event(&request.actor, calendar.id, new).await?;
            StatusCode::CREATED
        }
    };
    // No ETag: what a GET answers is our own writing, not the client's octets (RFC 4791 5.3.4).
    Ok(empty(status, &[]))
}

/// The one event of a body.
fn read(body: &[u8]) -> Result<Event> {
    let refused = |condition: &'static str, detail: String| {
        let condition = Name::new(name::CALDAV, condition);
        Fault::condition(StatusCode::FORBIDDEN, condition, detail)
    };
    let parsed = icalendar::parse::parse(body)
        .map_err(|error| refused("valid-calendar-data", error.to_string()))?;
    let [calendar] = &parsed.components[..] else {
        return Err(refused(
            "valid-calendar-data",
            "one VCALENDAR is needed".to_owned(),
        ));
    };
    if calendar.property("METHOD").is_some() {
        let detail = "METHOD is for messages, not for stored events".to_owned();
        return Err(refused("valid-calendar-object-resource", detail));
    }
    let foreign = |c: &icalendar::component::Component| !c.is("VEVENT") && !c.is("VTIMEZONE");
    if calendar.components.iter().any(foreign) {
        let detail = "only events are kept here".to_owned();
        return Err(refused("supported-calendar-component", detail));
    }
    let mut events = icalendar::read_parsed(&parsed);
    match (events.pop(), events.is_empty()) {
        (Some(Ok(mapped)), true) => Ok(mapped.value),
        (Some(Err(error)), true) => Err(refused("valid-calendar-data", error.to_string())),
        _ => {
            let detail = "one event, with one UID, is needed".to_owned();
            Err(refused("valid-calendar-object-resource", detail))
        }
    }
}

/// RFC 4791 5.3.2.1: no two objects of a calendar have the same UID, and an object keeps its own.
async fn check_uid(
    request: &Request,
    calendar: &CalendarView,
    event: &Event,
    current: Option<&EventView>,
) -> Result<()> {
    let conflict = |with: &EventView| {
        let href = Element::text(name::HREF, event_href(request, calendar, with));
        let condition = Name::new(name::CALDAV, "no-uid-conflict");
        Fault::element(StatusCode::FORBIDDEN, Element::parent(condition, [href]))
    };
    if let Some(current) = current {
        return if current.event.uid == event.uid {
            Ok(())
        } else {
            Err(conflict(current))
        };
    }
    let hub = &request.app.hub;
    let same = hub
        .events_by_uid(&request.actor, calendar.id, &event.uid)
        .await?;
    match same.first() {
        Some(other) => Err(conflict(other)),
        None => Ok(()),
    }
}

/// How many people a server that schedules would write to (RFC 6638).
fn mails(event: &Event) -> usize {
    if event.people.values().any(|p| p.organizer) {
        event.people.values().filter(|p| !p.organizer).count()
    } else {
        0
    }
}

/// DELETE of an object.
pub(super) async fn remove(request: &Request, resource: &Resource) -> Result<Response> {
    let (calendar, name) = match resource {
        Resource::Object(calendar, name) => (calendar, name),
        Resource::NoCalendar(_) | Resource::Nowhere => return Err(Fault::not_found()),
        _ => return Err(Fault::not_here()),
    };
    let current = find(request, calendar, name).await?;
    let current = current.ok_or_else(Fault::not_found)?;
    request.check_conditions(Some(&etag(&current)))?;
    request.app.would_mail(mails(&current.event));
    let unchanged = Precondition::Revision(current.revision);
    request
        .app
        .hub
        .delete_event(&request.actor, current.id, unchanged)
        .await?;
    Ok(empty(StatusCode::NO_CONTENT, &[]))
}
