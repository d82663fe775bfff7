//! What overlaps now, of what this transaction has touched.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use storage::{
    Change, ChangeKind, Tx, copies, links,
    overlaps::{self, Met, Row, Rule},
    spans,
};
use sync::{CalendarId, CopyId};

use crate::{Hub, Result};

/// Most stretches that are looked at of one copy and one other calendar.
const MEETINGS_MAX: usize = 2_000;
/// From so many copies on they are looked at together first.
const MANY: usize = 4;

impl Hub {
    /// Brings the overlaps in step with what this transaction has touched.
    pub(super) async fn find_overlaps(&self, tx: &mut Tx) -> Result<()> {
        let touched = std::mem::take(tx.touched());
        if touched.copies.is_empty() && touched.calendars.is_empty() {
            return Ok(());
        }
        overlaps::lock(tx).await?;
        let mut search = Search {
            hub: self,
            now: self.clock().now(),
            tx,
            peers: HashMap::new(),
        };
        let busy = search.busy(&touched.copies).await?;
        for (copy, calendar) in touched.copies {
            if busy.as_ref().is_none_or(|busy| busy.contains(&copy)) {
                search.copy(copy, calendar).await?;
            }
        }
        for calendar in touched.calendars {
            search.calendar(calendar).await?;
        }
        Ok(())
    }
}

struct Search<'t> {
    hub: &'t Hub,
    tx: &'t mut Tx,
    now: Timestamp,
    /// Which calendars are linked with which.
    peers: HashMap<CalendarId, BTreeSet<CalendarId>>,
}

impl Search<'_> {
    /// Of many copies those that overlap anything, or did: most do not, and a few statements say so of all of them. `None` if
    /// they are too few for that.
    async fn busy(
        &mut self,
        touched: &BTreeMap<CopyId, CalendarId>,
    ) -> Result<Option<HashSet<CopyId>>> {
        if touched.len() < MANY {
            return Ok(None);
        }
        let all: Vec<CopyId> = touched.keys().copied().collect();
        let mut busy = overlaps::having(self.tx, &all).await?;
        let mut calendars: BTreeMap<CalendarId, Vec<CopyId>> = BTreeMap::new();
        for (copy, calendar) in touched {
            calendars.entry(*calendar).or_default().push(*copy);
        }
        let after = self.now.as_microsecond();
        for (calendar, copies) in calendars {
            for peer in self.peers(calendar).await? {
                busy.extend(spans::meeting(self.tx, &copies, peer, after).await?);
            }
        }
        Ok(Some(busy))
    }

    /// Finds what one copy overlaps.
    async fn copy(&mut self, copy: CopyId, calendar: CalendarId) -> Result<()> {
        let peers = self.peers(calendar).await?;
        let known = overlaps::of_copy(self.tx, copy).await?;
        if peers.is_empty() && known.is_empty() {
            return Ok(());
        }
        let mut met = BTreeMap::new();
        for peer in peers {
            let after = self.now.as_microsecond();
            let found = spans::meetings(self.tx, copy, peer, after, MEETINGS_MAX).await?;
            for meeting in found {
                let all: &mut (CalendarId, Vec<spans::Span>) =
                    met.entry(meeting.other).or_insert((peer, Vec::new()));
                all.1.push(meeting.span);
            }
        }
        for mut row in known {
            let other = if row.first.0 == copy {
                row.second.0
            } else {
                row.first.0
            };
            match met.remove(&other) {
                Some((_, stretches)) => {
                    let met = together(&stretches);
                    if met != row.met {
                        row.met = met;
                        overlaps::update(self.tx, &row).await?;
                        self.log(&row, false);
                    }
                }
                None => self.over(&row).await?,
            }
        }
        for (other, (peer, stretches)) in met {
            let met = together(&stretches);
            self.found((copy, calendar), (other, peer), met).await?;
        }
        Ok(())
    }

    /// Finds what overlaps between one calendar and those that it is linked with now.
    async fn calendar(&mut self, calendar: CalendarId) -> Result<()> {
        let peers = self.peers(calendar).await?;
        for row in overlaps::of_calendar(self.tx, calendar).await? {
            let other = if row.first.1 == calendar {
                row.second.1
            } else {
                row.first.1
            };
            if !peers.contains(&other) {
                self.over(&row).await?;
            }
        }
        if !peers.is_empty() {
            for copy in spans::copies_of(self.tx, calendar).await? {
                self.copy(copy, calendar).await?;
            }
        }
        Ok(())
    }

    async fn found(
        &mut self,
        one: (CopyId, CalendarId),
        other: (CopyId, CalendarId),
        met: Met,
    ) -> Result<()> {
        let rows = copies::get_many(self.tx, &[one.0, other.0]).await?;
        let [a, b] = &rows[..] else { return Ok(()) };
        // The same invitation in two calendars.
        if a.copy.local.uid == b.copy.local.uid && !a.copy.local.uid.is_empty() {
            return Ok(());
        }
        let (rule, a_first) = came_first(a, b);
        let place = |row: &copies::Row| (row.copy.id, row.copy.calendar);
        let (first, second) = if a_first { (a, b) } else { (b, a) };
        let row = Row {
            id: self.hub.ids().uuid(),
            first: place(first),
            second: place(second),
            rule,
            found: self.now,
            met,
        };
        overlaps::insert(self.tx, &row).await?;
        self.log(&row, false);
        Ok(())
    }

    async fn over(&mut self, row: &Row) -> Result<()> {
        overlaps::delete(self.tx, row.id).await?;
        self.log(row, true);
        Ok(())
    }

    fn log(&mut self, row: &Row, removed: bool) {
        self.tx.log(Change {
            kind: ChangeKind::Conflict,
            subject: row.id,
            calendar: Some(row.first.1),
            actor: "sync".to_owned(),
            cause: None,
            at: self.now,
            removed,
        });
    }

    /// The calendars that are linked with one, and follow the link at present.
    async fn peers(&mut self, calendar: CalendarId) -> Result<BTreeSet<CalendarId>> {
        if let Some(known) = self.peers.get(&calendar) {
            return Ok(known.clone());
        }
        let mut peers = BTreeSet::new();
        for link in links::of_calendar(self.tx, calendar).await? {
            if link.is_followed_by(calendar) {
                let others = link.members.iter().map(|place| place.calendar);
                peers.extend(others.filter(|other| link.is_followed_by(*other)));
            }
        }
        peers.remove(&calendar);
        self.peers.insert(calendar, peers.clone());
        Ok(peers)
    }
}

/// Which of two events came first: the one that was made first, as both say themselves; else the one that came here first.
fn came_first(a: &copies::Row, b: &copies::Row) -> (Rule, bool) {
    match (a.copy.local.created, b.copy.local.created) {
        (Some(a), Some(b)) if a != b => (Rule::Made, a < b),
        _ => (Rule::Seen, (a.created, a.copy.id) < (b.created, b.copy.id)),
    }
}

/// Stretches that follow each other without a gap are one; there is at least one.
fn together(stretches: &[spans::Span]) -> Met {
    let at = |us| Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX);
    let mut merged: Vec<spans::Span> = Vec::new();
    for (start, end) in stretches {
        match merged.last_mut() {
            Some(last) if *start <= last.1 => last.1 = last.1.max(*end),
            _ => merged.push((*start, *end)),
        }
    }
    let first = merged.first().copied().unwrap_or_default();
    Met {
        start: at(first.0),
        end: at(first.1),
        until: at(merged.last().map_or(first.1, |last| last.1)),
        times: u32::try_from(merged.len()).unwrap_or(u32::MAX),
    }
}
