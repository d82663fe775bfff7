//! Editing local copies. Whatever is accepted here is one transaction: the copy, its linked copies, the change log,
//! and the jobs that carry it to providers.

use calendar::{Event, Override, RecurrenceId, unit};
use identity::Actor;
use storage::{Tx, calendars::Calendar, copies, shares::Access};
use sync::{CalendarId, Cause, CauseKind, ChangeId, Copy, CopyId};

use super::telling::Terms;
use crate::{
    Error, EventView, Hub, Precondition, Result, access, links::flow::Flow, scheduling::Scheduling,
};

/// Which occurrences of a series an edit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This one only.
    This,
    /// This one and all that follow.
    Following,
}

/// Longest text of an event, in bytes.
const TEXT_MAX: usize = 1 << 20;
/// Most overrides of a series.
const OVERRIDES_MAX: usize = 5_000;
/// Most people of an event.
const PEOPLE_MAX: usize = 1_000;

impl Hub {
    /// Replaces an event's value. Its UID, and whatever belongs to identity rather than value, stays.
    pub async fn put_event(
        &self,
        actor: &Actor,
        id: CopyId,
        terms: impl Into<Terms<'_>>,
        event: Event,
    ) -> Result<EventView> {
        check(&event)?;
        self.edit_event(actor, id, terms, put(event)).await
    }

    /// Changes an event through `edit`, which gets the value as it is now.
    pub async fn edit_event(
        &self,
        actor: &Actor,
        id: CopyId,
        terms: impl Into<Terms<'_>>,
        edit: impl FnOnce(&mut Event) -> Result<()> + Send,
    ) -> Result<EventView> {
        let Terms { precondition, how } = terms.into();
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        let cause = self.edit_cause(row.copy.calendar);
        self.alter_in(&mut tx, actor, &mut row, &cause, (how, edit))
            .await?;
        self.commit(tx).await?;
        self.wake();
        Ok(EventView::of(row))
    }

    /// Removes an event, and tells those whom it was with (RFC 6638 3.2.1.3, 3.2.2.3).
    pub async fn delete_event(
        &self,
        actor: &Actor,
        id: CopyId,
        terms: impl Into<Terms<'_>>,
    ) -> Result<()> {
        let Terms { precondition, how } = terms.into();
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        let cause = self.edit_cause(row.copy.calendar);
        self.remove_in(&mut tx, actor, &mut row, &cause, how)
            .await?;
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// Brings a deleted event back as it was. One that lives stays as it is.
    pub async fn revive_event(&self, actor: &Actor, id: CopyId) -> Result<EventView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let (mut row, _) = access::reach_copy(&mut tx, actor, id, Access::FreeBusy).await?;
        writable(&mut tx, actor, row.copy.calendar).await?;
        if !row.copy.alive {
            let cause = self.edit_cause(row.copy.calendar);
            let value = row.copy.local.clone();
            self.bring_back_in(&mut tx, actor, &mut row, &cause, value)
                .await?;
            self.commit(tx).await?;
            self.wake();
        }
        Ok(EventView::of(row))
    }

    /// Changes one occurrence, or it and all that follow. For [`Scope::Following`] the series ends before it and a
    /// second one begins; the event that holds the occurrence afterwards is returned.
    pub async fn edit_occurrence(
        &self,
        actor: &Actor,
        id: CopyId,
        occurrence: RecurrenceId,
        scope: Scope,
        terms: impl Into<Terms<'_>>,
        edit: impl FnOnce(&mut Event) -> Result<()> + Send,
    ) -> Result<EventView> {
        let Terms { precondition, how } = terms.into();
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        if !row.copy.local.has_occurrence(occurrence) {
            return Err(Error::NotFound("occurrence"));
        }
        let cause = self.edit_cause(row.copy.calendar);
        match scope {
            Scope::This => {
                let mut single = row
                    .copy
                    .local
                    .occurrence(occurrence)
                    .ok_or(Error::NotFound("occurrence"))?;
                edit(&mut single)?;
                let change = move |series: &mut Event| {
                    series.set_occurrence(occurrence, &single);
                    Ok(())
                };
                self.alter_in(&mut tx, actor, &mut row, &cause, (how, change))
                    .await?;
            }
            Scope::Following => {
                row = self
                    .edit_following(&mut tx, actor, row, occurrence, (&cause, how, edit))
                    .await?;
            }
        }
        self.commit(tx).await?;
        self.wake();
        Ok(EventView::of(row))
    }

    /// Changes an occurrence and all that follow; the event that holds it afterwards.
    async fn edit_following(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        mut row: copies::Row,
        occurrence: RecurrenceId,
        (cause, how, edit): (
            &Cause,
            Scheduling<'_>,
            impl FnOnce(&mut Event) -> Result<()> + Send,
        ),
    ) -> Result<copies::Row> {
        let uid = format!("{}@kalends", self.ids().uuid());
        let Some((head, mut tail)) = row.copy.local.split_at(occurrence, &uid) else {
            // From its very first occurrence on: that is the whole series.
            self.alter_in(tx, actor, &mut row, cause, (how, edit))
                .await?;
            return Ok(row);
        };
        edit(&mut tail)?;
        check(&tail)?;
        let calendar = row.copy.calendar;
        let cut = move |series: &mut Event| {
            *series = head;
            Ok(())
        };
        // One cause for both: they are undone together.
        self.alter_in(tx, actor, &mut row, cause, (how, cut))
            .await?;
        let scheduled = self.schedule_event(tx, actor, calendar, (None, &tail), how);
        let tail = Box::pin(scheduled).await?.unwrap_or(tail);
        let copy = Copy::made_here(CopyId(self.ids().uuid()), calendar, tail);
        self.insert_in(tx, actor, copy, None, cause).await
    }

    /// Cancels one occurrence, or it and all that follow.
    pub async fn delete_occurrence(
        &self,
        actor: &Actor,
        id: CopyId,
        occurrence: RecurrenceId,
        scope: Scope,
        terms: impl Into<Terms<'_>>,
    ) -> Result<()> {
        let Terms { precondition, how } = terms.into();
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        if !row.copy.local.has_occurrence(occurrence) {
            return Err(Error::NotFound("occurrence"));
        }
        let cause = self.edit_cause(row.copy.calendar);
        match scope {
            Scope::This => {
                let exclude = move |series: &mut Event| {
                    series.overrides.insert(occurrence, Override::Excluded);
                    Ok(())
                };
                self.alter_in(&mut tx, actor, &mut row, &cause, (how, exclude))
                    .await?;
            }
            Scope::Following => match row.copy.local.split_at(occurrence, "") {
                None => {
                    self.remove_in(&mut tx, actor, &mut row, &cause, how)
                        .await?;
                }
                Some((head, _)) => {
                    let cut = move |series: &mut Event| {
                        *series = head;
                        Ok(())
                    };
                    self.alter_in(&mut tx, actor, &mut row, &cause, (how, cut))
                        .await?;
                }
            },
        }
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// Brings a deleted event back with this value.
    pub(crate) async fn restore_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
        cause: &Cause,
        value: Event,
    ) -> Result<()> {
        for unit in unit::diff(&row.copy.local, &value) {
            row.copy.set(&unit, &value, cause);
        }
        row.copy.alive = true;
        row.copy.rewrite = true;
        row.copy.life_cause = Some(cause.clone());
        self.keep_edit(tx, actor, row, cause, None, Some(value))
            .await?;
        Flow::new(self, tx, actor.log_name(), cause.clone())
            .revived(row, true)
            .await
    }

    /// A living copy that the actor may change, if it is as the caller says.
    pub(crate) async fn editable(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: CopyId,
        precondition: Precondition,
    ) -> Result<copies::Row> {
        let (row, (calendar, level)) = access::reach_in(tx, actor, id, Access::FreeBusy).await?;
        if !row.copy.alive {
            return Err(Error::NotFound("event"));
        }
        may_write_in(&calendar, level)?;
        precondition.check(row.copy.edition)?;
        Ok(row)
    }

    /// Applies an edit; false if it changed nothing.
    pub(crate) async fn edit_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
        cause: &Cause,
        edit: impl FnOnce(&mut Event) -> Result<()>,
    ) -> Result<bool> {
        let before = row.copy.local.clone();
        let mut next = before.clone();
        edit(&mut next)?;
        check(&next)?;
        let units = unit::diff(&row.copy.local, &next);
        if units.is_empty() {
            return Ok(false);
        }
        for unit in &units {
            row.copy.set(unit, &next, cause);
        }
        row.copy.local.updated = Some(self.clock().now());
        row.copy.local.sequence = next.sequence.max(row.copy.local.sequence);
        let after = Some(row.copy.local.clone());
        self.keep_edit(tx, actor, row, cause, Some(before), after)
            .await?;
        Flow::new(self, tx, actor.log_name(), cause.clone())
            .changed(row)
            .await?;
        Ok(true)
    }

    pub(crate) async fn delete_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
        cause: &Cause,
    ) -> Result<()> {
        let before = Some(row.copy.local.clone());
        self.keep_edit(tx, actor, row, cause, before, None).await?;
        row.copy.alive = false;
        row.copy.life_cause = Some(cause.clone());
        Flow::new(self, tx, actor.log_name(), cause.clone())
            .died(row)
            .await
    }

    pub(crate) fn edit_cause(&self, calendar: CalendarId) -> Cause {
        Cause {
            kind: CauseKind::Edit,
            from: calendar,
            link: None,
            via: Vec::new(),
            change: ChangeId(self.ids().uuid()),
            modified: Some(self.clock().now()),
        }
    }
}

/// The edit that puts a value in the place of another. What belongs to identity rather than value stays.
pub(crate) fn put(event: Event) -> impl FnOnce(&mut Event) -> Result<()> + Send {
    move |current| {
        let (uid, created) = (std::mem::take(&mut current.uid), current.created);
        *current = Event {
            uid,
            created: event.created.or(created),
            ..event
        };
        Ok(())
    }
}

/// Whether the actor may see a calendar and write its events.
pub(crate) async fn writable(tx: &mut Tx, actor: &Actor, calendar: CalendarId) -> Result<()> {
    let (row, level) = access::reach(tx, actor, calendar, Access::FreeBusy).await?;
    may_write_in(&row, level)
}

/// Whether somebody who may do so much with a calendar may write its events.
fn may_write_in(calendar: &Calendar, level: Access) -> Result<()> {
    access::check(level, Access::Write)?;
    if calendar.inbox {
        return Err(Error::Forbidden(
            "this is where messages arrive: nothing can be written here".to_owned(),
        ));
    }
    if calendar.read_only {
        return Err(Error::Forbidden(
            "this calendar is read-only at its provider".to_owned(),
        ));
    }
    Ok(())
}

/// Limits on what people and clients may put into an event.
pub(super) fn check(event: &Event) -> Result<()> {
    let long = |field: &str, text: &str| {
        if text.len() > TEXT_MAX {
            Err(Error::invalid(
                field,
                format!("longer than {TEXT_MAX} bytes"),
            ))
        } else {
            Ok(())
        }
    };
    long("title", &event.title)?;
    long("description", &event.text.content)?;
    if event.overrides.len() > OVERRIDES_MAX {
        return Err(Error::invalid(
            "recurrenceOverrides",
            format!("more than {OVERRIDES_MAX}"),
        ));
    }
    if event.people.len() > PEOPLE_MAX {
        return Err(Error::invalid(
            "participants",
            format!("more than {PEOPLE_MAX}"),
        ));
    }
    Ok(())
}
