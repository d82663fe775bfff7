//! After an unknown outcome: what a look at the provider tells (R10).

use crate::{
    Copy, Intent, Observation, Outcome, Remote, Stamp,
    law::{Law, holds},
    replication::{Digest, Standing, ended::ended, observe::found as digest_of},
};

/// The id under which a write is looked for, if it is known: the one that it named, or, where the provider chooses ids, the
/// one that it has answered (R4).
pub fn sought(copy: &Copy, intent: &Intent) -> Option<String> {
    let known = || is_answered(copy, intent) && holds(Law::AnsweredHasItsId);
    let answered = || copy.remote.id().filter(|_| known());
    intent
        .remote_id
        .clone()
        .or_else(|| answered().map(str::to_owned))
}

/// Whether the provider has told what a write stored: whatever else bears its stamp people have copied or restored (R10).
pub fn is_answered(copy: &Copy, intent: &Intent) -> bool {
    matches!(copy.remote, Remote::Live { .. }) && copy.stamp == Some(intent.stamp)
}

/// Digests a look for `intents[index]`. `found` is what is there now under its id or stamp; a sighting without a body
/// says that nothing is.
///
/// Afterwards the intent is not open any more. If it was not found it may still arrive late, unless it is known to have
/// been stored; then it is recognised by its stamp.
pub fn looked(
    copy: &mut Copy,
    intents: &[Intent],
    index: usize,
    found: &Observation,
    standing: &Standing,
) -> Digest {
    let stamp = intents[index].stamp;
    let outcome = if was_stored(copy, stamp, found) && holds(Law::StoredIsDone) {
        Outcome::Done
    } else {
        Outcome::Unresolved
    };
    // Something was under the id of this create (R4) and is not there now: an earlier one of ours.
    let exists = matches!(&copy.remote, Remote::Gone { version: None, .. });
    let earlier = if exists { &intents[..index] } else { &[] };
    let landed = ended(copy, earlier, found);
    let mut digest = digest_of(copy, intents, found, standing);
    let landed = landed.map(|stamp| (stamp, Outcome::Done));
    digest.settled.extend(landed);
    if !digest.settled.iter().any(|(settled, _)| *settled == stamp) {
        digest.settled.push((stamp, outcome));
    }
    digest
}

/// Whether the provider has answered that it stored this write (R4). If it is not found any more, somebody deleted the
/// event; and what bears its stamp elsewhere is what a person has moved or restored.
fn was_stored(copy: &Copy, stamp: Stamp, found: &Observation) -> bool {
    matches!(&copy.remote, Remote::Live { id, version }
        if *id == found.remote_id && (copy.stamp == Some(stamp) || version.is_unread()))
}
