//! Taking an event to another calendar.

use identity::Actor;
use sync::{CalendarId, CopyId};

use super::{create::NewEvent, texts::text_of};
use crate::{Error, EventView, Hub, Precondition, Result, access};

impl Hub {
    /// Takes an event to another calendar, where it keeps its UID and its name; both halves happen or neither. Where the two
    /// calendars are linked it stays the same linked event, and its mirrors stay.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is there already, [`Error::Taken`] if there is another event of this name, [`Error::Forbidden`]
    /// where one of the calendars cannot be written.
    pub async fn move_event(
        &self,
        actor: &Actor,
        id: CopyId,
        to: CalendarId,
        precondition: Precondition,
    ) -> Result<EventView> {
        self.move_event_as(actor, id, (to, None), precondition)
            .await
    }

    /// The same under another name.
    pub async fn move_event_as(
        &self,
        actor: &Actor,
        id: CopyId,
        (to, name): (CalendarId, Option<String>),
        precondition: Precondition,
    ) -> Result<EventView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut left = self.editable(&mut tx, actor, id, precondition).await?;
        if left.copy.calendar == to {
            return Err(Error::invalid(
                "destination",
                "the event is in this calendar already",
            ));
        }
        let new = NewEvent {
            name: name.or_else(|| left.name.clone()),
            event: left.copy.local.clone(),
        };
        // First there, so that it is never nowhere: its deletion here is then half of a move.
        let text = text_of(&mut tx, &left).await?;
        let there = self.create_in(&mut tx, actor, to, new).await?;
        self.move_enclosures(&mut tx, id, (to, there.copy.id))
            .await?;
        if let Some(text) = text {
            self.keep_text(&mut tx, &there, &text).await?;
        }
        let cause = self.edit_cause(left.copy.calendar);
        // Whatever it was linked with has changed with the first half.
        left = self
            .editable(&mut tx, actor, id, Precondition::None)
            .await?;
        self.delete_in(&mut tx, actor, &mut left, &cause).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(EventView::of(there))
    }
}
