//! Where messages arrive (RFC 6638 2.2), and into which calendar invitations come (9.2).

use identity::Actor;
use serde_json::{Map, Value, json};
use storage::{
    Tx, calendars,
    locks::{Locked, lock},
};
use sync::{CalendarId, UserId};

use super::own::holds;
use crate::{CalendarView, Error, Hub, Result, access};

/// Under which key of a calendar it is kept.
const DIALECT: &str = "scheduling";
/// Of the calendar into which invitations come.
const DEFAULT: &str = "default";
/// What a calendar is called that is made because somebody is invited who has none.
const FIRST: &str = "Calendar";
/// Its name in its address.
const FIRST_SLUG: &str = "calendar";

impl Hub {
    /// The actor's inbox; `None` if nothing has ever arrived.
    pub async fn inbox(&self, actor: &Actor) -> Result<Option<CalendarView>> {
        let Some(user) = actor.user() else {
            return Ok(None);
        };
        let mut tx = self.store(actor.tenant).await?.read().await?;
        match calendars::inbox_of(&mut tx, user).await? {
            Some(row) => Ok(Some(self.view_in(&mut tx, row).await?)),
            None => Ok(None),
        }
    }

    /// Somebody's inbox, made if there is none.
    pub(crate) async fn inbox_in(&self, tx: &mut Tx, user: UserId) -> Result<CalendarId> {
        if let Some(inbox) = calendars::inbox_of(tx, user).await? {
            return Ok(inbox.id);
        }
        let id = CalendarId(self.ids().uuid());
        let slug = format!("{user}.inbox");
        let inbox = calendars::Calendar {
            owner: Some(user),
            inbox: true,
            ..calendars::Calendar::new(id, "Inbox".to_owned(), slug, self.clock().now())
        };
        calendars::insert(tx, &inbox).await?;
        Ok(id)
    }

    /// The calendar into which the actor's invitations come; `None` if one would have to be made.
    pub async fn default_calendar(&self, actor: &Actor) -> Result<Option<CalendarView>> {
        let Some(user) = actor.user() else {
            return Ok(None);
        };
        let mut tx = self.store(actor.tenant).await?.read().await?;
        match chosen(&mut tx, user, "VEVENT").await? {
            Some(row) => Ok(Some(self.view_in(&mut tx, row).await?)),
            None => Ok(None),
        }
    }

    /// Lets invitations come into a calendar.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not the actor's own, not kept here, or not for events.
    pub async fn set_default_calendar(&self, actor: &Actor, id: CalendarId) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let row = access::calendar(&mut tx, actor, id).await?;
        let Some(user) = actor.user().filter(|user| can_be(&row, *user, "VEVENT")) else {
            let reason = "invitations come into a calendar for events that is yours and kept here";
            return Err(Error::invalid("calendar", reason));
        };
        let mut changed = false;
        for other in calendars::list(&mut tx).await? {
            let is = other.id == id;
            if other.owner == Some(user) && is_default(&other) != is {
                lock(&mut tx, Locked::Calendar(other.id)).await?;
                let Some(mut other) = calendars::get(&mut tx, other.id).await? else {
                    continue;
                };
                let kept = other.kept.entry(DIALECT).or_insert_with(|| json!({}));
                if let Value::Object(kept) = kept {
                    mark(kept, is);
                }
                calendars::update(&mut tx, &other).await?;
                changed = true;
            }
        }
        if changed {
            // It is the inbox that says it (RFC 6638 9.2).
            let inbox = self.inbox_in(&mut tx, user).await?;
            self.log_calendar(&mut tx, actor.log_name(), inbox, false);
        }
        self.commit(tx).await?;
        Ok(())
    }

    /// The calendar into which somebody's invitations come, made if there is none for events; `None` if there is none for
    /// something else.
    pub(super) async fn default_calendar_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        user: UserId,
        component: &str,
    ) -> Result<Option<CalendarId>> {
        if let Some(row) = chosen(tx, user, component).await? {
            return Ok(Some(row.id));
        }
        if component != "VEVENT" {
            return Ok(None);
        }
        let id = CalendarId(self.ids().uuid());
        let mut slug = format!("{user}.{FIRST_SLUG}");
        if calendars::by_slug(tx, &slug).await?.is_some() {
            slug = format!("{user}.{id}");
        }
        let row = calendars::Calendar {
            owner: Some(user),
            ..calendars::Calendar::new(id, FIRST.to_owned(), slug, self.clock().now())
        };
        calendars::insert(tx, &row).await?;
        self.log_calendar(tx, actor.log_name(), id, false);
        Ok(Some(id))
    }
}

fn mark(kept: &mut Map<String, Value>, is: bool) {
    if is {
        kept.insert(DEFAULT.to_owned(), true.into());
    } else {
        kept.remove(DEFAULT);
    }
}

fn is_default(row: &calendars::Calendar) -> bool {
    let kept = row.kept.get(DIALECT);
    kept.is_some_and(|kept| kept[DEFAULT].as_bool() == Some(true))
}

fn can_be(row: &calendars::Calendar, user: UserId, component: &str) -> bool {
    row.owner == Some(user)
        && row.connection.is_none()
        && !row.inbox
        && !row.read_only
        && holds(row, component)
}

async fn chosen(tx: &mut Tx, user: UserId, component: &str) -> Result<Option<calendars::Calendar>> {
    let mut all = calendars::list(tx).await?;
    all.retain(|row| can_be(row, user, component));
    let said = all.iter().position(is_default);
    Ok(all.into_iter().nth(said.unwrap_or_default()))
}
