//! Lanes: one account never keeps all hands busy. A provider that hangs, or that makes us wait, holds up its own calendars
//! and nobody else's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sync::ConnectionId;

/// How many jobs each account has under way.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<HashMap<ConnectionId, usize>>);

impl Lanes {
    fn all(&self) -> MutexGuard<'_, HashMap<ConnectionId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among an account's jobs; free again when this is dropped.
pub(crate) struct Lane {
    lanes: Arc<Lanes>,
    account: Option<ConnectionId>,
}

impl Lane {
    /// A place, if the account has fewer than `most` jobs under way. What is no account's always has one.
    pub fn take(lanes: &Arc<Lanes>, account: Option<ConnectionId>, most: usize) -> Option<Self> {
        if let Some(account) = account {
            let mut all = lanes.all();
            let under_way = all.entry(account).or_default();
            if *under_way >= most {
                return None;
            }
            *under_way += 1;
        }
        Some(Self {
            lanes: lanes.clone(),
            account,
        })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(account) = self.account {
            let mut all = self.lanes.all();
            if let Some(under_way) = all.get_mut(&account) {
                *under_way -= 1;
            }
            all.retain(|_, under_way| *under_way > 0);
        }
    }
}
