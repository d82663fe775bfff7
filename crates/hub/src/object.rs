//! Use cases on calendar objects that are no events: tasks, journals and the like. They stay in their calendar, as their
//! clients wrote them; no provider and no link hears of them.

use std::collections::BTreeSet;

use identity::Actor;
use jiff::Timestamp;
use storage::{Change, ChangeKind, Tx, calendars, changes, objects, shares::Access};
use sync::CalendarId;
use uuid::Uuid;

/// An object, and what is sealed of it.
pub use storage::objects::{Content, Object};

use crate::{
    Error, Hub, Precondition, Result, access,
    events::writable,
    scheduling::{Own, Scheduling},
};

/// Most objects of one answer.
const OBJECTS_MAX: usize = 10_000;
/// Largest text, in bytes.
const TEXT_MAX: usize = 4 << 20;

/// What is left where something had a name and has not any more.
pub(crate) fn gone(id: Uuid, calendar: CalendarId, name: &str, at: Timestamp) -> Object {
    Object {
        id,
        calendar,
        component: String::new(),
        alive: false,
        revision: 1,
        created: at,
        updated: at,
        content: Content {
            name: name.to_owned(),
            ..Content::default()
        },
    }
}

impl Hub {
    /// Writes an object: a new one, or in the place of the living one of its name.
    pub async fn write_object(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        precondition: Precondition,
        (component, mut content): (String, Content),
        how: Scheduling<'_>,
    ) -> Result<Object> {
        access::may_write(actor)?;
        if content.text.len() > TEXT_MAX {
            return Err(Error::invalid(
                "text",
                format!("longer than {TEXT_MAX} bytes"),
            ));
        }
        let mut tx = self.store(actor.tenant).await?.write().await?;
        writable(&mut tx, actor, calendar).await?;
        only_local(&mut tx, calendar).await?;
        let now = self.clock().now();
        let there = objects::by_name(&mut tx, calendar, &content.name).await?;
        if let Some(there) = &there {
            precondition.check(there.revision)?;
        }
        let own = there.clone().map(Own::object);
        let between = |text: &str| text.contains("ORGANIZER");
        if between(&content.text) || there.as_ref().is_some_and(|o| between(&o.content.text)) {
            let written = (own, &*content.text);
            let scheduled = self.scheduled(&mut tx, actor, calendar, written, how);
            if let Some(text) = Box::pin(scheduled).await? {
                content.text = text;
            }
        }
        let row = if let Some(mut row) = there {
            (row.component, row.content, row.updated) = (component, content, now);
            objects::update(&mut tx, &mut row).await?;
            self.log_object(&mut tx, actor, &row);
            row
        } else {
            self.add_object(&mut tx, actor, calendar, (component, content))
                .await?
        };
        self.commit(tx).await?;
        Ok(row)
    }

    /// Adds an object to a calendar.
    pub(crate) async fn add_object(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
        (component, content): (String, Content),
    ) -> Result<Object> {
        let now = self.clock().now();
        let object = Object {
            id: self.ids().uuid(),
            calendar,
            component,
            alive: true,
            revision: 1,
            created: now,
            updated: now,
            content,
        };
        objects::insert(tx, &object).await?;
        self.log_object(tx, actor, &object);
        Ok(object)
    }

    /// Removes an object. Its text goes at once.
    pub async fn delete_object(
        &self,
        actor: &Actor,
        id: Uuid,
        precondition: Precondition,
        how: Scheduling<'_>,
    ) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut row = self
            .writable_object(&mut tx, actor, id, precondition)
            .await?;
        let own = Own::object(row.clone());
        Box::pin(self.unscheduled(&mut tx, actor, &own, how)).await?;
        self.end_object(&mut tx, actor, &mut row).await?;
        self.commit(tx).await?;
        Ok(())
    }

    /// Takes an object to another calendar, or gives it another name; where it was there is nothing any more.
    pub async fn move_object(
        &self,
        actor: &Actor,
        id: Uuid,
        (to, name): (CalendarId, &str),
        precondition: Precondition,
    ) -> Result<Object> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut left = self
            .writable_object(&mut tx, actor, id, precondition)
            .await?;
        writable(&mut tx, actor, to).await?;
        only_local(&mut tx, to).await?;
        if objects::by_name(&mut tx, to, name).await?.is_some() {
            return Err(Error::Taken("an object of this name"));
        }
        let there = Object {
            id: self.ids().uuid(),
            calendar: to,
            revision: 1,
            updated: self.clock().now(),
            content: Content {
                name: name.to_owned(),
                ..left.content.clone()
            },
            ..left.clone()
        };
        self.end_object(&mut tx, actor, &mut left).await?;
        objects::insert(&mut tx, &there).await?;
        self.log_object(&mut tx, actor, &there);
        self.commit(tx).await?;
        Ok(there)
    }

    /// The living objects of a calendar, `limit` of them after `after`.
    pub async fn objects(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<Object>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::reach(&mut tx, actor, calendar, Access::Read).await?;
        let rows = objects::page(&mut tx, calendar, after, limit.min(OBJECTS_MAX)).await?;
        Ok(rows)
    }

    /// The objects of a calendar that changed between two positions of the log, each once; dead ones were removed.
    pub async fn objects_changed(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        (after, until): (i64, i64),
    ) -> Result<Vec<Object>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::reach(&mut tx, actor, calendar, Access::Read).await?;
        let (mut after, mut ids) = (after, BTreeSet::new());
        loop {
            let page = changes::of_calendar_after(&mut tx, calendar, after, OBJECTS_MAX).await?;
            let more = page.len() == OBJECTS_MAX;
            for logged in page {
                after = logged.position;
                let about = logged.change.kind == ChangeKind::Object;
                if about && after <= until {
                    ids.insert(logged.change.subject);
                }
            }
            if !more || after >= until {
                break;
            }
        }
        let mut found = Vec::new();
        for id in ids {
            found.extend(objects::get(&mut tx, id).await?);
        }
        Ok(found)
    }

    async fn writable_object(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: Uuid,
        precondition: Precondition,
    ) -> Result<Object> {
        let row = objects::get(tx, id).await?.filter(|row| row.alive);
        let row = row.ok_or(Error::NotFound("object"))?;
        let (calendar, _) = access::reach(tx, actor, row.calendar, Access::Write).await?;
        if !calendar.inbox {
            writable(tx, actor, row.calendar).await?;
        }
        precondition.check(row.revision)?;
        Ok(row)
    }

    async fn end_object(&self, tx: &mut Tx, actor: &Actor, row: &mut Object) -> Result<()> {
        row.alive = false;
        row.updated = self.clock().now();
        row.content.text.clear();
        objects::update(tx, row).await?;
        self.log_object(tx, actor, row);
        Ok(())
    }

    /// Says to those who follow a calendar that a name is gone.
    pub(crate) async fn bury(&self, tx: &mut Tx, actor: &Actor, gone: &Object) -> Result<()> {
        objects::insert(tx, gone).await?;
        self.log_object(tx, actor, gone);
        Ok(())
    }

    pub(crate) fn log_object(&self, tx: &mut Tx, actor: &Actor, row: &Object) {
        tx.log(Change {
            kind: ChangeKind::Object,
            subject: row.id,
            calendar: Some(row.calendar),
            actor: actor.log_name(),
            cause: None,
            at: self.clock().now(),
            removed: !row.alive,
        });
    }
}

/// Refuses calendars of a provider: it would never have what is written here.
async fn only_local(tx: &mut Tx, calendar: CalendarId) -> Result<()> {
    if calendars::is_replicated(tx, calendar).await? {
        return Err(Error::Forbidden(
            "only events are kept in step with this calendar's provider".to_owned(),
        ));
    }
    Ok(())
}
