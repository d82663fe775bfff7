//! Links: which calendars are kept in step, in which direction, behind which masks.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, Filter, LinkId, Mask, OnConflict, Role};

use crate::{
    Aad, KeyRef, Result, Tx,
    dialect::Dialect,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// Calendars that are kept in step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its identity.
    pub id: LinkId,
    /// What people call it.
    pub name: String,
    /// Whether it works at present.
    pub state: State,
    /// Who wins when the same thing is changed in two calendars.
    pub on_conflict: OnConflict,
    /// Everything is worked out and shown, and nothing of it is written to a provider.
    pub pilot: bool,
    /// What comes along it may be written where the provider then notifies an event's participants.
    pub allow_notify: bool,
    /// Its calendars.
    pub members: Vec<LinkMember>,
    /// When it was made.
    pub created: Timestamp,
}

impl Link {
    /// Whether it works at present.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    /// How a calendar takes part in it.
    pub fn place(&self, calendar: CalendarId) -> Option<&LinkMember> {
        self.members.iter().find(|m| m.calendar == calendar)
    }

    /// Whether a calendar follows the link at present: it takes part, is not away, and the link works.
    pub fn is_followed_by(&self, calendar: CalendarId) -> bool {
        self.is_active() && self.place(calendar).is_some_and(|place| !place.away)
    }

    /// Whether any of its calendars has a filter that stops something.
    pub fn is_filtered(&self) -> bool {
        self.members.iter().any(|place| !place.filter.is_open())
    }

    /// Its calendars by rank: sources come before those that also receive, those before targets; else as they were given.
    pub fn by_rank(&self) -> Vec<&LinkMember> {
        let mut order: Vec<&LinkMember> = self.members.iter().collect();
        order.sort_by_key(|m| match m.role {
            Role::Source => 0,
            Role::Both => 1,
            Role::Target => 2,
        });
        order
    }
}

/// How one calendar takes part in a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkMember {
    /// The calendar.
    pub calendar: CalendarId,
    /// Direction.
    pub role: Role,
    /// What may be seen there.
    pub mask: Mask,
    /// Which events it takes, and which of its own it lets out.
    #[serde(default, skip_serializing_if = "Filter::is_open")]
    pub filter: Filter,
    /// It has left for a while: nothing flows, and what it last agreed with is remembered (L7).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
}

/// Whether a link works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It does.
    #[default]
    Active,
    /// Stopped on purpose.
    Paused,
}

words! { State, "links.state":
    "active" => State::Active,
    "paused" => State::Paused,
}

#[derive(Serialize, Deserialize)]
struct Content {
    name: String,
    #[serde(default)]
    on_conflict: OnConflict,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pilot: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    allow_notify: bool,
    members: Vec<LinkMember>,
}

const INSERT: &str =
    "INSERT INTO links (tenant, id, state, created, content) VALUES ($1, $2, $3, $4, $5)";
const UPDATE: &str =
    "UPDATE links SET state = $3, created = $4, content = $5 WHERE tenant = $1 AND id = $2";
const GET: &str = "SELECT id, state, created, content FROM links WHERE tenant = $1 AND id = $2";
const LIST: &str =
    "SELECT id, state, created, content FROM links WHERE tenant = $1 ORDER BY created, id";
const OF_CALENDAR: &str = "
    SELECT id, state, created, content FROM links
    WHERE tenant = $1 AND id IN (SELECT link FROM link_calendars WHERE tenant = $1 AND calendar = $2)
    ORDER BY created, id";
const FOLLOWED_POSTGRES: &str = "
    SELECT id, state, created, content FROM links WHERE tenant = $1 AND id = $2 FOR SHARE";
const FOLLOWED_BY_POSTGRES: &str = "
    SELECT id, state, created, content FROM links
    WHERE tenant = $1 AND id IN (SELECT link FROM link_calendars WHERE tenant = $1 AND calendar = $2)
    ORDER BY created, id FOR SHARE";
// In two parts, each of which has its own index: the copies of a calendar are many, and those that wait are few.
const WAITING: &str = "
    SELECT COUNT(*) FROM copies
    WHERE tenant = $1 AND pending = 1
      AND calendar IN (SELECT calendar FROM link_calendars WHERE tenant = $1 AND link = $2)
      AND EXISTS (SELECT 1 FROM members WHERE members.tenant = $1 AND members.copy = copies.id AND members.link = $2)";
const REFUSED: &str = "
    SELECT COUNT(*) FROM copies
    WHERE tenant = $1 AND parked = 1 AND pending = 0
      AND calendar IN (SELECT calendar FROM link_calendars WHERE tenant = $1 AND link = $2)
      AND EXISTS (SELECT 1 FROM members WHERE members.tenant = $1 AND members.copy = copies.id AND members.link = $2)";
const DELETE: &str = "DELETE FROM links WHERE tenant = $1 AND id = $2";
const CALENDARS_CLEAR: &str = "DELETE FROM link_calendars WHERE tenant = $1 AND link = $2";
const CALENDARS_INSERT: &str =
    "INSERT INTO link_calendars (tenant, link, calendar) VALUES ($1, $2, $3)";

/// Adds a link. A calendar takes part in it at most once.
pub async fn insert(tx: &mut Tx, link: &Link) -> Result<()> {
    put(tx, INSERT, link).await
}

/// Writes a link with its members.
pub async fn update(tx: &mut Tx, link: &Link) -> Result<()> {
    put(tx, UPDATE, link).await
}

async fn put(tx: &mut Tx, sql: &'static str, link: &Link) -> Result<()> {
    forget(tx);
    let content = Content {
        name: link.name.clone(),
        on_conflict: link.on_conflict,
        pilot: link.pilot,
        allow_notify: link.allow_notify,
        members: link.members.clone(),
    };
    let sealed = tx.seal_json(KeyRef::Tenant, aad(link.id), &content).await?;
    let row = values![link.id, link.state.word(), link.created, sealed];
    tx.run_one("link", sql, row).await?;
    tx.run(CALENDARS_CLEAR, values![link.id]).await?;
    for member in &link.members {
        let row = values![link.id, member.calendar];
        tx.run(CALENDARS_INSERT, row).await?;
    }
    Ok(())
}

/// One link.
pub async fn get(tx: &mut Tx, id: LinkId) -> Result<Option<Link>> {
    tx.find(GET, values![id]).await
}

/// All links, oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Link>> {
    tx.list(LIST, values![]).await
}

/// The links that a calendar takes part in, oldest first.
pub async fn of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Link>> {
    tx.list(OF_CALENDAR, values![calendar]).await
}

/// A link along which this transaction carries changes: it stays as it is until the transaction ends, and is read once.
/// Whoever wants to change it waits; what was carried along it before is then seen by that change.
pub async fn followed(tx: &mut Tx, id: LinkId) -> Result<Option<Arc<Link>>> {
    if let Some(known) = tx.known.links.get(&id) {
        return Ok(known.clone());
    }
    let sql = match tx.dialect() {
        Dialect::Sqlite => GET,
        Dialect::Postgres => FOLLOWED_POSTGRES,
    };
    let link: Option<Arc<Link>> = tx.find(sql, values![id]).await?.map(Arc::new);
    tx.known.links.insert(id, link.clone());
    Ok(link)
}

/// The links that a calendar takes part in, oldest first, as [`followed`].
pub async fn followed_by(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Arc<Link>>> {
    if let Some(known) = tx.known.links_of.get(&calendar) {
        return Ok(known.clone());
    }
    let sql = match tx.dialect() {
        Dialect::Sqlite => OF_CALENDAR,
        Dialect::Postgres => FOLLOWED_BY_POSTGRES,
    };
    let found: Vec<Link> = tx.list(sql, values![calendar]).await?;
    let links: Vec<Arc<Link>> = found.into_iter().map(Arc::new).collect();
    for link in &links {
        tx.known.links.insert(link.id, Some(link.clone()));
    }
    tx.known.links_of.insert(calendar, links.clone());
    Ok(links)
}

fn forget(tx: &mut Tx) {
    tx.known.links.clear();
    tx.known.links_of.clear();
}

/// How many copies of a link's events have not been written to their providers yet, or are refused by them.
pub async fn waiting(tx: &mut Tx, id: LinkId) -> Result<i64> {
    let mut count = 0;
    for sql in [WAITING, REFUSED] {
        let row = tx.one(sql, values![id]).await?;
        count += row.map_or(Ok(0), |row| row.i64(0))?;
    }
    Ok(count)
}

/// Deletes a link. Its linked events and their members stay until [`crate::linked::delete_of_link`].
pub async fn delete(tx: &mut Tx, id: LinkId) -> Result<()> {
    forget(tx);
    tx.run(CALENDARS_CLEAR, values![id]).await?;
    tx.run(DELETE, values![id]).await?;
    Ok(())
}

fn aad(id: LinkId) -> Aad {
    Aad {
        table: "links",
        row: id.0,
    }
}

impl Stored for Link {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let content: Content = tx.open_json(aad(id), row.blob(3)?).await?;
        Ok(Self {
            id,
            name: content.name,
            state: row.word(1)?,
            on_conflict: content.on_conflict,
            pilot: content.pilot,
            allow_notify: content.allow_notify,
            members: content.members,
            created: row.time(2)?,
        })
    }
}
