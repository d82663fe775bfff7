//! The CalDAV face (RFC 4791, 4918, 6578, 6764): calendars for iPhones, Thunderbird, DAVx5 and other Kalends.
//!
//! | Address | Resource |
//! |---|---|
//! | `/`, `/caldav/` | root |
//! | `/caldav/principals/`, `…/{user}/` | the people, a person |
//! | `/caldav/calendars/{user}/` | the person's calendar home |
//! | `/caldav/calendars/{user}/{calendar}/` | a calendar |
//! | `/caldav/calendars/{user}/inbox/`, `…/outbox/` | where messages arrive, and where others are asked when they are busy |
//! | `/caldav/calendars/{user}/{calendar}/{object}` | an event with all its overrides, a task, a journal |

mod acl;
mod answer;
mod collection;
mod complete;
mod components;
mod dead;
mod item;
mod kinds;
mod listing;
mod object;
mod preconditions;
mod privileges;
mod properties;
mod propfind;
mod put;
mod report;
mod request;
mod resource;
mod scheduling;
pub mod scratch;
mod subject;
mod transfer;

use axum::{
    Router,
    body::to_bytes,
    extract::{Request as HttpRequest, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};

use self::{
    answer::{Fault, Result, empty},
    request::Request,
    resource::Resource,
};
use crate::{App, auth};

/// Largest request body, in bytes. Told to clients as `max-resource-size`.
const BODY_MAX: usize = 4 << 20;

/// What we do, as the `DAV` header says it.
const DAV: &str = "1, 3, access-control, extended-mkcol, calendar-access, calendar-auto-schedule, calendar-query-extended, \
                   calendarserver-home-sync";

const ALLOW: &str = "OPTIONS, GET, HEAD, PUT, POST, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, MKCOL, MKCALENDAR, ACL";

pub(crate) use self::listing::Listings;
pub use self::{components::of as components, resource::slug};

/// The router of this face, for a host that is nothing else.
pub fn router(app: App) -> Router {
    let root = Router::new().route("/", any(serve));
    root.with_state(app.clone()).merge(beside(app))
}

/// The same for a host that has something else at its root.
pub fn beside(app: App) -> Router {
    Router::new()
        .route("/.well-known/caldav", any(well_known))
        .route("/.well-known/caldav/", any(well_known))
        .route("/caldav", any(well_known))
        .route("/caldav/", any(serve))
        .route("/caldav/{*path}", any(serve))
        .with_state(app)
}

/// RFC 6764 5.
async fn well_known() -> Response {
    (
        StatusCode::MOVED_PERMANENTLY,
        [(header::LOCATION, "/caldav/")],
    )
        .into_response()
}

async fn serve(State(app): State<App>, http: HttpRequest) -> Response {
    let is_options = http.method() == axum::http::Method::OPTIONS;
    let (method, path) = (http.method().clone(), http.uri().path().to_owned());
    let to = http.headers().get("destination");
    let to = to.and_then(|to| to.to_str().ok()).map(str::to_owned);
    let mut response = match Box::pin(answer(&app, http)).await {
        Ok(response) => response,
        Err(fault) => {
            let to = to.as_deref().and_then(resource::path_of);
            let needed = || privileges::needed(method.as_str(), &path, to);
            fault.needing(needed).into_response()
        }
    };
    let headers = response.headers_mut();
    if is_options {
        headers.insert("dav", HeaderValue::from_static(DAV));
    }
    headers.insert(header::VARY, HeaderValue::from_static("brief, prefer"));
    response
}

async fn answer(app: &App, http: HttpRequest) -> Result<Response> {
    let (parts, body) = http.into_parts();
    // Read before anything is refused: a connection with half a body on it is closed, and clients that are asked for
    // credentials send the next request on it.
    let body = to_bytes(body, BODY_MAX).await;
    let known = auth::device(app, &parts.headers).await?;
    let (actor, user) = known.ok_or_else(Fault::unauthorized)?;
    if !actor.may(auth::READ) && !actor.may(auth::WRITE) {
        let why = "this program was not let in to see calendars";
        return Err(Fault::status(StatusCode::FORBIDDEN, why));
    }
    let body = body.map_err(|_| Fault::too_large())?;
    let reads = ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"].contains(&parts.method.as_str());
    let _turn = app.turns().take(user.id, !reads).await;
    let mut request = Request {
        app: app.clone(),
        actor,
        user,
        within: None,
        method: parts.method.as_str().to_owned(),
        headers: parts.headers,
        body,
    };
    let resource = Resource::at(&request, parts.uri.path()).await?;
    request.within = resource::home_of_another(&request, parts.uri.path());
    let busy_time = matches!(resource, Resource::BusyTime(_));
    if busy_time && !["OPTIONS", "PROPFIND", "REPORT"].contains(&parts.method.as_str()) {
        return Err(resource::forbidden());
    }
    if request.method != "OPTIONS" {
        preconditions::check(&request, &resource).await?;
    }
    dispatch(&request, resource).await
}

// Boxed, so that a request is not moved about with room for what only the largest of the others needs.
async fn dispatch(request: &Request, resource: Resource) -> Result<Response> {
    match request.method.as_str() {
        "OPTIONS" => Ok(empty(StatusCode::OK, &[("allow", ALLOW)])),
        "PROPFIND" => Box::pin(propfind::propfind(request, &resource)).await,
        "PROPPATCH" => Box::pin(collection::proppatch(request, &resource)).await,
        "MKCALENDAR" | "MKCOL" => Box::pin(collection::mkcalendar(request, &resource)).await,
        "REPORT" => Box::pin(report::report(request, &resource)).await,
        "GET" | "HEAD" => Box::pin(object::get(request, &resource)).await,
        "ACL" => Box::pin(acl::acl(request, &resource)).await,
        "PUT" => Box::pin(put::put(request, &resource)).await,
        "POST" if matches!(resource, Resource::Outbox) => {
            Box::pin(scheduling::outbox::post(request)).await
        }
        "POST" => Box::pin(put::add_member(request, &resource)).await,
        "COPY" | "MOVE" => Box::pin(transfer::transfer(request, &resource)).await,
        "DELETE" => match resource {
            Resource::Calendar(calendar) => Box::pin(collection::remove(request, &calendar)).await,
            resource => Box::pin(object::remove(request, &resource)).await,
        },
        _ => Ok(empty(StatusCode::METHOD_NOT_ALLOWED, &[("allow", ALLOW)])),
    }
}
