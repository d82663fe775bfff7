//! calendar-multiget (RFC 4791 7.9).

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::CalendarView;
use protocols::caldav::{Multiget, Multistatus, Response, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        item::{Item, find},
        properties::Properties,
        request::Request,
        resource::{Resource, path_of},
    },
    check,
    data::Wanted,
    item_response,
    query::own_zone,
    unsupported,
};

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
    let mut responses = Vec::new();
    for href in &multiget.hrefs {
        responses.push(match object(request, resource, href).await? {
            Some((calendar, item)) => {
                let zone = own_zone(request, &calendar);
                let wanted = Wanted {
                    props: &multiget.props,
                    zone: &zone,
                };
                let mut response = item_response(&properties, &calendar, &item, &wanted)?;
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

/// The object at an address, if it is in the resource that is asked.
async fn object(
    request: &Request,
    resource: &Resource,
    href: &str,
) -> Result<Option<(CalendarView, Item)>> {
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
