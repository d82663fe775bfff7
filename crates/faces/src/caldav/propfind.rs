//! PROPFIND (RFC 4918 9.1).

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::{Access, CalendarView};
use protocols::caldav::{Element, Multistatus, Name, PropFind, Response, name};

use super::{
    answer::{Fault, Result, multistatus, written},
    item::{find, for_each},
    listing,
    properties::{Properties, Subject},
    request::{Depth, Request},
    resource::{Resource, forbidden, inbox, item_href},
};

/// PROPFIND on any resource. What is below what is below is not told (RFC 4918 9.1.1).
pub(super) async fn propfind(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let asked = PropFind::parse(&request.body)?;
    if !resource.is_there() {
        return Err(Fault::not_found());
    }
    if request.depth() == Depth::Infinity && !matches!(resource, Resource::Object(..)) {
        let condition = name::PROPFIND_FINITE_DEPTH;
        let detail = "Depth: 0 or 1 is needed";
        return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
    }
    if request.depth() != Depth::Zero && matches!(resource, Resource::BusyTime(_)) {
        return Err(forbidden());
    }
    let inner = inside(request, resource).await?;
    let properties = knowing(request, resource, &inner, &asked).await?;
    let mut responses = Vec::new();
    if let Resource::Object(calendar, name) = resource {
        let item = find(request, calendar, name).await?;
        let item = item.ok_or_else(Fault::not_found)?;
        let subject = Subject::Item(calendar, &item);
        responses.push(response(
            &properties,
            resource.href(request),
            &subject,
            &asked,
        ));
    } else if !request.prefers("depth-noroot") || request.depth() == Depth::Zero {
        let subject = Subject::Resource(resource);
        responses.push(response(
            &properties,
            resource.href(request),
            &subject,
            &asked,
        ));
    }
    for inner in &inner {
        let subject = Subject::Resource(inner);
        responses.push(response(&properties, inner.href(request), &subject, &asked));
    }
    let listed = match resource {
        Resource::Calendar(calendar) => Some(calendar),
        Resource::Inbox(inbox) => inbox.as_deref(),
        _ => None,
    };
    if let Some(calendar) = listed.filter(|_| request.depth() != Depth::Zero) {
        if let (PropFind::Props(props), Resource::Calendar(_)) = (&asked, resource)
            && listing::tells(&props.names)
        {
            let first = responses.clone();
            let listed = listing::multistatus(request, calendar, &props.names, first, None);
            if let Some(text) = listed.await? {
                return Ok(written(text));
            }
        }
        for_each(request, calendar, needs_texts(&asked), |items| {
            for item in items {
                let href = item_href(request, calendar, item);
                let subject = Subject::Item(calendar, item);
                responses.push(response(&properties, href, &subject, &asked));
            }
            Ok(())
        })
        .await?;
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: None,
    }))
}

/// The properties, with all known that has to be looked up for what is asked.
async fn knowing<'r>(
    request: &'r Request,
    resource: &Resource,
    inner: &[Resource],
    asked: &PropFind,
) -> Result<Properties<'r>> {
    let mut properties = Properties::of(request).await?;
    if inner
        .iter()
        .chain([resource])
        .any(|r| matches!(r, Resource::Inbox(_)))
    {
        properties.know_default().await?;
    }
    properties
        .know(inner.iter().chain([resource]).filter_map(id_of))
        .await?;
    if let PropFind::Props(props) = asked
        && props.names.contains(&name::ACL)
    {
        let all = inner.iter().chain([resource]).filter_map(place_of);
        properties.know_shares(&all.collect::<Vec<_>>()).await?;
    }
    Ok(properties)
}

/// Properties of objects that are known by their texts.
pub(super) const IN_TEXTS: [Name; 2] = [name::GETCONTENTLENGTH, name::SCHEDULE_TAG];

/// Whether the texts of objects are looked at.
fn needs_texts(asked: &PropFind) -> bool {
    match asked {
        PropFind::Props(props) => props.names.iter().any(|name| IN_TEXTS.contains(name)),
        PropFind::All(_) => true,
        PropFind::Names => false,
    }
}

fn place_of(resource: &Resource) -> Option<&CalendarView> {
    match resource {
        Resource::Calendar(calendar) | Resource::Object(calendar, _) => Some(calendar),
        _ => None,
    }
}

/// The calendar that a resource is, by its identity; inboxes are calendars too.
pub(super) fn id_of(resource: &Resource) -> Option<hub::CalendarId> {
    match resource {
        Resource::Calendar(calendar) => Some(calendar.id),
        Resource::Inbox(Some(inbox)) => Some(inbox.id),
        _ => None,
    }
}

/// The collections in a resource, where its depth asks for them.
async fn inside(request: &Request, resource: &Resource) -> Result<Vec<Resource>> {
    if request.depth() == Depth::Zero {
        return Ok(Vec::new());
    }
    Ok(match resource {
        Resource::Root(_) => vec![Resource::Principal(request.user.clone()), Resource::Home],
        Resource::Principals => vec![Resource::Principal(request.user.clone())],
        Resource::Homes => vec![Resource::Home],
        Resource::Home => {
            let calendars = listed(request).await?.into_iter();
            let calendars = calendars.map(Resource::of);
            calendars
                .chain([inbox(request).await?, Resource::Outbox])
                .collect()
        }
        _ => Vec::new(),
    })
}

/// The calendars in a person's home, with those of which they may see no more than when they are busy.
pub(super) async fn listed(request: &Request) -> Result<Vec<CalendarView>> {
    Ok(request.app.hub.calendars(&request.actor).await?)
}

/// The calendars in a person's home whose events they may read.
pub(super) async fn calendars(request: &Request) -> Result<Vec<CalendarView>> {
    let mut all = listed(request).await?;
    all.retain(|calendar| calendar.access >= Access::Read);
    Ok(all)
}

/// What is said of one resource.
pub(super) fn response(
    properties: &Properties<'_>,
    href: String,
    subject: &Subject<'_>,
    asked: &PropFind,
) -> Response {
    match asked {
        PropFind::Props(props) => by_name(properties, href, subject, &props.names),
        PropFind::All(include) => {
            let mut found = properties.common(subject);
            found.extend(include.iter().filter_map(|n| properties.get(subject, n)));
            Response::props(href, found, [])
        }
        PropFind::Names => {
            let found = properties.all(subject).into_iter();
            let names = found.map(|p| Element::new(p.name));
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
