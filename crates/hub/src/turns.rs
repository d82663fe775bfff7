//! Turns: a calendar is read or written, not both at once.
//!
//! Where versions have no order (CalDAV), a page that was read before our write and digested after it cannot be told
//! from somebody's edit. Within one process this keeps the two apart; ADR 0002 says what remains between processes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sync::CalendarId;
use tokio::sync::OwnedMutexGuard;

/// Whose turn it is, per calendar.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<CalendarId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Waits for one's turn; it ends with the guard.
    pub async fn take(&self, calendar: CalendarId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(calendar).or_default().clone()
        };
        turn.lock_owned().await
    }
}
