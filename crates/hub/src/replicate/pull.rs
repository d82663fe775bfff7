//! Reading a calendar from its provider.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use providers::{Changes, Failure, Found, Sighting};
use storage::{
    Health, Store, Tx, ahead, calendars, copies, links,
    locks::{Locked, lock},
    runs::{self, Run},
};
use sync::{CalendarId, CopyId, Law, Remote, Version, law::holds};

use super::{
    Work, audit,
    held::{self, Aside},
    rights,
};
use crate::{Error, Hub, Result, runs::RunKind};

/// How many sightings one transaction holds.
const CHUNK: usize = 100;
/// How many events of a long listing are read at once.
const LATER: usize = 1_000;

/// How often a calendar is read anew if another process has read it meanwhile.
const READS_MAX: usize = 3;

/// What was read at once of a calendar.
struct Page<'p> {
    work: &'p Work,
    held: &'p [storage::held::Held],
    /// What was found changed under versions that are known.
    audited: HashSet<String>,
    /// Of what was made and deleted since the cursor before, that one would tell nothing.
    brief: bool,
    /// Nor would this one of what is known to have come back since: all is listed once more.
    whole_again: bool,
    run: Option<Run>,
}

/// What a pull brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Sightings digested, echoes included.
    pub sightings: usize,
    /// Events that could not be read.
    pub malformed: usize,
    /// How soon the calendar's publisher says that it is worth while to read again.
    pub again: Option<Duration>,
}

impl Hub {
    /// Reads what changed in a calendar. The cursor is saved last, with the last of what it stands for (R10).
    pub async fn pull(&self, store: &Store, calendar: CalendarId) -> Result<Pulled> {
        let _turn = self.inner.turns.take(calendar).await;
        self.read(store, calendar).await
    }

    /// The same for whoever has the calendar's turn already. Where another process was faster, what is new since then is read.
    pub(super) async fn read(&self, store: &Store, calendar: CalendarId) -> Result<Pulled> {
        for _ in 1..READS_MAX {
            match Box::pin(self.read_once(store, calendar)).await {
                Err(Error::Stale) => {}
                done => return done,
            }
        }
        Box::pin(self.read_once(store, calendar)).await
    }

    async fn read_once(&self, store: &Store, calendar: CalendarId) -> Result<Pulled> {
        let Some(mut work) = self.work(store, calendar).await? else {
            return Ok(Pulled::default());
        };
        let mut read = changes(&work).await?;
        self.cursor_first(store, &mut work, &read.cursor).await?;
        let held = self.held(store, calendar).await?;
        let brief = !read.full && !work.connector.tells_all();
        // A feed that has not changed lists nothing, and nothing is gone from it.
        let checked = if work.connector.ids_last() || !read.full {
            let (listed, doubtful) = (ids(&read), std::mem::take(&mut read.doubtful));
            let held = read.full.then_some(held.as_slice());
            self.check_absences(store, &work, &listed, doubtful, held)
                .await?
        } else {
            self.rebind(store, &work, &read.sightings, &read.malformed, &held)
                .await?
        };
        let whole_again =
            checked.back && !work.connector.tells_all() && holds(Law::BackIsReadWhole);
        let missing = checked.add_to(&mut read);
        if let Some(all) = read.all.take().filter(|_| !read.full) {
            let missed = self.missed(store, &work, all, &read.sightings, &held);
            missed.await?.add_to(&mut read);
        }
        if brief {
            let untold = self.check_untold(store, &work, &ids(&read)).await?;
            untold.add_to(&mut read);
        }
        let listed = ids(&read);
        let looked = self.look_again(&work, &held, &listed).await?;
        looked.add_to(&mut read);
        let audited = self.audit(store, &work, &listed).await?;
        self.made_first(store, &work, &mut read.sightings).await?;
        let page = Page {
            work: &work,
            held: &held,
            audited: audited.iter().map(|found| found.id.clone()).collect(),
            brief,
            whole_again,
            run: self.run_of(&work),
        };
        read.sightings.extend(audited);
        let pulled = Pulled {
            sightings: read.sightings.len() + read.later.len(),
            malformed: read.malformed.len(),
            again: read.again,
        };
        let (mut sightings, later, cursor) = (read.sightings, read.later, read.cursor);
        let mut aside = Aside {
            missing,
            unread: read.malformed,
        };
        sort(&mut sightings);
        let mut failed = None;
        if !later.is_empty() {
            failed = self.digest(store, &page, &sightings).await?;
            sightings.clear();
            let rest = self.read_later(store, &page, &later, &mut aside);
            failed = failed.or(Box::pin(rest).await?);
        }
        let (moved, end) = (pulled.sightings > 0, (cursor, aside));
        let done = self
            .digest_to(store, &page, &sightings, failed, moved, &end)
            .await;
        self.wake();
        done.map(|()| pulled)
    }

    /// What a hub would do that does not know that the cursor comes last.
    async fn cursor_first(&self, store: &Store, work: &mut Work, cursor: &str) -> Result<()> {
        if !holds(Law::CursorLast) {
            let mut tx = store.write().await?;
            self.read_to(&mut tx, work, cursor.to_owned(), None, false)
                .await?;
            self.commit(tx).await?;
            work.row.feed += 1;
        }
        Ok(())
    }

    /// Reads what a long listing left for later, and digests it, some at a time: no more of it is ever in memory.
    async fn read_later(
        &self,
        store: &Store,
        page: &Page<'_>,
        later: &[String],
        aside: &mut Aside,
    ) -> Result<Option<Error>> {
        let (work, mut failed) = (page.work, None);
        for ids in later.chunks(LATER) {
            let mut read = work.connector.read(work.place(), ids).await?;
            let gone = self
                .check_absences(
                    store,
                    work,
                    &HashSet::new(),
                    std::mem::take(&mut read.doubtful),
                    None,
                )
                .await?;
            gone.add_to(&mut read);
            self.made_first(store, work, &mut read.sightings).await?;
            sort(&mut read.sightings);
            aside.unread.extend(read.malformed);
            failed = failed.or(self.digest(store, page, &read.sightings).await?);
        }
        Ok(failed)
    }

    /// Digests what was seen, many sightings a transaction. The first error of those that fail by themselves, too.
    async fn digest(
        &self,
        store: &Store,
        page: &Page<'_>,
        sightings: &[Sighting],
    ) -> Result<Option<Error>> {
        let mut failed = None;
        for chunk in sightings.chunks(CHUNK) {
            if let Err(error) = self.together(store, page, chunk).await {
                let error = self.one_by_one(store, page, chunk, error).await;
                failed = failed.or(error?);
            }
        }
        Ok(failed)
    }

    /// Digests the last that was seen, and then saves how far that is, unless something has `failed`.
    async fn digest_to(
        &self,
        store: &Store,
        page: &Page<'_>,
        sightings: &[Sighting],
        mut failed: Option<Error>,
        moved: bool,
        end: &(String, Aside),
    ) -> Result<()> {
        let last = sightings.len().saturating_sub(1) / CHUNK * CHUNK;
        failed = failed.or(self.digest(store, page, &sightings[..last]).await?);
        let mut chunk = &sightings[last..];
        if failed.is_none() {
            let Err(error) = self.together_to(store, page, chunk, moved, end).await else {
                return Ok(());
            };
            failed = self.one_by_one(store, page, chunk, error).await?;
            chunk = &[];
            if failed.is_none() {
                return self.together_to(store, page, chunk, moved, end).await;
            }
        } else if let Err(error) = self.together(store, page, chunk).await {
            self.one_by_one(store, page, chunk, error).await?;
        }
        failed.map_or(Ok(()), Err)
    }

    /// Digests some sightings in one transaction.
    async fn together(&self, store: &Store, page: &Page<'_>, chunk: &[Sighting]) -> Result<()> {
        let mut tx = store.write().await?;
        self.sight(&mut tx, page, chunk).await?;
        if page.brief && holds(Law::InterruptedIsReadWhole) {
            forget_cursor(&mut tx, page.work.id()).await?;
        }
        self.commit(tx).await
    }

    /// The same for the last of them: the cursor is saved with it.
    async fn together_to(
        &self,
        store: &Store,
        page: &Page<'_>,
        chunk: &[Sighting],
        moved: bool,
        (cursor, aside): &(String, Aside),
    ) -> Result<()> {
        let mut tx = store.write().await?;
        self.sight(&mut tx, page, chunk).await?;
        let message = self
            .set_aside(&mut tx, page.work.id(), page.held, aside.clone())
            .await?;
        self.read_to(&mut tx, page.work, cursor.clone(), message, moved)
            .await?;
        if page.whole_again {
            forget_cursor(&mut tx, page.work.id()).await?;
        }
        self.commit(tx).await
    }

    async fn sight(&self, tx: &mut Tx, page: &Page<'_>, chunk: &[Sighting]) -> Result<()> {
        let calendar = page.work.id();
        if calendars::feed(tx, calendar).await? != page.work.row.feed {
            // Another process has read the calendar meanwhile: what it saw is newer than what stands here.
            return Err(Error::Stale);
        }
        let ids_last = page.work.connector.ids_last();
        tx.gather();
        if let Some(run) = &page.run {
            runs::begin(tx, run.clone());
        }
        Box::pin(read_ahead(tx, calendar, chunk)).await?;
        for sighting in chunk {
            if page.audited.contains(&sighting.id) {
                audit::doubt(tx, calendar, sighting).await?;
            }
            // On the heap: it carries whole events, and whoever waits for a pull waits for it.
            Box::pin(self.sighted(tx, calendar, sighting.clone(), ids_last)).await?;
            // Not before: of what was held nobody knows when it went.
            held::release(tx, calendar, page.held, sighting).await?;
        }
        Ok(())
    }

    /// What failed together is digested by itself: one event that cannot be taken in keeps no other from it (I8), and of what
    /// another node has written meanwhile nothing else has to be read again. The first error of those that fail now, too.
    async fn one_by_one(
        &self,
        store: &Store,
        page: &Page<'_>,
        chunk: &[Sighting],
        error: Error,
    ) -> Result<Option<Error>> {
        if !is_about_rows(&error) {
            return Err(error);
        }
        let mut failed = None;
        for one in chunk.chunks(1) {
            match self.together(store, page, one).await {
                Ok(()) => {}
                Err(error) if is_about_rows(&error) => failed = failed.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        Ok(failed)
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
        lock(tx, Locked::Calendar(work.id())).await?;
        let Some(mut row) = calendars::get(tx, work.id()).await? else {
            return Ok(());
        };
        let news = row.state != Health::Ok || row.message != message || row.last_sync.is_none();
        row.cursor = Some(cursor);
        row.feed += 1;
        row.last_sync = Some(work.asked);
        if moved {
            row.moved = Some(self.clock().now());
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

/// Forgets how far the calendar has been read.
pub(super) async fn forget_cursor(tx: &mut Tx, calendar: CalendarId) -> Result<()> {
    lock(tx, Locked::Calendar(calendar)).await?;
    let row = calendars::get(tx, calendar).await?;
    if let Some(mut row) = row.filter(|row| row.cursor.is_some()) {
        row.cursor = None;
        calendars::update(tx, &row).await?;
    }
    Ok(())
}

/// What changed since the calendar was last read; everything, if the provider does not know any more when that was.
async fn changes(work: &Work) -> Result<Changes, Failure> {
    let cursor = work.row.cursor.as_deref();
    let read = match work.connector.changes(work.place(), cursor).await {
        Err(Failure::CursorInvalid) => work.connector.changes(work.place(), None).await,
        other => other,
    };
    match read {
        Err(failure) => Err(rights::why_forbidden(work, failure).await),
        read => read,
    }
}

/// Reads what the sightings of one transaction will ask for, a few statements for all of them.
async fn read_ahead(tx: &mut Tx, calendar: CalendarId, chunk: &[Sighting]) -> Result<()> {
    if chunk.len() < ahead::FEW || !tx.is_far() {
        return Ok(());
    }
    let versions: HashMap<&str, Option<&Version>> = chunk
        .iter()
        .map(|seen| {
            let version = seen.found.as_ref().map(|found| &found.version);
            (seen.id.as_str(), version)
        })
        .collect();
    let ids: Vec<&str> = versions.keys().copied().collect();
    // Of an echo nothing follows; of the others what belongs to them will be asked for.
    let is_news = |row: &&&copies::Row| match &row.copy.remote {
        Remote::Live { id, version } => versions.get(id.as_str()) != Some(&Some(version)),
        Remote::Absent | Remote::Gone { .. } => false,
    };
    let found = ahead::of_remotes(tx, calendar, &ids).await?;
    let news: Vec<CopyId> = found
        .iter()
        .filter(is_news)
        .map(|row| row.copy.id)
        .collect();
    if news.len() < ahead::FEW {
        return Ok(());
    }
    // Always before the events that are linked along them: who changes a link has it first, too.
    links::followed_by(tx, calendar).await?;
    Ok(ahead::of_changed(tx, &news).await?)
}

/// What went comes first: the same event may have come back under another id. And what people brought back comes before what we
/// have made again in its place.
fn sort(sightings: &mut [Sighting]) {
    let stamped = |found: &Found| found.stamp.is_some();
    sightings.sort_by_key(|sighting| sighting.found.as_ref().map(stamped));
}

/// The ids of what a read has told.
fn ids(read: &Changes) -> HashSet<String> {
    let seen = read.sightings.iter().map(|seen| &seen.id);
    let ids = seen.chain(read.malformed.iter().map(|bad| &bad.id));
    ids.chain(&read.later).cloned().collect()
}

/// Whether another sighting may fare better in a transaction of its own.
fn is_about_rows(error: &Error) -> bool {
    use storage::Error::{Busy, Exists, Format, Missing, Tampered};
    match error {
        Error::Stale => true,
        Error::Storage(error) => matches!(
            error,
            Busy(_) | Exists | Format { .. } | Missing(_) | Tampered { .. }
        ),
        _ => false,
    }
}
