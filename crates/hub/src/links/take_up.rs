//! Single events that stood for occurrences of a series are found again after the account was connected anew, or its link made
//! again: without that each would be there twice.

use calendar::{Event, RecurrenceId, Window};
use jiff::{SignedDuration, tz::TimeZone};
use storage::{copies, linked, links, members, spans, windows};
use sync::{
    Linked, Member, Part,
    links::{self as rules, content_key},
};

use super::{flow::Flow, manage::events_of, project::was_mirror};
use crate::{Result, shape};

/// Among how many events of one time such a one is sought.
const SAME_TIME_MAX: usize = 100;

impl Flow<'_> {
    /// Whether what was a mirror looks like an occurrence of a series that the link knows.
    pub(super) async fn was_occurrence(
        &mut self,
        link: &links::Link,
        place: &links::LinkMember,
        mirror: &Event,
    ) -> Result<bool> {
        let (wanted, from) = (
            content_key(mirror),
            mirror.when.start_instant(&TimeZone::UTC),
        );
        let to = from + SignedDuration::from_secs(1);
        for id in events_of(self.tx, link.id).await? {
            let Some(value) = linked::get(self.tx, id).await? else {
                continue;
            };
            if !value.alive || !value.value.is_series() {
                continue;
            }
            let same_time = value.value.occurrences(Window { from, to }, &TimeZone::UTC);
            let same = same_time.filter_map(|o| o.id).any(|id| {
                let occurrence = rules::occurrence(&value, id);
                content_key(&place.mask.project(&occurrence.value)) == wanted
            });
            if same {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Makes what was a mirror of this occurrence its mirror again, if there is one. It is known by the stamp of mirrors, its
    /// time and its content, and belongs to nothing.
    pub(super) async fn take_up(
        &mut self,
        value: &Linked,
        place: &links::LinkMember,
        member: &Member,
        id: RecurrenceId,
    ) -> Result<bool> {
        let seen = rules::seen(value, member);
        let (start, wanted) = (shape::of(&seen).start, content_key(&seen));
        let (calendars, end) = ([place.calendar], start.saturating_add(1));
        let there = windows::copies_in(self.tx, &calendars, (start, end), SAME_TIME_MAX).await?;
        let is_left = |row: &copies::Row| {
            was_mirror(row) && row.linked.is_none() && content_key(&row.copy.local) == wanted
        };
        let Some(mut row) = there.into_iter().find(is_left) else {
            return Ok(false);
        };
        let cause = self.cause_along(member).await?;
        let mut occurrence = rules::occurrence(value, id);
        let mask = place.mask.clone();
        let (mut joined, losers) =
            rules::attach(&mut occurrence, &mut row.copy, place.role, mask, &cause);
        joined.part = Part::Occurrence(id);
        joined.agreed = seen;
        self.hub.keep_losers(self.tx, &row, &losers).await?;
        members::insert(self.tx, &joined).await?;
        self.hold_back(value, &mut row.copy).await?;
        (row.linked, row.projected) = (Some(value.id), true);
        // A mirror takes up nobody's time.
        let before = spans::of_copy(self.tx, row.copy.id).await?;
        spans::put(self.tx, row.copy.id, place.calendar, &before, &[]).await?;
        self.belongs_elsewhere(&row);
        self.save(&mut row).await?;
        Ok(true)
    }
}
