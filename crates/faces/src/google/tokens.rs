//! Page tokens and sync tokens: opaque to clients, and nothing secret.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hub::{Change, CopyId};
use identity::Actor;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Fault;
use crate::App;

/// Where a listing goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Page {
    /// The position of the change log when the listing began: what its sync token will say.
    #[serde(rename = "p")]
    pub(super) position: i64,
    /// What comes next.
    #[serde(rename = "n")]
    pub(super) next: Next,
}

/// What comes next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Next {
    /// The events after this one.
    #[serde(rename = "e")]
    After(CopyId),
    /// The event after this one, but for so many of its parts.
    #[serde(rename = "w")]
    Within(Option<CopyId>, usize),
    /// What comes after so many items.
    #[serde(rename = "o")]
    Offset(usize),
    /// The changes after this position.
    #[serde(rename = "c")]
    Changes(i64),
    /// The same, but for so many of their parts.
    #[serde(rename = "d")]
    ChangesWithin(i64, usize),
}

#[derive(Serialize, Deserialize)]
struct Sync {
    #[serde(rename = "p")]
    position: i64,
    /// Which order to forget was the last one when this was given out.
    #[serde(rename = "o")]
    oldest: i64,
}

/// The sync token of a position.
pub(super) fn sync(app: &App, position: i64) -> String {
    let oldest = oldest(app);
    encode(&Sync { position, oldest })
}

/// The position of a sync token, if it is still good.
pub(super) fn position(app: &App, token: &str) -> Result<i64, Fault> {
    let sync: Sync = decode(token).ok_or_else(Fault::full_sync_required)?;
    let accepted = app.accepts_position(sync.position) || sync.oldest == oldest(app);
    if accepted {
        Ok(sync.position)
    } else {
        Err(Fault::full_sync_required())
    }
}

/// Goes through what was changed after a position.
pub(super) async fn follow(
    app: &App,
    actor: &Actor,
    mut after: i64,
    mut each: impl FnMut(Change) -> Result<(), Fault>,
) -> Result<(), Fault> {
    loop {
        let most = hub::changes::CHANGES_MAX;
        let (changes, position) = app.hub.changes(actor, after, most).await?;
        for logged in changes {
            each(logged.change)?;
        }
        if position == after {
            return Ok(());
        }
        after = position;
    }
}

/// The place that a page token names.
pub(super) fn page(token: &str) -> Result<Page, Fault> {
    decode(token).ok_or_else(|| Fault::parameter("pageToken", "Invalid page token value."))
}

pub(super) fn encode<T: Serialize>(value: &T) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

fn decode<T: DeserializeOwned>(token: &str) -> Option<T> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

fn oldest(app: &App) -> i64 {
    app.oldest_position
        .load(std::sync::atomic::Ordering::Relaxed)
}
