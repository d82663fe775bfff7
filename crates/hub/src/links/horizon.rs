//! Once a day: filters that count days from today let other events pass than yesterday, and of exploded series other
//! occurrences are near to today.

use storage::{Store, Tx, copies, linked, links, members};
use sync::{CauseKind, CopyId, LinkId, LinkedId};

use super::{flow::Flow, manage::events_of, meet::strangers};
use crate::{Hub, Result};

/// Job: look what has come within the horizons of filters, and what has left them.
pub const HORIZON: &str = "horizon";

/// How many events are judged at once.
const SOME: usize = 100;
/// How many events are read at once.
const PAGE: usize = 500;
/// Who is said to have done it.
const ACTOR: &str = "sync";

impl Hub {
    /// Brings every link in step with today: filters that count days, and series of which only what is near to today is
    /// mirrored. How many events that touched.
    pub async fn move_horizons(&self, store: &Store) -> Result<usize> {
        let mut tx = store.read().await?;
        let mut all = links::list(&mut tx).await?;
        drop(tx);
        all.retain(links::Link::is_active);
        let mut touched = 0;
        for link in all {
            touched += self.sift_linked(store, &link).await?;
            touched += self.sift_strangers(store, &link).await?;
        }
        if touched > 0 {
            self.wake();
        }
        Ok(touched)
    }

    /// Events that the link knows. Most of them are as they should be; whoever writes does not wait for looking at those.
    async fn sift_linked(&self, store: &Store, link: &links::Link) -> Result<usize> {
        let mut tx = store.read().await?;
        let moves = |place: &links::LinkMember| place.filter.moves();
        let ids = if link.members.iter().any(moves) {
            events_of(&mut tx, link.id).await?
        } else {
            exploded(&mut tx, link.id).await?
        };
        drop(tx);
        let mut touched = 0;
        for some in ids.chunks(SOME) {
            let unsifted = self.unsifted(store, link, some).await?;
            if unsifted.is_empty() {
                continue;
            }
            let mut tx = store.write().await?;
            touched += unsifted.len();
            for id in unsifted {
                let Some(value) = linked::get_for_update(&mut tx, id).await? else {
                    continue;
                };
                let Some(origin) = copies::get(&mut tx, value.origin).await? else {
                    continue;
                };
                let cause = self.link_cause(CauseKind::Config, origin.copy.calendar, link.id);
                let mut flow = Flow::new(self, &mut tx, ACTOR.to_owned(), cause);
                flow.outward(&value, None).await?;
                flow.cascade().await?;
            }
            self.commit(tx).await?;
        }
        Ok(touched)
    }

    async fn unsifted(
        &self,
        store: &Store,
        link: &links::Link,
        ids: &[LinkedId],
    ) -> Result<Vec<LinkedId>> {
        let mut tx = store.read().await?;
        let Some(place) = link.members.first() else {
            return Ok(Vec::new());
        };
        let cause = self.link_cause(CauseKind::Config, place.calendar, link.id);
        let mut flow = Flow::new(self, &mut tx, ACTOR.to_owned(), cause);
        let mut unsifted = Vec::new();
        for id in ids {
            if let Some(value) = linked::get(flow.tx, *id).await?
                && value.alive
                && flow.is_unsifted(link, &value).await?
            {
                unsifted.push(*id);
            }
        }
        Ok(unsifted)
    }

    /// Events of sending calendars that their filters have kept out so far.
    async fn sift_strangers(&self, store: &Store, link: &links::Link) -> Result<usize> {
        let mut touched = 0;
        for place in link.by_rank() {
            if !place.filter.moves() || !link.is_followed_by(place.calendar) {
                continue;
            }
            let passing = self.passing_strangers(store, link, place).await?;
            for some in passing.chunks(SOME) {
                touched += some.len();
                self.take_in(store, link.id, place, some).await?;
            }
        }
        Ok(touched)
    }

    async fn passing_strangers(
        &self,
        store: &Store,
        link: &links::Link,
        place: &links::LinkMember,
    ) -> Result<Vec<CopyId>> {
        if !place.role.sends() {
            return Ok(Vec::new());
        }
        let mut tx = store.read().await?;
        let rows = strangers(&mut tx, link, place.calendar).await?;
        let cause = self.link_cause(CauseKind::Config, place.calendar, link.id);
        let mut flow = Flow::new(self, &mut tx, ACTOR.to_owned(), cause);
        let mut passing = Vec::new();
        for row in rows {
            if flow.lets_out(place, &row.copy.local).await? {
                passing.push(row.copy.id);
            }
        }
        Ok(passing)
    }

    /// Events of a calendar that may be members now.
    async fn take_in(
        &self,
        store: &Store,
        link: LinkId,
        place: &links::LinkMember,
        ids: &[CopyId],
    ) -> Result<()> {
        let mut tx = store.write().await?;
        for id in ids {
            let Some(mut row) = copies::get(&mut tx, *id).await? else {
                continue;
            };
            if !row.copy.alive || row.projected {
                continue;
            }
            let members = members::of_copy(&mut tx, *id).await?;
            let cause = self.link_cause(CauseKind::Config, place.calendar, link);
            let mut flow = Flow::new(self, &mut tx, ACTOR.to_owned(), cause);
            flow.originate_again(&mut row, &members).await?;
            flow.cascade().await?;
        }
        self.commit(tx).await?;
        Ok(())
    }
}

/// The events of a link of which some calendar has but single occurrences. Most of a link's events are no series, and a link
/// may have many: they are read page by page, and only series are looked into.
async fn exploded(tx: &mut Tx, link: LinkId) -> Result<Vec<LinkedId>> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = linked::of_link(tx, link, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(ids);
        };
        after = Some(last.id);
        for series in page.iter().filter(|value| value.value.is_series()) {
            let members = members::of_linked(tx, series.id).await?;
            if members.iter().any(|member| member.exploded.is_some()) {
                ids.push(series.id);
            }
        }
    }
}
