//! Editing local copies. Whatever is accepted here is one transaction: the copy, its linked copies, the change log,
//! and the jobs that carry it to providers.

use calendar::{Event, Override, RecurrenceId, unit};
use identity::Actor;
use storage::{Tx, copies};
use sync::{CalendarId, Cause, CauseKind, ChangeId, Copy, CopyId};

use crate::{Error, EventView, Hub, Precondition, Result, access, links::flow::Flow, shape};

/// An event to be made.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The name under which a client wants to find it again (CalDAV file name, Google event id).
    pub name: Option<String>,
    /// The event. An empty UID gets one.
    pub event: Event,
}

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
    /// Makes an event.
    pub async fn create_event(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        new: NewEvent,
    ) -> Result<EventView> {
        access::may_write(actor)?;
        check(&new.event)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        writable(&mut tx, actor, calendar).await?;
        let id = CopyId(self.ids().uuid());
        let mut event = new.event;
        if event.uid.is_empty() {
            event.uid = format!("{id}@kalends");
        }
        if let Some(name) = &new.name
            && let Some(there) = copies::by_name(&mut tx, calendar, name).await?
        {
            if there.copy.alive {
                return Err(Error::Taken("an event of this name"));
            }
            // A CalDAV client may use a name again; what was there keeps its history, not its name.
            let mut nameless = copies::Row {
                name: None,
                ..there
            };
            copies::update(&mut tx, &mut nameless).await?;
        }
        let now = self.clock().now();
        event.created.get_or_insert(now);
        event.updated = Some(now);
        let mut row = copies::Row {
            shape: shape::of(&event),
            copy: Copy::made_here(id, calendar, event),
            name: new.name,
            revision: 1,
            created: now,
            updated: now,
            linked: None,
            projected: false,
            pending: false,
        };
        let cause = self.edit_cause(calendar);
        row.copy.life_cause = Some(cause.clone());
        let made = Some(row.copy.local.clone());
        self.keep_edit(&mut tx, actor, &row, &cause, None, made)
            .await?;
        Flow::new(self, &mut tx, actor.log_name(), cause)
            .appeared(&mut row)
            .await?;
        tx.commit().await?;
        self.wake();
        Ok(EventView::of(row))
    }

    /// Replaces an event's value. Its UID, and whatever belongs to identity rather than value, stays.
    pub async fn put_event(
        &self,
        actor: &Actor,
        id: CopyId,
        precondition: Precondition,
        event: Event,
    ) -> Result<EventView> {
        check(&event)?;
        self.edit_event(actor, id, precondition, |current| {
            let (uid, created) = (std::mem::take(&mut current.uid), current.created);
            *current = Event {
                uid,
                created: event.created.or(created),
                ..event
            };
            Ok(())
        })
        .await
    }

    /// Changes an event through `edit`, which gets the value as it is now.
    pub async fn edit_event(
        &self,
        actor: &Actor,
        id: CopyId,
        precondition: Precondition,
        edit: impl FnOnce(&mut Event) -> Result<()> + Send,
    ) -> Result<EventView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        self.edit_in(&mut tx, actor, &mut row, edit).await?;
        tx.commit().await?;
        self.wake();
        Ok(EventView::of(row))
    }

    /// Removes an event.
    pub async fn delete_event(
        &self,
        actor: &Actor,
        id: CopyId,
        precondition: Precondition,
    ) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        self.delete_in(&mut tx, actor, &mut row).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Changes one occurrence, or it and all that follow. For [`Scope::Following`] the series ends before it and a
    /// second one begins; the event that holds the occurrence afterwards is returned.
    pub async fn edit_occurrence(
        &self,
        actor: &Actor,
        id: CopyId,
        occurrence: RecurrenceId,
        scope: Scope,
        precondition: Precondition,
        edit: impl FnOnce(&mut Event) -> Result<()> + Send,
    ) -> Result<EventView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        if !row.copy.local.has_occurrence(occurrence) {
            return Err(Error::NotFound("occurrence"));
        }
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
                self.edit_in(&mut tx, actor, &mut row, change).await?;
            }
            Scope::Following => {
                let uid = format!("{}@kalends", self.ids().uuid());
                match row.copy.local.split_at(occurrence, &uid) {
                    // From its very first occurrence on: that is the whole series.
                    None => self.edit_in(&mut tx, actor, &mut row, edit).await?,
                    Some((head, mut tail)) => {
                        edit(&mut tail)?;
                        let cut = move |series: &mut Event| {
                            *series = head;
                            Ok(())
                        };
                        self.edit_in(&mut tx, actor, &mut row, cut).await?;
                        row = self
                            .insert_tail(&mut tx, actor, row.copy.calendar, tail)
                            .await?;
                    }
                }
            }
        }
        tx.commit().await?;
        self.wake();
        Ok(EventView::of(row))
    }

    /// Cancels one occurrence, or it and all that follow.
    pub async fn delete_occurrence(
        &self,
        actor: &Actor,
        id: CopyId,
        occurrence: RecurrenceId,
        scope: Scope,
        precondition: Precondition,
    ) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self.editable(&mut tx, actor, id, precondition).await?;
        if !row.copy.local.has_occurrence(occurrence) {
            return Err(Error::NotFound("occurrence"));
        }
        match scope {
            Scope::This => {
                let exclude = move |series: &mut Event| {
                    series.overrides.insert(occurrence, Override::Excluded);
                    Ok(())
                };
                self.edit_in(&mut tx, actor, &mut row, exclude).await?;
            }
            Scope::Following => match row.copy.local.split_at(occurrence, "") {
                None => self.delete_in(&mut tx, actor, &mut row).await?,
                Some((head, _)) => {
                    let cut = move |series: &mut Event| {
                        *series = head;
                        Ok(())
                    };
                    self.edit_in(&mut tx, actor, &mut row, cut).await?;
                }
            },
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    async fn insert_tail(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
        tail: Event,
    ) -> Result<copies::Row> {
        check(&tail)?;
        let now = self.clock().now();
        let mut row = copies::Row {
            shape: shape::of(&tail),
            copy: Copy::made_here(CopyId(self.ids().uuid()), calendar, tail),
            name: None,
            revision: 1,
            created: now,
            updated: now,
            linked: None,
            projected: false,
            pending: false,
        };
        let cause = self.edit_cause(calendar);
        row.copy.life_cause = Some(cause.clone());
        let made = Some(row.copy.local.clone());
        self.keep_edit(tx, actor, &row, &cause, None, made).await?;
        Flow::new(self, tx, actor.log_name(), cause)
            .appeared(&mut row)
            .await?;
        Ok(row)
    }

    /// Brings a deleted event back with this value.
    pub(super) async fn restore_event(
        &self,
        actor: &Actor,
        id: CopyId,
        value: Event,
    ) -> Result<()> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = access::copy(&mut tx, actor, id).await?;
        writable(&mut tx, actor, row.copy.calendar).await?;
        if row.copy.alive {
            return Err(Error::Stale);
        }
        let cause = self.edit_cause(row.copy.calendar);
        for unit in unit::diff(&row.copy.local, &value) {
            row.copy.set(&unit, &value, &cause);
        }
        row.copy.alive = true;
        row.copy.rewrite = true;
        row.copy.life_cause = Some(cause.clone());
        self.keep_edit(&mut tx, actor, &row, &cause, None, Some(value))
            .await?;
        Flow::new(self, &mut tx, actor.log_name(), cause)
            .revived(&mut row, true)
            .await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    async fn editable(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: CopyId,
        precondition: Precondition,
    ) -> Result<copies::Row> {
        let row = access::copy(tx, actor, id).await?;
        if !row.copy.alive {
            return Err(Error::NotFound("event"));
        }
        writable(tx, actor, row.copy.calendar).await?;
        precondition.check(row.copy.edition)?;
        Ok(row)
    }

    async fn edit_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
        edit: impl FnOnce(&mut Event) -> Result<()>,
    ) -> Result<()> {
        let before = row.copy.local.clone();
        let mut next = before.clone();
        edit(&mut next)?;
        check(&next)?;
        let units = unit::diff(&row.copy.local, &next);
        if units.is_empty() {
            return Ok(());
        }
        let cause = self.edit_cause(row.copy.calendar);
        for unit in &units {
            row.copy.set(unit, &next, &cause);
        }
        row.copy.local.updated = Some(self.clock().now());
        row.copy.local.sequence = next.sequence.max(row.copy.local.sequence);
        let after = Some(row.copy.local.clone());
        self.keep_edit(tx, actor, row, &cause, Some(before), after)
            .await?;
        Flow::new(self, tx, actor.log_name(), cause)
            .changed(row)
            .await
    }

    async fn delete_in(&self, tx: &mut Tx, actor: &Actor, row: &mut copies::Row) -> Result<()> {
        let cause = self.edit_cause(row.copy.calendar);
        let before = Some(row.copy.local.clone());
        self.keep_edit(tx, actor, row, &cause, before, None).await?;
        row.copy.alive = false;
        row.copy.life_cause = Some(cause.clone());
        Flow::new(self, tx, actor.log_name(), cause).died(row).await
    }

    fn edit_cause(&self, calendar: CalendarId) -> Cause {
        Cause {
            kind: CauseKind::Edit,
            from: calendar,
            link: None,
            change: ChangeId(self.ids().uuid()),
            modified: Some(self.clock().now()),
        }
    }
}

async fn writable(tx: &mut Tx, actor: &Actor, calendar: CalendarId) -> Result<()> {
    let row = access::calendar(tx, actor, calendar).await?;
    if row.read_only {
        return Err(Error::Forbidden(
            "this calendar is read-only at its provider".to_owned(),
        ));
    }
    Ok(())
}

/// Limits on what people and clients may put into an event.
fn check(event: &Event) -> Result<()> {
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
