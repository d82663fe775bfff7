//! Calendars whose ids do not last ([`providers::Connector::ids_last`]): before a listing is digested it is said which event of it
//! is which copy, and the copies take the ids that their events have now (R10).

use std::collections::HashSet;

use providers::{Found, Malformed, Sighting};
use storage::{
    Store, Tx, calendars, copies,
    held::{self, Held, State},
};
use sync::{
    CalendarId, Remote,
    replication::{Entry, rebind, rename},
};

use super::{
    Work,
    absence::{Checked, believed, hold_many},
};
use crate::{Error, Hub, Result};

/// How many copies are read at once.
const PAGE: usize = 500;

impl Hub {
    /// What is not in the listing any more, under whatever id. All copies take their ids in one transaction, since one may get
    /// what was another's; nothing else of a whole listing can be looked at by itself, so that what it lacks is gone.
    pub(super) async fn rebind(
        &self,
        store: &Store,
        work: &Work,
        listed: &[Sighting],
        malformed: &[Malformed],
        held: &[Held],
    ) -> Result<Checked> {
        let mut tx = store.write().await?;
        if calendars::feed(&mut tx, work.id()).await? != work.row.feed {
            // Somebody has read it since this listing was asked for. By what it holds an older one cannot be told from a newer one.
            return Err(Error::Stale);
        }
        let listed: Vec<(&str, &Found)> = listed
            .iter()
            .filter_map(|s| Some((s.id.as_str(), s.found.as_ref()?)))
            .collect();
        // What cannot be read is known by its id, if by anything.
        let unread: HashSet<&str> = malformed.iter().map(|m| m.id.as_str()).collect();
        let (mut there, mut gone) = known(&mut tx, work.id(), &unread).await?;
        let known = there.len();
        let entries: Vec<Entry<'_>> = listed
            .iter()
            .map(|(id, found)| Entry {
                id,
                event: &found.body,
            })
            .collect();
        let (of_there, of_gone) = rebind(&of_rows(&there), &of_rows(&gone), &entries);
        let taken: HashSet<&str> = listed.iter().map(|(id, _)| *id).collect();
        let waits = |id: &str| {
            let mut asked = held.iter().filter(|h| h.state != State::Unread);
            asked.find(|h| h.remote_id == id)
        };
        let mut lost = Vec::new();
        for (row, to) in there.iter_mut().zip(of_there) {
            let was = row.copy.remote.id().unwrap_or_default().to_owned();
            match to {
                Some(to) => self.take_id(&mut tx, row, listed[to]).await?,
                None if taken.contains(was.as_str()) => self.lose_id(&mut tx, row).await?,
                None => {}
            }
            let is = row.copy.remote.id().unwrap_or_default();
            match waits(&was) {
                Some(asked) if was != is => keep_asked(&mut tx, asked, to.is_none(), is).await?,
                None if to.is_none() => lost.push(is.to_owned()),
                _ => {}
            }
        }
        for (row, to) in gone.iter_mut().zip(of_gone) {
            match to {
                Some(to) => self.take_id(&mut tx, row, listed[to]).await?,
                // It is another event's id now.
                None if row.copy.remote.id().is_some_and(|id| taken.contains(id)) => {
                    row.copy.remote = Remote::Absent;
                    self.store_quietly(&mut tx, row).await?;
                }
                None => {}
            }
        }
        self.commit(tx).await?;
        let mut checked = believed(lost);
        hold_many(&mut checked, known);
        Ok(checked)
    }

    async fn take_id(
        &self,
        tx: &mut Tx,
        row: &mut copies::Row,
        (id, found): (&str, &Found),
    ) -> Result<()> {
        if row.copy.remote.id() == Some(id) {
            return Ok(());
        }
        let to = Entry {
            id,
            event: &found.body,
        };
        rename(&mut row.copy, &to, &found.version);
        self.store_quietly(tx, row).await
    }

    /// What is gone, and whose id is another event's now, has one that nothing else has until it is digested.
    async fn lose_id(&self, tx: &mut Tx, row: &mut copies::Row) -> Result<()> {
        let left = format!("left:{}", row.copy.id);
        if let Remote::Live { id, .. } = &mut row.copy.remote {
            *id = left;
        }
        self.store_quietly(tx, row).await
    }
}

/// A deletion that is held is asked about under the id that its copy has now, unless it was none.
async fn keep_asked(tx: &mut Tx, asked: &Held, lost: bool, id: &str) -> Result<()> {
    held::release(tx, asked.calendar, &asked.remote_id).await?;
    if lost {
        let moved = Held {
            remote_id: id.to_owned(),
            ..asked.clone()
        };
        held::put(tx, &moved).await?;
    }
    Ok(())
}

/// Copies of events that were there when last seen, and of those that were gone.
async fn known(
    tx: &mut Tx,
    calendar: CalendarId,
    unread: &HashSet<&str>,
) -> Result<(Vec<copies::Row>, Vec<copies::Row>)> {
    let (mut there, mut gone, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = copies::page(tx, calendar, after, PAGE, true).await?;
        let Some(last) = page.last() else {
            return Ok((there, gone));
        };
        after = Some(last.copy.id);
        for row in page {
            if row.copy.base.is_none() || row.copy.remote.id().is_some_and(|id| unread.contains(id))
            {
                continue;
            }
            match row.copy.remote {
                Remote::Live { .. } => there.push(row),
                Remote::Gone { .. } if !row.projected => gone.push(row),
                Remote::Gone { .. } | Remote::Absent => {}
            }
        }
    }
}

fn of_rows(rows: &[copies::Row]) -> Vec<Entry<'_>> {
    rows.iter()
        .filter_map(|row| {
            Some(Entry {
                id: row.copy.remote.id()?,
                event: &row.copy.base.as_ref()?.remote,
            })
        })
        .collect()
}
