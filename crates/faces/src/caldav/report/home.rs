//! sync-collection (RFC 6578) of the home: as a whole, however much there is.

use std::collections::BTreeSet;

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::{CalendarId, ChangeKind, changes::CHANGES_MAX};
use protocols::caldav::{Multistatus, PropFind, Response, SyncCollection, name};

use super::{
    super::{
        answer::{Fault, Result, multistatus},
        properties::{Properties, Subject, sync_token},
        propfind::{id_of, listed, response},
        request::Request,
        resource::{Resource, calendar_href, inbox},
    },
    query::own_zone,
    sync::{From, Sync},
};

/// What changed in the home: its calendars and the inbox, and what is in them if the client wants that too.
pub(super) async fn home(
    mut properties: Properties<'_>,
    sync: &SyncCollection,
    from: &From,
) -> Result<HttpResponse> {
    let request = properties.request;
    let inside = listed(request).await?.into_iter().map(Resource::of);
    let mut inside: Vec<Resource> = inside.collect();
    inside.push(inbox(request).await?);
    properties.know(inside.iter().filter_map(id_of)).await?;
    properties.know_default().await?;
    let touched = match from {
        From::Listing(..) => None,
        From::Changes(position) => Some(touched(request, *position).await?),
    };
    let asked = PropFind::Props(sync.props.clone());
    let mut responses = Vec::new();
    let tell = |resource: &Resource| {
        let subject = Subject::Resource(resource);
        response(&properties, resource.href(request), &subject, &asked)
    };
    for resource in &inside {
        if touched.as_ref().is_some_and(|t| !t.is_news(resource)) {
            continue;
        }
        responses.push(tell(resource));
        let place = match resource {
            Resource::Calendar(calendar) => Some(calendar),
            Resource::Inbox(inbox) => inbox.as_deref(),
            _ => None,
        };
        if let Some(calendar) = place.filter(|_| sync.infinite) {
            let zone = own_zone(request, calendar);
            let inner = Sync {
                properties: &properties,
                calendar,
                props: &sync.props,
                wanted: usize::MAX,
                zone: &zone,
            };
            responses.extend(inner.all(from).await?);
        }
    }
    if let Some(touched) = &touched {
        responses.extend(gone(request, touched, &inside).await?);
    } else {
        responses.push(tell(&Resource::Outbox));
    }
    if sync
        .limit
        .is_some_and(|limit| responses.len() > limit as usize)
    {
        // A part of a home could not be told from the whole.
        let condition = name::NUMBER_OF_MATCHES_WITHIN_LIMITS;
        let detail = "a home is told as a whole: leave the limit out";
        return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
    }
    Ok(multistatus(&Multistatus {
        responses,
        sync_token: Some(sync_token(properties.position)),
    }))
}

/// The addresses of those calendars that were touched and are there no more, or not under this name. Of what was removed and
/// is not known it is not known either where it was: then everything is read again.
async fn gone(request: &Request, touched: &Touched, inside: &[Resource]) -> Result<Vec<Response>> {
    let known = request.app.hub.gone(&request.actor).await?;
    let is_known = |id: &CalendarId| known.iter().any(|gone| gone.calendar == *id);
    if !touched.removed.iter().all(is_known) {
        return Err(Fault::invalid_token());
    }
    let living: BTreeSet<String> = inside.iter().map(|r| r.href(request)).collect();
    let all: BTreeSet<_> = touched.own.union(&touched.removed).collect();
    let gone = known.iter().filter(|gone| all.contains(&gone.calendar));
    let hrefs: BTreeSet<String> = gone
        .map(|gone| calendar_href(request, &gone.slug))
        .collect();
    let gone = hrefs.difference(&living);
    Ok(gone.map(|href| Response::status(href, 404)).collect())
}

/// The calendars of which something changed since a position.
#[derive(Default)]
struct Touched {
    /// Itself.
    own: BTreeSet<CalendarId>,
    /// What is in it.
    inside: BTreeSet<CalendarId>,
    removed: BTreeSet<CalendarId>,
}

impl Touched {
    /// Whether a resource in the home is another one than before. Where only busy time is seen, what happens inside is not told.
    fn is_news(&self, resource: &Resource) -> bool {
        match (id_of(resource), resource) {
            (Some(id), _) => self.own.contains(&id) || self.inside.contains(&id),
            (None, Resource::BusyTime(calendar)) => self.own.contains(&calendar.id),
            _ => false,
        }
    }
}

/// What changed since a position. Where somebody sees more or less of a calendar than before, everything is read again.
async fn touched(request: &Request, mut after: i64) -> Result<Touched> {
    let hub = &request.app.hub;
    let mut touched = Touched::default();
    loop {
        let changes = hub.home_changes(&request.actor, after, CHANGES_MAX);
        let (changes, position) = changes.await?;
        for change in changes.iter().map(|logged| &logged.change) {
            match change.kind {
                ChangeKind::Grant => return Err(Fault::invalid_token()),
                ChangeKind::Calendar if change.removed => {
                    touched.removed.insert(CalendarId(change.subject));
                }
                ChangeKind::Calendar => {
                    touched.own.insert(CalendarId(change.subject));
                }
                ChangeKind::Event | ChangeKind::Object => touched.inside.extend(change.calendar),
                _ => {}
            }
        }
        if position == after {
            return Ok(touched);
        }
        after = position;
    }
}
