//! Notification channels: opened, renewed at half life (prolonged, or followed by another one with an overlap), and what a
//! notification does (`arrivals.rs`).

mod arrivals;

use jiff::{Span, Timestamp};
use providers::{Channel, Failure, Watch};
use secrecy::SecretString;
use storage::{
    Store, channels as rows,
    locks::{Locked, lock},
};
use sync::CalendarId;

pub(crate) use arrivals::Arrivals;
pub use arrivals::News;

use crate::{Hub, Result, replicate::Work};

/// Job: see to a calendar's channel.
pub const WATCH: &str = "watch";

/// How long a channel shall live; the provider may say less.
const LIFE_HOURS: i64 = 70;
/// How long the old channel stays after its successor has been opened.
const OVERLAP_SECONDS: i64 = 300;
/// When to try again where a channel could not be opened.
const RETRY_SECONDS: i64 = 600;

impl Hub {
    /// Opens a channel or renews it, and ends those that have been replaced. Says when to look again.
    pub async fn watch(&self, store: &Store, calendar: CalendarId) -> Result<Option<Timestamp>> {
        let Some(work) = self.work(store, calendar).await? else {
            return Ok(None);
        };
        let Some(public) = self
            .settings()
            .public_url
            .clone()
            .filter(|_| self.can_watch(&work))
        else {
            return Ok(None);
        };
        let now = self.clock().now();
        let mut tx = store.read().await?;
        let open = rows::of_calendar(&mut tx, calendar).await?;
        drop(tx);
        let mut current = newest(&open);
        let made;
        if current.is_none_or(|c| c.renew_at <= now) {
            let longer = match current {
                Some(old) => self.prolong_channel(store, &work, old, now).await?,
                None => None,
            };
            let renewed = match longer {
                Some(channel) => Ok(channel),
                None => self.open_channel(store, &work, &public, now).await?,
            };
            match renewed {
                Ok(channel) => {
                    made = channel;
                    current = Some(&made);
                }
                Err(failure) => {
                    tracing::warn!(calendar = %calendar, %failure, "no notifications; polling instead");
                    return Ok(Some(self.in_seconds(RETRY_SECONDS)));
                }
            }
        }
        let Some(current) = current else {
            return Ok(None);
        };
        let mut next = current.renew_at;
        for old in open.iter().filter(|c| c.id != current.id) {
            let ends = old
                .renew_at
                .saturating_add(Span::new().seconds(OVERLAP_SECONDS))
                .unwrap_or(now);
            if ends <= now {
                self.close_channel(store, &work, old).await?;
            } else {
                next = next.min(ends);
            }
        }
        Ok(Some(next))
    }

    /// Whether a calendar's provider could send us notifications.
    pub(crate) fn can_watch(&self, work: &Work) -> bool {
        self.settings().public_url.is_some() && work.connector.traits().push
    }

    async fn open_channel(
        &self,
        store: &Store,
        work: &Work,
        public: &str,
        now: Timestamp,
    ) -> Result<Result<rows::Channel, Failure>> {
        let id = self.ids().uuid();
        let token = self.ids().token();
        let until = life(now);
        let address = format!("{}/push/{id}", public.trim_end_matches('/'));
        // The row is there before the provider's first notification, which may come before its answer.
        let mut row = rows::Channel {
            id,
            calendar: work.id(),
            token: SecretString::from(token.clone()),
            resource: String::new(),
            expires: until,
            renew_at: now
                .saturating_add(Span::new().seconds(RETRY_SECONDS))
                .unwrap_or(now),
            state: rows::State::Pending,
            last_message: None,
        };
        let mut tx = store.write().await?;
        rows::insert(&mut tx, &row).await?;
        self.commit(tx).await?;
        let opened = work
            .connector
            .watch(
                work.place(),
                Watch {
                    id,
                    address: &address,
                    token: &token,
                    until,
                },
            )
            .await;
        let mut tx = store.write().await?;
        let result = match opened {
            Ok(Channel {
                resource, expires, ..
            }) => {
                row.resource = resource;
                row.expires = expires;
                row.renew_at = half_way(now, expires);
                row.state = rows::State::Active;
                rows::update(&mut tx, &row).await?;
                Ok(row)
            }
            Err(failure) => {
                rows::delete(&mut tx, id).await?;
                Err(failure)
            }
        };
        self.commit(tx).await?;
        Ok(result)
    }

    /// The same channel with a longer life, where its provider can do that; `None` asks for another one.
    async fn prolong_channel(
        &self,
        store: &Store,
        work: &Work,
        old: &rows::Channel,
        now: Timestamp,
    ) -> Result<Option<rows::Channel>> {
        if old.state != rows::State::Active {
            return Ok(None);
        }
        let longer = match work.connector.prolong(&as_named(old), life(now)).await {
            Ok(longer) => longer,
            Err(failure) => {
                tracing::info!(%failure, "a channel could not be prolonged; another one takes its place");
                None
            }
        };
        let Some(Channel { expires, .. }) = longer else {
            return Ok(None);
        };
        let mut tx = store.write().await?;
        // Read again: it may have ended meanwhile.
        lock(&mut tx, Locked::Channel(old.id)).await?;
        let now_there = rows::get(&mut tx, old.id).await?;
        let Some(mut row) = now_there.filter(|row| row.state == rows::State::Active) else {
            return Ok(None);
        };
        row.expires = expires;
        row.renew_at = half_way(now, expires);
        rows::update(&mut tx, &row).await?;
        self.commit(tx).await?;
        Ok(Some(row))
    }

    async fn close_channel(&self, store: &Store, work: &Work, row: &rows::Channel) -> Result<()> {
        if let Err(failure) = work.connector.unwatch(&as_named(row)).await {
            tracing::info!(%failure, "a channel could not be ended; it ends by itself");
        }
        let mut tx = store.write().await?;
        rows::delete(&mut tx, row.id).await?;
        self.commit(tx).await?;
        Ok(())
    }

    /// Ends all channels of a calendar.
    pub(crate) async fn unwatch(&self, store: &Store, calendar: CalendarId) -> Result<()> {
        let mut tx = store.read().await?;
        let open = rows::of_calendar(&mut tx, calendar).await?;
        drop(tx);
        if let (false, Some(work)) = (open.is_empty(), self.work(store, calendar).await?) {
            for row in &open {
                self.close_channel(store, &work, row).await?;
            }
        }
        Ok(())
    }

    /// Whether notifications reach us for any calendar of an account.
    pub async fn is_pushed(
        &self,
        actor: &identity::Actor,
        connection: sync::ConnectionId,
    ) -> Result<bool> {
        let store = self.store(actor.tenant).await?;
        let mut tx = store.read().await?;
        let calendars = storage::calendars::of_connection(&mut tx, connection).await?;
        drop(tx);
        for calendar in calendars {
            if self.is_watched(&store, calendar.id).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether something has come through a calendar's channel, be it only word that it is open. Until then nobody knows whether
    /// notifications find their way here, and the calendar is read as often as if there were none.
    pub(crate) async fn is_heard(&self, store: &Store, calendar: CalendarId) -> Result<bool> {
        let now = self.clock().now();
        let mut tx = store.read().await?;
        let open = rows::of_calendar(&mut tx, calendar).await?;
        Ok(open
            .iter()
            .any(|c| is_open(c, now) && c.last_message.is_some()))
    }

    /// Whether notifications reach us for a calendar.
    pub(crate) async fn is_watched(&self, store: &Store, calendar: CalendarId) -> Result<bool> {
        let now = self.clock().now();
        let mut tx = store.read().await?;
        let open = rows::of_calendar(&mut tx, calendar).await?;
        Ok(open.iter().any(|c| is_open(c, now)))
    }
}

/// The channel that counts: one that has ended does not, however long it should have lived.
fn newest(open: &[rows::Channel]) -> Option<&rows::Channel> {
    let living = open.iter().filter(|c| c.state != rows::State::Stopped);
    living.max_by_key(|c| (c.state == rows::State::Active, c.renew_at))
}

fn is_open(row: &rows::Channel, now: Timestamp) -> bool {
    row.expires > now && row.state == rows::State::Active
}

/// A channel as connectors name it.
fn as_named(row: &rows::Channel) -> Channel {
    Channel {
        id: row.id,
        resource: row.resource.clone(),
        expires: row.expires,
    }
}

/// Until when a channel shall live.
fn life(now: Timestamp) -> Timestamp {
    now.saturating_add(Span::new().hours(LIFE_HOURS))
        .unwrap_or(now)
}

/// The middle of a channel's life.
fn half_way(now: Timestamp, expires: Timestamp) -> Timestamp {
    let half = expires.duration_since(now).as_secs().max(0) / 2;
    now.saturating_add(Span::new().seconds(half))
        .unwrap_or(expires)
}
