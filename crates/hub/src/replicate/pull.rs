//! Reading a calendar from its provider.

use std::collections::HashSet;

use providers::{Changes, Failure, Sighting};
use storage::{
    Health, Store, calendars,
    runs::{self, Run},
};
use sync::CalendarId;

use super::{
    Work,
    held::{self, Aside},
};
use crate::{Hub, Result, runs::RunKind};

/// How many sightings one transaction holds.
const CHUNK: usize = 100;

/// What a pull brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Sightings digested, echoes included.
    pub sightings: usize,
    /// Events that could not be read.
    pub malformed: usize,
}

impl Hub {
    /// Reads what changed in a calendar. The cursor is saved last, with the last of what it stands for (R10).
    pub async fn pull(&self, store: &Store, calendar: CalendarId) -> Result<Pulled> {
        let _turn = self.inner.turns.take(calendar).await;
        self.read(store, calendar).await
    }

    /// The same for whoever has the calendar's turn already.
    pub(super) async fn read(&self, store: &Store, calendar: CalendarId) -> Result<Pulled> {
        let Some(work) = self.work(store, calendar).await? else {
            return Ok(Pulled::default());
        };
        let Changes {
            mut sightings,
            doubtful,
            mut malformed,
            cursor,
            full,
        } = changes(&work).await?;
        let held = self.held(store, calendar).await?;
        let checked = self
            .check_absences(
                store,
                &work,
                &sightings,
                doubtful,
                &malformed,
                full.then_some(held.as_slice()),
            )
            .await?;
        sightings.extend(checked.sightings);
        malformed.extend(checked.unread);
        let listed: HashSet<String> = sightings
            .iter()
            .map(|s| s.id.clone())
            .chain(malformed.iter().map(|m| m.id.clone()))
            .collect();
        let again = self.look_again(&work, &held, &listed).await?;
        sightings.extend(again.sightings);
        malformed.extend(again.unread);
        let pulled = Pulled {
            sightings: sightings.len(),
            malformed: malformed.len(),
        };
        let mut aside = Aside {
            missing: checked.missing,
            unread: malformed,
        };
        // What went comes first: the same event may have come back under another id.
        sightings.sort_by_key(|sighting| sighting.found.is_some());
        let run = self.run_of(&work);
        let mut rest = sightings.into_iter();
        loop {
            let chunk: Vec<Sighting> = rest.by_ref().take(CHUNK).collect();
            let last = rest.len() == 0;
            let mut tx = store.write().await?;
            if let Some(run) = &run {
                runs::begin(&mut tx, run.clone());
            }
            for sighting in chunk {
                held::release(&mut tx, calendar, &held, &sighting).await?;
                // On the heap: it carries whole events, and whoever waits for a pull waits for it.
                Box::pin(self.sighted(&mut tx, calendar, sighting)).await?;
            }
            if last {
                let aside = std::mem::take(&mut aside);
                let message = self.set_aside(&mut tx, calendar, &held, aside).await?;
                self.read_to(&mut tx, &work, cursor, message, pulled.sightings > 0)
                    .await?;
                self.commit(tx).await?;
                break;
            }
            self.commit(tx).await?;
        }
        self.wake();
        Ok(pulled)
    }

    /// The run that a pull is; none the first time, when everything is news: nobody wants that undone.
    fn run_of(&self, work: &Work) -> Option<Run> {
        work.row.last_sync?;
        Some(self.new_run(RunKind::Pull(work.id())))
    }

    /// Saves how far the calendar has been read.
    async fn read_to(
        &self,
        tx: &mut storage::Tx,
        work: &Work,
        cursor: String,
        message: Option<String>,
        moved: bool,
    ) -> Result<()> {
        let Some(mut row) = calendars::get(tx, work.id()).await? else {
            return Ok(());
        };
        let news = row.state != Health::Ok || row.message != message || row.last_sync.is_none();
        row.cursor = Some(cursor);
        row.feed += 1;
        let now = self.clock().now();
        row.last_sync = Some(now);
        if moved {
            row.moved = Some(now);
        }
        row.state = Health::Ok;
        row.message = message;
        calendars::update(tx, &row).await?;
        if news {
            self.log_calendar(tx, "sync".to_owned(), row.id, false);
        }
        match row.connection {
            Some(connection) => self.works_again(tx, connection).await,
            None => Ok(()),
        }
    }
}

/// What changed since the calendar was last read; everything, if the provider does not know any more when that was.
async fn changes(work: &Work) -> Result<Changes, Failure> {
    let cursor = work.row.cursor.as_deref();
    match work.connector.changes(work.place(), cursor).await {
        Err(Failure::CursorInvalid) => work.connector.changes(work.place(), None).await,
        other => other,
    }
}
