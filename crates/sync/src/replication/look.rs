//! After an unknown outcome: what a look at the provider tells (R10).

use crate::{
    Copy, Intent, Observation, Outcome,
    replication::{Digest, Standing, observe},
};

/// Digests a look for `intents[index]`. `found` is what is there now under its id or stamp; a sighting without a body
/// says that nothing is.
///
/// Afterwards the intent is not open any more. If it was not found it may still arrive late; then it is recognised
/// by its stamp.
pub fn looked(
    copy: &mut Copy,
    intents: &[Intent],
    index: usize,
    found: &Observation,
    standing: &Standing,
) -> Digest {
    let mut digest = observe(copy, intents, found, standing);
    let stamp = intents[index].stamp;
    if !digest.settled.iter().any(|(settled, _)| *settled == stamp) {
        digest.settled.push((stamp, Outcome::Unresolved));
    }
    digest
}
