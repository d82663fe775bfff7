//! What is seen and not taken up: deletions that a person must confirm, because they are many, and events that cannot be
//! read. Both are remembered with the cursor that goes past them, and told at the calendar.

use std::{collections::HashSet, time::Duration};

use identity::Actor;
use jiff::Timestamp;
use providers::{Malformed, Sighting};
use storage::{
    Store, Tx, calendars,
    held::{self, Held, State},
    jobs,
    locks::{Locked, lock},
};
use sync::CalendarId;

use super::{PULL, Work, absence};
use crate::{CalendarView, Hub, Result, access};

/// How many events that cannot be read are looked at again in one pull.
const AGAIN_MAX: usize = 20;
/// When an event that cannot be read is first looked at again; each further time it is twice as long. Mostly its answer was lost,
/// and what somebody has just edited waits for it.
const FIRST_LOOK: Duration = Duration::from_secs(5);
/// For so many looks the calendar is read before its time.
const TRIES_SOON: u32 = 4;
/// The longest pause between two looks.
const LOOK_MAX: Duration = Duration::from_hours(24);

/// What one pull leaves aside.
#[derive(Clone, Debug, Default)]
pub(super) struct Aside {
    /// Deletions that are held.
    pub missing: Vec<String>,
    /// Events that cannot be read.
    pub unread: Vec<Malformed>,
}

impl Hub {
    /// The deletions that were held in a calendar are real: it is looked at once more, and what is gone goes.
    pub async fn confirm_held(&self, actor: &Actor, id: CalendarId) -> Result<CalendarView> {
        self.decide_held(actor, id, State::Confirmed).await
    }

    /// The deletions that were held in a calendar are none: the events stay here, also where the provider has them no
    /// more.
    pub async fn dismiss_held(&self, actor: &Actor, id: CalendarId) -> Result<CalendarView> {
        self.decide_held(actor, id, State::Kept).await
    }

    async fn decide_held(
        &self,
        actor: &Actor,
        id: CalendarId,
        state: State,
    ) -> Result<CalendarView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        lock(&mut tx, Locked::Calendar(id)).await?;
        let mut row = access::calendar(&mut tx, actor, id).await?;
        if held::set_state(&mut tx, id, State::Missing, state).await? > 0 {
            row.message = message(&held::of_calendar(&mut tx, id).await?);
            calendars::update(&mut tx, &row).await?;
            jobs::request(&mut tx, PULL, id.0, self.clock().now());
            self.log_calendar(&mut tx, actor.log_name(), id, false);
        }
        let view = self.view_in(&mut tx, row).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(view)
    }

    /// What is held of a calendar.
    pub(super) async fn held(&self, store: &Store, calendar: CalendarId) -> Result<Vec<Held>> {
        let mut tx = store.read().await?;
        Ok(held::of_calendar(&mut tx, calendar).await?)
    }

    /// Looks again at what was confirmed, and at what could not be read and is due.
    pub(super) async fn look_again(
        &self,
        work: &Work,
        held: &[Held],
        listed: &HashSet<String>,
    ) -> Result<absence::Checked> {
        let now = self.clock().now();
        let wanted = |state: State| {
            held.iter()
                .filter(move |h| h.state == state && h.due <= now && !listed.contains(&h.remote_id))
        };
        let ids: Vec<String> = wanted(State::Confirmed)
            .chain(wanted(State::Unread).take(AGAIN_MAX))
            .map(|h| h.remote_id.clone())
            .collect();
        Ok(absence::look_at(work, &ids).await?)
    }

    /// When the next of those that cannot be read is due. One that has been looked at in vain for long waits for the calendar's own
    /// pace.
    pub(crate) async fn next_look(
        &self,
        store: &Store,
        calendar: CalendarId,
    ) -> Result<Option<Timestamp>> {
        let held = self.held(store, calendar).await?;
        let unread = held.iter().filter(|h| h.state == State::Unread);
        let fresh = unread.filter(|h| h.tries < TRIES_SOON);
        Ok(fresh.map(|h| h.due).min())
    }

    /// Remembers what a pull leaves aside. What to tell about the calendar.
    pub(super) async fn set_aside(
        &self,
        tx: &mut Tx,
        calendar: CalendarId,
        before: &[Held],
        aside: Aside,
    ) -> Result<Option<String>> {
        let now = self.clock().now();
        for remote_id in aside.missing {
            let row = Held {
                calendar,
                remote_id,
                state: State::Missing,
                reason: "is missing in a full listing".to_owned(),
                tries: 0,
                due: now,
            };
            held::put(tx, &row).await?;
        }
        for bad in aside.unread {
            let known = before
                .iter()
                .find(|h| h.remote_id == bad.id && h.state == State::Unread);
            let tries = known.map_or(0, |h| h.tries.saturating_add(1));
            let row = Held {
                calendar,
                remote_id: bad.id,
                state: State::Unread,
                reason: bad.reason,
                tries,
                due: self.after(pause(tries)),
            };
            held::put(tx, &row).await?;
        }
        Ok(message(&held::of_calendar(tx, calendar).await?))
    }
}

/// Whoever was seen, or is certainly gone, is held no more.
pub(super) async fn release(
    tx: &mut Tx,
    calendar: CalendarId,
    held: &[Held],
    seen: &Sighting,
) -> Result<()> {
    if held.iter().any(|h| h.remote_id == seen.id) {
        held::release(tx, calendar, &seen.id).await?;
    }
    Ok(())
}

fn pause(tries: u32) -> Duration {
    FIRST_LOOK
        .saturating_mul(2_u32.saturating_pow(tries))
        .min(LOOK_MAX)
}

/// What to tell a person.
fn message(held: &[Held]) -> Option<String> {
    let missing = held.iter().filter(|h| h.state == State::Missing).count();
    let unread: Vec<&Held> = held.iter().filter(|h| h.state == State::Unread).collect();
    let mut told = Vec::new();
    if missing > 0 {
        told.push(format!(
            "{missing} events are missing at the provider and were kept here, because they are many. If they were really \
             deleted, confirm it; otherwise dismiss this, or restore them at the provider"
        ));
    }
    if let Some(first) = unread.first() {
        told.push(format!(
            "{} event(s) cannot be read and were left alone; they are looked at again. The first: {}",
            unread.len(),
            first.reason
        ));
    }
    (!told.is_empty()).then(|| told.join(". "))
}

/// How many deletions wait for a person, and how many events cannot be read.
pub(crate) fn counted(counts: &[(CalendarId, State, i64)], calendar: CalendarId) -> (usize, usize) {
    let count = |state| {
        let found = counts
            .iter()
            .find(|(id, of, _)| *id == calendar && *of == state);
        found.map_or(0, |(_, _, n)| usize::try_from(*n).unwrap_or(0))
    };
    (count(State::Missing), count(State::Unread))
}
