//! Reading local copies.

use std::collections::HashMap;

use calendar::Window;
use identity::Actor;
use jiff::Timestamp;
use storage::{Tx, copies, shares::Access, takes::Takes, windows};
use sync::{CalendarId, CopyId};

use crate::{Error, EventView, Hub, Result, access};

/// Most events that one answer may hold.
pub const EVENTS_MAX: usize = 10_000;
/// Most events of a window that are looked through.
pub(super) const WINDOW_MAX: usize = 100_000;

/// What may take up somebody's time.
#[derive(Clone, Debug)]
pub enum Taken {
    /// A stretch of time, of which nothing else need be known: what it takes, and from when until when.
    Stretch(Takes, Window),
    /// An event that has to be asked for its occurrences.
    Event(Box<EventView>),
}

impl Hub {
    /// One event, dead or alive.
    pub async fn event(&self, actor: &Actor, id: CopyId) -> Result<EventView> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (row, level) = access::reach_copy(&mut tx, actor, id, Access::FreeBusy).await?;
        if level < Access::Owner {
            return Ok(access::veiled(level, row));
        }
        let mut told = [EventView::of(row)];
        self.tell_series(&mut tx, &mut told).await?;
        let [event] = told;
        Ok(event)
    }

    /// The event that a client named so in this calendar, dead or alive.
    pub async fn event_by_name(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        name: &str,
    ) -> Result<Option<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let level = reads(&mut tx, actor, calendar).await?;
        Ok(copies::by_name(&mut tx, calendar, name)
            .await?
            .map(|row| access::veiled(level, row)))
    }

    /// The living events that a client named so in this calendar, in no particular order.
    pub async fn events_by_name(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        names: &[&str],
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let level = reads(&mut tx, actor, calendar).await?;
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let row = copies::by_name(&mut tx, calendar, name).await?;
            found.extend(row.map(|row| access::veiled(level, row)));
        }
        found.retain(|view| view.alive);
        Ok(found)
    }

    /// The living events with this UID in a calendar.
    pub async fn events_by_uid(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        uid: &str,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let level = reads(&mut tx, actor, calendar).await?;
        let rows = copies::by_uid(&mut tx, calendar, uid).await?;
        let views = rows.into_iter().map(|row| access::veiled(level, row));
        Ok(views.filter(|view| view.alive).collect())
    }

    /// Events of a calendar in a stable order, `limit` of them after `after`.
    pub async fn events(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        after: Option<CopyId>,
        limit: usize,
        include_deleted: bool,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let level = reads(&mut tx, actor, calendar).await?;
        page(&mut tx, level, calendar, after, limit, include_deleted).await
    }

    /// Living events of a calendar in the same order, with what is told of series that a provider cannot have.
    pub async fn events_told(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        after: Option<CopyId>,
        limit: usize,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let level = reads(&mut tx, actor, calendar).await?;
        let mut found = page(&mut tx, level, calendar, after, limit, false).await?;
        if level >= Access::Owner {
            self.tell_series(&mut tx, &mut found).await?;
        }
        Ok(found)
    }

    /// Living events of a calendar in the same order, without the first `skip`.
    pub async fn events_from(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        // Nobody who sees busy time alone comes here: what is free they must not count.
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::Limited).await?;
        let limit = limit.min(EVENTS_MAX);
        let rows = copies::living(&mut tx, calendar, skip, limit).await?;
        let views = rows.into_iter().map(|row| access::veiled(level, row));
        Ok(views.collect())
    }

    /// How many living events a calendar has.
    pub async fn events_count(&self, actor: &Actor, calendar: CalendarId) -> Result<usize> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::reach(&mut tx, actor, calendar, Access::Limited).await?;
        let count = copies::count(&mut tx, calendar).await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Living events of a calendar that may touch the window, in the same order, `limit` of them after `after`.
    pub async fn events_in_after(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        window: Window,
        after: Option<CopyId>,
        limit: usize,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::Limited).await?;
        let range = (window.from.as_microsecond(), window.to.as_microsecond());
        let limit = limit.min(EVENTS_MAX);
        let rows = windows::copies_in_by_id(&mut tx, calendar, range, after, limit).await?;
        let views = rows.into_iter().map(|row| access::veiled(level, row));
        Ok(views.collect())
    }

    /// Living events that may touch the window: series are not expanded, so the caller asks each for its occurrences. A window
    /// with more of them than anybody could want is refused: half an answer would look like a whole one.
    pub async fn events_in(
        &self,
        actor: &Actor,
        calendars: &[CalendarId],
        window: Window,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let mut levels = HashMap::new();
        for id in calendars {
            levels.insert(*id, reads(&mut tx, actor, *id).await?);
        }
        let range = (window.from.as_microsecond(), window.to.as_microsecond());
        let rows = windows::copies_in(&mut tx, calendars, range, WINDOW_MAX + 1).await?;
        check_window(rows.len())?;
        let views = rows.into_iter().filter_map(|row| {
            let level = levels.get(&row.copy.calendar)?;
            Some(access::veiled(*level, row))
        });
        Ok(views.filter(|view| view.alive).collect())
    }

    /// What takes up time of a calendar in the window, or may do so, in no particular order. Too much is refused, as by
    /// [`Hub::events_in`].
    pub async fn taken_in(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        window: Window,
    ) -> Result<Vec<Taken>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        if reads(&mut tx, actor, calendar).await? < Access::Owner {
            drop(tx);
            // What others see of it is more than a stretch can say.
            let events = self.events_in(actor, &[calendar], window).await?;
            let taken = |event| Taken::Event(Box::new(event));
            return Ok(events.into_iter().map(taken).collect());
        }
        let range = (window.from.as_microsecond(), window.to.as_microsecond());
        let found = windows::taken_in(&mut tx, calendar, range, WINDOW_MAX + 1).await?;
        check_window(found.len())?;
        let taken = |one| match one {
            windows::Taken::Stretch(takes, (from, to)) => {
                let (from, to) = (instant(from), instant(to));
                Taken::Stretch(takes, Window { from, to })
            }
            windows::Taken::Copy(row) => Taken::Event(Box::new(EventView::of(*row))),
        };
        Ok(found.into_iter().map(taken).collect())
    }
}

/// Events of a calendar in a stable order, as far as they may be seen.
async fn page(
    tx: &mut Tx,
    level: Access,
    calendar: CalendarId,
    mut after: Option<CopyId>,
    limit: usize,
    include_deleted: bool,
) -> Result<Vec<EventView>> {
    let limit = limit.min(EVENTS_MAX);
    let mut found = Vec::new();
    loop {
        let wanted = limit - found.len();
        let rows = copies::page(tx, calendar, after, wanted, include_deleted).await?;
        let is_last = rows.len() < wanted;
        after = rows.last().map(|row| row.copy.id).or(after);
        let views = rows.into_iter().map(|row| access::veiled(level, row));
        found.extend(views.filter(|view| view.alive || include_deleted));
        if is_last || found.len() >= limit {
            return Ok(found);
        }
    }
}

/// Refuses a window with too many events.
pub(super) fn check_window(found: usize) -> Result<()> {
    if found > WINDOW_MAX {
        let why = "holds too many events: ask for less time";
        return Err(Error::invalid("window", why));
    }
    Ok(())
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

/// What somebody may see of the events of a calendar.
async fn reads(tx: &mut Tx, actor: &Actor, calendar: CalendarId) -> Result<Access> {
    let (_, level) = access::reach(tx, actor, calendar, Access::FreeBusy).await?;
    Ok(level)
}
