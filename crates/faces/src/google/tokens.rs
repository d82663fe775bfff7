//! Page tokens and sync tokens: opaque to clients, and nothing secret.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hub::{Change, CopyId};
use identity::Actor;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Fault, query::Query};
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

/// A page of a list that is short enough to be read whole.
pub(super) struct Cut<T> {
    pub(super) items: Vec<T>,
    /// Where it goes on, if it does.
    pub(super) next_page: Option<String>,
    /// What follows the list from now on, if this was the last page.
    pub(super) next_sync: Option<String>,
}

impl<T> Cut<T> {
    /// Says in the answer how the list goes on.
    pub(super) fn go_on(self, answer: &mut Value) {
        if let Some(token) = self.next_page {
            answer["nextPageToken"] = json!(token);
        }
        if let Some(token) = self.next_sync {
            answer["nextSyncToken"] = json!(token);
        }
    }
}

/// Where a request begins in such a list: the position of the change log when the listing began, and how many items came before.
pub(super) async fn begin(app: &App, actor: &Actor, query: &Query) -> Result<(i64, usize), Fault> {
    let Some(token) = query.get("pageToken") else {
        return Ok((app.hub.position(actor).await?, 0));
    };
    match page(token)? {
        Page {
            position,
            next: Next::Offset(offset),
        } => Ok((position, offset)),
        _ => Err(Fault::parameter("pageToken", "Invalid page token value.")),
    }
}

/// The page of `all` that begins there, of so many items as are asked for, or by default and at most.
pub(super) fn cut<T>(
    app: &App,
    query: &Query,
    (position, offset): (i64, usize),
    all: Vec<T>,
    (default, most): (usize, usize),
) -> Result<Cut<T>, Fault> {
    let limit = query.count("maxResults")?.unwrap_or(default).min(most);
    let end = offset.saturating_add(limit);
    let more = all.len() > end;
    let next = Page {
        position,
        next: Next::Offset(end),
    };
    Ok(Cut {
        items: all.into_iter().skip(offset).take(limit).collect(),
        next_page: more.then(|| encode(&next)),
        next_sync: (!more).then(|| sync(app, position)),
    })
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
