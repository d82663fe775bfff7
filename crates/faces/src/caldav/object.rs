//! Calendar object resources: GET, DELETE (RFC 4791 5.3.4), and what else is read: calendars as a whole, and the home.

use std::collections::BTreeSet;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use calendar::Event;
use hub::{CalendarView, events::Terms};
use jiff::{Timestamp, fmt::rfc2822};
use protocols::icalendar::{
    self,
    component::{Component, Property},
    write,
};

use super::{
    answer::{Fault, Result, empty},
    item::{Kind, find, for_each},
    properties::{Properties, Subject},
    propfind::id_of,
    request::Request,
    resource::Resource,
    scheduling,
};

/// Most people of one event. Told to clients as `max-attendees-per-instance`.
pub(super) const PEOPLE_MAX: usize = 1_000;

/// The calendars by which rules can count (RFC 7529 5).
pub(super) const RSCALES: &[&str] = &[
    "GREGORIAN",
    "BUDDHIST",
    "CHINESE",
    "COPTIC",
    "DANGI",
    "ETHIOPIC",
    "ETHIOPIC-AMETE-ALEM",
    "HEBREW",
    "INDIAN",
    "ISLAMIC-CIVIL",
    "ISLAMIC-TBLA",
    "ISLAMIC-UMALQURA",
    "JAPANESE",
    "PERSIAN",
    "ROC",
];

/// Most objects of a calendar that is read as a whole.
const WHOLE_MAX: usize = 20_000;

/// The media type of objects.
pub(super) const CONTENT_TYPE: &str = "text/calendar;charset=utf-8";

/// A time as HTTP has it (RFC 9110 5.6.7).
pub(super) fn http_date(at: Timestamp) -> String {
    let printer = rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

/// GET and HEAD.
pub(super) async fn get(request: &Request, resource: &Resource) -> Result<Response> {
    let (calendar, name) = match resource {
        Resource::Object(calendar, name) => (calendar, name),
        Resource::Calendar(calendar) => return whole(request, resource, calendar).await,
        resource if !resource.is_there() => return Err(Fault::not_found()),
        Resource::Home | Resource::Inbox(_) | Resource::Outbox => {
            return listing(request, resource).await;
        }
        // A person with a browser.
        _ => {
            return Ok((
                StatusCode::OK,
                "This is a CalDAV server: give its address to a calendar app.\n",
            )
                .into_response());
        }
    };
    let item = find(request, calendar, name).await?;
    let item = item.ok_or_else(Fault::not_found)?;
    let (tag, updated) = (item.etag(), item.times().0);
    if is_known(request, &tag, updated)? {
        return Ok(empty(StatusCode::NOT_MODIFIED, &[("etag", &tag)]));
    }
    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE.to_owned()),
        (header::ETAG, tag),
        (header::LAST_MODIFIED, http_date(updated)),
    ];
    let mut response = (StatusCode::OK, headers, item.text().into_owned()).into_response();
    scheduling::tell_tag(&mut response, &item);
    Ok(response)
}

/// Whether the client has it as it is (RFC 9110 13.2.2).
fn is_known(request: &Request, tag: &str, updated: Timestamp) -> Result<bool> {
    if request.header("if-match").is_some() {
        request.check_conditions(Some(tag))?;
    }
    if let Some(known) = request.header("if-none-match") {
        let mut known = known.split(',').map(str::trim);
        return Ok(known.any(|one| one == tag || one == "*"));
    }
    let since = request.header("if-modified-since");
    let since = since.and_then(|since| rfc2822::parse(since).ok());
    Ok(since.is_some_and(|since| updated.as_second() <= since.timestamp().as_second()))
}

/// All of a calendar as one text, for those who subscribe to it.
async fn whole(
    request: &Request,
    resource: &Resource,
    calendar: &CalendarView,
) -> Result<Response> {
    let tag = tag(request, resource).await?;
    let (mut items, mut updated) = (Vec::new(), Timestamp::UNIX_EPOCH);
    for_each(request, calendar, true, |page| {
        items.extend_from_slice(page);
        if items.len() > WHOLE_MAX {
            let detail = "too many objects to be read at once";
            return Err(Fault::status(StatusCode::FORBIDDEN, detail));
        }
        Ok(())
    })
    .await?;
    for item in &items {
        updated = updated.max(item.times().0);
    }
    if is_known(request, &tag, updated)? {
        return Ok(empty(StatusCode::NOT_MODIFIED, &[("etag", &tag)]));
    }
    let mut tree = icalendar::empty_calendar();
    tree.properties
        .push(Property::text("X-WR-CALNAME", &calendar.name).into_owned());
    let mut zones = BTreeSet::new();
    for component in items.iter().flat_map(|item| item.tree().components) {
        let zone = component.property("TZID").map(Property::as_text);
        if !component.is("VTIMEZONE") || zone.is_some_and(|zone| zones.insert(zone)) {
            tree.components.push(component);
        }
    }
    tree.components.sort_by_key(|c| !c.is("VTIMEZONE"));
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/calendar; charset=utf-8".to_owned(),
        ),
        (header::ETAG, tag),
        (header::LAST_MODIFIED, http_date(updated)),
    ];
    Ok((StatusCode::OK, headers, write::write(&tree)).into_response())
}

/// What a collection holds, for a person.
async fn listing(request: &Request, resource: &Resource) -> Result<Response> {
    let tag = tag(request, resource).await?;
    let hub = &request.app.hub;
    let updated = hub.changed_last(&request.actor).await?;
    if is_known(request, &tag, updated)? {
        return Ok(empty(StatusCode::NOT_MODIFIED, &[("etag", &tag)]));
    }
    let mut text = String::new();
    if matches!(resource, Resource::Home) {
        for calendar in super::propfind::calendars(request).await? {
            text.push_str(&Resource::Calendar(calendar).href(request));
            text.push('\n');
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::ETAG, tag),
        (header::LAST_MODIFIED, http_date(updated)),
    ];
    Ok((StatusCode::OK, headers, text).into_response())
}

/// The entity tag of a collection; empty if it has none.
pub(super) async fn tag(request: &Request, resource: &Resource) -> Result<String> {
    let mut properties = Properties::of(request).await?;
    properties.know(id_of(resource).into_iter()).await?;
    let tag = properties.tag(&Subject::Resource(resource));
    Ok(tag.unwrap_or_default())
}

/// How many people a server that schedules would write to (RFC 6638).
pub(super) fn mails(event: &Event) -> usize {
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
        resource if !resource.is_there() => return Err(Fault::not_found()),
        _ => {
            let detail = "this cannot be removed";
            return Err(Fault::status(StatusCode::FORBIDDEN, detail));
        }
    };
    let current = find(request, calendar, name).await?;
    let current = current.ok_or_else(Fault::not_found)?;
    request.check_conditions(Some(&current.etag()))?;
    scheduling::check_tag(request, Some(&current))?;
    let how = scheduling::how(request);
    let (hub, unchanged) = (&request.app.hub, current.unchanged());
    match &current.kind {
        Kind::Event(event) => {
            let precondition = unchanged;
            let terms = Terms { precondition, how };
            Box::pin(hub.delete_event(&request.actor, event.id, terms)).await?;
            request.app.would_mail(mails(&event.event));
        }
        Kind::Object(object) => {
            let gone = hub.delete_object(&request.actor, object.id, unchanged, how);
            Box::pin(gone).await?;
        }
    }
    Ok(empty(StatusCode::NO_CONTENT, &[]))
}

/// The components of an object that are no zones.
pub(super) fn parts<'a, 't>(
    tree: &'a Component<'t>,
) -> impl Iterator<Item = &'a Component<'t>> + use<'a, 't> {
    tree.components.iter().filter(|c| !c.is("VTIMEZONE"))
}
