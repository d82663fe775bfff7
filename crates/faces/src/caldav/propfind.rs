//! PROPFIND (RFC 4918 9.1).

use axum::response::Response as HttpResponse;
use hub::{Access, CalendarView};
use protocols::caldav::{Element, Multistatus, Name, PropFind, Response};

use super::{
    answer::{Fault, Result, multistatus},
    properties::{ALL, FURTHER, Properties, Subject},
    request::{Depth, Request},
    resource::{Resource, event_href, find},
};

/// Events that one page of a listing reads.
pub(super) const PAGE: usize = 1_000;

/// PROPFIND on any resource. A depth of infinity is answered like one of 1: nobody needs more.
pub(super) async fn propfind(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let find_props = PropFind::parse(&request.body)?;
    let position = request.app.hub.position(&request.actor).await?;
    let properties = Properties { request, position };
    let mut responses = Vec::new();
    let mut add = |href: String, subject: &Subject<'_>| {
        responses.push(response(&properties, href, subject, &find_props));
    };
    match resource {
        Resource::NoCalendar(_) | Resource::Nowhere => return Err(Fault::not_found()),
        Resource::Object(calendar, name) => {
            let event = find(request, calendar, name).await?;
            let event = event.ok_or_else(Fault::not_found)?;
            add(resource.href(request), &Subject::Event(calendar, &event));
        }
        other => add(other.href(request), &Subject::Resource(other)),
    }
    if request.depth() != Depth::Zero {
        match resource {
            Resource::Root(_) => {
                for inner in [Resource::Principal, Resource::Home] {
                    add(inner.href(request), &Subject::Resource(&inner));
                }
            }
            Resource::Home => {
                let all = request.app.hub.calendars(&request.actor).await?;
                for calendar in all.into_iter().filter(|c| c.access >= Access::Read) {
                    let inner = Resource::Calendar(calendar);
                    add(inner.href(request), &Subject::Resource(&inner));
                }
            }
            Resource::Calendar(calendar) => {
                for_each_event(request, calendar, |event| {
                    let href = event_href(request, calendar, event);
                    add(href, &Subject::Event(calendar, event));
                })
                .await?;
            }
            _ => {}
        }
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: None,
    }))
}

/// Calls `each` with every living event of a calendar.
pub(super) async fn for_each_event(
    request: &Request,
    calendar: &CalendarView,
    mut each: impl FnMut(&hub::EventView),
) -> Result<()> {
    let mut after = None;
    loop {
        let hub = &request.app.hub;
        let page = hub
            .events(&request.actor, calendar.id, after, PAGE, false)
            .await?;
        page.iter().filter(|event| event.alive).for_each(&mut each);
        after = page.last().map(|event| event.id);
        if page.len() < PAGE {
            return Ok(());
        }
    }
}

fn response(
    properties: &Properties<'_>,
    href: String,
    subject: &Subject<'_>,
    find: &PropFind,
) -> Response {
    let known = |names: &mut dyn Iterator<Item = &Name>| -> Vec<Element> {
        names
            .filter_map(|name| properties.get(subject, name))
            .collect()
    };
    match find {
        PropFind::Props(props) => by_name(properties, href, subject, &props.names),
        PropFind::All(include) => {
            let found = known(&mut ALL.iter().chain(include));
            Response::props(href, found, [])
        }
        PropFind::Names => {
            let found = known(&mut ALL.iter().chain(&FURTHER));
            let names = found.into_iter().map(|p| Element::new(p.name));
            Response::props(href, names.collect(), [])
        }
    }
}

/// Properties that were asked for by name.
pub(super) fn by_name(
    properties: &Properties<'_>,
    href: String,
    subject: &Subject<'_>,
    names: &[Name],
) -> Response {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match properties.get(subject, name) {
            Some(value) => found.push(value),
            None => missing.push(name.clone()),
        }
    }
    if properties.request.is_brief() {
        missing.clear();
    }
    Response::props(href, found, missing)
}
