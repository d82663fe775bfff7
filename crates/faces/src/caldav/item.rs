//! Calendar object resources (RFC 4791 4.1): events, and what is no event. Each has a name, an entity tag and a text.

use std::borrow::Cow;

use hub::{
    CalendarView, CopyId, EventView, Object, Precondition,
    events::{Kept, Named},
    scheduling::is_scheduled,
};
use jiff::Timestamp;
use protocols::icalendar::{self, component::Component};
use uuid::Uuid;

use super::{answer::Result, request::Request};

/// Objects that one page of a listing reads.
pub(super) const PAGE: usize = 1_000;

/// A calendar object.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What it is.
    pub(super) kind: Kind,
    /// The text that a client wrote, where it is still what there is.
    text: Option<String>,
    /// What its schedule tag is made of, if that is not its revision.
    schedule: Option<i64>,
}

/// What a calendar object is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// An event.
    Event(Box<EventView>),
    /// Something else: a task, a journal.
    Object(Object),
}

impl Item {
    /// An event, without its text.
    pub(super) fn event(event: EventView) -> Self {
        Self {
            kind: Kind::Event(Box::new(event)),
            text: None,
            schedule: None,
        }
    }

    /// The same with the text that a client wrote.
    pub(super) fn saying(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    /// The same with what was kept of it, if anything was.
    fn keep(&mut self, kept: Option<Kept>) {
        if let Some(kept) = kept {
            self.schedule = Some(kept.schedule);
            self.text = Some(kept.text);
        }
    }

    /// What is no event.
    pub(super) fn object(mut object: Object) -> Self {
        Self {
            text: Some(std::mem::take(&mut object.content.text)),
            kind: Kind::Object(object),
            schedule: None,
        }
    }

    /// The event that it is.
    pub(super) fn as_event(&self) -> Option<&EventView> {
        match &self.kind {
            Kind::Event(event) => Some(event),
            Kind::Object(_) => None,
        }
    }

    /// Its name in its calendar: what a client chose, or its id.
    pub(super) fn name(&self) -> Cow<'_, str> {
        match &self.kind {
            Kind::Event(event) => match &event.name {
                Some(name) => name.into(),
                None => format!("{}.ics", event.id).into(),
            },
            Kind::Object(object) => object.content.name.as_str().into(),
        }
    }

    /// Its entity tag. The id is in it because a name can be used again.
    pub(super) fn etag(&self) -> String {
        etag(self.id(), self.revision())
    }

    /// Its schedule tag (RFC 6638 3.2.10); `None` if it is not between people.
    pub(super) fn schedule_tag(&self) -> Option<String> {
        let between = match &self.kind {
            Kind::Event(event) => is_scheduled(&event.event),
            Kind::Object(_) => self.text().contains("ORGANIZER") && !self.is_message(),
        };
        let number = self.schedule.unwrap_or_else(|| self.revision());
        between.then(|| format!("\"s{}-{number}\"", self.id().as_simple()))
    }

    /// Whether it is a message in an inbox.
    fn is_message(&self) -> bool {
        self.text().contains("\nMETHOD:")
    }

    /// Its identity.
    pub(super) fn id(&self) -> Uuid {
        match &self.kind {
            Kind::Event(event) => event.id.0,
            Kind::Object(object) => object.id,
        }
    }

    fn revision(&self) -> i64 {
        match &self.kind {
            Kind::Event(event) => event.revision,
            Kind::Object(object) => object.revision,
        }
    }

    /// That nothing has changed since it was read.
    pub(super) fn unchanged(&self) -> Precondition {
        Precondition::Revision(self.revision())
    }

    /// When it last changed, and when it was made.
    pub(super) fn times(&self) -> (Timestamp, Timestamp) {
        match &self.kind {
            Kind::Event(event) => (event.updated, event.created),
            Kind::Object(object) => (object.updated, object.created),
        }
    }

    /// Whether it exists.
    pub(super) fn alive(&self) -> bool {
        match &self.kind {
            Kind::Event(event) => event.alive,
            Kind::Object(object) => object.alive,
        }
    }

    /// Its UID.
    pub(super) fn uid(&self) -> &str {
        match &self.kind {
            Kind::Event(event) => &event.event.uid,
            Kind::Object(object) => &object.content.uid,
        }
    }

    /// Its text: the client's own where there is one, else our writing of the event. The same for the same entity tag.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match (&self.text, &self.kind) {
            (Some(text), _) => text.into(),
            (None, Kind::Event(event)) => {
                let written = icalendar::write(&[&event.event], event.updated);
                written.value.into()
            }
            (None, Kind::Object(_)) => "".into(),
        }
    }

    /// Its VCALENDAR.
    pub(super) fn tree(&self) -> Component<'static> {
        let read = |text: &str| {
            let parsed = icalendar::parse::parse(text).ok()?;
            Some(parsed.components.into_iter().next()?.into_owned())
        };
        let own = self.text.as_deref().and_then(read);
        own.unwrap_or_else(|| match &self.kind {
            Kind::Event(event) => icalendar::tree(&[&event.event], event.updated).into_owned(),
            Kind::Object(_) => icalendar::empty_calendar(),
        })
    }
}

impl From<Named> for Item {
    fn from(named: Named) -> Self {
        match named {
            Named::Event(event, kept) => {
                let mut item = Self::event(*event);
                item.keep(kept);
                item
            }
            Named::Object(object) => Self::object(object),
        }
    }
}

/// The entity tag of a revision of an object.
pub(super) fn etag(id: Uuid, revision: i64) -> String {
    format!("\"{}-{revision}\"", id.as_simple())
}

/// The living object that a name stands for, with its text.
pub(super) async fn find(
    request: &Request,
    calendar: &CalendarView,
    name: &str,
) -> Result<Option<Item>> {
    let (hub, actor) = (&request.app.hub, &request.actor);
    if let Some(named) = hub.named(actor, calendar, name).await? {
        return Ok(Some(named.into()));
    }
    let Some(event) = find_unnamed(request, calendar, name).await? else {
        return Ok(None);
    };
    let mut found = [Item::event(event)];
    with_texts(request, calendar, &mut found).await?;
    let [found] = found;
    Ok(Some(found))
}

/// The living event that no client named, whose name is its id.
async fn find_unnamed(
    request: &Request,
    calendar: &CalendarView,
    name: &str,
) -> Result<Option<EventView>> {
    let id = name
        .strip_suffix(".ics")
        .and_then(|id| id.parse::<Uuid>().ok());
    let Some(id) = id else {
        return Ok(None);
    };
    match request.app.hub.event(&request.actor, CopyId(id)).await {
        Ok(event) => {
            let here = event.alive && event.name.is_none() && event.calendar == calendar.id;
            Ok(Some(event).filter(|_| here))
        }
        Err(hub::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Another living object of the calendar with this UID, if there is one.
pub(super) async fn by_uid(
    request: &Request,
    calendar: &CalendarView,
    uid: &str,
) -> Result<Option<Item>> {
    let hub = &request.app.hub;
    let found = hub.with_uid(&request.actor, calendar, uid).await?;
    Ok(found.map(Item::from))
}

/// Gives events the texts that clients wrote.
pub(super) async fn with_texts(
    request: &Request,
    calendar: &CalendarView,
    items: &mut [Item],
) -> Result<()> {
    let events = items.iter().filter_map(Item::as_event);
    let events: Vec<_> = events.map(|event| (event.id, event.revision)).collect();
    if events.is_empty() {
        return Ok(());
    }
    let hub = &request.app.hub;
    let mut texts = hub.texts(&request.actor, calendar.id, &events).await?;
    for item in items {
        if let Kind::Event(event) = &item.kind {
            let kept = texts.remove(&event.id);
            item.keep(kept);
        }
    }
    Ok(())
}

/// Calls `each` with every living object of a calendar, page by page; with their texts where they are wanted.
pub(super) async fn for_each(
    request: &Request,
    calendar: &CalendarView,
    texts: bool,
    mut each: impl FnMut(&[Item]) -> Result<()>,
) -> Result<()> {
    let hub = &request.app.hub;
    let mut after = None;
    loop {
        let page = hub
            .events(&request.actor, calendar.id, after, PAGE, false)
            .await?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|event| event.id);
        let living = page.into_iter().filter(|event| event.alive);
        let mut items: Vec<Item> = living.map(Item::event).collect();
        if texts {
            with_texts(request, calendar, &mut items).await?;
        }
        each(&items)?;
        if is_last {
            break;
        }
    }
    let mut after = None;
    loop {
        let page = hub
            .objects(&request.actor, calendar.id, after, PAGE)
            .await?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|object| object.id);
        let items: Vec<Item> = page.into_iter().map(Item::object).collect();
        each(&items)?;
        if is_last {
            return Ok(());
        }
    }
}
