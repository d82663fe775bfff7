//! COPY and MOVE (RFC 4918 9.8, 9.9): of objects between calendars, and of a calendar to another name.

use axum::{http::StatusCode, response::Response};
use hub::calendars::CalendarEdit;
use protocols::caldav::{Element, name};

use super::{
    answer::{Fault, Result, empty},
    item::{Item, Kind, by_uid, find},
    put::{self, Upload},
    request::Request,
    resource::{self, Resource, item_href, path_of},
    scheduling,
};

/// COPY and MOVE.
pub(super) async fn transfer(request: &Request, source: &Resource) -> Result<Response> {
    let destination = request.header("destination").and_then(path_of);
    let destination = destination.ok_or_else(|| {
        let detail = "Destination is needed: where to";
        Fault::status(StatusCode::BAD_REQUEST, detail)
    })?;
    let moves = request.method == "MOVE";
    if !source.is_there() {
        return Err(Fault::not_found());
    }
    let Ok(to) = Resource::at(request, destination).await else {
        return Err(forbidden("nothing can be there"));
    };
    match (source, &to) {
        (Resource::Calendar(calendar), Resource::NoCalendar(name)) if moves => {
            let edit = CalendarEdit {
                slug: Some(resource::slug(request.user.id, name)),
                ..CalendarEdit::default()
            };
            let hub = &request.app.hub;
            hub.update_calendar(&request.actor, calendar.id, edit)
                .await?;
            Ok(done(request, &to, StatusCode::CREATED))
        }
        (Resource::Object(calendar, from), Resource::Object(there, name)) => {
            let item = find(request, calendar, from).await?;
            let item = item.ok_or_else(Fault::not_found)?;
            request.check_conditions(Some(&item.etag()))?;
            scheduling::check_tag(request, Some(&item))?;
            if calendar.inbox || there.inbox {
                return Err(forbidden("messages arrive in an inbox, and stay there"));
            }
            let current = find(request, there, name).await?;
            if current.is_some() && request.header("overwrite") == Some("F") {
                return Err(Fault::precondition());
            }
            let status = match &current {
                Some(_) => StatusCode::NO_CONTENT,
                None => StatusCode::CREATED,
            };
            if moves {
                if let Some(current) = &current {
                    return Err(conflict(request, there, current));
                }
                move_to(request, (calendar, &item), (there, name)).await?;
            } else {
                let upload = Upload::of(&item);
                Box::pin(put::write(request, there, name, upload, current)).await?;
            }
            Ok(done(request, &to, status))
        }
        (Resource::Object(..), Resource::Nowhere) => {
            let detail = "there is no such calendar";
            Err(Fault::status(StatusCode::CONFLICT, detail))
        }
        _ => Err(forbidden("this cannot be copied or moved there")),
    }
}

async fn move_to(
    request: &Request,
    (from, item): (&hub::CalendarView, &Item),
    (to, name): (&hub::CalendarView, &str),
) -> Result<()> {
    let (hub, actor, unchanged) = (&request.app.hub, &request.actor, item.unchanged());
    if from.id != to.id
        && let Some(other) = by_uid(request, to, item.uid()).await?
    {
        return Err(conflict(request, to, &other));
    }
    match &item.kind {
        Kind::Event(event) if from.id == to.id => {
            let names = (&*item.name(), name);
            hub.rename_event(actor, event.id, names, unchanged).await?;
        }
        Kind::Event(event) => {
            let to = (to.id, Some(name.to_owned()));
            Box::pin(hub.move_event_as(actor, event.id, to, unchanged)).await?;
        }
        Kind::Object(object) => {
            hub.move_object(actor, object.id, (to.id, name), unchanged)
                .await?;
        }
    }
    Ok(())
}

/// What is there keeps its place: it would go with its UID.
fn conflict(request: &Request, calendar: &hub::CalendarView, with: &Item) -> Fault {
    let href = Element::text(name::HREF, item_href(request, calendar, with));
    let condition = Element::parent(name::NO_UID_CONFLICT, [href]);
    Fault::element(StatusCode::FORBIDDEN, condition)
}

fn forbidden(detail: &'static str) -> Fault {
    Fault::status(StatusCode::FORBIDDEN, detail)
}

fn done(request: &Request, to: &Resource, status: StatusCode) -> Response {
    let place = format!(
        "{}{}",
        request.app.public_url.trim_end_matches('/'),
        to.href(request)
    );
    empty(status, &[("location", &place)])
}
