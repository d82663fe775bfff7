//! calendar-multiget (RFC 4791 7.9).

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::CalendarView;
use protocols::caldav::{Multiget, Multistatus, Response, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        properties::Properties,
        request::Request,
        resource::{Resource, find},
    },
    event_response,
};

/// Objects of one request.
const HREFS_MAX: usize = 2_000;

/// Events by address. Addresses of other calendars are not looked at.
pub(super) async fn multiget(
    request: &Request,
    calendar: &CalendarView,
    multiget: &Multiget,
) -> Result<HttpResponse> {
    if multiget.hrefs.len() > HREFS_MAX {
        let condition = name::NUMBER_OF_MATCHES_WITHIN_LIMITS;
        return Err(Fault::condition(
            StatusCode::FORBIDDEN,
            condition,
            "at most 2,000 hrefs",
        ));
    }
    let position = request.app.hub.position(&request.actor).await?;
    let properties = Properties { request, position };
    let mut responses = Vec::new();
    for href in &multiget.hrefs {
        let event = match object_name(request, calendar, href).await {
            Some(name) => find(request, calendar, &name).await?,
            None => None,
        };
        responses.push(match event {
            Some(event) => {
                let mut response = event_response(&properties, calendar, &event, &multiget.props)?;
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

/// The name of an object of this calendar; clients write absolute addresses as well as paths.
async fn object_name(request: &Request, calendar: &CalendarView, href: &str) -> Option<String> {
    let path = match href.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => href,
    };
    match Resource::at(request, path).await {
        Ok(Resource::Object(found, name)) if found.id == calendar.id => Some(name),
        _ => None,
    }
}
