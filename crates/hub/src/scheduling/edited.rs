//! Events that are written without a text: in the web app, by the REST API and the vendors' APIs. What follows from them is what
//! follows from a text (RFC 6638 3.2), but for two things. Clients of these APIs say who is invited, and not who invites: that is
//! whoever the calendar belongs to. And what is between people and does not fit in is kept without telling anybody, where RFC 6638
//! has it refused.

use std::collections::BTreeMap;

use calendar::{Event, Override, People, Person, unit};
use identity::Actor;
use jiff::Timestamp;
use protocols::icalendar::{self, component::Component, write};
use storage::{Tx, copies, users::User};
use sync::CalendarId;

use super::{
    Own, Role, Scheduling, Tell, address, event_of, is_scheduled, person, plan::scheduler,
};
use crate::{Error, Hub, Result};

impl Hub {
    /// What becomes of an event that somebody writes in the place of another one, or of none; who must know of it is told.
    /// `None` if it is between no people.
    ///
    /// # Errors
    /// [`Error::Scheduling`] if a change is not for whoever makes it to make.
    pub(crate) async fn schedule_event(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
        (before, event): (Option<&copies::Row>, &Event),
        how: Scheduling<'_>,
    ) -> Result<Option<Event>> {
        let was = before.map(|row| &row.copy.local);
        let between = |event: &Event| !event.people.is_empty() || is_scheduled(event);
        // What a link writes has no people in it; those whom somebody adds to it are known there and nowhere else.
        let is_mirror = before.is_some_and(|row| row.projected);
        if how.tell == Tell::Nobody || is_mirror || !between(event) && !was.is_some_and(between) {
            return Ok(None);
        }
        let Some(me) = scheduler(tx, calendar).await? else {
            return Ok(None);
        };
        let mut event = event.clone();
        organize(&mut event, was, &me);
        let was = was.filter(|event| is_scheduled(event));
        if !is_scheduled(&event) && was.is_none() {
            return Ok(None);
        }
        if before.is_none() && !self.own_copies(tx, me.id, &event.uid).await?.is_empty() {
            // It is in another calendar of theirs already: whoever is in it has been told there.
            return Ok(Some(event));
        }
        let now = self.clock().now();
        let written = tree(&event, now);
        let old = was.map(|event| tree(event, now));
        let planned = self.plan_trees(tx, &me, (old, written.clone()), how);
        let ready = match planned.await {
            // Somebody else's meeting, kept for information.
            Err(Error::Scheduling(_)) if before.is_none() => return Ok(Some(event)),
            ready => ready?,
        };
        let Some(ready) = ready else {
            return Ok(Some(event));
        };
        let organizes = ready.role == Role::Organizer;
        let done = self.pass_on(tx, actor, ready, how).await?;
        let (said, mut done) = (back(&written)?, back(&done)?);
        if organizes && how.tell != Tell::All {
            self.keep_noted(tx, (&event, &mut done)).await?;
        }
        for unit in unit::diff(&said, &done) {
            unit.take(&mut event, &done);
        }
        event.sequence = event.sequence.max(done.sequence);
        Ok(Some(event))
    }

    /// Tells whoever must know that an event is removed.
    pub(crate) async fn unschedule_event(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &copies::Row,
        how: Scheduling<'_>,
    ) -> Result<()> {
        if row.projected || !is_scheduled(&row.copy.local) {
            return Ok(());
        }
        let own = Own::event(tx, row.clone()).await?;
        Box::pin(self.unscheduled(tx, actor, &own, how)).await
    }

    /// Who is not of this hub and is not written to has not been asked: what stands there as their answer is what the organizer
    /// has heard from them in another way.
    async fn keep_noted(&self, tx: &mut Tx, (event, done): (&Event, &mut Event)) -> Result<()> {
        let mut outside = BTreeMap::new();
        for (address, noted) in everybody(event).flatten() {
            if !outside.contains_key(address) && person(tx, address).await?.is_none() {
                outside.insert(address.clone(), noted.participation);
            }
        }
        for (address, person) in everybody_mut(done).flatten() {
            if let Some(noted) = outside.get(address) {
                person.participation = *noted;
            }
        }
        Ok(())
    }
}

/// Puts whoever invites into an event that says who is invited: who it was before, else whose calendar it is. Events with people of
/// whom nobody invites stay as they are until somebody says anew who is in them.
fn organize(event: &mut Event, was: Option<&Event>, me: &User) {
    let said_anew = was.is_none_or(|was| was.people != event.people);
    let me = address(me);
    let others = event.people.keys().any(|own| *own != me);
    if !said_anew || !others || is_scheduled(event) {
        return;
    }
    let known = was.and_then(|was| was.people.iter().find(|(_, person)| person.organizer));
    let (address, person) = match known {
        Some((address, person)) => (address.clone(), person.clone()),
        None => (me, Person::default()),
    };
    event.people.entry(address).or_insert(person).organizer = true;
}

fn everybody(event: &Event) -> impl Iterator<Item = &People> {
    let patched = event.overrides.values().filter_map(|change| match change {
        Override::Patch(patch) => patch.people.as_ref(),
        Override::Excluded => None,
    });
    [&event.people].into_iter().chain(patched)
}

fn everybody_mut(event: &mut Event) -> impl Iterator<Item = &mut People> {
    let changes = event.overrides.values_mut();
    let patched = changes.filter_map(|change| match change {
        Override::Patch(patch) => patch.people.as_mut(),
        Override::Excluded => None,
    });
    [&mut event.people].into_iter().chain(patched)
}

fn tree(event: &Event, now: Timestamp) -> Component<'static> {
    icalendar::tree(&[event], now).into_owned()
}

fn back(tree: &Component<'_>) -> Result<Event> {
    event_of(&write::write(tree), None)
}
