//! sync-collection (RFC 6578) of calendars, in parts if the client wants.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use axum::response::Response as HttpResponse;
use hub::{CalendarView, CopyId, changes::CHANGES_MAX};
use protocols::caldav::{Element, Multistatus, Props, Response, Scope, SyncCollection, name};
use uuid::Uuid;

use super::{
    super::{
        answer::{Fault, Result, multistatus, written},
        item::{Item, PAGE, with_texts},
        listing,
        properties::{Properties, TOKEN, sync_token},
        request::{Depth, Request},
        resource::{Resource, calendar_href, item_href},
    },
    check,
    data::Wanted,
    home, item_response, needs_texts,
    query::own_zone,
    unsupported,
};

/// Where a sync-collection begins.
pub(super) enum From {
    /// With the first object of a listing, or behind this one. What changed since the position is told when the listing
    /// has ended.
    Listing(i64, Option<Last>),
    /// With the changes after a position.
    Changes(i64),
}

/// The last object that was told of a listing: events come first.
#[derive(Clone, Copy)]
pub(super) enum Last {
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
            home::home(properties, &sync, &from).await
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
pub(super) struct Sync<'a> {
    pub(super) properties: &'a Properties<'a>,
    pub(super) calendar: &'a CalendarView,
    pub(super) props: &'a Props,
    /// How many objects an answer may tell.
    pub(super) wanted: usize,
    pub(super) zone: &'a jiff::tz::TimeZone,
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

impl Sync<'_> {
    /// All that a sync of a home tells of a calendar.
    pub(super) async fn all(&self, from: &From) -> Result<Vec<Response>> {
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
