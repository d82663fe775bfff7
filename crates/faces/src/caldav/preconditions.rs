//! What a client says in `If` must hold of resources (RFC 4918 10.4). There are no locks, so no lock token ever holds; sync
//! tokens do while nothing has changed (RFC 6578 5).

use protocols::caldav::preconditions::{State, parse};

use super::{
    answer::{Fault, Result},
    item::{Item, find},
    object,
    properties::TOKEN,
    propfind::id_of,
    request::Request,
    resource::{Resource, path_of},
};

/// Resources that one header names.
const RESOURCES_MAX: usize = 20;

/// Refuses a request of whose `If` no list holds.
pub(super) async fn check(request: &Request, resource: &Resource) -> Result<()> {
    let Some(header) = request.headers.get("if") else {
        return Ok(());
    };
    let lists = parse(header.to_str().unwrap_or_default())?;
    let mut named = 0;
    for list in &lists {
        let other = match &list.resource {
            None => None,
            Some(_) if named == RESOURCES_MAX => {
                let status = axum::http::StatusCode::BAD_REQUEST;
                return Err(Fault::status(status, "at most 20 resources in If"));
            }
            Some(href) => {
                named += 1;
                let path = path_of(href).unwrap_or_default();
                // Of what is not there, or not for whoever asks, nothing holds.
                let found = Resource::at(request, path).await;
                Some(found.unwrap_or(Resource::Nowhere))
            }
        };
        let of = other.as_ref().unwrap_or(resource);
        let tag = tag(request, of).await?;
        let mut all = true;
        for condition in &list.all {
            let holds = match &condition.state {
                State::Tag(wanted) => tag.as_ref() == Some(wanted),
                State::Token(token) => is_in(request, of, token).await?,
            };
            all &= holds != condition.not;
        }
        if all {
            return Ok(());
        }
    }
    Err(Fault::precondition())
}

/// The entity tag of what is there.
async fn tag(request: &Request, resource: &Resource) -> Result<Option<String>> {
    match resource {
        Resource::Object(calendar, name) => {
            let item = find(request, calendar, name).await?;
            Ok(item.as_ref().map(Item::etag))
        }
        resource => {
            let tag = object::tag(request, resource).await?;
            Ok(Some(tag).filter(|tag| !tag.is_empty()))
        }
    }
}

/// Whether a collection is as it was when it gave a sync token.
async fn is_in(request: &Request, resource: &Resource, token: &str) -> Result<bool> {
    let position = token.strip_prefix(TOKEN).and_then(|at| at.parse().ok());
    let Some(position) = position.filter(|at| request.app.accepts_position(*at)) else {
        return Ok(false);
    };
    let (hub, actor) = (&request.app.hub, &request.actor);
    let last: i64 = match (id_of(resource), resource) {
        (Some(id), _) => hub.calendar_position(actor, id).await?,
        (None, Resource::Home) => hub.position(actor).await?,
        _ => return Ok(false),
    };
    Ok(last <= position)
}
