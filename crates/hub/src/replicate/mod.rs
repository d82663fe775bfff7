//! Keeping local copies equal to their providers' calendars: reading (`pull`), writing (`push`), and digesting what
//! was seen. What is right is decided in `sync::replication`; here it is carried out, in transactions.

mod absence;
mod digest;
mod pull;
mod push;

use jiff::{Span, Timestamp};
use providers::{Connector, Place};
use storage::{Store, calendars};
use sync::CalendarId;

use crate::{Error, Hub, Result};

/// Job: read a calendar.
pub const PULL: &str = "pull";
/// Job: write what waits in a calendar.
pub const PUSH: &str = "push";

/// What windowed listings cover, around now.
const WINDOW_BACK: i64 = 92;
const WINDOW_AHEAD: i64 = 550;

/// A calendar with a provider, ready to be worked on.
pub(crate) struct Work {
    pub row: calendars::Calendar,
    pub connector: std::sync::Arc<dyn Connector>,
    time_zone: String,
    from: Timestamp,
    to: Timestamp,
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
    /// Loads a calendar for work; `None` if it has no provider or is switched off.
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
            from: day(-WINDOW_BACK),
            to: day(WINDOW_AHEAD),
        }))
    }
}
