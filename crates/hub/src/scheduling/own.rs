//! Somebody's own copy of what is scheduled: an event, or a task. It is found by its UID, in whichever of their calendars it is.

use identity::Actor;
use protocols::icalendar::{self, component::Component};
use storage::{Tx, calendars, copies, objects, timeline};
use sync::{CalendarId, Copy, CopyId, UserId};

use super::{Tag, event_of, read_tree};
use crate::{
    Hub, Result,
    events::{put, text_of},
    object::{Content, Object},
};

/// A copy.
pub(crate) struct Own {
    /// What it is.
    pub(crate) what: What,
    /// Its text.
    pub(crate) tree: Component<'static>,
}

/// What a copy is.
pub(crate) enum What {
    /// An event.
    Event(Box<copies::Row>),
    /// Something else.
    Object(Object),
}

impl Own {
    /// An event with the text that it has.
    pub(crate) async fn event(tx: &mut Tx, row: copies::Row) -> Result<Self> {
        let kept = text_of(tx, &row).await?.as_deref().and_then(read_tree);
        let tree = kept.unwrap_or_else(|| {
            let tree = icalendar::tree(&[&row.copy.local], row.updated);
            tree.into_owned()
        });
        Ok(Self {
            what: What::Event(Box::new(row)),
            tree,
        })
    }

    /// Something else.
    pub(crate) fn object(object: Object) -> Self {
        let tree = read_tree(&object.content.text).unwrap_or_default();
        Self {
            what: What::Object(object),
            tree,
        }
    }

    pub(crate) fn calendar(&self) -> CalendarId {
        match &self.what {
            What::Event(row) => row.copy.calendar,
            What::Object(object) => object.calendar,
        }
    }

    pub(crate) fn id(&self) -> uuid::Uuid {
        match &self.what {
            What::Event(row) => row.copy.id.0,
            What::Object(object) => object.id,
        }
    }

    /// Its name in its calendar.
    pub(crate) fn name(&self) -> String {
        match &self.what {
            What::Event(row) => {
                let made_up = || format!("{}.ics", row.copy.id);
                row.name.clone().unwrap_or_else(made_up)
            }
            What::Object(object) => object.content.name.clone(),
        }
    }
}

impl Hub {
    /// Somebody's copies with a UID, in calendars of theirs that are kept here; no mirrors.
    pub(crate) async fn own_copies(
        &self,
        tx: &mut Tx,
        user: UserId,
        uid: &str,
    ) -> Result<Vec<Own>> {
        let mut found = Vec::new();
        let mut own = Vec::new();
        for calendar in calendars::list(tx).await? {
            if calendar.owner == Some(user) && calendar.connection.is_none() {
                own.push(calendar.id);
                for row in copies::by_uid(tx, calendar.id, uid).await? {
                    if row.copy.alive && !row.projected {
                        found.push(Own::event(tx, row).await?);
                    }
                }
            }
        }
        let objects = objects::by_uid(tx, uid).await?.into_iter();
        found.extend(
            objects
                .filter(|o| own.contains(&o.calendar))
                .map(Own::object),
        );
        Ok(found)
    }

    /// Writes what has become of a copy.
    pub(crate) async fn rewrite(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        own: Own,
        tree: &Component<'static>,
        tag: Tag,
    ) -> Result<()> {
        let text = icalendar::write::write(tree);
        match own.what {
            What::Event(mut row) => {
                let event = event_of(&text, Some(&row))?;
                let cause = self.edit_cause(row.copy.calendar);
                let before = row.copy.edition;
                let changed = self
                    .edit_in(tx, actor, &mut row, &cause, put(event))
                    .await?;
                if !changed {
                    self.touch(tx, actor, &mut row).await?;
                }
                self.keep_text_as(tx, &row, &text, (tag, before)).await
            }
            What::Object(mut object) => {
                object.content.text = text;
                object.updated = self.clock().now();
                objects::update(tx, &mut object).await?;
                self.log_object(tx, actor, &object);
                Ok(())
            }
        }
    }

    /// Counts an event's edition up: nothing has changed but its text.
    pub(crate) async fn touch(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &mut copies::Row,
    ) -> Result<()> {
        row.copy.edition = timeline::next_edition(tx, row.copy.edition);
        row.updated = self.clock().now();
        copies::update(tx, row).await?;
        self.log_event(tx, actor, row);
        Ok(())
    }

    /// Makes somebody's first copy, in the calendar into which their invitations come; false if there is none.
    pub(crate) async fn first_copy(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        user: UserId,
        tree: &Component<'static>,
    ) -> Result<bool> {
        let text = icalendar::write::write(tree);
        let component = component_of(tree);
        let chosen = self.default_calendar_in(tx, actor, user, &component);
        let Some(calendar) = chosen.await? else {
            return Ok(false);
        };
        let name = format!("{}.ics", self.ids().uuid());
        let now = self.clock().now();
        if component == "VEVENT" {
            let mut event = event_of(&text, None)?;
            event.created.get_or_insert(now);
            event.updated = Some(now);
            let copy = Copy::made_here(CopyId(self.ids().uuid()), calendar, event);
            let cause = self.edit_cause(calendar);
            let row = self.insert_in(tx, actor, copy, Some(name), &cause).await?;
            self.keep_text(tx, &row, &text).await?;
            return Ok(true);
        }
        let content = Content {
            name,
            uid: protocols::itip::uid(tree).unwrap_or_default(),
            text,
        };
        self.add_object(tx, actor, calendar, (component, content))
            .await?;
        Ok(true)
    }
}

/// What is in a calendar, in capitals.
pub(crate) fn component_of(tree: &Component<'_>) -> String {
    let mut inside = tree.components.iter().filter(|c| !c.is("VTIMEZONE"));
    let first = inside.next().map(|c| c.name.to_ascii_uppercase());
    first.unwrap_or_else(|| "VEVENT".to_owned())
}

/// Whether a calendar holds components of this name.
pub(crate) fn holds(calendar: &calendars::Calendar, component: &str) -> bool {
    crate::calendars::components(&calendar.kept).contains(&component)
}
