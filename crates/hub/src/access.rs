//! Who may do what. A person sees the calendars that they own and those that nobody owns; read-only grants cannot write.

use identity::Actor;
use storage::{Tx, calendars, copies};
use sync::{CalendarId, CopyId};

use crate::{Error, Result};

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

/// Whether an actor may know of a calendar.
pub fn sees(actor: &Actor, calendar: &calendars::Calendar) -> bool {
    calendar.owner.is_none() || calendar.owner == actor.user() || actor.user().is_none()
}

/// A calendar, if the actor may know of it.
pub async fn calendar(tx: &mut Tx, actor: &Actor, id: CalendarId) -> Result<calendars::Calendar> {
    let row = calendars::get(tx, id).await?;
    row.filter(|row| sees(actor, row))
        .ok_or(Error::NotFound("calendar"))
}

/// A copy, if the actor may know of its calendar.
pub async fn copy(tx: &mut Tx, actor: &Actor, id: CopyId) -> Result<copies::Row> {
    let row = copies::get(tx, id).await?.ok_or(Error::NotFound("event"))?;
    match calendar(tx, actor, row.copy.calendar).await {
        Ok(_) => Ok(row),
        Err(Error::NotFound(_)) => Err(Error::NotFound("event")),
        Err(error) => Err(error),
    }
}

/// The calendars that an actor may know of.
pub async fn calendars(tx: &mut Tx, actor: &Actor) -> Result<Vec<calendars::Calendar>> {
    Ok(calendars::list(tx)
        .await?
        .into_iter()
        .filter(|row| sees(actor, row))
        .collect())
}
