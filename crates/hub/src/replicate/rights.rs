//! An account may lose the right to write in a calendar, and get it back. Meanwhile the calendar is only read: what waits to
//! be written goes on waiting, and nothing is tried again and again.

use std::time::Duration;

use providers::Failure;
use storage::{
    Store, calendars,
    locks::{Locked, lock},
};

use super::Work;
use crate::{Error, Hub, Result};

/// How often the provider is asked whether a calendar may be written again. Whoever connects the account anew, or asks for a
/// sync, need not wait for it.
pub(super) const PAUSE: Duration = Duration::from_hours(6);

impl Hub {
    /// Whether a calendar may be written by now, as its provider says; noted where it is news.
    pub(super) async fn may_write(&self, store: &Store, work: &Work) -> Result<bool> {
        let listed = work.connector.calendars().await?;
        let mut theirs = listed.iter();
        let theirs = theirs.find(|c| Some(&c.id) == work.row.remote_id.as_ref());
        let writable = theirs.ok_or(Failure::CalendarGone)?.writable;
        let mut tx = store.write().await?;
        lock(&mut tx, Locked::Calendar(work.id())).await?;
        if let Some(mut row) = calendars::get(&mut tx, work.id()).await?
            && row.read_only == writable
        {
            row.read_only = !writable;
            calendars::update(&mut tx, &row).await?;
            self.log_calendar(&mut tx, "sync".to_owned(), row.id, false);
            tx.commit().await?;
        }
        Ok(writable)
    }

    /// What a round that ended with an error was about: nothing more to tell if the account may not write in the calendar
    /// any more, which is noted.
    pub(super) async fn lost_right(&self, store: &Store, work: &Work, error: Error) -> Result<()> {
        if !matches!(error, Error::Provider(Failure::Forbidden(_))) {
            return Err(error);
        }
        match self.may_write(store, work).await {
            Ok(false) => Ok(()),
            Err(Error::Provider(worse)) if worse.needs_person() => Err(worse.into()),
            // What cannot be found out is no lost right.
            Ok(true) | Err(_) => Err(error),
        }
    }
}

/// Why a calendar may not be read: some providers have one word for a right in this calendar and for one that the account's
/// owner has taken back altogether.
pub(super) async fn why_forbidden(work: &Work, failure: Failure) -> Failure {
    if !matches!(failure, Failure::Forbidden(_)) {
        return failure;
    }
    let listed = work.connector.calendars().await;
    listed
        .err()
        .filter(Failure::needs_person)
        .unwrap_or(failure)
}
