//! Changing a link: its name, who wins, masks and directions (L6), leaving and coming back (L7), calendars that join or go.

use std::collections::BTreeSet;

use calendar::{Event, Unit};
use identity::Actor;
use storage::{
    Tx, copies, linked, links,
    locks::{Locked, lock},
    members,
};
use sync::{
    CalendarId, CauseKind, Law, LinkId, Linked, Member, OnConflict, Relinked,
    law::holds,
    links::{self as rules, Made},
};

use super::{
    flow::Flow,
    manage::{Kept, LinkView, could_be, events_of, view},
};
use crate::{Error, Hub, Result, access};

/// What is to be changed about a link; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct LinkChange {
    /// Its name.
    pub name: Option<String>,
    /// Whether it works. While it is paused, all its calendars are away.
    pub state: Option<links::State>,
    /// Who wins when the same thing is changed in two calendars.
    pub on_conflict: Option<OnConflict>,
    /// Whether it only shows what it would do.
    pub pilot: Option<bool>,
    /// Whether what comes along it may make a provider notify an event's participants.
    pub allow_notify: Option<bool>,
    /// All its calendars. One that was not in it joins, one that is not named any more goes for good.
    pub members: Option<Vec<links::LinkMember>>,
    /// What becomes of mirrors in and of calendars that go for good.
    pub kept: Kept,
}

impl Hub {
    /// Changes a link, and brings its calendars in step with what it is now.
    pub async fn change_link(
        &self,
        actor: &Actor,
        id: LinkId,
        change: LinkChange,
    ) -> Result<LinkView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let link = Box::pin(self.change_in(&mut tx, actor, id, change)).await?;
        let view = view(&mut tx, link).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(view)
    }

    /// Takes calendars out of a link for good. A link that cannot be without them goes.
    pub(crate) async fn take_out(
        &self,
        actor: &Actor,
        id: LinkId,
        calendars: &[CalendarId],
        kept: Kept,
    ) -> Result<()> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        lock(&mut tx, Locked::Link(id)).await?;
        let Some(before) = links::get(&mut tx, id).await? else {
            return Ok(());
        };
        let mut link = before.clone();
        link.members.retain(|m| !calendars.contains(&m.calendar));
        if !could_be(&link.members) {
            drop(tx);
            return self.delete_link(actor, id, kept).await;
        }
        Box::pin(self.amend(&mut tx, actor, &before, &link, kept)).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// Changes a link in this transaction.
    pub(super) async fn change_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: LinkId,
        change: LinkChange,
    ) -> Result<links::Link> {
        lock(tx, Locked::Link(id)).await?;
        let before = links::get(tx, id).await?.ok_or(Error::NotFound("link"))?;
        let mut link = before.clone();
        if let Some(name) = &change.name {
            name.trim().clone_into(&mut link.name);
        }
        link.state = change.state.unwrap_or(link.state);
        link.on_conflict = change.on_conflict.unwrap_or(link.on_conflict);
        link.pilot = change.pilot.unwrap_or(link.pilot);
        link.allow_notify = change.allow_notify.unwrap_or(link.allow_notify);
        link.members = change.members.unwrap_or(link.members);
        self.check_link(tx, actor, &link).await?;
        Box::pin(self.amend(tx, actor, &before, &link, change.kept)).await?;
        Ok(link)
    }

    async fn amend(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        before: &links::Link,
        link: &links::Link,
        kept: Kept,
    ) -> Result<()> {
        links::update(tx, link).await?;
        self.log_link(tx, actor, link.id, false);
        let places = before.members.iter().chain(&link.members);
        let calendars = places.map(|place| place.calendar);
        tx.touched().calendars.extend(calendars);
        for gone in before.members.iter().map(|m| m.calendar) {
            if link.place(gone).is_none() {
                Box::pin(self.leave_for_good(tx, actor, link, gone, kept)).await?;
            }
        }
        self.leave(tx, before, link).await?;
        // Each by itself on the heap: together they are more than a thread's stack holds in a test.
        let changed = Box::pin(self.recast(tx, actor, before, link)).await?;
        if changed && holds(Law::MaskAtOnce) {
            Box::pin(self.project_all(tx, actor, link, CauseKind::Config)).await?;
        }
        Box::pin(self.come_back(tx, actor, before, link)).await?;
        Box::pin(self.arrive(tx, actor, before, link)).await?;
        if link.allow_notify && !before.allow_notify {
            self.let_go_of(tx, actor, link).await?;
        }
        if before.pilot == link.pilot {
            return Ok(());
        }
        Box::pin(self.turn_pilot(tx, actor, link)).await
    }

    /// A calendar that goes for good takes its mirrors out of the link. Mirrors elsewhere of an event that only it had stay in
    /// step with each other, or go.
    async fn leave_for_good(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        link: &links::Link,
        calendar: CalendarId,
        kept: Kept,
    ) -> Result<()> {
        for mut member in members::of_link_calendar(tx, link.id, calendar).await? {
            unlink(tx, &mut member).await?;
            members::delete(tx, member.linked, member.copy).await?;
            let mirror = copies::get(tx, member.copy)
                .await?
                .is_none_or(|row| row.projected);
            self.set_free(tx, actor, &member, link, kept).await?;
            let Some(mut value) = linked::get_for_update(tx, member.linked).await? else {
                continue;
            };
            if mirror || kept == Kept::Keep || has_original(tx, &value, None).await? {
                continue;
            }
            value.alive = false;
            linked::update(tx, &value).await?;
            let cause = self.link_cause(CauseKind::Config, calendar, link.id);
            let mut flow = Flow::new(self, tx, actor.log_name(), cause);
            flow.outward(&value, None).await?;
            flow.cascade().await?;
        }
        Ok(())
    }

    /// L7: calendars leave for a while. What they last agreed with stays.
    async fn leave(&self, tx: &mut Tx, before: &links::Link, link: &links::Link) -> Result<()> {
        for place in &link.members {
            let calendar = place.calendar;
            if before.is_followed_by(calendar) && !link.is_followed_by(calendar) {
                for mut member in members::of_link_calendar(tx, link.id, calendar).await? {
                    unlink(tx, &mut member).await?;
                    members::update(tx, &member).await?;
                }
            }
        }
        Ok(())
    }

    /// L6: masks, directions and filters are others now. Whether any is.
    async fn recast(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        before: &links::Link,
        link: &links::Link,
    ) -> Result<bool> {
        let mut changed = false;
        for place in link.by_rank() {
            let Some(was) = before.place(place.calendar) else {
                continue;
            };
            changed |= was.filter != place.filter;
            if was.mask == place.mask && was.role == place.role {
                continue;
            }
            changed = true;
            for member in members::of_link_calendar(tx, link.id, place.calendar).await? {
                Box::pin(self.recast_member(tx, actor, place, member)).await?;
            }
        }
        Ok(changed)
    }

    async fn recast_member(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        place: &links::LinkMember,
        member: Member,
    ) -> Result<()> {
        let Some(mut value) = linked::get_for_update(tx, member.linked).await? else {
            return Ok(());
        };
        let Some(mut member) = as_it_is(tx, &member).await? else {
            return Ok(());
        };
        let Some(mut row) = copies::get(tx, member.copy).await? else {
            return Ok(());
        };
        let others = originals(tx, &value, Some(&member)).await?;
        let made = if row.projected {
            Made::Mirror
        } else {
            Made::Person(&others)
        };
        let cause = self.link_cause(CauseKind::Config, place.calendar, member.link);
        member.role = place.role;
        let mask = place.mask.clone();
        let mut done = rules::remask(&mut value, &mut member, &mut row.copy, mask, made, &cause);
        let moved = rules::inward(&mut value, &mut member, &row.copy);
        done.moved.extend(moved);
        let mut flow = Flow::new(self, tx, actor.log_name(), cause);
        flow.settled(&value, &member, &mut row, &done).await?;
        if done.moved.contains(&Unit::Privacy) && holds(Law::MaskAtOnce) {
            Box::pin(flow.outward(&value, None)).await?;
            flow.let_in(&value, &done.moved).await?;
        }
        flow.cascade().await
    }

    /// L7: calendars come back; each linked event is merged with what they have of it now. It flows on once they have
    /// brought what else they have ([`Hub::arrive`]).
    async fn come_back(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        before: &links::Link,
        link: &links::Link,
    ) -> Result<()> {
        let back = back(before, link);
        if back.is_empty() {
            return Ok(());
        }
        for id in events_of(tx, link.id).await? {
            let Some(mut value) = linked::get_for_update(tx, id).await? else {
                continue;
            };
            if value.alive && !lives_anywhere(tx, &value).await? {
                // Everybody deleted it meanwhile.
                value.alive = false;
            }
            for place in link.by_rank() {
                if back.contains(&place.calendar) {
                    Box::pin(self.relink(tx, actor, &mut value, place.calendar)).await?;
                }
            }
        }
        Ok(())
    }

    async fn relink(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        value: &mut Linked,
        calendar: CalendarId,
    ) -> Result<()> {
        let mut members = members::of_linked(tx, value.id).await?;
        members.retain(|member| member.calendar == calendar);
        for member in members {
            let Some(mut row) = copies::get(tx, member.copy).await? else {
                continue;
            };
            let Some(mut member) = as_it_is(tx, &member).await? else {
                continue;
            };
            // Of the kind flow: a deletion that did not know of what is brought here must not take it along.
            let cause = self.link_cause(CauseKind::Flow, calendar, member.link);
            let mut flow = Flow::new(self, tx, actor.log_name(), cause);
            let cause = flow.cause_on(member.link).await?;
            let relink = if row.projected {
                rules::relink
            } else {
                rules::relink_own
            };
            let mut done = relink(value, &mut member, &mut row.copy, &cause);
            let hidden = flow.hide(value, &mut member, &row).await?;
            done.moved.extend(hidden);
            flow.settled(value, &member, &mut row, &done).await?;
            flow.cascade().await?;
        }
        Ok(())
    }

    /// Calendars that are new here, that come back, that send from now on, or whose filter lets out others than before, bring
    /// their own events.
    async fn arrive(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        before: &links::Link,
        link: &links::Link,
    ) -> Result<()> {
        let back = back(before, link);
        let sent = |calendar| before.place(calendar).is_some_and(|was| was.role.sends());
        let arrives = |place: &&links::LinkMember| {
            let calendar = place.calendar;
            let is_new = before.place(calendar).is_none();
            let sifts = before
                .place(calendar)
                .is_some_and(|was| was.filter != place.filter);
            is_new || sifts || back.contains(&calendar) || (place.role.sends() && !sent(calendar))
        };
        let arrived: Vec<CalendarId> = link
            .members
            .iter()
            .filter(arrives)
            .map(|m| m.calendar)
            .collect();
        if arrived.is_empty() {
            return Ok(());
        }
        let kind = if back.is_empty() {
            CauseKind::Config
        } else {
            CauseKind::Flow
        };
        self.meet(tx, actor, link, &arrived, kind).await?;
        self.project_all(tx, actor, link, kind).await
    }
}

impl Flow<'_> {
    /// Saves what came of a merge between a copy and its linked event.
    async fn settled(
        &mut self,
        value: &Linked,
        member: &Member,
        row: &mut copies::Row,
        done: &Relinked,
    ) -> Result<()> {
        self.hub.keep_losers(self.tx, row, &done.conflicts).await?;
        linked::update(self.tx, value).await?;
        members::update(self.tx, member).await?;
        if !done.copy.is_empty() {
            self.hold_back(value, &mut row.copy).await?;
            self.save(row).await?;
            self.reached(row.copy.id, value.link, None);
        }
        Ok(())
    }
}

/// Calendars that were away and follow the link again.
fn back(before: &links::Link, link: &links::Link) -> BTreeSet<CalendarId> {
    let all = link.members.iter().map(|m| m.calendar);
    all.filter(|calendar| {
        before.place(*calendar).is_some()
            && !before.is_followed_by(*calendar)
            && link.is_followed_by(*calendar)
    })
    .collect()
}

/// A member as it is now: what was done to another one of its calendar, which may be another occurrence, may have changed it.
async fn as_it_is(tx: &mut Tx, member: &Member) -> Result<Option<Member>> {
    let members = members::of_copy(tx, member.copy).await?;
    Ok(members.into_iter().find(|m| m.linked == member.linked))
}

/// A member leaves, with what only it had said and nobody else is shown.
async fn unlink(tx: &mut Tx, member: &mut Member) -> Result<()> {
    let Some(mut value) = linked::get_for_update(tx, member.linked).await? else {
        member.attached = false;
        return Ok(());
    };
    let mut others = members::of_linked(tx, member.linked).await?;
    others.retain(|other| other.copy != member.copy);
    if !rules::unlink(&mut value, member, &others).is_empty() {
        linked::update(tx, &value).await?;
    }
    Ok(())
}

/// Whether a person made a copy of a linked event, other than `but`.
pub(super) async fn has_original(
    tx: &mut Tx,
    value: &Linked,
    but: Option<&Member>,
) -> Result<bool> {
    Ok(!originals(tx, value, but).await?.is_empty())
}

/// The copies that people made of a linked event, other than `but`.
async fn originals(tx: &mut Tx, value: &Linked, but: Option<&Member>) -> Result<Vec<Event>> {
    let mut made = Vec::new();
    for member in members::of_linked(tx, value.id).await? {
        if but.is_some_and(|but| but.copy == member.copy) {
            continue;
        }
        let row = copies::get(tx, member.copy).await?;
        let row = row.filter(|row| row.copy.alive && !row.projected);
        made.extend(row.map(|row| row.copy.local));
    }
    Ok(made)
}

/// Whether any copy of a linked event is alive.
async fn lives_anywhere(tx: &mut Tx, value: &Linked) -> Result<bool> {
    for member in members::of_linked(tx, value.id).await? {
        let row = copies::get(tx, member.copy).await?;
        if row.is_some_and(|row| row.copy.alive) {
            return Ok(true);
        }
    }
    Ok(false)
}
