//! Double bookings as people read them.

use std::collections::HashSet;

use identity::Actor;
use storage::{copies, overlaps};
use sync::CalendarId;

use crate::{Cursor, EventView, Hub, Result, access};

/// Most overlaps of one answer.
const OVERLAPS_MAX: usize = 200;

/// Overlaps that are not over, the next ones first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverlapPage {
    /// As many as were asked for, if there are so many.
    pub items: Vec<OverlapView>,
    /// Where the next page begins; `None` if this is the last one.
    pub next: Option<Cursor>,
}

/// One overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapView {
    /// Which two, when, and what says who came first.
    pub row: overlaps::Row,
    /// The event that came first.
    pub first: EventView,
    /// The other one.
    pub second: EventView,
}

impl Hub {
    /// Events that take up the same time in linked calendars, the next ones first, from the one after `after`. Only those of
    /// which the actor may see both.
    pub async fn overlaps(
        &self,
        actor: &Actor,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<OverlapPage> {
        let limit = limit.clamp(1, OVERLAPS_MAX);
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let visible: HashSet<CalendarId> = access::calendars(&mut tx, actor)
            .await?
            .iter()
            .map(|row| row.id)
            .collect();
        let now = self.clock().now();
        let (mut page, mut after) = (OverlapPage::default(), after);
        loop {
            // One more than is wanted, to know whether there are more.
            let rows = overlaps::list(&mut tx, now, after, limit + 1).await?;
            let more = rows.len() > limit;
            for row in rows {
                if page.items.len() == limit {
                    page.next = after;
                    return Ok(page);
                }
                after = Some((row.met.start, row.id));
                if !visible.contains(&row.first.1) || !visible.contains(&row.second.1) {
                    continue;
                }
                let first = copies::get(&mut tx, row.first.0).await?;
                let second = copies::get(&mut tx, row.second.0).await?;
                if let (Some(first), Some(second)) = (first, second) {
                    page.items.push(OverlapView {
                        row,
                        first: EventView::of(first),
                        second: EventView::of(second),
                    });
                }
            }
            if !more {
                return Ok(page);
            }
        }
    }
}
