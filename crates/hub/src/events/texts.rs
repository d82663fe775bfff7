//! Events with the text that a client wrote: what the model has no place for is kept, and the client gets back what it sent
//! for as long as the event is that one.

use std::collections::HashMap;

use calendar::Event;
use identity::Actor;
use serde_json::{Value, json};
use storage::{
    Tx, copies,
    enclosures::{self, Enclosure, Kind},
    shares::Access,
};
use sync::{CalendarId, CopyId};

use super::{create::NewEvent, edit::put};
use crate::{Error, EventView, Hub, Precondition, Result, access, object::gone};

/// From how many events on the texts of the whole calendar are read at once.
const MANY: usize = 200;

/// Where a client writes an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where there was none, under this name.
    New(String),
    /// In the place of this one.
    Of(CopyId, Precondition),
}

impl Hub {
    /// Writes an event that came as a text, and keeps the text with it. Its revision is another one than before whenever
    /// its text is.
    pub async fn write_event(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        place: Place,
        event: Event,
        text: &str,
    ) -> Result<EventView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let row = match place {
            Place::New(name) => {
                let name = Some(name);
                let new = NewEvent { name, event };
                self.create_in(&mut tx, actor, calendar, new).await?
            }
            Place::Of(id, precondition) => {
                let mut row = self.editable(&mut tx, actor, id, precondition).await?;
                let cause = self.edit_cause(row.copy.calendar);
                let changed = self
                    .edit_in(&mut tx, actor, &mut row, &cause, put(event))
                    .await?;
                if !changed && text_of(&mut tx, &row).await?.as_deref() != Some(text) {
                    row.copy.edition += 1;
                    row.updated = self.clock().now();
                    copies::update(&mut tx, &mut row).await?;
                    self.log_event(&mut tx, actor, &row);
                }
                row
            }
        };
        self.keep_text(&mut tx, &row, text).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(EventView::of(row))
    }

    /// The texts of those events that are still as a client wrote them. Whoever does not see all of an event gets none.
    pub async fn texts(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        events: &[(CopyId, i64)],
    ) -> Result<HashMap<CopyId, String>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::FreeBusy).await?;
        if level < Access::Write {
            return Ok(HashMap::new());
        }
        let mut found = Vec::new();
        if events.len() > MANY {
            found = enclosures::of_calendar(&mut tx, calendar, Kind::Text).await?;
        } else {
            for (id, _) in events {
                found.extend(enclosures::of_copy(&mut tx, *id, Kind::Text).await?);
            }
        }
        let wanted: HashMap<CopyId, i64> = events.iter().copied().collect();
        let current = found.into_iter().filter_map(|mut one| {
            let edition = wanted.get(&one.copy)?;
            let text = one.content["text"].take();
            let is_current = one.content["edition"].as_i64() == Some(*edition);
            match text {
                Value::String(text) if is_current => Some((one.copy, text)),
                _ => None,
            }
        });
        Ok(current.collect())
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
    pub(super) async fn keep_text(&self, tx: &mut Tx, row: &copies::Row, text: &str) -> Result<()> {
        let content = json!({"edition": row.copy.edition, "text": text});
        let before = enclosures::of_copy(tx, row.copy.id, Kind::Text).await?;
        if let Some(mut before) = before.into_iter().next() {
            before.content = content;
            before.created = self.clock().now();
            enclosures::update(tx, &before).await?;
            return Ok(());
        }
        let enclosure = Enclosure {
            id: self.ids().uuid(),
            calendar: row.copy.calendar,
            copy: row.copy.id,
            occurrence: None,
            kind: Kind::Text,
            created: self.clock().now(),
            content,
        };
        enclosures::insert(tx, &enclosure).await?;
        Ok(())
    }
}

/// The text of an event, if it is still that one.
pub(super) async fn text_of(tx: &mut Tx, row: &copies::Row) -> Result<Option<String>> {
    let found = enclosures::of_copy(tx, row.copy.id, Kind::Text).await?;
    let current = |one: &Enclosure| one.content["edition"].as_i64() == Some(row.copy.edition);
    let found = found.into_iter().find(current);
    Ok(found.and_then(|mut one| match one.content["text"].take() {
        Value::String(text) => Some(text),
        _ => None,
    }))
}
