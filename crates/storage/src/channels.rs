//! Push channels: subscriptions at providers that tell us when a calendar has changed.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sync::CalendarId;
use uuid::Uuid;

use crate::{
    Aad, KeyRef, Result, Tx,
    row::{Row, Word as _, words},
    stored::Stored,
    value::values,
};

/// A push channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its identity; what we call it at the provider.
    pub id: Uuid,
    /// The calendar that it watches.
    pub calendar: CalendarId,
    /// What every message must bear.
    pub token: SecretString,
    /// What the provider calls it.
    pub resource: String,
    /// When the provider ends it.
    pub expires: Timestamp,
    /// When to renew it.
    pub renew_at: Timestamp,
    /// Where it is in its life.
    pub state: State,
    /// When the provider last said something.
    pub last_message: Option<Timestamp>,
}

impl Channel {
    /// Whether a message bears this channel's token. Takes the same time for every wrong one.
    pub fn bears_token(&self, token: &str) -> bool {
        let own = self.token.expose_secret().as_bytes();
        verify_slices_are_equal(own, token.as_bytes()).is_ok()
    }
}

/// Where a channel is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Asked for; the provider has not confirmed it yet.
    #[default]
    Pending,
    /// It works.
    Active,
    /// It could not be made or renewed.
    Failed,
    /// Ended; late messages may still come.
    Stopped,
}

words! { State, "channels.state":
    "pending" => State::Pending,
    "active" => State::Active,
    "failed" => State::Failed,
    "stopped" => State::Stopped,
}

#[derive(Serialize, Deserialize)]
struct Content {
    token: String,
    resource: String,
}

const INSERT: &str = "
    INSERT INTO channels (tenant, id, calendar, token_hash, state, expires, renew_at, last_message, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const UPDATE: &str = "
    UPDATE channels SET calendar = $3, token_hash = $4, state = $5, expires = $6, renew_at = $7, last_message = $8,
        content = $9
    WHERE tenant = $1 AND id = $2";
const GET: &str = "
    SELECT id, calendar, state, expires, renew_at, last_message, content FROM channels
    WHERE tenant = $1 AND id = $2";
const BY_TOKEN: &str = "
    SELECT id, calendar, state, expires, renew_at, last_message, content FROM channels
    WHERE tenant = $1 AND token_hash = $2";
const OF_CALENDAR: &str = "
    SELECT id, calendar, state, expires, renew_at, last_message, content FROM channels
    WHERE tenant = $1 AND calendar = $2 ORDER BY expires DESC, id";
const EXPIRING: &str = "
    SELECT id, calendar, state, expires, renew_at, last_message, content FROM channels
    WHERE tenant = $1 AND renew_at < $2 AND state <> 'stopped' ORDER BY renew_at, id";
const DELETE: &str = "DELETE FROM channels WHERE tenant = $1 AND id = $2";

/// Adds a channel.
pub async fn insert(tx: &mut Tx, channel: &Channel) -> Result<()> {
    put(tx, INSERT, channel).await
}

/// Writes a channel.
pub async fn update(tx: &mut Tx, channel: &Channel) -> Result<()> {
    put(tx, UPDATE, channel).await
}

async fn put(tx: &mut Tx, sql: &'static str, channel: &Channel) -> Result<()> {
    let token = channel.token.expose_secret();
    let content = Content {
        token: token.to_owned(),
        resource: channel.resource.clone(),
    };
    let key = KeyRef::Calendar(channel.calendar);
    let sealed = tx.seal_json(key, aad(channel.id), &content).await?;
    let row = values![
        channel.id,
        channel.calendar,
        tx.hash("channel-token", token),
        channel.state.word(),
        channel.expires,
        channel.renew_at,
        channel.last_message,
        sealed
    ];
    tx.run_one("channel", sql, row).await
}

/// One channel.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Channel>> {
    tx.find(GET, values![id]).await
}

/// The channel with a token, where a message bears nothing else.
pub async fn by_token(tx: &mut Tx, token: &str) -> Result<Option<Channel>> {
    let hash = tx.hash("channel-token", token);
    tx.find(BY_TOKEN, values![hash]).await
}

/// The channels of a calendar, the longest-lived first.
pub async fn of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Channel>> {
    tx.list(OF_CALENDAR, values![calendar]).await
}

/// The channels to be renewed before a moment, most urgent first.
pub async fn expiring(tx: &mut Tx, before: Timestamp) -> Result<Vec<Channel>> {
    tx.list(EXPIRING, values![before]).await
}

/// Removes a channel.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run(DELETE, values![id]).await?;
    Ok(())
}

fn aad(id: Uuid) -> Aad {
    Aad {
        table: "channels",
        row: id,
    }
}

impl Stored for Channel {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let id = row.id(0)?;
        let content: Content = tx.open_json(aad(id), row.blob(6)?).await?;
        Ok(Self {
            id,
            calendar: row.id(1)?,
            token: content.token.into(),
            resource: content.resource,
            expires: row.time(3)?,
            renew_at: row.time(4)?,
            state: row.word(2)?,
            last_message: row.time_option(5)?,
        })
    }
}
