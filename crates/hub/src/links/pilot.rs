//! Pilot mode: a link works everything out, all of it can be seen, and no provider is written. What it would write is listed,
//! and is what is written once it is live.
//!
//! A cause knows all links along which it came ([`sync::Cause::came_along`]), so that what a pilot changed is not written by a
//! further link either.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use calendar::Unit;
use identity::Actor;
use storage::{Change, ChangeKind, Tx, calendars, copies, intents, jobs, links, members};
use sync::{
    Cause, CauseKind, Copy, CopyId, LinkId, Linked, Member, links as rules,
    replication::{Step, forget, plan_without},
};

use super::{
    flow::Flow,
    preview::{Planned, Preview, of_step},
};
use crate::{Error, Hub, Result, access, replicate};

/// Units with the pilots along which they came.
pub type Ways = BTreeMap<Unit, BTreeSet<LinkId>>;

/// How many copies are read at once.
const PAGE: usize = 500;

impl Hub {
    /// What a link in pilot mode would write if it were live. Of any other link, nothing.
    pub async fn shown_by(&self, actor: &Actor, id: LinkId) -> Result<Preview> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let seen = access::calendars(&mut tx, actor).await?;
        let link = links::get(&mut tx, id).await?;
        let link = link.ok_or(Error::NotFound("link"))?;
        let mut planned = shown(&mut tx, &link).await?;
        planned.retain(|one| seen.iter().any(|row| row.id == one.calendar));
        Ok(Preview { planned, merges: 0 })
    }

    /// A link has become a pilot, or is none any more: what it has worked out waits to be written, or does not.
    pub(super) async fn turn_pilot(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        link: &links::Link,
    ) -> Result<()> {
        let now = self.clock().now();
        for id in reach(tx, link).await? {
            let Some(mut row) = copies::get(tx, id).await? else {
                continue;
            };
            let calendar = row.copy.calendar;
            let pending = calendars::is_replicated(tx, row.copy.calendar).await?
                && is_pending(tx, &row.copy).await?;
            if pending == row.pending {
                continue;
            }
            row.pending = pending;
            copies::update(tx, &mut row).await?;
            tx.log(Change {
                kind: ChangeKind::Event,
                subject: id.0,
                calendar: Some(calendar),
                actor: actor.log_name(),
                cause: row.copy.life_cause.as_ref().map(|cause| cause.change),
                at: now,
                removed: !row.copy.alive,
            });
            if pending {
                jobs::request(tx, replicate::PUSH, calendar.0, now);
            }
        }
        Ok(())
    }

    /// Takes back what a pilot has done to a copy that leaves it. What had flowed on from there flows back.
    pub(super) async fn forget(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        cause: &Cause,
        link: LinkId,
        row: &mut copies::Row,
    ) -> Result<()> {
        let done = forget(&mut row.copy, &BTreeSet::from([link]));
        let mut flow = Flow::new(self, tx, actor.log_name(), cause.clone());
        match (done.life, row.copy.alive) {
            (true, true) => flow.revived(row, true).await,
            (true, false) => flow.died(row).await,
            (false, _) if done.value => flow.changed(row).await,
            _ => Ok(()),
        }
    }
}

/// What a linked event has from a copy that has it only from a pilot is no more than shown by any other link either, whenever
/// it goes on: the same change may bring both, and a link may have been made since.
impl Flow<'_> {
    /// Those of the units of a copy that came along pilots, other than `link` itself.
    pub(super) async fn only_shown(
        &mut self,
        copy: &Copy,
        link: LinkId,
        units: &BTreeSet<Unit>,
    ) -> Result<Ways> {
        let mut ways = Ways::new();
        for (unit, cause) in &copy.causes {
            if !units.contains(unit) {
                continue;
            }
            for id in cause.via.iter().filter(|id| **id != link) {
                if is_pilot(self.tx, *id).await? {
                    ways.entry(unit.clone()).or_default().insert(*id);
                }
            }
        }
        Ok(ways)
    }

    /// L1. What a linked event has already when a pilot shows the same on one of its copies, it has from somebody else: the
    /// copy agrees to that once it is written.
    pub(super) async fn inward_of(
        &mut self,
        value: &mut Linked,
        member: &mut Member,
        copy: &Copy,
    ) -> Result<BTreeSet<Unit>> {
        let here = |unit: &&Unit| {
            unit.same(&copy.local, &value.value) && !unit.same(&copy.local, &member.agreed)
        };
        let units: BTreeSet<Unit> = copy.causes.keys().filter(here).cloned().collect();
        let shown = self.only_shown(copy, value.link, &units).await?;
        if shown.is_empty() {
            return Ok(rules::inward(value, member, copy));
        }
        let agreed = Box::new(member.agreed.clone());
        for unit in shown.keys() {
            unit.take(&mut member.agreed, &copy.local);
        }
        let moved = rules::inward(value, member, copy);
        for unit in shown.keys() {
            unit.take(&mut member.agreed, &agreed);
        }
        Ok(moved)
    }

    /// Notes on what this change has brought to a copy along `link` that it is only shown.
    pub(super) fn shown_on(&self, copy: &mut Copy, link: LinkId, shown: &Ways) {
        for (unit, pilots) in shown {
            let Some(cause) = copy.causes.get_mut(unit) else {
                continue;
            };
            if cause.change == self.cause.change && cause.link == Some(link) {
                came_along(cause, pilots);
            }
        }
    }

    /// What a pilot has brought to a copy before a link that is live brings the same is no longer only shown. Whether there
    /// is any of it.
    pub(super) async fn said_too(
        &mut self,
        copy: &mut Copy,
        before: &Member,
        member: &Member,
        cause: &Cause,
    ) -> Result<bool> {
        let (mut any, said) = (false, self.pilots_of(cause).await?.is_empty());
        for (unit, was) in copy.causes.clone() {
            let brought = !unit.same(&before.agreed, &member.agreed);
            let same = brought && unit.same(&copy.local, &member.agreed);
            if said && same && !self.pilots_of(&was).await?.is_empty() {
                copy.causes.insert(unit, cause.clone());
                any = true;
            }
        }
        let lives = before.agreed_alive != member.agreed_alive && copy.alive == member.agreed_alive;
        if let (true, true, Some(was)) = (said, lives, copy.life_cause.clone())
            && !self.pilots_of(&was).await?.is_empty()
        {
            copy.life_cause = Some(cause.clone());
            any = true;
        }
        Ok(any)
    }

    async fn pilots_of(&mut self, cause: &Cause) -> Result<BTreeSet<LinkId>> {
        let mut pilots = BTreeSet::new();
        for id in cause.via.iter().chain(&cause.link) {
            if is_pilot(self.tx, *id).await? {
                pilots.insert(*id);
            }
        }
        Ok(pilots)
    }

    /// The same where it is not known which of it: what a linked event has that pilots have brought to any of its copies.
    pub(super) async fn hold_back(&mut self, value: &Linked, copy: &mut Copy) -> Result<()> {
        let brought =
            |cause: &Cause| cause.change == self.cause.change && cause.link == Some(value.link);
        if copy.causes.values().any(brought) {
            let shown = self.shown_in(value).await?;
            self.shown_on(copy, value.link, &shown);
        }
        Ok(())
    }

    /// A mirror that is made can only be written as a whole: it waits for every pilot that has brought any of it.
    pub(super) async fn hold_whole(&mut self, value: &Linked, cause: &mut Cause) -> Result<()> {
        if !self.fresh {
            for pilots in self.shown_in(value).await?.values() {
                came_along(cause, pilots);
            }
        }
        Ok(())
    }

    async fn shown_in(&mut self, value: &Linked) -> Result<Ways> {
        let members = members::of_linked(self.tx, value.id).await?;
        let ids: Vec<CopyId> = members.iter().map(|member| member.copy).collect();
        let mut all = Ways::new();
        for row in copies::get_many(self.tx, &ids).await? {
            let said = |unit: &&Unit| unit.same(&value.value, &row.copy.local);
            let units = row.copy.causes.keys().filter(said).cloned().collect();
            all.extend(self.only_shown(&row.copy, value.link, &units).await?);
        }
        Ok(all)
    }
}

fn came_along(cause: &mut Cause, pilots: &BTreeSet<LinkId>) {
    for id in pilots {
        if !cause.via.contains(id) {
            cause.via.insert(0, *id);
        }
        cause.kind = CauseKind::Config;
    }
}

pub(super) async fn is_pilot(tx: &mut Tx, id: LinkId) -> Result<bool> {
    let link = links::followed(tx, id).await?;
    Ok(link.is_some_and(|link| link.pilot))
}

/// The links along which what waits in a copy came.
fn ways_of(copy: &Copy) -> BTreeSet<LinkId> {
    let causes = copy.causes.values().chain(&copy.life_cause);
    causes
        .flat_map(|cause| cause.via.iter().chain(&cause.link))
        .copied()
        .collect()
}

/// Those of them that only show what they would do.
pub(crate) async fn of_copy(tx: &mut Tx, copy: &Copy) -> Result<BTreeSet<LinkId>> {
    let mut pilots = BTreeSet::new();
    for id in ways_of(copy) {
        if links::get(tx, id).await?.is_some_and(|link| link.pilot) {
            pilots.insert(id);
        }
    }
    Ok(pilots)
}

/// Whether the planner has something to do for a copy whose calendar has a provider.
pub(crate) async fn is_pending(tx: &mut Tx, copy: &Copy) -> Result<bool> {
    let intents = intents::unfinished_in(tx, copy.calendar, copy.id).await?;
    // Most copies wait for nothing, whatever came along pilots.
    if plan_without(copy, &intents, &BTreeSet::new()) == Step::Nothing {
        return Ok(false);
    }
    let mut pilots = BTreeSet::new();
    for id in ways_of(copy) {
        if is_pilot(tx, id).await? {
            pilots.insert(id);
        }
    }
    Ok(plan_without(copy, &intents, &pilots) != Step::Nothing)
}

/// What would be written if this pilot were none.
pub(super) async fn shown(tx: &mut Tx, link: &links::Link) -> Result<Vec<Planned>> {
    let mut all = Vec::new();
    if !link.pilot {
        return Ok(all);
    }
    let reached = reach(tx, link).await?;
    for row in copies::get_many(tx, &reached).await? {
        let mut pilots = of_copy(tx, &row.copy).await?;
        if !pilots.contains(&link.id) || !calendars::is_replicated(tx, row.copy.calendar).await? {
            continue;
        }
        let intents = intents::unfinished(tx, row.copy.id).await?;
        let now = plan_without(&row.copy, &intents, &pilots);
        pilots.remove(&link.id);
        let live = plan_without(&row.copy, &intents, &pilots);
        if live != now {
            all.extend(of_step(&row.copy, live));
        }
    }
    all.sort_by_key(Planned::place);
    Ok(all)
}

/// Copies that a link may have touched: all in its calendars, and those to which its events went on along further links.
async fn reach(tx: &mut Tx, link: &links::Link) -> Result<Vec<CopyId>> {
    let mut next = Vec::new();
    for place in &link.members {
        let mut after = None;
        loop {
            let page = copies::page(tx, place.calendar, after, PAGE, true).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.copy.id);
            next.extend(page.iter().map(|row| row.copy.id));
        }
    }
    let (mut found, mut events) = (BTreeSet::new(), HashSet::new());
    while let Some(id) = next.pop() {
        if !found.insert(id) {
            continue;
        }
        for member in members::of_copy(tx, id).await? {
            if events.insert(member.linked) {
                let others = members::of_linked(tx, member.linked).await?;
                next.extend(others.iter().map(|other| other.copy));
            }
        }
    }
    Ok(found.into_iter().collect())
}
