//! Who may do what. What belongs to a person (their calendars, and those that nobody owns) is theirs alone, unless its owner
//! has opened it to somebody: then what a grant allows, and no more. Read-only tokens cannot write.

use std::collections::HashMap;

use calendar::{Event, FreeBusy, Override, Privacy, Unit};
use identity::Actor;
use storage::{
    Tx, calendars, copies,
    shares::{self, Access},
};
use sync::{CalendarId, CopyId, Mask, MaskKind};

use crate::{Error, EventView, Result};

/// The scope that a token needs to change anything.
pub const WRITE: &str = "calendar.write";

/// Refuses actors whose grant is read-only.
pub fn may_write(actor: &Actor) -> Result<()> {
    if actor.may(WRITE) {
        Ok(())
    } else {
        Err(Error::Forbidden(
            "this access is read-only (the scope calendar.write is missing)".to_owned(),
        ))
    }
}

/// Whether a calendar is an actor's own.
pub fn owns(actor: &Actor, calendar: &calendars::Calendar) -> bool {
    calendar.owner.is_none() || calendar.owner == actor.user() || actor.user().is_none()
}

/// What an actor may do with a calendar.
pub async fn level(tx: &mut Tx, actor: &Actor, calendar: &calendars::Calendar) -> Result<Access> {
    match actor.user() {
        Some(user) if !owns(actor, calendar) => Ok(shares::access(tx, calendar.id, user).await?),
        _ => Ok(Access::Owner),
    }
}

/// A calendar with which an actor may do something at least, and all that they may do with it.
///
/// # Errors
/// [`Error::NotFound`] if they may not know of it, [`Error::Forbidden`] if they may do less.
pub async fn reach(
    tx: &mut Tx,
    actor: &Actor,
    id: CalendarId,
    least: Access,
) -> Result<(calendars::Calendar, Access)> {
    let row = calendars::get(tx, id).await?;
    reach_row(tx, actor, row, least).await
}

/// The same of one that was looked up, if there is one.
pub async fn reach_row(
    tx: &mut Tx,
    actor: &Actor,
    row: Option<calendars::Calendar>,
    least: Access,
) -> Result<(calendars::Calendar, Access)> {
    let row = row.ok_or(Error::NotFound("calendar"))?;
    let level = level(tx, actor, &row).await?;
    check(level, least)?;
    Ok((row, level))
}

/// Refuses whoever may do less with a calendar.
pub fn check(level: Access, least: Access) -> Result<()> {
    if level == Access::None {
        return Err(Error::NotFound("calendar"));
    }
    if level < least {
        return Err(Error::Forbidden(
            "the calendar is another person's, and is not shared for that".to_owned(),
        ));
    }
    Ok(())
}

/// A copy in a calendar with which an actor may do something at least, and all that they may do there.
pub async fn reach_copy(
    tx: &mut Tx,
    actor: &Actor,
    id: CopyId,
    least: Access,
) -> Result<(copies::Row, Access)> {
    let (row, (_, level)) = reach_in(tx, actor, id, least).await?;
    Ok((row, level))
}

/// The same with its calendar.
pub async fn reach_in(
    tx: &mut Tx,
    actor: &Actor,
    id: CopyId,
    least: Access,
) -> Result<(copies::Row, (calendars::Calendar, Access))> {
    let row = copies::get(tx, id).await?.ok_or(Error::NotFound("event"))?;
    match reach(tx, actor, row.copy.calendar, least).await {
        Ok(place) => Ok((row, place)),
        Err(Error::NotFound(_)) => Err(Error::NotFound("event")),
        Err(error) => Err(error),
    }
}

/// A calendar, if it is the actor's own. What is shared with them is refused.
pub async fn calendar(tx: &mut Tx, actor: &Actor, id: CalendarId) -> Result<calendars::Calendar> {
    let (row, _) = reach(tx, actor, id, Access::FreeBusy).await?;
    if owns(actor, &row) {
        return Ok(row);
    }
    Err(Error::Forbidden(
        "the calendar is another person's: only they may do that".to_owned(),
    ))
}

/// A copy, if it is in a calendar of the actor's own.
pub async fn copy(tx: &mut Tx, actor: &Actor, id: CopyId) -> Result<copies::Row> {
    let (row, _) = reach_copy(tx, actor, id, Access::FreeBusy).await?;
    calendar(tx, actor, row.copy.calendar).await?;
    Ok(row)
}

/// The calendars that are an actor's own.
pub async fn calendars(tx: &mut Tx, actor: &Actor) -> Result<Vec<calendars::Calendar>> {
    Ok(calendars::list(tx)
        .await?
        .into_iter()
        .filter(|row| owns(actor, row))
        .collect())
}

/// The calendars that are an actor's own, and after them those that were opened to them by name.
pub async fn listed(tx: &mut Tx, actor: &Actor) -> Result<Vec<(calendars::Calendar, Access)>> {
    let open = open_to(tx, actor).await?;
    let (mut own, mut shared) = (Vec::new(), Vec::new());
    for row in calendars::list(tx).await? {
        if owns(actor, &row) {
            own.push((row, Access::Owner));
        } else if let Some((access, true)) = open.get(&row.id) {
            shared.push((row, *access));
        }
    }
    own.append(&mut shared);
    Ok(own)
}

/// What is opened to an actor: the most that any grant allows, and whether one of them names the actor.
async fn open_to(tx: &mut Tx, actor: &Actor) -> Result<HashMap<CalendarId, (Access, bool)>> {
    let mut open = HashMap::new();
    let Some(user) = actor.user() else {
        return Ok(open);
    };
    for (calendar, access, everybody) in shares::open_to(tx, user).await? {
        if access == Access::None {
            continue;
        }
        let known = open.entry(calendar).or_insert((access, false));
        *known = (known.0.max(access), known.1 || !everybody);
    }
    Ok(open)
}

/// An event as somebody sees it who may do this.
pub fn veiled(level: Access, row: copies::Row) -> EventView {
    veiled_as(level, (false, Some(String::new())), row)
}

/// The same by another mask: whether private events are like all others, and what blocks are called, «Busy» if nothing is said.
pub fn veiled_as(
    level: Access,
    (show_private, title): (bool, Option<String>),
    row: copies::Row,
) -> EventView {
    let view = EventView::of(row);
    if level == Access::Owner {
        return view;
    }
    let own = view.event;
    let gone = level == Access::FreeBusy && own.busy == FreeBusy::Free;
    EventView {
        event: seen(level, show_private, title, own),
        // What takes no time is nothing to somebody who sees busy time only.
        alive: view.alive && !gone,
        linked: None,
        parked: None,
        notifies: None,
        exploded: Vec::new(),
        ..view
    }
}

fn seen(level: Access, show_private: bool, title: Option<String>, own: Event) -> Event {
    let mask = move |kind, private| Mask {
        kind,
        title,
        show_private,
        private,
    };
    let mask = match level {
        Access::Owner | Access::Write => return own,
        Access::Read if show_private => return own,
        Access::Read => mask(MaskKind::Everything, false),
        Access::Limited => mask(MaskKind::Fields([Unit::Title, Unit::Place].into()), false),
        Access::FreeBusy | Access::None => mask(MaskKind::Busy, true),
    };
    let shown = mask.project(&own);
    if level == Access::Read && own.privacy == Privacy::Public {
        let mut own = own;
        // What is private of an occurrence alone.
        for (id, entry) in &mut own.overrides {
            if let (Override::Patch(patch), Some(masked)) = (&*entry, shown.overrides.get(id))
                && patch.privacy.is_some_and(|p| p != Privacy::Public)
            {
                *entry = masked.clone();
            }
        }
        return own;
    }
    Event {
        privacy: shown.privacy.max(own.privacy),
        uid: own.uid,
        sequence: own.sequence,
        created: own.created,
        updated: own.updated,
        ..shown
    }
}
