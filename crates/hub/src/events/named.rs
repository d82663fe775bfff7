//! What is in a calendar under a name or a UID, be it an event or not.

use identity::Actor;
use storage::{copies, objects, shares::Access};

use super::texts::{Kept, kept};
use crate::{CalendarView, EventView, Hub, Object, Result, access};

/// Something living in a calendar.
#[derive(Clone, Debug)]
pub enum Named {
    /// An event, with its text as [`Hub::texts`] has it.
    Event(Box<EventView>, Option<Kept>),
    /// What is no event.
    Object(Object),
}

// Calendars here were found for the very actor: what they say that one may see is not looked up again.
impl Hub {
    /// What a client named so in a calendar.
    pub async fn named(
        &self,
        actor: &Actor,
        calendar: &CalendarView,
        name: &str,
    ) -> Result<Option<Named>> {
        let level = calendar.access;
        access::check(level, Access::Read)?;
        let mut tx = self.store(actor.tenant).await?.glance().await?;
        if let Some(row) = copies::by_name(&mut tx, calendar.id, name).await? {
            let view = access::veiled(level, row);
            if view.alive {
                let mut texts = kept(&mut tx, level, &[(view.id, view.revision)]).await?;
                let text = texts.remove(&view.id);
                return Ok(Some(Named::Event(Box::new(view), text)));
            }
        }
        let object = objects::by_name(&mut tx, calendar.id, name).await?;
        Ok(object.map(Named::Object))
    }

    /// What has this UID in a calendar, without its text if it is an event.
    pub async fn with_uid(
        &self,
        actor: &Actor,
        calendar: &CalendarView,
        uid: &str,
    ) -> Result<Option<Named>> {
        let level = calendar.access;
        access::check(level, Access::Read)?;
        let mut tx = self.store(actor.tenant).await?.glance().await?;
        let rows = copies::by_uid(&mut tx, calendar.id, uid).await?;
        let mut views = rows.into_iter().map(|row| access::veiled(level, row));
        if let Some(view) = views.find(|view| view.alive) {
            return Ok(Some(Named::Event(Box::new(view), None)));
        }
        let mut found = objects::by_uid(&mut tx, uid).await?.into_iter();
        let object = found.find(|row| row.calendar == calendar.id);
        Ok(object.map(Named::Object))
    }
}
