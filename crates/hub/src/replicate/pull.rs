//! Reading a calendar from its provider.

use providers::{Changes, Delete, Failure, Sighting};
use storage::{Health, Store, calendars, intents};
use sync::{CalendarId, Outcome, replication::Reply};

use super::{Work, digest::Surplus};
use crate::{Hub, Result};

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
        let Some(work) = self.work(store, calendar).await? else {
            return Ok(Pulled::default());
        };
        let changes = match work
            .connector
            .changes(work.place(), work.row.cursor.as_deref())
            .await
        {
            Err(Failure::CursorInvalid) => work.connector.changes(work.place(), None).await?,
            other => other?,
        };
        let Changes {
            mut sightings,
            doubtful,
            mut malformed,
            cursor,
            full,
        } = changes;
        let checked = self
            .check_absences(store, &work, &sightings, doubtful, &malformed, full)
            .await?;
        sightings.extend(checked.sightings);
        malformed.extend(checked.unread);
        let pulled = Pulled {
            sightings: sightings.len(),
            malformed: malformed.len(),
        };
        let mut message = checked.held;
        if let (None, Some(first)) = (&message, malformed.first()) {
            let count = malformed.len();
            message = Some(format!(
                "{count} event(s) cannot be read and were left alone; the first: {}",
                first.reason
            ));
        }
        let mut surplus = Vec::new();
        let mut rest = sightings.into_iter();
        loop {
            let chunk: Vec<Sighting> = rest.by_ref().take(CHUNK).collect();
            let last = rest.len() == 0;
            let mut tx = store.write().await?;
            for sighting in chunk {
                surplus.extend(self.sighted(&mut tx, calendar, sighting).await?);
            }
            if last {
                self.read_to(&mut tx, &work, cursor, message, pulled.sightings > 0)
                    .await?;
                tx.commit().await?;
                break;
            }
            tx.commit().await?;
        }
        self.wake();
        self.remove_surplus(store, &work, surplus).await?;
        Ok(pulled)
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

    /// Removes second objects of ours. One that cannot be removed now stays recognisable by its stamp.
    async fn remove_surplus(
        &self,
        store: &Store,
        work: &Work,
        surplus: Vec<Surplus>,
    ) -> Result<()> {
        for object in surplus {
            let delete = Delete {
                id: &object.id,
                version: &object.version,
            };
            if let Ok(Reply::Deleted | Reply::Missing) =
                work.connector.delete(work.place(), delete).await
            {
                let mut tx = store.write().await?;
                intents::settle(&mut tx, object.stamp, Outcome::Done, self.clock().now()).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}
