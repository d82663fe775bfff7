//! Edits of events that may be between people: they are told in the transaction of the edit.

use calendar::Event;
use identity::Actor;
use storage::{Tx, copies};
use sync::{CalendarId, Cause};

use super::{create::NewEvent, edit::check};
use crate::{Hub, Precondition, Result, scheduling::Scheduling};

/// Revision numbers by which an event that comes back is newer than the message that called it off.
const REVIVED: u32 = 3;

/// On what terms something is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms<'a> {
    /// What must hold.
    pub precondition: Precondition,
    /// Who is told.
    pub how: Scheduling<'a>,
}

impl From<Precondition> for Terms<'_> {
    /// Nobody is written to.
    fn from(precondition: Precondition) -> Self {
        Self {
            precondition,
            how: Scheduling::SILENT,
        }
    }
}

impl Hub {
    /// Makes an event, and tells those whom it is with.
    pub(super) async fn make_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
        mut new: NewEvent,
        how: Scheduling<'_>,
    ) -> Result<copies::Row> {
        check(&new.event)?;
        super::writable(tx, actor, calendar).await?;
        if new.event.uid.is_empty() && !new.event.people.is_empty() {
            new.event.uid = format!("{}@kalends", self.ids().uuid());
        }
        let written = (None, &new.event);
        let scheduled = self.schedule_event(tx, actor, calendar, written, how);
        if let Some(event) = Box::pin(scheduled).await? {
            new.event = event;
        }
        self.create_in(tx, actor, calendar, new).await
    }

    /// Applies an edit, and tells those whom the event is with; false if it changed nothing.
    pub(crate) async fn alter_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
        cause: &Cause,
        (how, edit): (Scheduling<'_>, impl FnOnce(&mut Event) -> Result<()> + Send),
    ) -> Result<bool> {
        let mut next = row.copy.local.clone();
        edit(&mut next)?;
        check(&next)?;
        let written = (Some(&*row), &next);
        let scheduled = self.schedule_event(tx, actor, row.copy.calendar, written, how);
        if let Some(event) = Box::pin(scheduled).await? {
            next = event;
            // What was told of it may have come back to it.
            if let Some(now) = copies::get(tx, row.copy.id).await? {
                *row = now;
            }
        }
        let put = |event: &mut Event| {
            *event = next;
            Ok(())
        };
        self.edit_in(tx, actor, row, cause, put).await
    }

    /// Removes an event, and tells those whom it was with (RFC 6638 3.2.1.3, 3.2.2.3).
    pub(crate) async fn remove_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
        cause: &Cause,
        how: Scheduling<'_>,
    ) -> Result<()> {
        self.unschedule_event(tx, actor, row, how).await?;
        self.delete_in(tx, actor, row, cause).await
    }

    /// Brings a deleted event back with this value, and tells those whom it is with, without writing to anybody.
    pub(crate) async fn bring_back_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
        cause: &Cause,
        mut value: Event,
    ) -> Result<()> {
        let again = Event {
            sequence: value.sequence.saturating_add(REVIVED),
            ..value.clone()
        };
        let scheduled = self.schedule_event(
            tx,
            actor,
            row.copy.calendar,
            (None, &again),
            Scheduling::SILENT,
        );
        if let Some(event) = Box::pin(scheduled).await? {
            row.copy.local.sequence = event.sequence;
            value = event;
        }
        self.restore_in(tx, actor, row, cause, value).await
    }
}
