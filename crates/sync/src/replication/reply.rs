//! R3 and R4: what the provider's answer to a write means.

use calendar::{Event, unit};
use serde::{Deserialize, Serialize};

use crate::{
    Base, Copy, Intent, Operation, Outcome, Remote, Version,
    law::{Law, holds},
    replication::hold,
};

/// What a provider answered to a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reply {
    /// Created or changed.
    Stored {
        /// The provider's id.
        id: String,
        /// The version of this very write.
        version: Version,
        /// The body that the provider returned with it.
        body: Box<Event>,
    },
    /// It was done, but what the provider has now was read afterwards and may hold somebody's later edit (R4).
    StoredUnread,
    /// Removed.
    Deleted,
    /// There is nothing under that id (404, 410).
    Missing,
    /// It has another version than the write was conditional on (412).
    Stale,
    /// Something is there already under the id of a new event (409).
    Exists,
    /// The provider will never take this value, and why. Names the field, never its content.
    Refused(String),
    /// It certainly was not executed; later.
    NotSent,
    /// It may have been executed.
    Unknown,
}

/// What is to be done after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The intent's outcome.
    pub outcome: Outcome,
    /// Look at the provider now (GET, then observe).
    pub look: bool,
}

/// Digests the answer to `intent`. `feed` is how often the calendar's feed has been read by now.
pub fn reply(copy: &mut Copy, intent: &Intent, answer: Reply, feed: u64) -> Settled {
    let settled = |outcome, look| Settled { outcome, look };
    if intent.outcome != Outcome::Open && holds(Law::SettledStaysSettled) {
        // The feed was faster: what it showed is newer than this answer.
        return settled(intent.outcome, false);
    }
    match answer {
        Reply::Stored { id, version, body } => {
            if intent.operation == Operation::Create
                && feed != intent.feed
                && holds(Law::FeedBeforeReply)
            {
                // R4: the feed may have shown it already, and somebody's edit of it too. It certainly was there: if the
                // look finds nothing, somebody has deleted it.
                if !matches!(copy.remote, Remote::Live { .. }) && holds(Law::AnsweredWasThere) {
                    stored(copy, intent, id, version, &body);
                }
                return settled(Outcome::Open, true);
            }
            stored(copy, intent, id, version, &body);
            settled(Outcome::Done, false)
        }
        Reply::StoredUnread => {
            unread(copy, intent);
            settled(Outcome::Open, true)
        }
        Reply::Deleted | Reply::Missing if intent.operation == Operation::Delete => {
            if deleted(copy, intent) && holds(Law::RestoredIsLookedAt) {
                settled(Outcome::Open, true)
            } else {
                settled(Outcome::Done, false)
            }
        }
        Reply::Exists => {
            // Either it is there and is adopted, or its id is burned: then the next generation gets another one.
            if let (Some(id), Remote::Absent | Remote::Gone { .. }) =
                (&intent.remote_id, &copy.remote)
            {
                copy.remote = Remote::Gone {
                    id: id.clone(),
                    version: None,
                };
                if holds(Law::TakenIdsAreLeft) {
                    copy.generation = copy.generation.max(intent.generation + 1);
                }
            }
            if !holds(Law::LookAfterRefusal) {
                return settled(Outcome::Refused, false);
            }
            settled(Outcome::Open, true)
        }
        Reply::Deleted | Reply::Missing | Reply::Stale => {
            settled(Outcome::Refused, holds(Law::LookAfterRefusal))
        }
        Reply::Refused(reason) => {
            copy.parked = Some(reason);
            settled(Outcome::Refused, false)
        }
        Reply::NotSent => settled(Outcome::Refused, false),
        Reply::Unknown if !holds(Law::LookFirst) => settled(Outcome::Unresolved, false),
        Reply::Unknown => settled(Outcome::Open, false),
    }
}

/// It is gone. Whether another version was seen meanwhile: then somebody has restored what we removed.
fn deleted(copy: &mut Copy, intent: &Intent) -> bool {
    let mut moved = false;
    if let Remote::Live { id, version } = &copy.remote {
        moved = intent.version.as_ref().is_some_and(|v| v != version);
        copy.remote = Remote::Gone {
            id: id.clone(),
            version: intent.version.clone(),
        };
        copy.generation += 1;
    }
    if !copy.alive {
        copy.life_cause = None;
    }
    moved
}

/// It was stored, whatever is there now: if the look finds nothing, somebody has deleted it, and saw what we sent.
pub(super) fn unread(copy: &mut Copy, intent: &Intent) {
    let (Some(id), Some(sent), Some(local)) = (&intent.remote_id, &intent.body, &intent.local)
    else {
        return;
    };
    let known = match &copy.remote {
        _ if !holds(Law::UnreadWasThere) => false,
        Remote::Live { id: there, version } => {
            there == id && intent.version.as_ref() == Some(version)
        }
        Remote::Absent | Remote::Gone { .. } => intent.generation == copy.generation,
    };
    if !known || copy.held.is_some() {
        // The feed has shown something else meanwhile, or a person is asked.
        return;
    }
    copy.base = Some(Base {
        remote: sent.clone(),
        local: local.clone(),
    });
    copy.remote = Remote::Live {
        id: id.clone(),
        // No version at all: whatever the look finds is another one.
        version: Version::unread(),
    };
}

/// R3: the base is what the provider returned and what we had at the moment of sending. The local value is not
/// touched, so that a provider's rewriting never reaches linking.
fn stored(copy: &mut Copy, intent: &Intent, id: String, version: Version, body: &Event) {
    if let Remote::Live {
        id: known,
        version: newer,
    } = &copy.remote
        && *known == id
        && holds(Law::OldRepliesIgnored)
        && (version.is_older_than(newer) || (version == *newer && copy.stamp == Some(intent.stamp)))
    {
        return;
    }
    let sent = intent
        .local
        .clone()
        .filter(|_| holds(Law::BaseIsWhatWasSent));
    let local = sent.unwrap_or_else(|| copy.local.clone());
    let mut base = Base {
        remote: body.clone(),
        local,
    };
    if let Some(before) = &copy.base {
        hold::keep(copy, before, &mut base, body);
    }
    if !holds(Law::LocalKeepsItsSpelling) {
        for unit in unit::all([body, &copy.local]) {
            if unit.same(&copy.local, &base.local) {
                unit.take(&mut copy.local, body);
                unit.take(&mut base.local, body);
            }
        }
    }
    copy.base = Some(base);
    hold::note(copy, body);
    copy.remote = Remote::Live { id, version };
    copy.confirm(intent.stamp);
    copy.tidy();
}
