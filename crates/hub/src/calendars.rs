//! Use cases on calendars.

use identity::Actor;
use serde_json::{Map, Value};
use storage::{
    Change, ChangeKind, Health, Tx,
    believed::Believed,
    calendars as rows,
    locks::{Locked, lock},
    shares::Access,
};
use sync::{CalendarId, TenantId, UserId};

use crate::{CalendarView, Error, Hub, Key, Result, access, replicate::held::counted};

/// Calendars by their addresses, and by who asks: what one sees of a calendar depends on that.
pub(crate) type Addresses = Believed<(TenantId, Option<UserId>, String), CalendarView>;

/// A calendar to be made here.
#[derive(Clone, Debug, Default)]
pub struct NewCalendar {
    /// Its name.
    pub name: String,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// Its name in URLs; made up if not given.
    pub slug: Option<String>,
    /// Its identity; made up if not given.
    pub id: Option<CalendarId>,
    /// What its maker said of it that the model has no field for, by dialect.
    pub kept: Map<String, Value>,
}

/// What to change of a calendar; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct CalendarEdit {
    /// Its name.
    pub name: Option<String>,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// Its description; an empty one takes it away.
    pub description: Option<String>,
    /// IANA name; an empty one takes it away.
    pub time_zone: Option<String>,
    /// Kept in step with its provider.
    pub selected: Option<bool>,
    /// Drawn. What is hidden is kept in step all the same.
    pub shown: Option<bool>,
    /// Place in lists.
    pub sort: Option<i64>,
    /// Its name in URLs.
    pub slug: Option<String>,
    /// What is kept in a dialect, in place of what was.
    pub kept: Option<(&'static str, Map<String, Value>)>,
}

/// Longest name of a calendar, in characters.
const NAME_MAX: usize = 255;

/// Under which key a dialect keeps which components a calendar holds.
pub const COMPONENTS: &str = "components";

/// The components that a calendar holds (RFC 4791 5.2.3), by what is kept of it: events, if it was not made for something else.
pub fn components(kept: &Map<String, Value>) -> Vec<&str> {
    let mut said = kept.values();
    let said = said.find_map(|dialect| dialect.get(COMPONENTS)?.as_array());
    said.map_or_else(
        || vec!["VEVENT"],
        |names| names.iter().filter_map(Value::as_str).collect(),
    )
}

impl Hub {
    /// All calendars, in the order in which people see them: their own ones, then those that others have opened to them.
    pub async fn calendars(&self, actor: &Actor) -> Result<Vec<CalendarView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let rows = access::listed(&mut tx, actor).await?;
        let connections = storage::connections::list(&mut tx).await?;
        let held = storage::held::counts(&mut tx).await?;
        Ok(rows
            .into_iter()
            .map(|(row, level)| {
                let provider = connections
                    .iter()
                    .find(|c| Some(c.id) == row.connection)
                    .map(|c| c.provider.clone());
                let held = counted(&held, row.id);
                let view = self.view(row, provider, held);
                shown_to(actor, level, view)
            })
            .collect())
    }

    /// One calendar.
    pub async fn calendar(&self, actor: &Actor, id: CalendarId) -> Result<CalendarView> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (row, level) = access::reach(&mut tx, actor, id, Access::FreeBusy).await?;
        let view = self.view_in(&mut tx, row).await?;
        Ok(shown_to(actor, level, view))
    }

    /// The calendar with this name in URLs and foreign APIs.
    pub async fn calendar_by_slug(&self, actor: &Actor, slug: &str) -> Result<CalendarView> {
        let store = self.store(actor.tenant).await?;
        let address = (store.tenant(), actor.user(), slug.to_owned());
        let (count, now) = (store.calendars(), self.clock().now());
        let known = &self.inner.addresses;
        if let Some(view) = known.get(&address, count, now) {
            return Ok(view);
        }
        let mut tx = store.read().await?;
        let row = rows::by_slug(&mut tx, slug).await?;
        let (row, level) = access::reach_row(&mut tx, actor, row, Access::FreeBusy).await?;
        let view = self.view_in(&mut tx, row).await?;
        let view = shown_to(actor, level, view);
        known.put(address, count, now, view.clone());
        Ok(view)
    }

    /// Makes a calendar that has no provider.
    pub async fn create_calendar(&self, actor: &Actor, new: NewCalendar) -> Result<CalendarView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let view = self.create_calendar_in(&mut tx, actor, new).await?;
        self.commit(tx).await?;
        Ok(view)
    }

    /// Makes a calendar and its answer, or returns the answer that was given under this key before.
    pub async fn create_calendar_once(
        &self,
        actor: &Actor,
        new: NewCalendar,
        key: Option<&Key>,
        answer: impl FnOnce(CalendarView) -> Vec<u8> + Send,
    ) -> Result<Vec<u8>> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        if let Some(reply) = self.first_answer(&mut tx, actor, key).await? {
            return Ok(reply);
        }
        let view = self.create_calendar_in(&mut tx, actor, new).await?;
        let reply = answer(view);
        self.keep_answer(&mut tx, actor, key, &reply).await?;
        self.commit(tx).await?;
        Ok(reply)
    }

    async fn create_calendar_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        new: NewCalendar,
    ) -> Result<CalendarView> {
        let name = checked_name(&new.name)?;
        let now = self.clock().now();
        let id = new.id.unwrap_or_else(|| CalendarId(self.ids().uuid()));
        let slug = new.slug.unwrap_or_else(|| id.to_string());
        if rows::by_slug(tx, &slug).await?.is_some() {
            return Err(Error::Taken("the calendar's name in URLs"));
        }
        let sort = i64::try_from(rows::list(tx).await?.len()).unwrap_or(i64::MAX);
        let row = rows::Calendar {
            owner: actor.user(),
            color: new.color,
            time_zone: new.time_zone.map(checked_zone).transpose()?,
            sort,
            kept: new.kept,
            ..rows::Calendar::new(id, name, slug, now)
        };
        rows::insert(tx, &row).await?;
        self.log_calendar(tx, actor.log_name(), id, false);
        Ok(self.view(row, None, (0, 0)))
    }

    /// Changes a calendar's name, colour and the like, here only.
    pub async fn update_calendar(
        &self,
        actor: &Actor,
        id: CalendarId,
        edit: CalendarEdit,
    ) -> Result<CalendarView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        lock(&mut tx, Locked::Calendar(id)).await?;
        let (mut row, level) = access::reach(&mut tx, actor, id, Access::Owner).await?;
        let edit = if access::owns(actor, &row) {
            edit
        } else {
            edit.of_all()
        };
        if let Some(name) = edit.name {
            row.name = checked_name(&name)?;
        }
        row.color = edit.color.or(row.color);
        if let Some(description) = edit.description {
            row.description = Some(description).filter(|text| !text.is_empty());
        }
        if let Some(zone) = edit.time_zone {
            row.time_zone = Some(zone).filter(|zone| !zone.is_empty());
            row.time_zone = row.time_zone.map(checked_zone).transpose()?;
        }
        if let Some((dialect, kept)) = edit.kept {
            row.kept.insert(dialect.to_owned(), kept.into());
        }
        if let Some(slug) = edit.slug.filter(|slug| *slug != row.slug) {
            if rows::by_slug(&mut tx, &slug).await?.is_some() {
                return Err(Error::Taken("the calendar's name in URLs"));
            }
            self.leaves_homes(&mut tx, actor, &row).await?;
            row.slug = slug;
        }
        row.sort = edit.sort.unwrap_or(row.sort);
        row.shown = edit.shown.unwrap_or(row.shown);
        let resumed = edit.selected == Some(true) && !row.selected;
        row.selected = edit.selected.unwrap_or(row.selected);
        rows::update(&mut tx, &row).await?;
        if resumed {
            self.request_all(&mut tx, &row);
        }
        self.log_calendar(&mut tx, actor.log_name(), id, false);
        let view = self.view_in(&mut tx, row).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(shown_to(actor, level, view))
    }

    /// Removes a calendar that has no provider, with its events.
    pub async fn delete_calendar(&self, actor: &Actor, id: CalendarId) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let row = access::calendar(&mut tx, actor, id).await?;
        if row.connection.is_some() {
            return Err(Error::Forbidden(
                "it belongs to a provider: disconnect the account, or hide it".to_owned(),
            ));
        }
        if !storage::links::of_calendar(&mut tx, id).await?.is_empty() {
            return Err(Error::Forbidden(
                "it is part of a link: remove the link first".to_owned(),
            ));
        }
        if !row.inbox {
            self.unschedule_all(&mut tx, actor, id).await?;
            self.leaves_homes(&mut tx, actor, &row).await?;
        }
        rows::delete(&mut tx, id).await?;
        self.log_calendar(&mut tx, actor.log_name(), id, true);
        self.commit(tx).await?;
        Ok(())
    }

    /// Notes that something about a calendar changed, for everybody who follows the log.
    pub(crate) fn log_calendar(&self, tx: &mut Tx, actor: String, id: CalendarId, removed: bool) {
        tx.log(Change {
            kind: ChangeKind::Calendar,
            subject: id.0,
            calendar: Some(id),
            actor,
            cause: None,
            at: self.clock().now(),
            removed,
        });
    }

    pub(crate) async fn view_in(&self, tx: &mut Tx, row: rows::Calendar) -> Result<CalendarView> {
        let provider = match row.connection {
            Some(id) => storage::connections::get(tx, id).await?.map(|c| c.provider),
            None => None,
        };
        let held = counted(&storage::held::counts(tx).await?, row.id);
        Ok(self.view(row, provider, held))
    }

    fn view(
        &self,
        row: rows::Calendar,
        provider: Option<String>,
        (missing, unread): (usize, usize),
    ) -> CalendarView {
        CalendarView {
            id: row.id,
            connection: row.connection,
            provider,
            name: row.name,
            color: row.color,
            description: row.description,
            time_zone: row
                .time_zone
                .unwrap_or_else(|| self.settings().time_zone.clone()),
            slug: row.slug,
            access: Access::Owner,
            owner: row.owner,
            shared: false,
            read_only: row.read_only,
            selected: row.selected,
            shown: row.shown,
            health: if row.selected {
                row.state
            } else {
                Health::Paused
            },
            message: row.message,
            missing,
            unread,
            last_sync: row.last_sync,
            inbox: row.inbox,
            sort: row.sort,
            kept: row.kept,
        }
    }
}

impl CalendarEdit {
    /// What is the same for all who see the calendar; the rest is its owner's own.
    fn of_all(self) -> Self {
        Self {
            name: self.name,
            color: self.color,
            description: self.description,
            time_zone: self.time_zone,
            ..Self::default()
        }
    }
}

/// A calendar as somebody sees it who may do this with it: how it fares at its provider, and what its owner set for
/// themselves, is theirs alone.
fn shown_to(actor: &Actor, level: Access, view: CalendarView) -> CalendarView {
    if view.owner.is_none() || view.owner == actor.user() || actor.user().is_none() {
        return view;
    }
    CalendarView {
        access: level,
        shared: true,
        read_only: view.read_only || level < Access::Write,
        connection: None,
        provider: None,
        shown: true,
        message: None,
        missing: 0,
        unread: 0,
        kept: Map::new(),
        ..view
    }
}

fn checked_zone(name: String) -> Result<String> {
    if calendar::Zone::iana(&name).is_none() {
        return Err(Error::invalid(
            "timeZone",
            "not the name of an IANA time zone, as Europe/Zurich is",
        ));
    }
    Ok(name)
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(Error::invalid(
            "name",
            format!("a calendar's name has 1 to {NAME_MAX} characters"),
        ));
    }
    Ok(name.to_owned())
}
