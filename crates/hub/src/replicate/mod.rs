//! Keeping local copies equal to their providers' calendars: reading (`pull`), writing (`push`), and digesting what
//! was seen. What is right is decided in `sync::replication`; here it is carried out, in transactions.

mod absence;
mod audit;
mod digest;
mod fit;
mod guard;
pub(crate) mod held;
mod look;
mod mutant;
mod pull;
mod push;
mod recognise;
mod rights;
mod rotation;
mod round;
pub(crate) mod silence;
mod sweep;

use calendar::Event;
use jiff::{SignedDuration, Span, Timestamp, tz::TimeZone};
use providers::{Connector, Place};
use storage::{Store, Tx, calendars, jobs};
use sync::CalendarId;

use crate::{
    Error, Hub, Result, channels::WATCH, links::horizon::HORIZON, overlaps::OVERLAPS, prune::PRUNE,
    restored, zones::ZONES,
};

/// Job: read a calendar.
pub const PULL: &str = "pull";
/// Job: write what waits in a calendar.
pub const PUSH: &str = "push";

/// What a calendar that is kept in step has one of each of.
const STANDING: [&str; 3] = [PULL, PUSH, WATCH];

/// Job: write an event again that was paused.
pub const RESUME: &str = "resume";

/// What windowed listings cover, around now.
const WINDOW_BACK: i64 = 92;
const WINDOW_AHEAD: i64 = 550;

/// How far behind today's window that of a listing may be, in days.
const WINDOW_BEHIND: i64 = 50;

/// Whether an event is in whatever window a listing covers. A series goes on through all of them.
pub(crate) fn is_surely_listed(event: &Event, now: Timestamp) -> bool {
    let hours = |days: i64| SignedDuration::from_hours(days * 24);
    let ahead = event.when.start_instant(&TimeZone::UTC).duration_since(now);
    let window = -hours(WINDOW_BACK)..hours(WINDOW_AHEAD - WINDOW_BEHIND);
    event.is_series() || window.contains(&ahead)
}

/// A calendar with a provider, ready to be worked on.
pub(crate) struct Work {
    pub row: calendars::Calendar,
    pub connector: std::sync::Arc<dyn Connector>,
    time_zone: String,
    /// When it was loaded: what its provider tells is not older.
    asked: Timestamp,
    from: Timestamp,
    to: Timestamp,
    /// Nothing is written: the database is that of a backup.
    restored: bool,
}

impl Work {
    /// The calendar as connectors name it.
    pub fn place(&self) -> Place<'_> {
        Place {
            id: self.row.remote_id.as_deref().unwrap_or_default(),
            time_zone: &self.time_zone,
            from: self.from,
            to: self.to,
        }
    }

    pub fn id(&self) -> CalendarId {
        self.row.id
    }
}

impl Hub {
    /// Asks for everything that keeps a calendar in step, now.
    pub(crate) fn request_all(&self, tx: &mut Tx, row: &calendars::Calendar) {
        if row.connection.is_some() {
            let now = self.clock().now();
            for kind in STANDING {
                jobs::request(tx, kind, row.id.0, now);
            }
        }
    }

    /// Gives every calendar that is to be kept in step the jobs that it lacks: jobs go on by asking for the next one, so
    /// one that was lost would never come back by itself.
    pub async fn seed(&self, store: &Store) -> Result<()> {
        let now = self.clock().now();
        let mut tx = store.write().await?;
        for kind in [PRUNE, HORIZON, OVERLAPS, ZONES] {
            jobs::ensure(&mut tx, kind, uuid::Uuid::nil(), now).await?;
        }
        for row in calendars::list(&mut tx).await? {
            if row.connection.is_none() || !row.selected {
                continue;
            }
            for kind in STANDING {
                jobs::ensure(&mut tx, kind, row.id.0, now).await?;
            }
        }
        self.commit(tx).await?;
        Ok(())
    }

    /// Loads a calendar for work; `None` if it has no provider or is not kept in step.
    pub(crate) async fn work(&self, store: &Store, id: CalendarId) -> Result<Option<Work>> {
        let mut tx = store.read().await?;
        let Some(row) = calendars::get(&mut tx, id).await? else {
            return Ok(None);
        };
        let Some(connection) = row.connection else {
            return Ok(None);
        };
        if !row.selected {
            return Ok(None);
        }
        let connection = storage::connections::get(&mut tx, connection)
            .await?
            .ok_or(Error::NotFound("connection"))?;
        let restored = restored::since(&mut tx).await?.is_some();
        drop(tx);
        let connector = self.connector(store, &connection)?;
        let now = self.clock().now();
        let day = |days: i64| {
            now.saturating_add(Span::new().hours(days * 24))
                .unwrap_or(now)
        };
        let time_zone = row
            .time_zone
            .clone()
            .unwrap_or_else(|| self.settings().time_zone.clone());
        Ok(Some(Work {
            row,
            connector,
            time_zone,
            asked: now,
            from: day(-WINDOW_BACK),
            to: day(WINDOW_AHEAD),
            restored,
        }))
    }
}
