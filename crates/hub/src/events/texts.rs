//! Events with the text that a client wrote: what the model has no place for is kept, and the client gets back what it sent
//! for as long as the event is that one.

use std::collections::HashMap;

use calendar::{Event, Window};
use identity::Actor;
use serde::Deserialize;
use serde_json::{Value, json};
use storage::{
    Tx, copies,
    enclosures::{self, Enclosure, Kind},
    heads::{self, Head},
    shares::Access,
    windows::{self, Seen},
};
use sync::{CalendarId, CopyId};

use super::{
    create::NewEvent,
    edit::{put, writable},
    read::{WINDOW_MAX, check_window},
};
use crate::{
    Error, EventView, Hub, Precondition, Result, access,
    object::gone,
    scheduling::{Own, Scheduling, Tag, event_of, is_scheduled, tag},
};

/// Where a client writes an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where there was none, under this name.
    New(String),
    /// In the place of this one.
    Of(CopyId, Precondition),
}

/// An event that was written as a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The event.
    pub view: EventView,
    /// The text as it is kept, if it is another one than was written.
    pub text: Option<String>,
}

/// The text of an event as a client wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The text.
    pub text: String,
    /// What its schedule tag is made of (RFC 6638 3.2.10).
    pub schedule: i64,
}

/// An event as a client wrote it, for whoever asks for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its copy.
    pub id: CopyId,
    /// What a client called it.
    pub name: String,
    /// Its revision.
    pub revision: i64,
    /// The text.
    pub text: String,
}

/// An event in a window of time.
#[derive(Clone, Debug)]
pub enum InWindow {
    /// One that happens then, as a client wrote it.
    Told(Told),
    /// One that may happen then.
    Event(Box<EventView>),
}

impl InWindow {
    fn event(view: EventView) -> Self {
        Self::Event(Box::new(view))
    }
}

/// A text as it is kept.
#[derive(Deserialize)]
struct Content {
    edition: i64,
    text: String,
    schedule: Option<i64>,
}

impl Hub {
    /// Writes an event that came as a text, and keeps the text with it. Its revision is another one than before whenever
    /// its text is.
    ///
    /// Where it is between people, they are told, and the text that is kept may be another one (RFC 6638 3.2).
    ///
    /// # Errors
    /// [`Error::Scheduling`] if it is not for whoever writes it to say, or is in another calendar of theirs.
    pub async fn write_event(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        place: Place,
        (event, text): (Event, &str),
        how: Scheduling<'_>,
    ) -> Result<Written> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let before = match &place {
            // Whether it can be written there is asked when it is, unless people are told of it before.
            Place::New(_) if !is_scheduled(&event) => None,
            Place::New(_) => {
                writable(&mut tx, actor, calendar).await?;
                None
            }
            Place::Of(id, precondition) => {
                Some(self.editable(&mut tx, actor, *id, *precondition).await?)
            }
        };
        let between = is_scheduled(&event)
            || before
                .as_ref()
                .is_some_and(|row| is_scheduled(&row.copy.local));
        let changed = if between {
            self.schedule_text(&mut tx, actor, calendar, (before.as_ref(), text), how)
                .await?
        } else {
            None
        };
        let event = match &changed {
            Some(text) => event_of(text, before.as_ref())?,
            None => event,
        };
        let text = changed.as_deref().unwrap_or(text);
        let first = before.is_none() && !between;
        let row = match (place, before) {
            (Place::New(name), _) => {
                let name = Some(name);
                let new = NewEvent { name, event };
                self.create_in(&mut tx, actor, calendar, new).await?
            }
            (Place::Of(..), Some(row)) if !between => {
                self.replace_in(&mut tx, actor, row, event).await?
            }
            (Place::Of(id, _), _) => {
                // What was told of it may have come back to it.
                let unasked = Precondition::None;
                let row = self.editable(&mut tx, actor, id, unasked).await?;
                self.replace_in(&mut tx, actor, row, event).await?
            }
        };
        if first {
            let schedule = Tag::New.of(row.copy.edition, None);
            self.first_text(&mut tx, &row, text, schedule).await?;
        } else {
            self.keep_text(&mut tx, &row, text).await?;
        }
        self.commit(tx).await?;
        self.wake();
        Ok(Written {
            view: EventView::of(row),
            text: changed,
        })
    }

    /// What becomes of the text of an event when its people are told.
    async fn schedule_text(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
        (before, text): (Option<&copies::Row>, &str),
        how: Scheduling<'_>,
    ) -> Result<Option<String>> {
        let own = match before {
            Some(row) => Some(Own::event(tx, row.clone()).await?),
            None => None,
        };
        let scheduled = self.scheduled(tx, actor, calendar, (own, text), how);
        Box::pin(scheduled).await
    }

    /// Puts an event in the place of another one.
    async fn replace_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        mut row: copies::Row,
        event: Event,
    ) -> Result<copies::Row> {
        let cause = self.edit_cause(row.copy.calendar);
        let changed = self
            .edit_in(tx, actor, &mut row, &cause, put(event))
            .await?;
        if !changed {
            // Whatever is written is another version, as of what is no event: clients that follow the calendar hear of it.
            self.touch(tx, actor, &mut row).await?;
        }
        Ok(row)
    }

    /// The texts of those events that are still as a client wrote them. Whoever does not see all of an event gets none.
    pub async fn texts(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        events: &[(CopyId, i64)],
    ) -> Result<HashMap<CopyId, Kept>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::FreeBusy).await?;
        kept(&mut tx, level, events).await
    }

    /// The living events that clients named so in this calendar and that are still as they wrote them, in no particular order.
    /// Whoever does not see all of an event gets none.
    pub async fn texts_by_name(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        names: &[&str],
    ) -> Result<Vec<Told>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::FreeBusy).await?;
        if level < Access::Write {
            return Ok(Vec::new());
        }
        let found = heads::by_names(&mut tx, calendar, names).await?;
        let events: Vec<_> = found.iter().map(|head| (head.id, head.edition)).collect();
        let mut texts = kept(&mut tx, level, &events).await?;
        let told = found.into_iter();
        Ok(told.filter_map(|head| told_of(head, &mut texts)).collect())
    }

    /// Living events of a calendar that happen in the window, or may do so, by start: those as clients wrote them of which that is
    /// certain and that are still so, the others whole. Too many are refused, as by [`Hub::events_in`].
    pub async fn texts_in(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        window: Window,
    ) -> Result<Vec<InWindow>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::FreeBusy).await?;
        if level < Access::Write {
            drop(tx);
            let events = self.events_in(actor, &[calendar], window).await?;
            return Ok(events.into_iter().map(InWindow::event).collect());
        }
        let range = (window.from.as_microsecond(), window.to.as_microsecond());
        let seen = windows::seen_in(&mut tx, calendar, range, WINDOW_MAX + 1).await?;
        check_window(seen.len())?;
        let heads = seen.iter().filter_map(|one| match one {
            Seen::Head(head) => Some((head.id, head.edition)),
            Seen::Copy(_) => None,
        });
        let mut texts = kept(&mut tx, level, &heads.collect::<Vec<_>>()).await?;
        let mut found = Vec::with_capacity(seen.len());
        for one in seen {
            found.push(match one {
                Seen::Copy(row) => InWindow::event(access::veiled(level, *row)),
                Seen::Head(head) => {
                    let id = head.id;
                    match told_of(head, &mut texts) {
                        Some(told) => InWindow::Told(told),
                        None => match copies::get(&mut tx, id).await? {
                            Some(row) => InWindow::event(access::veiled(level, row)),
                            None => continue,
                        },
                    }
                }
            });
        }
        Ok(found)
    }

    /// Gives an event another name in its calendar. For those who follow the calendar the old name is gone.
    ///
    /// # Errors
    /// [`Error::Taken`] if something else has the name.
    pub async fn rename_event(
        &self,
        actor: &Actor,
        id: CopyId,
        (old, new): (&str, &str),
        precondition: Precondition,
    ) -> Result<EventView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        if let Some(there) = copies::by_name(&mut tx, row.copy.calendar, new).await? {
            if there.copy.alive {
                return Err(Error::Taken("an event of this name"));
            }
            let mut nameless = copies::Row {
                name: None,
                ..there
            };
            copies::update(&mut tx, &mut nameless).await?;
        }
        row.name = Some(new.to_owned());
        row.updated = self.clock().now();
        copies::update(&mut tx, &mut row).await?;
        self.log_event(&mut tx, actor, &row);
        let grave = gone(self.ids().uuid(), row.copy.calendar, old, row.updated);
        self.bury(&mut tx, actor, &grave).await?;
        self.commit(tx).await?;
        Ok(EventView::of(row))
    }

    /// What a text says of an event, in the place of what was kept of it before.
    pub(crate) async fn keep_text(&self, tx: &mut Tx, row: &copies::Row, text: &str) -> Result<()> {
        let edition = row.copy.edition;
        self.keep_text_as(tx, row, text, (Tag::New, edition)).await
    }

    /// The same with what becomes of the schedule tag, where the edition was this one.
    pub(crate) async fn keep_text_as(
        &self,
        tx: &mut Tx,
        row: &copies::Row,
        text: &str,
        (tag, was): (Tag, i64),
    ) -> Result<()> {
        let before = enclosures::of_copy(tx, row.copy.id, Kind::Text).await?;
        let before = before.into_iter().next();
        let current = before
            .as_ref()
            .filter(|one| one.content["edition"] == json!(was));
        let known = current.map_or(&Value::Null, |one| &one.content);
        let schedule = tag.of(row.copy.edition, Some((known, was)));
        if let Some(mut before) = before {
            before.content = content(row, text, schedule);
            before.created = self.clock().now();
            enclosures::update(tx, &before).await?;
            return Ok(());
        }
        self.first_text(tx, row, text, schedule).await
    }

    /// The text of an event that has none yet.
    async fn first_text(
        &self,
        tx: &mut Tx,
        row: &copies::Row,
        text: &str,
        schedule: i64,
    ) -> Result<()> {
        let enclosure = Enclosure {
            id: self.ids().uuid(),
            calendar: row.copy.calendar,
            copy: row.copy.id,
            occurrence: None,
            kind: Kind::Text,
            created: self.clock().now(),
            content: content(row, text, schedule),
        };
        enclosures::insert(tx, &enclosure).await?;
        Ok(())
    }
}

fn content(row: &copies::Row, text: &str, schedule: i64) -> Value {
    json!({"edition": row.copy.edition, "text": text, tag::KEY: schedule})
}

fn told_of(head: Head, texts: &mut HashMap<CopyId, Kept>) -> Option<Told> {
    Some(Told {
        text: texts.remove(&head.id)?.text,
        name: head.name?,
        id: head.id,
        revision: head.edition,
    })
}

/// The texts of those events that are still as a client wrote them, for somebody who may do so much with them.
pub(super) async fn kept(
    tx: &mut Tx,
    level: Access,
    events: &[(CopyId, i64)],
) -> Result<HashMap<CopyId, Kept>> {
    if level < Access::Write {
        return Ok(HashMap::new());
    }
    let ids: Vec<CopyId> = events.iter().map(|(id, _)| *id).collect();
    let found = enclosures::contents::<Content>(tx, &ids, Kind::Text).await?;
    let wanted: HashMap<CopyId, i64> = events.iter().copied().collect();
    let current = found.into_iter().filter_map(|(copy, content)| {
        let edition = *wanted.get(&copy)?;
        let is_current = content.edition == edition;
        let schedule = content.schedule.unwrap_or(edition);
        let text = content.text;
        is_current.then_some((copy, Kept { text, schedule }))
    });
    Ok(current.collect())
}

/// The text of an event, if it is still that one.
pub(crate) async fn text_of(tx: &mut Tx, row: &copies::Row) -> Result<Option<String>> {
    let found = enclosures::of_copy(tx, row.copy.id, Kind::Text).await?;
    let current = |one: &Enclosure| one.content["edition"].as_i64() == Some(row.copy.edition);
    let found = found.into_iter().find(current);
    Ok(found.and_then(|mut one| match one.content["text"].take() {
        Value::String(text) => Some(text),
        _ => None,
    }))
}
