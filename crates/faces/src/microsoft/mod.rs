//! The Graph face: calendars in the words of Microsoft Graph v1.0, for clients that speak nothing else.
//!
//! One catch-all route, because OData paths are not those of a router: ids are percent-encoded and hold any character,
//! functions come with or without parentheses, `/me` and `/users/{id}` mean the same. A path becomes a `Resource`,
//! the query an `odata::Query`, and each resource has a file.
//!
//! Where Graph does something that we would not do of ourselves (reset exceptions when a series is moved, answer HTML
//! whatever was written, call an event that left the window removed), so does this face: clients are written for it.

mod answers;
mod attachments;
mod batch;
mod body;
mod calendars;
mod call;
mod colors;
mod delta;
mod etag;
mod events;
mod extensions;
mod fault;
mod fields;
mod groups;
mod ids;
mod instances;
mod item;
mod kept;
mod mailbox;
mod me;
mod meeting;
mod odata;
mod others;
mod path;
mod permissions;
mod prefer;
mod rich;
mod schedule;
mod scopes;
mod subscriptions;
mod telling;
mod token;
mod view;

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    middleware,
    response::{IntoResponse, Response},
    routing::any,
};

use crate::{App, whole};
use call::Call;
use fault::Fault;
use path::Resource;

pub use ids::event_id;
pub use rich::{resource_data, validation_token};
pub use subscriptions::next_challenge;

/// `/v1.0/…`.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1.0/{*path}", any(handle))
        .with_state(app)
        .layer(middleware::from_fn(whole::read))
}

async fn handle(State(app): State<App>, request: Request) -> Response {
    let client_request = request.headers().get("client-request-id").cloned();
    let mut response = if matches!(request.uri().path(), "/v1.0/$batch" | "/v1.0/%24batch") {
        let (parts, body) = request.into_parts();
        let ran = if parts.method == Method::POST {
            batch::run(&app, &parts, body).await
        } else {
            Err(Fault::method())
        };
        ran.unwrap_or_else(|fault| fault.response(&app))
    } else {
        answered(&app, request).await
    };
    if let Some(id) = client_request {
        response.headers_mut().insert("client-request-id", id);
    }
    response
}

/// The answer to one request.
async fn answered(app: &App, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answered = match Box::pin(Call::of(app, &parts, body)).await {
        Ok(call) => Box::pin(answer(&call)).await,
        Err(fault) => Err(fault),
    };
    answered.unwrap_or_else(|fault| fault.response(app))
}

async fn answer(call: &Call) -> Result<Response, Fault> {
    let resource = Resource::of(&call.segments)?;
    match &resource {
        Resource::Events(_)
        | Resource::Count(_)
        | Resource::Event(..)
        | Resource::Instances(..)
        | Resource::View(_) => {
            call.query.check("event", &fields::EVENT)?;
        }
        Resource::Calendars | Resource::Calendar(_) | Resource::GroupCalendars(_) => {
            call.query.check("calendar", &fields::CALENDAR)?;
        }
        _ => {}
    }
    match (&call.method, resource) {
        (&Method::GET, Resource::Me) => Ok(me::get(call)),
        (&Method::GET, Resource::Calendars) => calendars::list(call, None).await,
        (&Method::POST, Resource::Calendars) => calendars::create(call, None).await,
        (&Method::GET, Resource::Calendar(which)) => calendars::get(call, &which).await,
        (&Method::PATCH, Resource::Calendar(which)) => calendars::patch(call, &which).await,
        (&Method::DELETE, Resource::Calendar(which)) | (&Method::POST, Resource::Gone(which)) => {
            calendars::delete(call, &which).await
        }
        (&Method::GET, Resource::Events(which)) => events::list(call, &which).await,
        (&Method::GET, Resource::Count(which)) => events::count(call, &which).await,
        (&Method::POST, Resource::Events(which)) => events::create(call, &which).await,
        (method, Resource::Event(which, id)) => match *method {
            Method::GET => events::get(call, which.as_ref(), &id).await,
            Method::PATCH => events::patch(call, which.as_ref(), &id).await,
            Method::DELETE => events::delete(call, which.as_ref(), &id).await,
            _ => Err(Fault::method()),
        },
        (&Method::GET, Resource::Instances(which, id)) => {
            instances::list(call, which.as_ref(), &id).await
        }
        (&Method::POST, Resource::Answer(which, id, answer)) => {
            answers::answer(call, which.as_ref(), &id, answer).await
        }
        (&Method::POST, Resource::Cancel(which, id)) => {
            answers::cancel(call, which.as_ref(), &id).await
        }
        (&Method::POST, Resource::Action(which, id, action)) => {
            answers::act(call, which.as_ref(), &id, action).await
        }
        (&Method::GET, Resource::EventCalendar(which, id)) => {
            calendars::of_event(call, which.as_ref(), &id).await
        }
        (&Method::GET, Resource::SharingRoles(which, whom)) => {
            permissions::allowed(call, &which, &whom).await
        }
        (&Method::POST, Resource::Schedule(which)) => schedule::get(call, &which).await,
        (&Method::GET, Resource::Groups) => groups::list(call).await,
        (&Method::POST, Resource::Groups) => groups::create(call).await,
        (method, Resource::Group(id)) => match *method {
            Method::GET => groups::get(call, &id).await,
            Method::PATCH => groups::patch(call, &id).await,
            Method::DELETE => groups::delete(call, &id).await,
            _ => Err(Fault::method()),
        },
        (&Method::GET, Resource::GroupCalendars(id)) => calendars::list(call, Some(&id)).await,
        (&Method::POST, Resource::GroupCalendars(id)) => calendars::create(call, Some(&id)).await,
        (&Method::GET, Resource::MailboxSettings) => Ok(mailbox::settings(call)),
        (&Method::GET, Resource::View(which)) => view::list(call, &which).await,
        (&Method::GET, Resource::Delta(which)) => delta::round(call, &which).await,
        (_, resource) => beside(call, resource).await,
    }
    .map(IntoResponse::into_response)
}

/// What is beside events, and orders.
async fn beside(call: &Call, resource: Resource) -> Result<Response, Fault> {
    match (&call.method, resource) {
        (method, Resource::Attachments(which, id)) => match *method {
            Method::GET => attachments::list(call, which.as_ref(), &id).await,
            Method::POST => attachments::create(call, which.as_ref(), &id).await,
            _ => Err(Fault::method()),
        },
        (method, Resource::Attachment(which, id, file)) => match *method {
            Method::GET => attachments::get(call, which.as_ref(), &id, &file).await,
            Method::DELETE => attachments::delete(call, which.as_ref(), &id, &file).await,
            _ => Err(Fault::method()),
        },
        (&Method::GET, Resource::AttachmentValue(which, id, file)) => {
            attachments::value(call, which.as_ref(), &id, &file).await
        }
        (method, Resource::Extensions(which, id)) => match *method {
            Method::GET => extensions::list(call, which.as_ref(), &id).await,
            Method::POST => extensions::create(call, which.as_ref(), &id).await,
            _ => Err(Fault::method()),
        },
        (method, Resource::Extension(which, id, name)) => match *method {
            Method::GET => extensions::get(call, which.as_ref(), &id, &name).await,
            Method::PATCH => extensions::patch(call, which.as_ref(), &id, &name).await,
            Method::DELETE => extensions::delete(call, which.as_ref(), &id, &name).await,
            _ => Err(Fault::method()),
        },
        (method, Resource::Permissions(which)) => match *method {
            Method::GET => permissions::list(call, &which).await,
            Method::POST => permissions::create(call, &which).await,
            _ => Err(Fault::method()),
        },
        (method, Resource::Permission(which, id)) => match *method {
            Method::GET => permissions::get(call, &which, &id).await,
            Method::PATCH => permissions::patch(call, &which, &id).await,
            Method::DELETE => permissions::delete(call, &which, &id).await,
            _ => Err(Fault::method()),
        },
        (method, Resource::Subscriptions) => match *method {
            Method::GET => subscriptions::list(call).await,
            Method::POST => subscriptions::create(call).await,
            _ => Err(Fault::method()),
        },
        (&Method::POST, Resource::Reauthorize(id)) => subscriptions::reauthorize(call, &id).await,
        (method, Resource::Subscription(id)) => match *method {
            Method::GET => subscriptions::get(call, &id).await,
            Method::PATCH => subscriptions::renew(call, &id).await,
            Method::DELETE => subscriptions::delete(call, &id).await,
            _ => Err(Fault::method()),
        },
        _ => Err(Fault::method()),
    }
}
