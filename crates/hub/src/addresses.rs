//! Calendars that were looked up by their address a moment ago: a device asks for one object after the other, and each address
//! begins with that of its calendar.
//!
//! What this process writes counts at once, whatever it is. What another one writes (`kalends` beside a hub that runs, another
//! node on the same PostgreSQL), a share that is taken back say, counts after [`SECONDS`].

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use identity::Actor;
use jiff::Timestamp;
use storage::Store;
use sync::{TenantId, UserId};

use crate::CalendarView;

/// For how long what was found is believed without a look at the database.
const SECONDS: i64 = 2;
/// Most addresses that are remembered at once.
const ADDRESSES_MAX: usize = 1_000;

/// What was found of late.
#[derive(Default)]
pub(crate) struct Addresses(Mutex<HashMap<Address, Found>>);

/// An address, and for whom: what one sees of a calendar depends on that.
type Address = (TenantId, Option<UserId>, String);

struct Found {
    at: Timestamp,
    /// [`Store::writes`] before the look.
    writes: u64,
    view: Arc<CalendarView>,
}

/// An address that is being looked up.
pub(crate) struct Look {
    address: Address,
    writes: u64,
}

impl Look {
    /// Before the database is asked.
    pub fn of(store: &Store, actor: &Actor, slug: &str) -> Self {
        Self {
            address: (store.tenant(), actor.user(), slug.to_owned()),
            writes: store.writes(),
        }
    }
}

impl Addresses {
    /// The calendar that was found there, if it is still that one.
    pub fn get(&self, look: &Look, now: Timestamp) -> Option<CalendarView> {
        let view = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let found = known.get(&look.address)?;
            let age = now.duration_since(found.at).as_secs();
            let current = found.writes == look.writes && (0..SECONDS).contains(&age);
            current.then(|| found.view.clone())?
        };
        Some((*view).clone())
    }

    /// It is this one.
    pub fn put(&self, look: Look, view: &CalendarView, now: Timestamp) {
        let found = Found {
            at: now,
            writes: look.writes,
            view: Arc::new(view.clone()),
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES_MAX {
            known.clear();
        }
        known.insert(look.address, found);
    }
}
