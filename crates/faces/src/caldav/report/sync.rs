//! sync-collection (RFC 6578): of calendars, in parts if the client wants, and of the home.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::{CalendarId, CalendarView, ChangeKind, CopyId, changes::CHANGES_MAX};
use protocols::caldav::{
    Element, Multistatus, PropFind, Props, Response, Scope, SyncCollection, name,
};
use uuid::Uuid;

use super::{
    super::{
        answer::{Fault, Result, multistatus, written},
        item::{Item, PAGE, with_texts},
        listing,
        properties::{Properties, Subject, TOKEN, sync_token},
        propfind::{calendars, response},
        request::{Depth, Request},
        resource::{Resource, calendar_href, inbox, item_href},
    },
    check,
    data::Wanted,
    item_response, needs_texts,
    query::own_zone,
    unsupported,
};

/// Where a sync-collection begins.
enum From {
    /// With the first object of a listing, or behind this one. What changed since the position is told when the listing
    /// has ended.
    Listing(i64, Option<Last>),
    /// With the changes after a position.
    Changes(i64),
}

/// The last object that was told of a listing: events come first.
#[derive(Clone, Copy)]
enum Last {
    Event(CopyId),
    Object(Uuid),
}

impl Last {
    /// Before the letter is an event.
    const OBJECT: char = 'o';

    fn read(text: &str) -> Option<Self> {
        match text.strip_prefix(Self::OBJECT) {
            Some(id) => Some(Self::Object(id.parse().ok()?)),
            None => Some(Self::Event(CopyId(text.parse().ok()?))),
        }
    }

    fn write(self) -> String {
        match self {
            Self::Event(id) => id.to_string(),
            Self::Object(id) => format!("{}{id}", Self::OBJECT),
        }
    }
}

impl From {
    /// Reads a token of ours: a position, with the last object that was told while a listing is under way.
    fn read(token: &str) -> Option<Self> {
        let token = token.strip_prefix(TOKEN)?;
        Some(match token.split_once(':') {
            Some((position, last)) => {
                Self::Listing(position.parse().ok()?, Some(Last::read(last)?))
            }
            None => Self::Changes(token.parse().ok()?),
        })
    }

    fn position(&self) -> i64 {
        let (Self::Listing(position, _) | Self::Changes(position)) = *self;
        position
    }
}

/// What changed since a token. Depth is not looked at: Thunderbird says 1, the RFC 0, and both mean this collection.
pub(super) async fn sync(
    request: &Request,
    resource: &Resource,
    sync: &SyncCollection,
) -> Result<HttpResponse> {
    check(&sync.props)?;
    let properties = Properties::of(request).await?;
    let from = match &sync.token {
        // Read first: what changes while we list is told again next time.
        None => From::Listing(properties.position, None),
        Some(token) => From::read(token)
            .filter(|from| request.app.accepts_position(from.position()))
            .ok_or_else(Fault::invalid_token)?,
    };
    match resource {
        Resource::Calendar(calendar) => of_calendar(&properties, calendar, sync, from).await,
        Resource::Inbox(Some(inbox)) => of_calendar(&properties, inbox, sync, from).await,
        Resource::Home => {
            let mut sync = sync.clone();
            // Before the RFC it was the depth that said it (draft 3).
            let body = Element::parse(&request.body)?;
            sync.infinite |=
                body.child(&name::SYNC_LEVEL).is_none() && request.depth() == Depth::Infinity;
            home(properties, &sync, &from).await
        }
        Resource::Inbox(None) => Ok(multistatus(&Multistatus {
            responses: Vec::new(),
            sync_token: Some(sync_token(properties.position)),
        })),
        _ => Err(unsupported()),
    }
}

/// What changed in a calendar, or in an inbox.
async fn of_calendar(
    properties: &Properties<'_>,
    calendar: &CalendarView,
    sync: &SyncCollection,
    from: From,
) -> Result<HttpResponse> {
    let zone = own_zone(properties.request, calendar);
    let sync = Sync {
        properties,
        calendar,
        props: &sync.props,
        wanted: sync.limit.map_or(usize::MAX, |n| n.max(1) as usize),
        zone: &zone,
    };
    match from {
        From::Listing(position, after) => sync.listing(position, after).await,
        From::Changes(position) => sync.changes(position).await,
    }
}

/// A sync of one calendar.
struct Sync<'a> {
    properties: &'a Properties<'a>,
    calendar: &'a CalendarView,
    props: &'a Props,
    /// How many objects an answer may tell.
    wanted: usize,
    zone: &'a jiff::tz::TimeZone,
}

impl Sync<'_> {
    async fn listing(&self, position: i64, mut after: Option<Last>) -> Result<HttpResponse> {
        let mut responses = Vec::new();
        let mut token = sync_token(position);
        let plain = self.props.scope == Scope::Named && listing::tells(&self.props.names);
        if plain && after.is_none() && self.wanted == usize::MAX {
            let (request, names) = (self.properties.request, &self.props.names);
            let token = Some(token.clone());
            let listed = listing::multistatus(request, self.calendar, names, Vec::new(), token);
            if let Some(text) = listed.await? {
                return Ok(written(text));
            }
        }
        'pages: loop {
            let items = self.page(after).await?;
            let is_last = items.is_empty() && matches!(after, Some(Last::Object(_)));
            for item in &items {
                if responses.len() == self.wanted
                    && let Some(last) = after
                {
                    token = format!("{token}:{}", last.write());
                    responses.push(self.more());
                    break 'pages;
                }
                if item.alive() {
                    responses.push(self.response(item)?);
                }
                after = Some(match item.as_event() {
                    Some(event) => Last::Event(event.id),
                    None => Last::Object(item.id()),
                });
            }
            if is_last {
                break;
            }
            if items.is_empty() {
                after = Some(Last::Object(Uuid::nil()));
            }
        }
        Ok(multistatus(&Multistatus {
            responses,
            sync_token: Some(token),
        }))
    }

    /// The next objects of a listing; none when all of a kind have been told.
    async fn page(&self, after: Option<Last>) -> Result<Vec<Item>> {
        let request = self.properties.request;
        let (hub, actor, id) = (&request.app.hub, &request.actor, self.calendar.id);
        let mut items: Vec<Item> = match after {
            Some(Last::Object(last)) => {
                let page = hub.objects(actor, id, Some(last), PAGE).await?;
                page.into_iter().map(Item::object).collect()
            }
            None | Some(Last::Event(_)) => {
                let last = match after {
                    Some(Last::Event(last)) => Some(last),
                    _ => None,
                };
                let page = hub.events(actor, id, last, PAGE, false).await?;
                page.into_iter().map(Item::event).collect()
            }
        };
        self.texts(&mut items).await?;
        Ok(items)
    }

    async fn texts(&self, items: &mut [Item]) -> Result<()> {
        if needs_texts(self.props) {
            with_texts(self.properties.request, self.calendar, items).await?;
        }
        Ok(())
    }

    fn response(&self, item: &Item) -> Result<Response> {
        let wanted = Wanted {
            props: self.props,
            zone: self.zone,
        };
        item_response(self.properties, self.calendar, item, &wanted)
    }

    /// There is more than the client wants to hear at once (RFC 6578 3.6).
    fn more(&self) -> Response {
        Response {
            errors: vec![name::NUMBER_OF_MATCHES_WITHIN_LIMITS],
            ..Response::status(
                calendar_href(self.properties.request, &self.calendar.slug),
                507,
            )
        }
    }

    async fn changes(&self, after: i64) -> Result<HttpResponse> {
        let (mut responses, position, cut) = self.changed(after).await?;
        if cut {
            responses.push(self.more());
        }
        Ok(multistatus(&Multistatus {
            responses,
            sync_token: Some(sync_token(position)),
        }))
    }

    /// What changed after a position, until which one that is, and whether there is more.
    async fn changed(&self, mut after: i64) -> Result<(Vec<Response>, i64, bool)> {
        let request = self.properties.request;
        let (hub, actor, id) = (&request.app.hub, &request.actor, self.calendar.id);
        // An object is told once, as it is now, however often it changed.
        let (mut items, mut places): (Vec<Item>, HashMap<Uuid, usize>) = Default::default();
        let cut = loop {
            let room = self.wanted.saturating_sub(items.len()).min(CHANGES_MAX);
            if room == 0 {
                break true;
            }
            let delta = hub.calendar_changes(actor, id, after, room).await?;
            let span = (after, delta.position);
            let objects = hub.objects_changed(actor, id, span).await?;
            after = delta.position;
            let events = delta.events.into_iter().map(Item::event);
            for item in events.chain(objects.into_iter().map(Item::object)) {
                match places.entry(item.id()) {
                    Entry::Occupied(place) => items[*place.get()] = item,
                    Entry::Vacant(place) => {
                        place.insert(items.len());
                        items.push(item);
                    }
                }
            }
            if !delta.more {
                break false;
            }
        };
        self.texts(&mut items).await?;
        let living: BTreeSet<String> = items
            .iter()
            .filter(|item| item.alive())
            .map(|item| item.name().into_owned())
            .collect();
        let mut responses = Vec::new();
        for item in &items {
            if item.alive() {
                responses.push(self.response(item)?);
            } else if !living.contains(&*item.name()) {
                let href = item_href(request, self.calendar, item);
                responses.push(Response::status(href, 404));
            }
        }
        Ok((responses, after, cut))
    }
}

/// What changed in the home: its calendars, and what is in them if the client wants that too.
async fn home(
    mut properties: Properties<'_>,
    sync: &SyncCollection,
    from: &From,
) -> Result<HttpResponse> {
    let request = properties.request;
    let all = calendars(request).await?;
    properties
        .know(all.iter().map(|calendar| calendar.id))
        .await?;
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
    for calendar in all {
        if touched
            .as_ref()
            .is_some_and(|ids| !ids.contains(&calendar.id))
        {
            continue;
        }
        responses.push(tell(&Resource::Calendar(calendar.clone())));
        if sync.infinite {
            let zone = own_zone(request, &calendar);
            let inner = Sync {
                properties: &properties,
                calendar: &calendar,
                props: &sync.props,
                wanted: usize::MAX,
                zone: &zone,
            };
            responses.extend(inner.all(from).await?);
        }
    }
    if touched.is_none() {
        let inbox = inbox(request).await?;
        responses.extend([inbox, Resource::Outbox].iter().map(tell));
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

impl Sync<'_> {
    /// All that a sync of a home tells of a calendar.
    async fn all(&self, from: &From) -> Result<Vec<Response>> {
        if let From::Changes(position) = from {
            return Ok(self.changed(*position).await?.0);
        }
        let (mut responses, mut after) = (Vec::new(), None);
        loop {
            let items = self.page(after).await?;
            for item in items.iter().filter(|item| item.alive()) {
                responses.push(self.response(item)?);
            }
            after = match (items.last(), after) {
                (Some(item), _) => Some(match item.as_event() {
                    Some(event) => Last::Event(event.id),
                    None => Last::Object(item.id()),
                }),
                (None, Some(Last::Object(_))) => return Ok(responses),
                (None, _) => Some(Last::Object(Uuid::nil())),
            };
        }
    }
}

/// The calendars of which something changed since a position. Where one has gone, or what may be seen of it, its address is
/// not known any more: then everything is read again.
async fn touched(request: &Request, mut after: i64) -> Result<BTreeSet<CalendarId>> {
    let hub = &request.app.hub;
    let mut touched = BTreeSet::new();
    loop {
        let (changes, position) = hub.changes(&request.actor, after, CHANGES_MAX).await?;
        for change in changes.iter().map(|logged| &logged.change) {
            match change.kind {
                ChangeKind::Calendar if change.removed => return Err(Fault::invalid_token()),
                ChangeKind::Grant => return Err(Fault::invalid_token()),
                ChangeKind::Calendar => {
                    touched.insert(CalendarId(change.subject));
                }
                ChangeKind::Event | ChangeKind::Object => touched.extend(change.calendar),
                _ => {}
            }
        }
        if position == after {
            return Ok(touched);
        }
        after = position;
    }
}
