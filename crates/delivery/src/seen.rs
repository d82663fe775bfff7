//! What is there to be seen, where the change log tells only that something of the kind changed, perhaps for somebody else. A
//! keyed hash of it tells whether it is news to the one who ordered.

use std::collections::HashMap;

use faces::{Watched, Watcher};
use hub::{Access, CalendarId, ChangeKind, Logged, UserId};
use serde_json::{Value, json};
use storage::{Tx, calendars, shares, users};

use crate::Result;

/// Whether a change may be one of what is watched.
pub(crate) fn concerns(watched: Watched, logged: &Logged) -> bool {
    let change = &logged.change;
    let listed = matches!(change.kind, ChangeKind::Calendar | ChangeKind::Grant);
    match watched {
        Watched::Events(calendar) => {
            change.kind == ChangeKind::Event && change.calendar == Some(calendar)
        }
        Watched::Rules(calendar) => {
            change.kind == ChangeKind::Grant && change.calendar == Some(calendar)
        }
        Watched::Calendars | Watched::Settings => listed,
    }
}

/// A hash of what its client would see now. `None`: every change of the kind is news.
pub(crate) async fn now(tx: &mut Tx, watcher: &Watcher) -> Result<Option<[u8; 32]>> {
    let there = match watcher.watched {
        Watched::Events(_) => return Ok(None),
        Watched::Rules(calendar) => rules(tx, calendar).await?,
        Watched::Calendars => list(tx, watcher.user).await?,
        Watched::Settings => zone(tx, watcher.user).await?,
    };
    Ok(Some(tx.hash("watched", &there.to_string())))
}

async fn rules(tx: &mut Tx, calendar: CalendarId) -> Result<Value> {
    let all = shares::of_calendar(tx, calendar).await?.into_iter();
    let shown = all.map(|share| json!([share.id, share.access as u8]));
    Ok(shown.collect())
}

/// The calendars of a person and those that were opened to them by name, as a list shows them.
async fn list(tx: &mut Tx, user: Option<UserId>) -> Result<Value> {
    let mut open: HashMap<CalendarId, (Access, bool)> = HashMap::new();
    if let Some(user) = user {
        for (calendar, access, everybody) in shares::open_to(tx, user).await? {
            let known = open.entry(calendar).or_insert((Access::None, false));
            let by_name = !everybody && access > Access::None;
            *known = (known.0.max(access), known.1 || by_name);
        }
    }
    let shown = calendars::list(tx).await?.into_iter().filter_map(|row| {
        let own = owns(user, &row);
        let access = match open.get(&row.id) {
            _ if own => Access::Owner,
            Some((access, true)) => *access,
            _ => return None,
        };
        let of_all = json!([
            row.id,
            row.slug,
            row.name,
            row.color,
            row.description,
            row.time_zone,
            row.read_only,
            access as u8,
        ]);
        Some(json!([of_all, own.then_some((row.shown, row.kept))]))
    });
    Ok(shown.collect())
}

/// The zone of a person's own calendar, which is the one setting that can change.
async fn zone(tx: &mut Tx, user: Option<UserId>) -> Result<Value> {
    let email = match user {
        Some(user) => users::get(tx, user).await?.map(|user| user.email),
        None => None,
    };
    let all = calendars::list(tx).await?;
    let mut own = all.iter().filter(|row| owns(user, row));
    let named = own.clone().find(|row| Some(&row.slug) == email.as_ref());
    let own = named.or_else(|| own.find(|row| !row.read_only));
    Ok(json!(own.and_then(|row| row.time_zone.as_deref())))
}

fn owns(user: Option<UserId>, row: &calendars::Calendar) -> bool {
    row.owner.is_none() || row.owner == user || user.is_none()
}
