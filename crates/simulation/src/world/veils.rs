//! Some people turn what they have private, and public again: events and single occurrences, at their provider or in the hub.
//! It is drawn from streams of its own, like all that is odd.

use calendar::{Event, Override, Privacy};
use sync::Role;

use super::{World, say};
use crate::{
    rng::{Rng, mix},
    slots::{Slot, occurrence},
};

/// Distinguishes the streams of chance. Of the lives in `tests/it/caught.txt` that were there before, this number veils none.
const WORLD: u64 = 37_370;
const STEP: u64 = 11;

impl World {
    /// Draws whether anything is ever private here.
    pub(super) fn make_veiled(&mut self, seed: u64) {
        let mut rng = Rng::new(mix(seed, WORLD));
        // Not beside feeds: their events are matched by what they hold.
        self.odd.veils = rng.chance(25) && self.odd.feeds.is_empty();
        if self.odd.veils {
            say!(self, "people turn events private");
        }
    }

    /// Somebody may turn something private or public before a step.
    pub(crate) fn veil_step(&mut self, step: u64) {
        if !self.odd.veils {
            return;
        }
        self.rng = Rng::new(mix(step, STEP));
        if !self.rng.chance(15) {
            return;
        }
        self.perhaps_exchange();
        let place = self.rng.below(self.providers.len());
        if self.rng.chance(30) {
            self.turn_here(place);
        } else {
            self.turn_there(place);
        }
        self.tick(201);
    }

    fn turn_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].live()) else {
            return;
        };
        let object = self.providers[place].objects[&id].clone();
        let mut body = object.body;
        let what = self.veil(place, &mut body, false);
        say!(self, "{place}: person turns {id} there {what}");
        let now = self.now();
        self.providers[place].put(Some(id), body, object.stamp, now);
    }

    fn turn_here(&mut self, place: usize) {
        let Some(row) = self.rng.pick(&self.living_here(place)) else {
            return;
        };
        if self.hub.places[place].role == Role::Source {
            return;
        }
        let mut next = self.hub.rows[row].copy.local.clone();
        let what = self.veil(place, &mut next, true);
        say!(self, "{place}: person turns copy {row} here {what}");
        let now = self.now();
        self.hub.edit(row, &next, now);
    }

    /// Turns an event, or one of its occurrences.
    fn veil(&mut self, place: usize, body: &mut Event, here: bool) -> String {
        let changed = (0..2).filter(|index| {
            let entry = body.overrides.get(&occurrence(*index));
            matches!(entry, Some(Override::Patch(_)))
        });
        let changed: Vec<usize> = changed.collect();
        let strict = if self.rng.chance(20) {
            Privacy::Secret
        } else {
            Privacy::Private
        };
        let seen = [0, 1].map(|index| Slot::Occurrence(index).read(body));
        let single = self.rng.pick(&changed).filter(|_| self.rng.chance(40));
        let entry = single.and_then(|index| body.overrides.get_mut(&occurrence(index)));
        let what = if let Some(Override::Patch(patch)) = entry {
            // Whoever turns it has seen it.
            let seen = single.and_then(|index| seen[index]);
            self.ledger
                .rewritten
                .extend(seen.map(|number| (place, number)));
            let private = patch.privacy.is_some();
            patch.privacy = (!private).then_some(strict);
            format!("{single:?} {:?}", patch.privacy)
        } else {
            let public = body.privacy == Privacy::Public;
            body.privacy = if public { strict } else { Privacy::Public };
            format!("{:?}", body.privacy)
        };
        self.ledger.veiled.insert(body.categories.first().cloned());
        let number = self.ledger.number();
        self.note(place, body, Slot::Privacy, number, None);
        self.ledger.edits.last_mut().unwrap().passing = true;
        self.ledger.turned.push((number, place, here));
        what
    }

    /// Whoever deletes an event at a place has seen what was turned in that place, if it was in the same program.
    pub(super) fn note_seen(&mut self, place: usize, body: &Event, here: bool) {
        let mark = body.categories.first();
        let of_mark = |number: u32| {
            let mut edits = self.ledger.edits.iter();
            edits.any(|e| e.number == number && e.mark.as_ref() == mark)
        };
        let turned = self.ledger.turned.iter();
        let seen = turned
            .filter(|(number, at, in_hub)| *at == place && *in_hub == here && of_mark(*number));
        let seen: Vec<u32> = seen.map(|(number, ..)| *number).collect();
        self.ledger.deletes.last_mut().unwrap().seen.extend(seen);
    }
}
