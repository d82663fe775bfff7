//! Looks for what became of a write.

use sync::{Outcome, Remote, Stamp};

use crate::{provider::Object, world::World};

/// What is known of a write, and what the provider is known to have of its copy.
pub(crate) type Known = (Option<Outcome>, Remote);

impl World {
    pub(super) fn known(&self, row: usize, stamp: Stamp) -> Known {
        let mut intents = self.hub.intents.iter();
        let intent = intents.find(|i| i.stamp == stamp);
        let remote = self.hub.rows[row].copy.remote.clone();
        (intent.map(|i| i.outcome), remote)
    }

    pub(super) fn look(&self, place: usize, id: Option<&str>, stamp: Stamp) -> Option<Object> {
        let objects = &self.providers[place].objects;
        match id {
            Some(id) => objects.get(id).cloned(),
            None => objects
                .values()
                .find(|o| o.live && o.stamp == Some(stamp))
                .cloned(),
        }
    }
}
