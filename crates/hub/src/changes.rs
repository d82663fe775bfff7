//! Following the change log.

use std::collections::{HashMap, HashSet};

use calendar::Event;
use identity::Actor;
use storage::{ChangeKind, Logged, Tx, changes, copies, edits, shares::Access};
use sync::{CalendarId, ChangeId, CopyId};

use crate::{Error, EventView, Hub, Result, access};

/// Most changes in one answer.
pub const CHANGES_MAX: usize = 1_000;

/// What changed in a calendar since a position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta {
    /// Events that were made or changed, as they are now; dead ones were removed.
    pub events: Vec<EventView>,
    /// What the first change of each of them since then came from, as far as that is known.
    pub first: HashMap<CopyId, Option<ChangeId>>,
    /// Where in the log the first change of each of them since then is. Events are in this order.
    pub at: HashMap<CopyId, i64>,
    /// Where the next delta begins.
    pub position: i64,
    /// There is more after that.
    pub more: bool,
}

impl Hub {
    /// The newest position of the log.
    pub async fn position(&self, actor: &Actor) -> Result<i64> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        Ok(changes::latest(&mut tx).await?)
    }

    /// When anything last changed; long ago if the log does not say.
    pub async fn changed_last(&self, actor: &Actor) -> Result<jiff::Timestamp> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let latest = changes::latest(&mut tx).await?;
        let last = changes::after(&mut tx, latest - 1, 1).await?;
        Ok(last
            .first()
            .map_or(jiff::Timestamp::UNIX_EPOCH, |l| l.change.at))
    }

    /// The newest position of the log that is about a calendar or something in it; 0 if that is long ago.
    pub async fn calendar_position(&self, actor: &Actor, calendar: CalendarId) -> Result<i64> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::reach(&mut tx, actor, calendar, Access::FreeBusy).await?;
        let latest = changes::latest_of_calendar(&mut tx, calendar).await?;
        let latest = latest.map(|(position, _)| position);
        Ok(latest.unwrap_or_default())
    }

    /// Changes after a position, oldest first, and the position to go on from.
    pub async fn changes(
        &self,
        actor: &Actor,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<Logged>, i64)> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        self.changes_in(&mut tx, actor, HashSet::new(), (after, limit))
            .await
    }

    /// The same with what is in `visible` besides.
    pub(crate) async fn changes_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        mut visible: HashSet<CalendarId>,
        (after, limit): (i64, usize),
    ) -> Result<(Vec<Logged>, i64)> {
        let latest = changes::latest(tx).await?;
        check_position(tx, after, latest).await?;
        let listed = access::listed(tx, actor).await?;
        visible.extend(listed.iter().map(|(row, _)| row.id));
        let mut logged = changes::after(tx, after, limit.clamp(1, CHANGES_MAX)).await?;
        let position = logged.last().map_or(after, |l| l.position);
        // Of a removed calendar nobody can say any more whose it was; its id alone tells nothing.
        logged
            .retain(|l| l.change.removed || l.change.calendar.is_none_or(|c| visible.contains(&c)));
        Ok((logged, position))
    }

    /// What changed in one calendar: each event once, however often it changed.
    pub async fn calendar_changes(
        &self,
        actor: &Actor,
        id: CalendarId,
        after: i64,
        limit: usize,
    ) -> Result<Delta> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, id, Access::FreeBusy).await?;
        let latest = changes::latest(&mut tx).await?;
        check_position(&mut tx, after, latest).await?;
        let limit = limit.clamp(1, CHANGES_MAX);
        let logged = changes::of_calendar_after(&mut tx, id, after, limit).await?;
        let more = logged.len() == limit;
        let position = if more {
            logged.last().map_or(latest, |l| l.position)
        } else {
            latest
        };
        let regranted = |l: &Logged| l.change.kind == ChangeKind::Grant;
        if level < Access::Owner && logged.iter().any(regranted) {
            // They may see more or less of everything than they were told before.
            return Err(Error::PositionUnknown);
        }
        let (mut ids, mut first, mut at) = (Vec::new(), HashMap::new(), HashMap::new());
        let about = |l: &&Logged| l.change.kind == ChangeKind::Event;
        for logged in logged.iter().filter(about) {
            let id = CopyId(logged.change.subject);
            first.entry(id).or_insert_with(|| {
                ids.push(id);
                at.insert(id, logged.position);
                logged.change.cause
            });
        }
        let rows = copies::get_many(&mut tx, &ids).await?.into_iter();
        let mut events: Vec<EventView> = rows.map(|row| access::veiled(level, row)).collect();
        events.sort_by_key(|event| at.get(&event.id).copied());
        Ok(Delta {
            events,
            first,
            at,
            position,
            more,
        })
    }

    /// What an event was before a change; `None` where that is not kept, or there was no such event.
    pub async fn event_before(
        &self,
        actor: &Actor,
        copy: CopyId,
        change: ChangeId,
    ) -> Result<Option<Event>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach_copy(&mut tx, actor, copy, Access::FreeBusy).await?;
        if level < Access::Write {
            return Ok(None);
        }
        let edits = edits::by_change(&mut tx, change).await?;
        let edit = edits.into_iter().find(|edit| edit.copy == copy);
        Ok(edit.and_then(|edit| edit.before))
    }

    /// Moves the log on by a row that is about nothing in particular, so that what was given out before can be told
    /// from what is given out after.
    pub async fn move_on(&self, actor: &Actor) -> Result<i64> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        self.move_on_in(&mut tx, actor.log_name());
        self.commit(tx).await?;
        self.position(actor).await
    }

    /// The same with the commit.
    pub(crate) fn move_on_in(&self, tx: &mut Tx, actor: String) {
        tx.log(storage::Change {
            kind: ChangeKind::Setting,
            subject: self.ids().uuid(),
            calendar: None,
            actor,
            cause: None,
            at: self.clock().now(),
            removed: false,
        });
    }

    /// Wakes whenever the log grows.
    pub async fn follow(&self, actor: &Actor) -> Result<tokio::sync::watch::Receiver<i64>> {
        Ok(self.store(actor.tenant).await?.subscribe())
    }
}

/// Refuses positions that were never given out, and those of which not everything that followed is still there.
async fn check_position(tx: &mut Tx, after: i64, latest: i64) -> Result<()> {
    let oldest = changes::oldest(tx).await?.unwrap_or(latest + 1);
    if (oldest - 1..=latest).contains(&after) {
        Ok(())
    } else {
        Err(Error::PositionUnknown)
    }
}
