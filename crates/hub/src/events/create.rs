//! Making events.

use calendar::Event;
use identity::Actor;
use storage::{Tx, copies};
use sync::{CalendarId, Cause, Copy, CopyId};

use super::edit::{check, writable};
use crate::{
    Error, EventView, Hub, Key, Result, access, links::flow::Flow, scheduling::Scheduling, shape,
};

/// An event to be made.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The name under which a client wants to find it again (CalDAV file name, Google event id).
    pub name: Option<String>,
    /// The event. An empty UID gets one.
    pub event: Event,
}

impl Hub {
    /// Makes an event.
    pub async fn create_event(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        new: NewEvent,
    ) -> Result<EventView> {
        self.create_event_telling(actor, calendar, new, Scheduling::SILENT)
            .await
    }

    /// The same, where it is said who is told.
    pub async fn create_event_telling(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        new: NewEvent,
        how: Scheduling<'_>,
    ) -> Result<EventView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let row = self.make_in(&mut tx, actor, calendar, new, how).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(EventView::of(row))
    }

    /// Makes an event and its answer, or returns the answer that was given under this key before.
    pub async fn create_event_once(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        (new, how): (NewEvent, Scheduling<'_>),
        key: Option<&Key>,
        answer: impl FnOnce(&EventView) -> Vec<u8> + Send,
    ) -> Result<Vec<u8>> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        if let Some(reply) = self.first_answer(&mut tx, actor, key).await? {
            return Ok(reply);
        }
        let row = self.make_in(&mut tx, actor, calendar, new, how).await?;
        let reply = answer(&EventView::of(row));
        self.keep_answer(&mut tx, actor, key, &reply).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(reply)
    }

    pub(super) async fn create_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
        new: NewEvent,
    ) -> Result<copies::Row> {
        check(&new.event)?;
        writable(tx, actor, calendar).await?;
        let id = CopyId(self.ids().uuid());
        let mut event = new.event;
        if event.uid.is_empty() {
            event.uid = format!("{id}@kalends");
        }
        if let Some(name) = &new.name
            && let Some(there) = copies::by_name(tx, calendar, name).await?
        {
            if there.copy.alive {
                return Err(Error::Taken("an event of this name"));
            }
            // A CalDAV client may use a name again; what was there keeps its history, not its name.
            let mut nameless = copies::Row {
                name: None,
                ..there
            };
            copies::update(tx, &mut nameless).await?;
        }
        let now = self.clock().now();
        event.created.get_or_insert(now);
        event.updated = Some(now);
        let copy = Copy::made_here(id, calendar, event);
        let cause = self.edit_cause(calendar);
        self.insert_in(tx, actor, copy, new.name, &cause).await
    }

    /// Puts a new copy into its calendar, and whatever follows from that along its links.
    pub(crate) async fn insert_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        copy: Copy,
        name: Option<String>,
        cause: &Cause,
    ) -> Result<copies::Row> {
        let now = self.clock().now();
        let mut row = copies::Row {
            shape: shape::of(&copy.local),
            copy,
            name,
            revision: 1,
            created: now,
            updated: now,
            linked: None,
            projected: false,
            pending: false,
        };
        row.copy.life_cause = Some(cause.clone());
        let made = Some(row.copy.local.clone());
        self.keep_edit(tx, actor, &row, cause, None, made).await?;
        Flow::new(self, tx, actor.log_name(), cause.clone())
            .appeared(&mut row)
            .await?;
        Ok(row)
    }
}
