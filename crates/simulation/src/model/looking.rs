//! Looks for what became of a write.

use sync::{Law, Operation, Outcome, Remote, Stamp, law::holds};

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
            // The first that was made: ids are numbers here, which count.
            None => objects
                .values()
                .filter(|o| o.live && o.stamp == Some(stamp))
                .min_by_key(|o| (o.id.len(), &o.id))
                .cloned(),
        }
    }

    /// What an open create has made, if an event bears its stamp that was made after that: people copy events with their
    /// stamps, and a window may list the copy alone.
    pub(super) fn made_before(&self, place: usize, object: &Object) -> Option<Object> {
        let stamp = object
            .stamp
            .filter(|_| object.live && holds(Law::FirstMadeIsOurs))?;
        let mut creates = self.hub.intents.iter().filter(|intent| {
            let is_create = intent.operation == Operation::Create && intent.remote_id.is_none();
            is_create && intent.stamp == stamp && intent.may_arrive()
        });
        creates.next()?;
        self.look(place, None, stamp)
            .filter(|first| first.id != object.id)
    }
}
