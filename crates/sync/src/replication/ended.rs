//! A create of unknown outcome whose event was deleted before we ever saw it.

use crate::{
    Copy, Intent, Observation, Operation, Remote, Stamp,
    law::{Law, holds},
    replication::reply::unread,
};

/// An event is told to have ended under an id that nobody but one of these creates can have chosen: it was made, and a person
/// has deleted it. Either a feed tells that, or the answer to a further create that the id is taken, where nothing is. The copy
/// is taken for stored, so that the deletion means what it always means (R7, R8). If only one create can have made it, that
/// one is returned: it is done.
pub(super) fn ended(copy: &mut Copy, intents: &[Intent], seen: &Observation) -> Option<Stamp> {
    let is_known = matches!(copy.remote, Remote::Live { .. });
    if seen.body.is_some() || is_known || !holds(Law::EndTellsCreation) {
        return None;
    }
    // The answer that an id is taken has counted the generation on.
    let taken = matches!(copy.remote, Remote::Gone { version: None, .. });
    let generation = copy.generation;
    let mut made = intents.iter().filter(|intent| {
        intent.operation == Operation::Create
            && intent.may_arrive()
            && intent.generation + u32::from(taken) == generation
            && intent.remote_id.as_deref() == Some(&seen.remote_id)
    });
    // The first one knew of the fewest edits: none is lost that the person who deleted it may not have seen.
    let first = made.next()?;
    copy.generation = first.generation;
    unread(copy, first);
    made.next().is_none().then_some(first.stamp)
}
