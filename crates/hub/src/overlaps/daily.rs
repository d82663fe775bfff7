//! Once a day: series are looked at a day further ahead, and what is over goes.

use storage::{Store, calendars, copies, meta, overlaps, spans};
use sync::{CalendarId, CauseKind, LinkId};
use uuid::Uuid;

use super::spans::window;
use crate::{Hub, Result, links::flow::Flow};

/// Job: look at series a day further ahead.
pub const OVERLAPS: &str = "overlaps";

/// How many events are looked at once.
const PAGE: usize = 500;
/// Set once the time of all events is noted: databases are older than this.
const NOTED: &str = "spans";

impl Hub {
    /// Notes the time that series take up a day further ahead, the first time that of all events; and forgets what is over.
    pub async fn move_overlaps(&self, store: &Store) -> Result<()> {
        let mut tx = store.read().await?;
        let noted = meta::get(&mut tx, NOTED).await?.is_some();
        let all = calendars::list(&mut tx).await?;
        drop(tx);
        for calendar in all {
            self.look_ahead(store, calendar.id, noted).await?;
        }
        let now = self.clock().now();
        let mut tx = store.write().await?;
        meta::set(&mut tx, NOTED, "1").await?;
        spans::prune(&mut tx, window(now, false).from.as_microsecond()).await?;
        for row in overlaps::passed(&mut tx, now).await? {
            let (copy, calendar) = row.first;
            tx.touched().copies.insert(copy, calendar);
        }
        self.commit(tx).await
    }

    async fn look_ahead(
        &self,
        store: &Store,
        calendar: CalendarId,
        only_series: bool,
    ) -> Result<()> {
        let mut after = None;
        loop {
            let mut tx = store.write().await?;
            let page = if only_series {
                copies::page_of_series(&mut tx, calendar, after, PAGE).await?
            } else {
                copies::page(&mut tx, calendar, after, PAGE, false).await?
            };
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.copy.id);
            let cause = self.link_cause(CauseKind::Config, calendar, LinkId(Uuid::nil()));
            let mut flow = Flow::new(self, &mut tx, "sync".to_owned(), cause);
            for row in &page {
                flow.occupy(row, Some(row.shape)).await?;
            }
            self.commit(tx).await?;
        }
    }
}
