//! Publishing calendars as feeds: an address that is a secret lets whoever has it read, as far as its maker said, until it is
//! taken back.

use identity::Actor;
use jiff::Timestamp;
use storage::{Change, ChangeKind, Tx, calendars, changes, copies, published as rows};
use sync::{CalendarId, CopyId, TenantId};
use uuid::Uuid;

/// A feed, and what it shows.
pub use storage::published::{Published, Shows};

use crate::{Access, Error, EventView, Hub, Result, access};

/// What secrets of feeds are hashed for.
const SECRET: &str = "feed";
/// Most feeds of one calendar.
const FEEDS_MAX: usize = 50;
/// Longest name, in characters.
const NAME_MAX: usize = 100;
/// How often it is noted that a feed is read, in seconds: its maker wants to know which one is not.
const TOUCH_SECONDS: i64 = 3_600;

/// What a feed is to be called, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedForm {
    /// What its maker calls it: who gets the address.
    pub name: String,
    /// What it shows.
    pub shows: Shows,
    /// Whether private events are shown like all others.
    pub show_private: bool,
}

/// A feed that somebody reads.
#[derive(Clone, Debug)]
pub struct OpenFeed {
    /// The feed.
    pub feed: Published,
    /// What the calendar is called.
    pub title: String,
    /// IANA name of its zone.
    pub time_zone: String,
    /// Another one whenever what the feed shows may be another one.
    pub tag: String,
    /// When it last may have become another one.
    pub modified: Timestamp,
}

impl Hub {
    /// The feeds of a calendar, the oldest first. Their addresses are told to nobody again.
    pub async fn feeds(&self, actor: &Actor, calendar: CalendarId) -> Result<Vec<Published>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        access::reach(&mut tx, actor, calendar, Access::Owner).await?;
        Ok(rows::of_calendar(&mut tx, calendar).await?)
    }

    /// Publishes a calendar; the feed and the secret for its address, which is told once.
    pub async fn publish(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        form: FeedForm,
    ) -> Result<(Published, String)> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        access::reach(&mut tx, actor, calendar, Access::Owner).await?;
        if rows::of_calendar(&mut tx, calendar).await?.len() >= FEEDS_MAX {
            let reason =
                format!("a calendar has at most {FEEDS_MAX} feeds: end those that nobody reads");
            return Err(Error::Forbidden(reason));
        }
        let (secret, now) = (self.ids().token(), self.clock().now());
        let feed = Published {
            id: self.ids().uuid(),
            calendar,
            name: checked_name(&form.name)?,
            shows: form.shows,
            show_private: form.show_private,
            created: now,
            changed: now,
            last_read: None,
        };
        let hash = tx.hash(SECRET, &secret);
        rows::insert(&mut tx, &feed, hash).await?;
        self.log_feed(&mut tx, actor, &feed, false);
        self.commit(tx).await?;
        Ok((feed, secret))
    }

    /// Says something else of what a feed is called and shows. Its address stays.
    pub async fn change_feed(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        id: Uuid,
        form: FeedForm,
    ) -> Result<Published> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let feed = of_calendar(&mut tx, actor, calendar, id).await?;
        let feed = Published {
            name: checked_name(&form.name)?,
            shows: form.shows,
            show_private: form.show_private,
            changed: self.clock().now(),
            ..feed
        };
        rows::update(&mut tx, &feed).await?;
        self.log_feed(&mut tx, actor, &feed, false);
        self.commit(tx).await?;
        Ok(feed)
    }

    /// Gives a feed another address; the secret in it. The one before leads nowhere from here on.
    pub async fn rotate_feed(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        id: Uuid,
    ) -> Result<(Published, String)> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut feed = of_calendar(&mut tx, actor, calendar, id).await?;
        feed.changed = self.clock().now();
        let secret = self.ids().token();
        let hash = tx.hash(SECRET, &secret);
        rows::rotate(&mut tx, id, hash, feed.changed).await?;
        self.log_feed(&mut tx, actor, &feed, false);
        self.commit(tx).await?;
        Ok((feed, secret))
    }

    /// Ends a feed: its address leads nowhere from here on.
    pub async fn unpublish(&self, actor: &Actor, calendar: CalendarId, id: Uuid) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let feed = of_calendar(&mut tx, actor, calendar, id).await?;
        rows::delete(&mut tx, id).await?;
        self.log_feed(&mut tx, actor, &feed, true);
        self.commit(tx).await?;
        Ok(())
    }

    /// The feed with this secret in its address. A wrong one is told from one that was taken back by nobody.
    pub async fn open_feed(&self, tenant: TenantId, secret: &str) -> Result<Option<OpenFeed>> {
        let store = self.store(tenant).await?;
        let mut tx = store.read().await?;
        let hash = tx.hash(SECRET, secret);
        let Some(feed) = rows::by_hash(&mut tx, hash).await? else {
            return Ok(None);
        };
        let Some(row) = calendars::get(&mut tx, feed.calendar).await? else {
            return Ok(None);
        };
        let latest = changes::latest_of_calendar(&mut tx, feed.calendar).await?;
        drop(tx);
        let now = self.clock().now();
        let long_ago = |at: Timestamp| now.duration_since(at).as_secs() >= TOUCH_SECONDS;
        if feed.last_read.is_none_or(long_ago) {
            let mut tx = store.write().await?;
            rows::touch(&mut tx, feed.id, now).await?;
            tx.commit().await?;
        }
        let (position, at) = latest.unwrap_or((0, feed.created));
        Ok(Some(OpenFeed {
            tag: format!("{position}-{}", feed.changed.as_microsecond()),
            modified: at.max(feed.changed),
            title: row.name,
            time_zone: row
                .time_zone
                .unwrap_or_else(|| self.settings().time_zone.clone()),
            feed,
        }))
    }

    /// Some of the events that a feed shows, after one of them, and whether there are more.
    pub async fn feed_page(
        &self,
        tenant: TenantId,
        feed: &Published,
        after: Option<CopyId>,
        limit: usize,
    ) -> Result<(Vec<EventView>, Option<CopyId>)> {
        let mut tx = self.store(tenant).await?.read().await?;
        let page = copies::page(&mut tx, feed.calendar, after, limit, false).await?;
        let next = (page.len() == limit).then(|| page.last().map(|row| row.copy.id));
        let level = match feed.shows {
            Shows::Whole => Access::Read,
            Shows::Outline => Access::Limited,
            Shows::Busy => Access::FreeBusy,
        };
        let views = page
            .into_iter()
            .map(|row| access::veiled_as(level, (feed.show_private, None), row))
            .filter(|view| view.alive)
            .collect();
        Ok((views, next.flatten()))
    }

    /// Whoever follows the log hears of it.
    fn log_feed(&self, tx: &mut Tx, actor: &Actor, feed: &Published, removed: bool) {
        tx.log(Change {
            kind: ChangeKind::Setting,
            subject: feed.id,
            calendar: Some(feed.calendar),
            actor: actor.log_name(),
            cause: None,
            at: self.clock().now(),
            removed,
        });
    }
}

async fn of_calendar(
    tx: &mut Tx,
    actor: &Actor,
    calendar: CalendarId,
    id: Uuid,
) -> Result<Published> {
    access::reach(tx, actor, calendar, Access::Owner).await?;
    let all = rows::of_calendar(tx, calendar).await?;
    let mut of_id = all.into_iter().filter(|feed| feed.id == id);
    of_id.next().ok_or(Error::NotFound("feed"))
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let reason = format!("1 to {NAME_MAX} characters that say who gets the address");
        return Err(Error::invalid("name", reason));
    }
    Ok(name.to_owned())
}
