//! Silence: nothing that comes along a link may make a provider notify an event's participants, unless a person or the link
//! answers for it. What would is held, and says how many people it would notify.

use calendar::{Event, unit};
use identity::Actor;
use storage::{Tx, copies, jobs, links};
use sync::{Cause, CauseKind, Copy, CopyId, Remote, replication::Step};

use super::{PUSH, Work};
use crate::{
    Error, EventView, Hub, Result, access,
    links::{flow::Flow, whose},
    restored::REASON,
};

/// How many held events of a calendar are looked at at once.
const HELD_MAX: usize = 500;
/// How the reason begins, by which it is known.
const HELD: &str = "held: this will notify ";

impl Hub {
    /// Why a write may not be made, if it would notify people and nobody has answered for that.
    pub(super) async fn would_notify(
        &self,
        tx: &mut Tx,
        work: &Work,
        copy: &Copy,
        step: &Step,
    ) -> Result<Option<String>> {
        if work.connector.traits().quiet {
            return Ok(None);
        }
        let Some((event, causes)) = asked(copy, step) else {
            return Ok(None);
        };
        let mut free = true;
        for cause in causes {
            free &= match cause.link {
                Some(id) => {
                    let link = links::followed(tx, id).await?;
                    link.is_some_and(|link| link.allow_notify)
                }
                // Who takes back many edits at once has not answered for each.
                None => cause.kind != CauseKind::Undo,
            };
        }
        if free || event.people.is_empty() {
            return Ok(None);
        }
        let own = whose::addresses(tx, &work.row).await?;
        let others = event.people.keys().filter(|who| !own.contains(who));
        let others = others.count();
        Ok((others > 0).then(|| held(others)))
    }

    /// Everything that is held: because it would notify people, or because the database was restored.
    pub async fn held_writes(&self, actor: &Actor) -> Result<Vec<EventView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let mut all = Vec::new();
        for calendar in access::calendars(&mut tx, actor).await? {
            let parked = copies::parked(&mut tx, calendar.id, HELD_MAX).await?;
            all.extend(parked.into_iter().filter(waits).map(EventView::of));
        }
        Ok(all)
    }

    /// A person answers for what is held because it will notify people: it is sent, this once.
    ///
    /// # Errors
    /// [`Error::Stale`] if it is not held any more.
    pub async fn confirm_notice(&self, actor: &Actor, id: CopyId) -> Result<()> {
        let (mut tx, mut row) = self.held_copy(actor, id, is_held).await?;
        let causes = row.copy.causes.values_mut().chain(&mut row.copy.life_cause);
        for cause in causes {
            // It is theirs now. The way on which it came is kept: a pilot may be on it.
            (cause.kind, cause.link) = (CauseKind::Edit, None);
        }
        row.copy.parked = None;
        self.store_quietly(&mut tx, &mut row).await?;
        let now = self.clock().now();
        jobs::request(&mut tx, PUSH, row.copy.calendar.0, now);
        self.log_event(&mut tx, actor, &row);
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// What is held is let go: the event is again as its provider has it, here and, along its
    /// links, where the change came from. It is an edit like any other, and can be undone.
    ///
    /// # Errors
    /// [`Error::Stale`] if it is not held any more; [`Error::Invalid`] if the database was restored and the provider does not have
    /// the event: what it is a mirror of would go as well.
    pub async fn dismiss_notice(&self, actor: &Actor, id: CopyId) -> Result<()> {
        let (mut tx, mut row) = self.held_copy(actor, id, waits).await?;
        let restored = is_restored(&row);
        if restored && !matches!(row.copy.remote, Remote::Live { .. }) {
            let reason = "the provider does not have this event, and where it came from it would be deleted: if it is there under \
                          another name, delete one of the two there";
            return Err(Error::invalid("event", reason));
        }
        row.copy.parked = None;
        let cause = self.edit_cause(row.copy.calendar);
        let there = matches!(row.copy.remote, Remote::Live { .. });
        match (there, row.copy.alive) {
            (true, true) => {
                let was = taken_back(&row.copy, restored);
                let take_back = move |event: &mut Event| {
                    *event = was;
                    Ok(())
                };
                let edit = self.edit_in(&mut tx, actor, &mut row, &cause, take_back);
                if !Box::pin(edit).await? {
                    self.store_quietly(&mut tx, &mut row).await?;
                }
            }
            (true, false) => {
                (row.copy.alive, row.copy.life_cause) = (true, None);
                let value = Some(row.copy.local.clone());
                self.keep_edit(&mut tx, actor, &row, &cause, None, value)
                    .await?;
                let mut flow = Flow::new(self, &mut tx, actor.log_name(), cause);
                Box::pin(flow.revived(&mut row, true)).await?;
            }
            (false, _) => Box::pin(self.delete_in(&mut tx, actor, &mut row, &cause)).await?,
        }
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// A link may notify from now on: what it holds back is tried again.
    pub(crate) async fn let_go_of(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        link: &links::Link,
    ) -> Result<()> {
        let now = self.clock().now();
        for place in &link.members {
            let parked = copies::parked(tx, place.calendar, HELD_MAX).await?;
            for mut row in parked.into_iter().filter(is_held) {
                row.copy.parked = None;
                self.store_quietly(tx, &mut row).await?;
                self.log_event(tx, actor, &row);
                jobs::request(tx, PUSH, place.calendar.0, now);
            }
        }
        Ok(())
    }

    async fn held_copy(
        &self,
        actor: &Actor,
        id: CopyId,
        held: impl Fn(&copies::Row) -> bool,
    ) -> Result<(Tx, copies::Row)> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let row = access::copy(&mut tx, actor, id).await?;
        if held(&row) {
            Ok((tx, row))
        } else {
            Err(Error::Stale)
        }
    }
}

/// How many people what is held would notify, by its reason.
pub fn notifies(reason: &str) -> Option<usize> {
    let count = reason.strip_prefix(HELD)?;
    count.split(' ').next()?.parse().ok()
}

fn is_held(row: &copies::Row) -> bool {
    let reason = row.copy.parked.as_deref();
    reason.and_then(notifies).is_some()
}

/// Whether a person is to answer for it, whatever it is held for.
fn waits(row: &copies::Row) -> bool {
    is_held(row) || is_restored(row)
}

fn is_restored(row: &copies::Row) -> bool {
    row.copy.parked.as_deref() == Some(REASON)
}

fn held(others: usize) -> String {
    let who = if others == 1 { "person" } else { "people" };
    format!(
        "{HELD}{others} {who}, since the provider cannot be told to stay quiet: send it, let it go, or let the link notify"
    )
}

/// The event of whose participants a provider may think for this write, and what led to it. An event that is made again
/// invites them anew.
fn asked<'a>(copy: &'a Copy, step: &'a Step) -> Option<(&'a Event, Vec<&'a Cause>)> {
    match step {
        Step::Create { body, .. } => {
            let causes = copy.life_cause.iter().chain(copy.causes.values());
            Some((&**body, causes.collect()))
        }
        Step::Update { previous, body, .. } => {
            let units = unit::diff(previous, body);
            let causes = units.iter().filter_map(|unit| copy.causes.get(unit));
            Some((&**previous, causes.collect()))
        }
        Step::Delete { .. } => {
            let there = &copy.base.as_ref()?.remote;
            Some((there, copy.life_cause.iter().collect()))
        }
        Step::Nothing | Step::Look { .. } => None,
    }
}

/// The event without what came along links, or was taken back with much else, and waits; or without `all` that waits.
fn taken_back(copy: &Copy, all: bool) -> Event {
    let mut event = copy.local.clone();
    if let Some(base) = &copy.base {
        let flowed = copy
            .causes
            .iter()
            .filter(|(_, cause)| all || cause.link.is_some() || cause.kind == CauseKind::Undo);
        for (unit, _) in flowed {
            unit.take(&mut event, &base.local);
        }
    }
    event
}
