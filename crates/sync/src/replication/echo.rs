//! R5: whose work a sighting shows.

use calendar::{Event, unit};

use crate::{
    Copy, Intent, Observation, Operation, Outcome, Remote,
    law::{Law, holds},
    loose,
};

/// The intent that a sighting tells the outcome of: the one whose stamp it bears, or, since some programs throw away what
/// they do not know, the create of this very id that sent what is most like it.
pub(super) fn ours<'i>(
    copy: &Copy,
    intents: &'i [Intent],
    seen: &Observation,
    body: &Event,
) -> Option<&'i Intent> {
    if let Some(stamp) = seen.stamp.filter(|_| holds(Law::OwnStampIsEcho))
        && let Some(stamped) = intents.iter().find(|i| i.stamp == stamp && i.may_arrive())
    {
        return Some(stamped);
    }
    if !holds(Law::OwnIdIsEcho) {
        return None;
    }
    let same_id = |i: &&Intent| i.remote_id.as_deref() == Some(&seen.remote_id);
    if matches!(&copy.remote, Remote::Live { version, .. } if version.is_unread()) {
        return intents
            .iter()
            .filter(same_id)
            .find(|i| i.outcome == Outcome::Open);
    }
    if copy.base.is_some() {
        return None;
    }
    // Whoever moved it away and back has given it another id.
    let same_uid = copy.remote == Remote::Absent
        && body.uid == copy.local.uid
        && holds(Law::UnheardIsFoundByUid);
    // The open one of an earlier generation met what was there before it.
    let mut creates: Vec<&Intent> = intents.iter().filter(same_id).collect();
    if creates.is_empty() && same_uid {
        creates = intents.iter().collect();
    }
    let creates = creates.into_iter().filter(|i| {
        i.operation == Operation::Create
            && i.may_arrive()
            && (i.outcome != Outcome::Open || i.generation >= copy.generation)
    });
    creates.min_by_key(|create| {
        let units = unit::all([body]);
        let differs = |sent| {
            let units = units.iter();
            units.filter(|unit| !loose::same(unit, body, sent)).count()
        };
        create.body.as_ref().map(differs)
    })
}
