//! Reading local copies.

use calendar::Window;
use identity::Actor;
use storage::copies;
use sync::{CalendarId, CopyId};

use crate::{EventView, Hub, Result, access};

/// Most events that one answer may hold.
pub const EVENTS_MAX: usize = 10_000;

impl Hub {
    /// One event, dead or alive.
    pub async fn event(&self, actor: &Actor, id: CopyId) -> Result<EventView> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let row = access::copy(&mut tx, actor, id).await?;
        let (occurrence, exploded) = self.told(&mut tx, &row).await?;
        Ok(EventView {
            occurrence,
            exploded,
            ..EventView::of(row)
        })
    }

    /// The event that a client named so in this calendar, dead or alive.
    pub async fn event_by_name(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        name: &str,
    ) -> Result<Option<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::calendar(&mut tx, actor, calendar).await?;
        Ok(copies::by_name(&mut tx, calendar, name)
            .await?
            .map(EventView::of))
    }

    /// The living events with this UID in a calendar.
    pub async fn events_by_uid(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        uid: &str,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::calendar(&mut tx, actor, calendar).await?;
        let rows = copies::by_uid(&mut tx, calendar, uid).await?;
        Ok(rows
            .into_iter()
            .filter(|row| row.copy.alive)
            .map(EventView::of)
            .collect())
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
        access::calendar(&mut tx, actor, calendar).await?;
        let rows = copies::page(
            &mut tx,
            calendar,
            after,
            limit.min(EVENTS_MAX),
            include_deleted,
        )
        .await?;
        Ok(rows.into_iter().map(EventView::of).collect())
    }

    /// Living events that may touch the window: series are not expanded, so the caller asks each for its occurrences.
    pub async fn events_in(
        &self,
        actor: &Actor,
        calendars: &[CalendarId],
        window: Window,
    ) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        for id in calendars {
            access::calendar(&mut tx, actor, *id).await?;
        }
        let (from, to) = (window.from.as_microsecond(), window.to.as_microsecond());
        let rows = copies::in_range(&mut tx, calendars, from, to, EVENTS_MAX).await?;
        Ok(rows.into_iter().map(EventView::of).collect())
    }
}
