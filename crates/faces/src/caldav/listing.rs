//! Names and entity tags of all objects of a calendar, kept in memory between requests: clients ask for nothing else when they
//! list a calendar, and reading every event for that would open all of them. What has changed since is read from the change
//! log, which is how clients are told of it, too.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use hub::{Access, CalendarId, CalendarView, UserId, changes::CHANGES_MAX};
use protocols::caldav::{Element, Multistatus, Name, Response, name};
use uuid::Uuid;

use super::{
    answer::Result,
    item::{Item, for_each},
    request::Request,
    resource::{calendar_href, item_href},
};

/// Calendars of which listings are kept; then all are forgotten, and the next requests read them again.
const KEPT_MAX: usize = 64;
/// Objects of a calendar whose listing is kept.
const OBJECTS_MAX: usize = 50_000;
/// What is told of each object: nothing else can be asked for here.
const TOLD: [Name; 2] = [name::GETETAG, name::RESOURCETYPE];
/// What stands for an address and a tag in an answer, until those of each object are put there.
const HREF: &str = "the-address-of-an-object";
const TAG: &str = "the-tag-of-an-object";

/// Whose view of which calendar. Who may see less sees less in it.
type Key = (UserId, CalendarId, Access);

/// Listings by calendar.
#[derive(Default)]
pub(crate) struct Listings(Mutex<HashMap<Key, Arc<tokio::sync::Mutex<Listing>>>>);

/// The objects of a calendar, as of a position of the change log. Events come before others, each in the order of their ids.
#[derive(Default)]
pub(super) struct Listing {
    position: Option<i64>,
    objects: BTreeMap<(bool, Uuid), Entry>,
}

/// An object.
struct Entry {
    /// The last part of its address, as it is written there: nothing in it needs to be escaped in XML.
    href: Box<str>,
    /// Its entity tag, without the quotation marks.
    tag: Box<str>,
}

/// Whether a listing has everything that is asked for.
pub(super) fn tells(names: &[Name]) -> bool {
    !names.is_empty() && names.iter().all(|name| TOLD.contains(name))
}

impl Listings {
    fn of(&self, key: Key) -> Arc<tokio::sync::Mutex<Listing>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT_MAX && !all.contains_key(&key) {
            all.clear();
        }
        all.entry(key).or_default().clone()
    }
}

/// The multistatus that lists a calendar as it is now: `first` and then every object, with these properties. `None` if it has
/// too many objects.
pub(super) async fn multistatus(
    request: &Request,
    calendar: &CalendarView,
    names: &[Name],
    first: Vec<Response>,
    token: Option<String>,
) -> Result<Option<String>> {
    let key = (request.user.id, calendar.id, calendar.access);
    let listing = request.app.listings().of(key);
    let mut listing = listing.lock().await;
    let renewed = listing.renew(request, calendar).await;
    if renewed.is_err() || listing.objects.len() > OBJECTS_MAX {
        *listing = Listing::default();
        return renewed.map(|()| None);
    }
    Ok(Some(listing.write(request, calendar, names, first, token)))
}

impl Listing {
    async fn renew(&mut self, request: &Request, calendar: &CalendarView) -> Result<()> {
        let (hub, actor) = (&request.app.hub, &request.actor);
        if let Some(position) = self.position {
            match self.follow(request, calendar, position).await {
                // So much has changed that the log does not say what.
                Err(fault) if fault.is(&name::VALID_SYNC_TOKEN) => *self = Self::default(),
                followed => return followed,
            }
        }
        // Read first: what changes while we list is looked at again next time.
        self.position = Some(hub.position(actor).await?);
        for_each(request, calendar, false, |items| {
            for item in items {
                self.take(request, calendar, item);
            }
            Ok(())
        })
        .await
    }

    /// Takes up what changed since a position.
    async fn follow(
        &mut self,
        request: &Request,
        calendar: &CalendarView,
        mut after: i64,
    ) -> Result<()> {
        let (hub, actor, id) = (&request.app.hub, &request.actor, calendar.id);
        loop {
            let delta = hub.calendar_changes(actor, id, after, CHANGES_MAX).await?;
            if delta.position == after {
                return Ok(());
            }
            let span = (after, delta.position);
            let objects = hub.objects_changed(actor, id, span).await?;
            let events = delta.events.into_iter().map(Item::event);
            for item in events.chain(objects.into_iter().map(Item::object)) {
                self.take(request, calendar, &item);
            }
            after = delta.position;
            self.position = Some(after);
            if !delta.more {
                return Ok(());
            }
        }
    }

    fn take(&mut self, request: &Request, calendar: &CalendarView, item: &Item) {
        let key = (item.as_event().is_none(), item.id());
        if !item.alive() {
            self.objects.remove(&key);
            return;
        }
        let href = item_href(request, calendar, item);
        let (_, name) = href.rsplit_once('/').unwrap_or_default();
        let entry = Entry {
            href: name.into(),
            tag: item.etag().trim_matches('"').into(),
        };
        self.objects.insert(key, entry);
    }

    fn write(
        &self,
        request: &Request,
        calendar: &CalendarView,
        names: &[Name],
        mut responses: Vec<Response>,
        sync_token: Option<String>,
    ) -> String {
        let props = names.iter().map(|name| match name {
            name if *name == name::GETETAG => Element::text(name.clone(), format!("\"{TAG}\"")),
            name => Element::new(name.clone()),
        });
        responses.push(Response::props(HREF, props.collect(), []));
        let whole = Multistatus {
            responses,
            sync_token,
        };
        // Written once with marks, so that it is what any other answer would be.
        let whole = whole.write().write();
        let one = "<d:response>";
        let Some((head, tail)) = whole.rsplit_once(one) else {
            return whole;
        };
        let end = "</d:response>";
        let (object, tail) = tail.split_once(end).unwrap_or((tail, ""));
        let (before, rest) = object.split_once(HREF).unwrap_or((object, ""));
        let (between, after) = rest.split_once(TAG).unwrap_or((rest, ""));
        let tagged = rest.contains(TAG);
        let base = calendar_href(request, &calendar.slug);
        let mut out = String::with_capacity(
            head.len() + tail.len() + self.objects.len() * (object.len() + base.len() + 80),
        );
        out.push_str(head);
        for entry in self.objects.values() {
            for part in [one, before, &base, &entry.href, between] {
                out.push_str(part);
            }
            if tagged {
                out.push_str(&entry.tag);
            }
            out.push_str(after);
            out.push_str(end);
        }
        out.push_str(tail);
        out
    }
}
