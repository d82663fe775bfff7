//! calendar-multiget (RFC 4791 7.9).

use std::collections::HashMap;

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::CalendarView;
use percent_encoding::percent_decode_str;
use protocols::caldav::{Multiget, Multistatus, Response, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        item::{Item, find, with_texts},
        properties::Properties,
        request::Request,
        resource::{Resource, calendar_href, path_of},
    },
    check,
    data::Wanted,
    item_response,
    query::own_zone,
    told::{tells_texts, told_response},
    unsupported,
};

/// An object, and the calendar in which it is.
type Found = (CalendarView, Item);

/// Objects of one request.
const HREFS_MAX: usize = 2_000;

/// Objects by address. Addresses outside of what is asked are not looked at.
pub(super) async fn multiget(
    request: &Request,
    resource: &Resource,
    multiget: &Multiget,
) -> Result<HttpResponse> {
    check(&multiget.props)?;
    if !matches!(
        resource,
        Resource::Home
            | Resource::Calendar(_)
            | Resource::Object(..)
            | Resource::Inbox(_)
            | Resource::Outbox
    ) {
        return Err(unsupported());
    }
    if multiget.hrefs.len() > HREFS_MAX {
        let condition = name::NUMBER_OF_MATCHES_WITHIN_LIMITS;
        return Err(Fault::condition(
            StatusCode::FORBIDDEN,
            condition,
            "at most 2,000 hrefs",
        ));
    }
    let properties = Properties::of(request).await?;
    let mut told = texts(request, resource, multiget).await?;
    let rest = |href: &&String| !told.contains_key(href.as_str());
    let rest: Vec<&String> = multiget.hrefs.iter().filter(rest).collect();
    let known = together(request, resource, &rest).await?;
    let mut responses = Vec::with_capacity(multiget.hrefs.len());
    for href in &multiget.hrefs {
        if let Some(response) = told.remove(href.as_str()) {
            responses.push(response);
            continue;
        }
        let alone = match known.get(href.as_str()) {
            Some(_) => None,
            None => object(request, resource, href).await?,
        };
        responses.push(match known.get(href.as_str()).or(alone.as_ref()) {
            Some((calendar, item)) => {
                let zone = own_zone(request, calendar);
                let wanted = Wanted {
                    props: &multiget.props,
                    zone: &zone,
                };
                let mut response = item_response(&properties, calendar, item, &wanted)?;
                // In the client's own spelling, so that it finds what it asked for.
                response.href.clone_from(href);
                response
            }
            None => Response::status(href, 404),
        });
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: None,
    }))
}

/// What can be answered from the texts that clients wrote, by address, where nothing else is asked for: events are not read.
async fn texts<'h>(
    request: &Request,
    resource: &Resource,
    multiget: &'h Multiget,
) -> Result<HashMap<&'h str, Response>> {
    let Resource::Calendar(calendar) = resource else {
        return Ok(HashMap::new());
    };
    if !tells_texts(&multiget.props) {
        return Ok(HashMap::new());
    }
    let named = named(request, calendar, &multiget.hrefs);
    let names: Vec<&str> = named.keys().map(String::as_str).collect();
    let hub = &request.app.hub;
    let told = hub
        .texts_by_name(&request.actor, calendar.id, &names)
        .await?;
    let placed = told.into_iter().filter_map(|told| {
        let href = *named.get(&told.name)?;
        Some((href, told_response(&multiget.props, href, told)))
    });
    Ok(placed.collect())
}

/// The names of objects of a calendar that stand in addresses, each with its address.
fn named<'h>(
    request: &Request,
    calendar: &CalendarView,
    hrefs: impl IntoIterator<Item = &'h String>,
) -> HashMap<String, &'h str> {
    let base = calendar_href(request, &calendar.slug);
    let name = |href: &'h String| {
        let name = path_of(href)?.strip_prefix(&base)?;
        let name = percent_decode_str(name).decode_utf8().ok()?;
        let is_name = !name.is_empty() && !name.contains('/');
        is_name.then(|| (name.into_owned(), href.as_str()))
    };
    hrefs.into_iter().filter_map(name).collect()
}

/// Objects by address, read together: the events of the calendar that is asked, by the names that clients gave them.
async fn together<'h>(
    request: &Request,
    resource: &Resource,
    hrefs: &[&'h String],
) -> Result<HashMap<&'h str, Found>> {
    let Resource::Calendar(calendar) = resource else {
        return Ok(HashMap::new());
    };
    let named = named(request, calendar, hrefs.iter().copied());
    let names: Vec<&str> = named.keys().map(String::as_str).collect();
    let hub = &request.app.hub;
    let found = hub
        .events_by_name(&request.actor, calendar.id, &names)
        .await?;
    let mut items: Vec<Item> = found.into_iter().map(Item::event).collect();
    with_texts(request, calendar, &mut items).await?;
    let placed = items.into_iter().filter_map(|item| {
        let href = *named.get(&*item.name())?;
        Some((href, (calendar.clone(), item)))
    });
    Ok(placed.collect())
}

/// The object at an address, if it is in the resource that is asked.
async fn object(request: &Request, resource: &Resource, href: &str) -> Result<Option<Found>> {
    let Some(path) = path_of(href) else {
        return Ok(None);
    };
    let Ok(Resource::Object(calendar, name)) = Resource::at(request, path).await else {
        return Ok(None);
    };
    let inside = match resource {
        Resource::Home => true,
        Resource::Calendar(asked) => asked.id == calendar.id,
        Resource::Inbox(Some(asked)) => asked.id == calendar.id,
        Resource::Object(asked, own) => asked.id == calendar.id && *own == name,
        _ => false,
    };
    if !inside {
        return Ok(None);
    }
    let item = find(request, &calendar, &name).await?;
    Ok(item.map(|item| (calendar, item)))
}
